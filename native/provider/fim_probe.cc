#include "provider/fim_probe.h"

#include <algorithm>
#include <utility>

#include "codec/json.h"
#include "provider/json_text.h"

namespace coder::provider {
namespace {

using codec::Value;

/// More slots than any server has; what says more is not believed.
constexpr int64_t kMaxSlots = 1024;
/// Between the strings of the tokenize request. No vocabulary has it.
constexpr int64_t kSeparator = -1;
/// One token in every byte-level vocabulary, and two where a space is put before each string.
constexpr std::string_view kSpaceTest = " a";

std::array<const char*, 5> tokens_of(const FimFamily& family) {
  return {family.prefix, family.suffix, family.middle, family.file, family.repository};
}

std::string string_in(const Value& object, const char* name) {
  const Value* member = object.find(name);
  return member && member->as_string() ? *member->as_string() : std::string();
}

std::optional<int64_t> positive(const Value* value) {
  const int64_t* number = value ? value->as_int() : nullptr;
  if (!number || *number <= 0) return std::nullopt;
  return *number;
}

/// The ids that one string became, if they are one.
int64_t only(const std::vector<int64_t>& ids) { return ids.size() == 1 ? ids.front() : -1; }

const FamilyIds* find_ids(const Vocabulary& vocabulary, const FimFamily* family) {
  for (const FamilyIds& ids : vocabulary.families) {
    if (ids.family == family) return &ids;
  }
  return nullptr;
}

bool is_host(const Endpoint& endpoint, std::string_view domain) {
  const std::string& host = endpoint.address.host;
  return host == domain || host.ends_with("." + std::string(domain));
}

std::optional<FimDialect> find_dialect(std::string_view name) {
  for (const FimDialect dialect :
       {FimDialect::tokens, FimDialect::raw, FimDialect::infill, FimDialect::suffix, FimDialect::chat}) {
    if (name == to_string(dialect)) return dialect;
  }
  return std::nullopt;
}

/// By what the server is, best first. Not llama-server: vLLM refuses `suffix`, Ollama puts what it gets in
/// `prompt` into a template of its own, and so do the clouds that know the field.
std::vector<FimDialect> dialects_for(const Endpoint& endpoint, const FimServer& server, bool ids,
                                     bool ollama) {
  using enum FimDialect;
  std::vector<FimDialect> out;
  if (server.llama_server) {
    if (ids) out.push_back(tokens);
    out.push_back(infill);
    if (server.family) out.push_back(raw);
  } else if (ollama || is_host(endpoint, "deepseek.com") || is_host(endpoint, "mistral.ai")) {
    out.push_back(suffix);
  } else if (server.family) {
    out.push_back(raw);
    if (!endpoint.local) out.push_back(suffix);
  } else {
    out.push_back(suffix);
  }
  out.push_back(chat);
  return out;
}

void take_ids(FimServer& server, const FamilyIds& ids) {
  server.family = ids.family;
  server.ids = {ids.prefix, ids.suffix, ids.middle};
  server.file_id = ids.file;
  server.repository_id = ids.repository;
}

}  // namespace

std::optional<ServerProps> read_props(std::string_view body) {
  const Result<Value> root = codec::parse_json(body);
  if (!root || !root->as_map()) return std::nullopt;
  const Value* slots = root->find("total_slots");
  const Value* settings = root->find("default_generation_settings");
  if (!positive(slots) && !(settings && settings->as_map())) return std::nullopt;
  ServerProps out;
  if (const auto count = positive(slots)) out.slots = static_cast<int>(std::min(*count, kMaxSlots));
  if (settings) out.context = positive(settings->find("n_ctx"));
  out.alias = string_in(*root, "model_alias");
  out.path = string_in(*root, "model_path");
  return out;
}

std::string tokenize_body() {
  std::string content = "[";
  append_json_string(content, kSpaceTest);
  for (const FimFamily& family : fim_families()) {
    for (const char* token : tokens_of(family)) {
      content += "," + std::to_string(kSeparator);
      if (!*token) continue;
      content += ',';
      append_json_string(content, token);
    }
  }
  JsonObject body;
  body.set("content", content + "]");
  body.set("add_special", "false");
  body.set("parse_special", "true");
  return body.str();
}

Vocabulary read_vocabulary(std::string_view body) {
  const Result<Value> root = codec::parse_json(body);
  const Value* tokens = root ? root->find("tokens") : nullptr;
  if (!tokens || !tokens->as_array()) return {};
  std::vector<std::vector<int64_t>> groups(1);
  for (const Value& token : *tokens->as_array()) {
    const int64_t* id = token.as_int();
    if (!id) return {};
    if (*id == kSeparator) {
      groups.emplace_back();
    } else {
      groups.back().push_back(*id);
    }
  }
  constexpr size_t kPerFamily = std::tuple_size_v<std::array<const char*, 5>>;
  if (groups.size() != 1 + kPerFamily * fim_families().size()) return {};
  Vocabulary out;
  out.adds_space = groups[0].size() > 1;
  size_t at = 1;
  for (const FimFamily& family : fim_families()) {
    FamilyIds ids{&family,
                  only(groups[at]),
                  only(groups[at + 1]),
                  only(groups[at + 2]),
                  only(groups[at + 3]),
                  only(groups[at + 4])};
    out.families.push_back(ids);
    at += kPerFamily;
  }
  return out;
}

std::string list_owner(std::string_view body) {
  const Result<Value> root = codec::parse_json(body);
  const Value* list = root ? root->find("data") : nullptr;
  if (!list || !list->as_array() || list->as_array()->empty()) return {};
  return string_in(list->as_array()->front(), "owned_by");
}

FimServer conclude_fim(const Endpoint& endpoint, const FimWish& wish, const FimFindings& findings) {
  FimServer server;
  server.model = findings.model;
  server.context = findings.context;
  if (findings.props) {
    server.llama_server = true;
    server.slots = findings.props->slots;
    if (findings.props->context) server.context = findings.props->context;
  }
  server.adds_space = findings.vocabulary.adds_space;

  const FimFamily* forced = find_fim_family(wish.form);
  server.family = forced;
  for (const std::string* name : {&findings.model, &wish.model, &findings.file}) {
    if (!server.family) server.family = fim_family_of(*name);
  }
  const FamilyIds* ids = server.family ? find_ids(findings.vocabulary, server.family) : nullptr;
  // A name can mislead (a finetune named after another's), a vocabulary cannot.
  for (const FamilyIds& other : findings.vocabulary.families) {
    if (forced || (ids && ids->usable())) break;
    if (other.usable()) ids = &other;
  }
  const bool usable = ids && ids->usable();
  if (usable) take_ids(server, *ids);

  server.dialects = dialects_for(endpoint, server, usable, findings.ollama);
  if (forced) {
    server.dialects = {FimDialect::raw};
    if (usable) server.dialects.insert(server.dialects.begin(), FimDialect::tokens);
  } else if (const std::optional<FimDialect> dialect = find_dialect(wish.form)) {
    const bool possible = *dialect == FimDialect::tokens ? usable
                          : *dialect == FimDialect::raw  ? server.family != nullptr
                                                         : true;
    if (possible) server.dialects = {*dialect};
  }
  return server;
}

}  // namespace coder::provider
