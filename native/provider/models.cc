// What a server has to offer, and which of it a pin means.
#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "codec/json.h"
#include "provider/chat.h"
#include "provider/errors.h"
#include "provider/fetch.h"
#include "provider/model_list.h"

namespace coder::provider {
namespace {

using codec::Value;

constexpr size_t kMaxModels = 10000;

std::string id_of(const Value& item) {
  if (item.as_string()) return *item.as_string();
  for (const char* name : {"id", "model", "name"}) {
    const Value* id = item.find(name);
    if (id && id->as_string() && !id->as_string()->empty()) return *id->as_string();
  }
  return {};
}

/// vLLM, OpenRouter, Groq, Mistral; llama-server keeps it in "meta".
std::optional<int64_t> context_of(const Value& item) {
  const Value* meta = item.find("meta");
  const std::pair<const Value*, const char*> places[] = {
      {&item, "max_model_len"},      {&item, "context_length"}, {&item, "context_window"},
      {&item, "max_context_length"}, {meta, "n_ctx"},           {meta, "n_ctx_train"}};
  for (const auto& [object, name] : places) {
    const Value* found = object ? object->find(name) : nullptr;
    const int64_t* tokens = found ? found->as_int() : nullptr;
    if (tokens && *tokens > 0) return *tokens;
  }
  return std::nullopt;
}

const Value::Array* list_in(const Value& root) {
  if (root.as_array()) return root.as_array();
  for (const char* name : {"data", "models"}) {
    const Value* list = root.find(name);
    if (list && list->as_array() && !list->as_array()->empty()) return list->as_array();
  }
  // An empty list is a list too.
  for (const char* name : {"data", "models"}) {
    const Value* list = root.find(name);
    if (list && list->as_array()) return list->as_array();
  }
  return nullptr;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The run of digits at `at`, leading zeros left out.
std::string_view number_at(std::string_view text, size_t& at) {
  size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  std::string_view digits = text.substr(at, end - at);
  at = end;
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  return digits;
}

bool matches(std::string_view pattern, std::string_view text) {
  // The usual two-pointer glob with "*" only.
  size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

class ModelsCall final : public ChatCall {
 public:
  void start(http::Client& client, const Endpoint& endpoint, ModelsHandlers handlers) {
    Fetch fetch;
    fetch.url = endpoint.address.url + "/models";
    transfer_ = start_fetch(client, endpoint, fetch,
                            [endpoint, handlers = std::move(handlers)](Fetched fetched) mutable {
                              conclude(endpoint, handlers, fetched);
                            });
  }

 private:
  static void conclude(const Endpoint& endpoint, ModelsHandlers& handlers, const Fetched& fetched) {
    const auto fail = [&](ChatError error) {
      if (handlers.on_error) handlers.on_error(std::move(error));
    };
    if (!fetched.ok()) return fail(fetch_error(endpoint, fetched));
    Result<ModelList> list = parse_model_list(fetched.body);
    if (!list) {
      const std::string no_model;
      return fail(transfer_error({endpoint, no_model, nullptr}, Trouble::malformed, http::Failure::none,
                                 fetched.head.status, list.error().message));
    }
    if (handlers.on_result) handlers.on_result(std::move(*list));
  }

  http::Transfer transfer_;
};

}  // namespace

Result<ModelList> parse_model_list(std::string_view body) {
  const Result<Value> root = codec::parse_json(body);
  const Value::Array* list = root ? list_in(*root) : nullptr;
  if (!list) return Error{ErrorKind::provider, "the answer to /models is no list of models", ""};
  ModelList out;
  std::set<std::string> seen;
  for (const Value& item : *list) {
    const std::string id = id_of(item);
    if (id.empty() || out.ids.size() >= kMaxModels || !seen.insert(id).second) continue;
    out.ids.push_back(id);
    if (const std::optional<int64_t> context = context_of(item)) out.context[id] = *context;
  }
  return out;
}

bool natural_less(std::string_view a, std::string_view b) {
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      const std::string_view x = number_at(a, i), y = number_at(b, j);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
    } else if (a[i] != b[j]) {
      return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
    } else {
      ++i;
      ++j;
    }
  }
  return a.size() - i < b.size() - j;
}

std::string resolve_pin(const std::string& wanted, const std::vector<std::string>& ids) {
  if (std::find(ids.begin(), ids.end(), wanted) != ids.end()) return wanted;
  if (wanted.find('*') == std::string::npos) return {};
  const std::string pattern = lower_ascii(wanted);
  const std::string* best = nullptr;
  for (const std::string& id : ids) {
    if (!matches(pattern, lower_ascii(id))) continue;
    if (!best || natural_less(lower_ascii(*best), lower_ascii(id))) best = &id;
  }
  return best ? *best : std::string();
}

std::unique_ptr<ChatCall> list_models(http::Client& client, loop::Loop&, const Endpoint& endpoint,
                                      ModelsHandlers handlers) {
  auto call = std::make_unique<ModelsCall>();
  call->start(client, endpoint, std::move(handlers));
  return call;
}

}  // namespace coder::provider
