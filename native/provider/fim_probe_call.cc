// probe_fim: at most three small requests, the first two side by side.
#include <utility>

#include "base/text.h"
#include "provider/endpoint_request.h"
#include "provider/errors.h"
#include "provider/fetch.h"
#include "provider/fim_probe.h"
#include "provider/model_list.h"

namespace coder::provider {
namespace {

/// These paths answer from memory.
constexpr Millis kAskLimit{5000};
constexpr size_t kMaxAnswerBytes = 4u << 20;

/// Errors that say something about the server whichever path is asked.
bool is_final(const ChatError& error) {
  switch (error.trouble) {
    case Trouble::auth:
    case Trouble::loading:
    case Trouble::unreachable:
    case Trouble::timeout:
      return true;
    default:
      return false;
  }
}

bool is_pin(const std::string& model) { return model.empty() || model.find('*') != std::string::npos; }

std::string file_name(const std::string& path) {
  const size_t slash = path.find_last_of("/\\");
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

class Probe final : public std::enable_shared_from_this<Probe> {
 public:
  Probe(loop::Loop& loop, const Endpoint& endpoint, const FimWish& wish, FimProbeHandlers handlers)
      : loop_(loop), endpoint_(endpoint), wish_(wish), handlers_(std::move(handlers)) {}

  void start(http::Client& client) {
    client_ = &client;
    const std::weak_ptr<Probe> weak = weak_from_this();
    if (endpoint_.local || is_pin(wish_.model)) {
      list_transfer_ = ask("GET", endpoint_.address.url + "/models", "", [](Probe& self, Fetched fetched) {
        self.list_ = std::move(fetched);
        self.advance();
      });
    }
    if (endpoint_.local) {
      props_transfer_ = ask("GET", origin_of(endpoint_) + "/props", "", [](Probe& self, Fetched fetched) {
        self.props_ = std::move(fetched);
        self.advance();
      });
    }
    if (list_transfer_ || props_transfer_) return;
    loop_.post([weak] {
      const auto self = weak.lock();
      if (self && !self->over_) self->conclude();
    });
  }

  void cancel() {
    over_ = true;
    list_transfer_ = {};
    props_transfer_ = {};
    tokenize_transfer_ = {};
  }

 private:
  template <class Then>
  http::Transfer ask(std::string method, std::string url, std::string body, Then then) {
    Fetch fetch{std::move(method), std::move(url), std::move(body), kAskLimit, kMaxAnswerBytes};
    return start_fetch(*client_, endpoint_, fetch, [weak = weak_from_this(), then](Fetched fetched) {
      const auto self = weak.lock();
      if (self && !self->over_) then(*self, std::move(fetched));
    });
  }

  void advance() {
    if (props_ && props_->ok()) findings_.props = read_props(props_->body);
    // A llama-server has one model: only a pin needs the list.
    const bool list_wanted = !findings_.props || is_pin(wish_.model);
    if ((endpoint_.local && !props_) || (list_wanted && !list_)) return;
    if (!findings_.props) return conclude();
    if (asked_tokens_) return;
    asked_tokens_ = true;
    tokenize_transfer_ =
        ask("POST", origin_of(endpoint_) + "/tokenize", tokenize_body(), [](Probe& self, Fetched fetched) {
          if (fetched.ok()) self.findings_.vocabulary = read_vocabulary(fetched.body);
          self.conclude();
        });
  }

  void conclude() {
    if (std::optional<ChatError> error = find_error()) return fail(std::move(*error));
    ModelList list;
    if (list_ && list_->ok()) {
      if (Result<ModelList> parsed = parse_model_list(list_->body)) list = std::move(*parsed);
      findings_.ollama = list_owner(list_->body) == "library";
    }
    if (findings_.props) {
      const ServerProps& props = *findings_.props;
      findings_.file = file_name(props.path.empty() ? props.alias : props.path);
      if (list.ids.empty()) list.ids.push_back(props.alias.empty() ? findings_.file : props.alias);
    }
    findings_.model = wish_.model;
    if (is_pin(wish_.model)) findings_.model = resolve(list.ids);
    if (findings_.model.empty()) return fail(no_such_model());
    const auto context = list.context.find(findings_.model);
    if (context != list.context.end()) findings_.context = context->second;
    over_ = true;
    const FimServer server = conclude_fim(endpoint_, wish_, findings_);
    cancel();
    if (handlers_.on_result) handlers_.on_result(server);
  }

  std::string resolve(const std::vector<std::string>& ids) const {
    if (wish_.model.empty()) return ids.empty() ? std::string() : ids.front();
    std::string id = resolve_pin(wish_.model, ids);
    // With one model loaded, which is the pin's by its file if by anything, that is the one.
    if (id.empty() && findings_.props && ids.size() == 1) id = ids.front();
    return id;
  }

  /// A path that is missing only says what the server is not; a server that cannot be reached, does not
  /// know the key or is still loading says so on every path.
  std::optional<ChatError> find_error() const {
    if (findings_.props) return std::nullopt;
    std::optional<ChatError> props_error, list_error;
    if (props_ && !props_->ok()) props_error = fetch_error(endpoint_, *props_);
    if (list_ && !list_->ok()) list_error = fetch_error(endpoint_, *list_);
    if (list_error && is_final(*list_error)) return list_error;
    // llama-server shows its list to anybody, but not its properties.
    const bool llama = list_ && list_->ok() && list_owner(list_->body) == "llamacpp";
    if (props_error && is_final(*props_error) && (llama || list_error || !list_)) return props_error;
    return std::nullopt;
  }

  ChatError no_such_model() const {
    ChatError error;
    error.trouble = Trouble::model_not_found;
    error.message = wish_.model.empty() ? "the server names no model"
                                        : "the server has no model that matches \"" + wish_.model + "\"";
    error.hint = "See which models the server has: coder-nvim models " + endpoint_.name;
    return error;
  }

  void fail(ChatError error) {
    cancel();
    if (handlers_.on_error) handlers_.on_error(std::move(error));
  }

  loop::Loop& loop_;
  const Endpoint endpoint_;
  const FimWish wish_;
  FimProbeHandlers handlers_;
  http::Client* client_ = nullptr;
  std::optional<Fetched> props_, list_;
  FimFindings findings_;
  bool asked_tokens_ = false;
  http::Transfer list_transfer_, props_transfer_, tokenize_transfer_;
  bool over_ = false;
};

class ProbeHandle final : public ChatCall {
 public:
  explicit ProbeHandle(std::shared_ptr<Probe> probe) : probe_(std::move(probe)) {}
  ~ProbeHandle() override { probe_->cancel(); }

 private:
  std::shared_ptr<Probe> probe_;
};

}  // namespace

std::unique_ptr<ChatCall> probe_fim(http::Client& client, loop::Loop& loop, const Endpoint& endpoint,
                                    const FimWish& wish, FimProbeHandlers handlers) {
  auto probe = std::make_shared<Probe>(loop, endpoint, wish, std::move(handlers));
  probe->start(client);
  return std::make_unique<ProbeHandle>(std::move(probe));
}

}  // namespace coder::provider
