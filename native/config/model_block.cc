#include "config/model_block.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "codec/json.h"

namespace coder::config {
namespace {

/// Everything one block's reading shares.
struct Block {
  const Node& node;
  std::string shown;  ///< " in [models.NAME]"
  Report& report;
  bool right = true;

  void error(const Node& at, const std::string& key, const std::string& message) {
    report.error(at.line, "`" + key + "`" + shown + message);
    right = false;
  }
  void warning(const Node& at, const std::string& key, const std::string& message) {
    report.warning(at.line, "`" + key + "`" + shown + message);
  }
  std::string text(const char* key) const {
    const Node* value = node.find(key);
    return value ? value->text : "";
  }
};

template <class T>
std::optional<T> figure(const Node* value) {
  if (!value) return std::nullopt;
  if constexpr (std::is_same_v<T, int64_t>) return value->integer;
  return value->number;
}

/// A name the shell would take, and not a key pasted into the wrong place: those are long and mixed.
bool is_variable_name(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  const auto small = [](char c) { return c >= 'a' && c <= 'z'; };
  if (name.empty() || (name[0] >= '0' && name[0] <= '9') || !std::all_of(name.begin(), name.end(), fits))
    return false;
  return name.size() < 20 || std::none_of(name.begin(), name.end(), small);
}

void read_key(Block& block, Model& model) {
  const Node* found = nullptr;
  for (const char* name : {"api_key", "api_key_env", "api_key_cmd"}) {
    const Node* value = block.node.find(name);
    if (!value) continue;
    if (found) {
      block.error(*value, name, ": write only one of `api_key`, `api_key_env` and `api_key_cmd`");
      return;
    }
    found = value;
    model.key.line = value->line;
  }
  if (const Node* literal = block.node.find("api_key")) {
    CleanedKey cleaned = clean_key(literal->text);
    if (!is_key_fit(cleaned.text)) {
      block.error(*literal, "api_key", " holds a space, a line end or a character that no key has");
      return;
    }
    if (cleaned.changed) {
      block.warning(*literal, "api_key",
                    " has spaces, line ends or quotes around the key; they are left out");
    }
    if (cleaned.text.substr(0, 1) == "$") {
      block.warning(*literal, "api_key",
                    " is sent as it stands; for a variable write api_key_env = \"NAME\"");
    }
    if (cleaned.text.empty()) return;
    model.key.literal = Secret(std::move(cleaned.text));
    model.key.where = block.report.file + ":" + std::to_string(literal->line);
  } else if (const Node* variable = block.node.find("api_key_env")) {
    if (!is_variable_name(variable->text)) {
      block.error(*variable, "api_key_env", " must be a variable's name, without $, and not the key itself");
      return;
    }
    model.key.env = variable->text;
    model.key.where = "$" + variable->text;
  } else if (const Node* command = block.node.find("api_key_cmd")) {
    for (const Node& word : command->items) model.key.command.push_back(word.text);
    if (model.key.command.empty() || trim(model.key.command[0]).empty()) {
      block.error(*command, "api_key_cmd", " must begin with a program: [\"pass\", \"show\", \"NAME\"]");
      return;
    }
    // Arguments, and what somebody may have written into the first word, are not for messages.
    const std::string& program = model.key.command[0];
    model.key.where = "command `" + one_line(program.substr(0, program.find_first_of(" \t=")), 80) + "`";
  }
}

void read_addresses(Block& block, Model& model) {
  const Node* base = block.node.find("base_url");
  if (base) {
    Result<privacy::Address> address = privacy::parse_address(base->text);
    if (!address) {
      block.error(*base, "base_url", ": " + address.error().text());
    } else {
      model.base_url = std::string(trim(base->text));
      model.address = std::move(*address);
    }
  }
  if (const Node* replicas = block.node.find("replicas")) {
    for (const Node& item : replicas->items) {
      Result<privacy::Address> replica = privacy::parse_address(item.text);
      if (!replica) {
        block.error(item, "replicas", ": " + replica.error().text());
        continue;
      }
      model.replicas.emplace_back(trim(item.text));
      model.replica_addresses.push_back(std::move(*replica));
    }
  }
}

/// What the block writes out counts for every replica; what is left to the addresses holds only if
/// it holds for all of them.
void read_trust(Block& block, Model& model) {
  using privacy::Lane;
  std::optional<Lane> lane;
  std::optional<bool> trusted;
  if (const Node* value = block.node.find("lane")) lane = value->text == "local" ? Lane::local : Lane::cloud;
  if (const Node* value = block.node.find("trusted")) {
    trusted = value->boolean;
    if (*trusted && lane == Lane::cloud) {
      block.error(*value, "trusted",
                  ": a cloud lane is never trusted; write lane = \"local\" if that machine is yours");
    }
  }
  model.lane = lane.value_or(privacy::default_lane(model.address));
  model.trusted = privacy::is_trusted(model.address, lane, trusted);
  for (const privacy::Address& replica : model.replica_addresses) {
    if (!lane && privacy::default_lane(replica) == Lane::cloud) model.lane = Lane::cloud;
    model.trusted = model.trusted && privacy::is_trusted(replica, lane, trusted);
  }
  model.trust_unwritten = !lane && !trusted;
}

bool is_header_name(const std::string& name) {
  const auto fits = [](char c) {
    return (c > ' ' && c < 0x7F) && std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), fits);
}

void read_headers(Block& block, Model& model) {
  const Node* headers = block.node.find("headers");
  if (!headers) return;
  for (const Entry& entry : headers->entries) {
    const std::string& value = entry.value.text;
    if (!is_header_name(entry.key)) {
      block.error(entry.value, "headers", " holds a name that no header has");
    } else if (entry.value.type != Node::Type::text) {
      block.error(entry.value, "headers",
                  ": the value of `" + entry.key + "` must be a string, not " + entry.value.type_name());
    } else if (std::any_of(value.begin(), value.end(),
                           [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; })) {
      block.error(entry.value, "headers", ": the value of `" + entry.key + "` holds a control character");
    } else {
      model.headers.emplace_back(entry.key, value);
    }
  }
}

codec::Value to_value(const Node& node, Block& block) {
  switch (node.type) {
    case Node::Type::boolean:
      return node.boolean;
    case Node::Type::integer:
      return node.integer;
    case Node::Type::text:
      return node.text;
    case Node::Type::number:
      if (!std::isfinite(node.number)) block.error(node, "extra", " holds a number that JSON has not");
      return node.number;
    case Node::Type::list: {
      codec::Value::Array out;
      for (const Node& item : node.items) out.push_back(to_value(item, block));
      return out;
    }
    case Node::Type::table: {
      codec::Value::Map out;
      for (const Entry& entry : node.entries) out.emplace_back(entry.key, to_value(entry.value, block));
      return out;
    }
    case Node::Type::date:
      block.error(node, "extra", " holds a date; write it as a string");
      break;
  }
  return {};
}

void read_price(Block& block, Model& model) {
  const Node* price = block.node.find("price");
  if (!price) return;
  const Node* currency = price->find("currency");
  const Node* rate = price->find("rate");
  if (currency && currency->text != "USD" && !rate) {
    block.error(*currency, "price", ": prices in another currency than USD want `rate`, USD for one unit");
  }
  const double factor = rate ? rate->number : 1;
  const auto usd = [&](const char* name) -> std::optional<double> {
    const Node* value = price->find(name);
    return value ? std::optional(value->number * factor) : std::nullopt;
  };
  model.price =
      Price{usd("input").value_or(0), usd("cached_input"), usd("output").value_or(0), usd("cache_write")};
}

void read_roles(Block& block, Model& model) {
  const Node* roles = block.node.find("roles");
  if (!roles) return;
  if (roles->items.empty()) block.error(*roles, "roles", " must hold \"chat\" or \"fim\" or both");
  const auto has = [&](const char* role) {
    return std::any_of(roles->items.begin(), roles->items.end(),
                       [&](const Node& item) { return item.text == role; });
  };
  model.chat = has("chat");
  model.fim = has("fim");
}

void read_json(Block& block, Model& model) {
  const Node* json = block.node.find("json");
  if (!json) return;
  const bool refused = json->type == Node::Type::boolean && !json->boolean;
  model.json = refused ? JsonForm::none : json->text == "object" ? JsonForm::object : JsonForm::schema;
}

}  // namespace

