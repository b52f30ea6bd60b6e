// What a model writes when it asks for tools, and the patterns it searches for: the same however the bytes
// come, and bounded.
#include <string>

#include "support/fuzz_input.h"
#include "task/line_pattern.h"
#include "task/tool_text.h"
#include "task/tools.h"

namespace {

std::string told(coder::task::ToolBlocks& blocks, std::string text) {
  text += blocks.finish();
  for (const coder::privacy::ToolCall& call : blocks.calls())
    text += '\x1f' + call.name + '\x1e' + call.arguments;
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using coder::test::require;
  const coder::test::FuzzInput input(data, size);
  coder::task::ToolBlocks whole, parts;
  const std::string at_once = told(whole, whole.take(input.bytes));
  std::string text;
  for (const std::string_view piece : input.pieces()) text += parts.take(piece);
  require(told(parts, text) == at_once, "blocks do not depend on the pieces");
  require(whole.calls().size() <= coder::task::ToolBlocks::kMaxCalls, "calls are bounded");
  for (const coder::privacy::ToolCall& call : whole.calls()) {
    const auto use = coder::task::read_call(call);
    require(use.ok() || !use.error().message.empty(), "a call that is refused says why");
    if (use) require(coder::task::words_of(*use).find('\n') == std::string::npos, "words are one line");
  }

  const std::string_view bytes = input.bytes;
  const size_t end = bytes.find('\n');
  const std::string_view pattern = bytes.substr(0, end);
  const auto compiled = coder::task::LinePattern::compile(pattern, {true, false, false});
  if (compiled && end != std::string_view::npos) compiled->found_in(bytes.substr(end + 1, 2000));
  return 0;
}
