#include "provider/tool_calls.h"

#include <utility>

#include "codec/json.h"

namespace coder::provider {
namespace {

using codec::Value;

constexpr size_t kMaxCalls = 256;

std::string text_of(const Value* value) {
  const std::string* text = value ? value->as_string() : nullptr;
  return text ? *text : std::string();
}

}  // namespace

ToolCallAssembler::Open* ToolCallAssembler::find(std::optional<int64_t> index, const std::string& id,
                                                 const std::string& name) {
  if (index) {
    // The last one with this index: a server that numbers every call 0 starts each with its own
    // id and name.
    for (size_t i = calls_.size(); i-- > 0;) {
      Open& open = calls_[i];
      if (open.index != index) continue;
      const bool another = !id.empty() && !open.call.id.empty() && id != open.call.id && !name.empty();
      return another ? nullptr : &open;
    }
    return nullptr;
  }
  if (!id.empty()) {
    for (Open& open : calls_) {
      if (open.call.id == id) return &open;
    }
    return nullptr;
  }
  if (calls_.empty()) return nullptr;
  Open& open = calls_[open_];
  // A name begins a call, unless the open one still waits for its own or for the rest of its arguments.
  const bool begins = !name.empty() && !open.call.name.empty() &&
                      (name != open.call.name || open.call.arguments.ends_with('}'));
  return begins ? nullptr : &open;
}

bool ToolCallAssembler::take(const Value& item, bool shielded) {
  if (!item.as_map()) return true;
  const Value* function = item.find("function");
  const Value nothing;
  if (!function) function = &nothing;
  const Value* index_value = item.find("index");
  const int64_t* number = index_value ? index_value->as_int() : nullptr;
  const std::optional<int64_t> index = number ? std::optional(*number) : std::nullopt;
  const std::string id = text_of(item.find("id"));
  const std::string name = text_of(function->find("name"));

  Open* open = find(index, id, name);
  if (!open) {
    if (calls_.size() >= kMaxCalls) return false;
    calls_.emplace_back();
    open = &calls_.back();
    open->index = index;
  }
  open_ = static_cast<size_t>(open - calls_.data());

  if (open->call.id.empty()) open->call.id = id;
  // Sent once, in pieces, or again and again in full.
  if (open->call.name != name) open->call.name += name;
  if (const Value* arguments = function->find("arguments")) {
    if (const std::string* text = arguments->as_string()) {
      open->call.arguments += open->arguments.take(*text, shielded);
    } else if (arguments->as_map()) {
      open->call.arguments = codec::dump_json(*arguments);
    }
  }
  const Value* extra = item.find("extra_content");
  if (extra && extra->as_map()) open->call.extra_json = codec::dump_json(*extra);
  return true;
}

std::vector<privacy::ToolCall> ToolCallAssembler::finish() {
  std::vector<privacy::ToolCall> out;
  for (Open& open : calls_) {
    open.call.arguments += open.arguments.finish();
    if (open.call.id.empty()) open.call.id = "call_" + std::to_string(out.size() + 1);
    out.push_back(std::move(open.call));
  }
  calls_.clear();
  return out;
}

}  // namespace coder::provider