bool is_key_fit(const std::string& key) {
  return std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

std::optional<Model> read_model(const std::string& name, Node& node, Report& report) {
  const std::string shown = " in [models." + name + "]";
  const bool right = check_table(node, "models.NAME", shown, report);
  Block block{node, shown, report, right};  // go on after an error: all problems are told at once
  Model model;
  model.name = name;
  model.line = node.line;
  model.model = std::string(trim(block.text("model")));
  if (const Node* id = node.find("model"); id && model.model.empty())
    block.error(*id, "model", " must not be empty");
  read_addresses(block, model);
  read_trust(block, model);
  read_key(block, model);
  read_headers(block, model);
  read_roles(block, model);
  model.context = figure<int64_t>(node.find("context"));
  model.rpm = figure<int64_t>(node.find("rpm"));
  model.max_tokens = figure<int64_t>(node.find("max_tokens"));
  model.temperature = figure<double>(node.find("temperature"));
  model.timeout_s = figure<double>(node.find("timeout_s"));
  model.fim_form = block.text("fim");
  if (const Node* tools = node.find("tools")) {
    const bool no = tools->type == Node::Type::boolean && !tools->boolean;
    model.tools = no ? ToolForm::none : tools->text == "text" ? ToolForm::text : ToolForm::calls;
  }
  model.proxy = block.text("proxy");
  model.ca_file = block.text("ca_file");
  read_json(block, model);
  read_price(block, model);
  if (const Node* extra = node.find("extra")) model.extra_json = codec::dump_json(to_value(*extra, block));
  if (!block.right) return std::nullopt;
  return model;
}

}  // namespace coder::config
