#include "provider/request.h"

#include <utility>

#include "codec/json.h"

namespace coder::provider {
namespace {

using codec::Value;

/// llama-server then sends a comment this often while it works, which keeps the byte-idle limit of
/// local lanes (15 s) from striking during a long prefill. Other local servers ignore the field.
constexpr int kPingSeconds = 5;

Error not_an_object(const std::string& what) {
  return {ErrorKind::config, what + " must be a JSON object", ""};
}

Result<Value> parse_object(const std::string& json, const std::string& what) {
  Result<Value> value = codec::parse_json(json);
  if (!value || !value->as_map()) return not_an_object(what);
  return value;
}

Value encode_call(const privacy::ToolCall& call) {
  Value::Map function{{"name", call.name}, {"arguments", call.arguments.empty() ? "{}" : call.arguments}};
  Value::Map out{{"id", call.id}, {"type", "function"}, {"function", std::move(function)}};
  if (!call.extra_json.empty()) {
    // It came from a server and was re-encoded by us; should it not parse, the call goes without.
    Result<Value> extra = codec::parse_json(call.extra_json);
    if (extra) out.emplace_back("extra_content", std::move(*extra));
  }
  return out;
}

Value encode_message(const privacy::Message& message) {
  Value::Map out{{"role", privacy::to_string(message.role)}};
  // Some servers refuse an empty string beside tool calls, all take null.
  const bool only_calls = message.text.empty() && !message.tool_calls.empty();
  out.emplace_back("content", only_calls ? Value() : Value(message.text));
  if (!message.tool_calls.empty()) {
    Value::Array calls;
    for (const privacy::ToolCall& call : message.tool_calls) calls.push_back(encode_call(call));
    out.emplace_back("tool_calls", std::move(calls));
  }
  if (message.role == privacy::Role::tool) out.emplace_back("tool_call_id", message.tool_call_id);
  return out;
}

Result<Value> encode_tools(const std::vector<ToolSpec>& tools) {
  Value::Array out;
  for (const ToolSpec& tool : tools) {
    Value::Map function{{"name", tool.name}, {"description", tool.description}};
    if (!tool.parameters_json.empty()) {
      Result<Value> parameters = parse_object(tool.parameters_json, "the parameters of tool " + tool.name);
      if (!parameters) return std::move(parameters.error());
      function.emplace_back("parameters", std::move(*parameters));
    }
    out.push_back(Value::Map{{"type", "function"}, {"function", std::move(function)}});
  }
  return Value(std::move(out));
}

Value encode_tool_choice(const std::string& choice) {
  if (choice == "auto" || choice == "none" || choice == "required") return choice;
  return Value::Map{{"type", "function"}, {"function", Value::Map{{"name", choice}}}};
}

/// A schema alone is wrapped; {"name": …, "schema": …} goes as it is.
Result<Value> encode_schema(const std::string& json) {
  Result<Value> schema = parse_object(json, "the answer's schema");
  if (!schema) return schema;
  const bool wrapped = schema->find("name") && schema->find("schema") && schema->find("schema")->as_map();
  Value inner =
      wrapped ? std::move(*schema) : Value(Value::Map{{"name", "answer"}, {"schema", std::move(*schema)}});
  return Value(Value::Map{{"type", "json_schema"}, {"json_schema", std::move(inner)}});
}

/// Members of `extra` replace members of `body` at the top level.
void merge(Value::Map& body, const Value::Map& extra) {
  for (const auto& [key, member] : extra) {
    bool replaced = false;
    for (auto& [name, value] : body) {
      if (name != key) continue;
      value = member;
      replaced = true;
    }
    if (!replaced) body.emplace_back(key, member);
  }
}

}  // namespace

Result<std::string> encode_chat_body(const std::vector<privacy::Message>& messages, const ChatParams& params,
                                     bool local) {
  Value extra = Value::Map{};
  if (!params.extra_json.empty()) {
    Result<Value> parsed = parse_object(params.extra_json, "extra");
    if (!parsed) return std::move(parsed.error());
    extra = std::move(*parsed);
  }

  Value::Map body{{"model", params.model}};
  Value::Array turns;
  for (const privacy::Message& message : messages) turns.push_back(encode_message(message));
  body.emplace_back("messages", std::move(turns));
  if (!params.tools.empty()) {
    Result<Value> tools = encode_tools(params.tools);
    if (!tools) return std::move(tools.error());
    body.emplace_back("tools", std::move(*tools));
    if (!params.tool_choice.empty()) body.emplace_back("tool_choice", encode_tool_choice(params.tool_choice));
  }
  if (!params.json_schema.empty()) {
    Result<Value> format = encode_schema(params.json_schema);
    if (!format) return std::move(format.error());
    body.emplace_back("response_format", std::move(*format));
  } else if (params.json_mode) {
    body.emplace_back("response_format", Value::Map{{"type", "json_object"}});
  }
  // Newer OpenAI models know the limit by the other name only, and refuse both together.
  if (params.max_tokens && !extra.find("max_completion_tokens"))
    body.emplace_back("max_tokens", *params.max_tokens);
  if (params.temperature) body.emplace_back("temperature", *params.temperature);
  body.emplace_back("stream", params.stream);
  if (params.stream) {
    body.emplace_back("stream_options", Value::Map{{"include_usage", true}});
    if (local) body.emplace_back("sse_ping_interval", kPingSeconds);
  }
  merge(body, *extra.as_map());
  return codec::dump_json(Value(std::move(body)));
}

}  // namespace coder::provider
