// Puts streamed tool calls together (FIELD_NOTES-style cases: by index, by id, or by order).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "codec/value.h"
#include "privacy/prompt.h"
#include "provider/surrogates.h"

namespace coder::provider {

class ToolCallAssembler {
 public:
  /// Takes one element of a "tool_calls" array. Which call it belongs to: its index says it; else
  /// its id; with neither it continues the open call. A missing index is not 0. False when there
  /// are more calls than any honest answer has.
  bool take(const codec::Value& item, bool shielded);

  bool empty() const { return calls_.empty(); }

  /// The calls in order of appearance. A call without id gets "call_1", "call_2" …, because the next
  /// turn must be able to refer to it.
  std::vector<privacy::ToolCall> finish();

 private:
  struct Open {
    privacy::ToolCall call;
    std::optional<int64_t> index;
    SurrogateJoiner arguments;
  };
  Open* find(std::optional<int64_t> index, const std::string& id, const std::string& name);

  std::vector<Open> calls_;
  size_t open_ = 0;  ///< the call touched last
};

}  // namespace coder::provider
