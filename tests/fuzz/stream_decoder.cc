// Property: what comes of an answer depends on its bytes alone; all text is valid UTF-8; there is
// exactly one outcome, and success only with a reason.
#include "provider/stream_decoder.h"

#include "base/text.h"
#include "provider/answer_reader.h"
#include "support/fuzz_input.h"

using namespace coder;

namespace {

std::string read(const std::vector<std::string_view>& pieces, const char* content_type, bool whole) {
  provider::AnswerReader reader(content_type);
  std::vector<provider::Piece> out;
  for (const std::string_view piece : pieces) reader.feed(piece, out);
  const provider::StreamDecoder::Outcome outcome = reader.finish(whole, out);

  std::string text, reasoning;
  for (const provider::Piece& piece : out) {
    test::require(!piece.text.empty() && to_valid_utf8(piece.text) == piece.text, "pieces are valid UTF-8");
    (piece.reasoning ? reasoning : text) += piece.text;
  }
  std::string summary = text + "\n" + reasoning + "\n";
  if (const auto* failure = std::get_if<provider::Failure>(&outcome)) {
    return summary + to_string(failure->trouble) + failure->error.message + failure->error.code;
  }
  const auto& result = std::get<provider::ChatResult>(outcome);
  const provider::StreamDecoder& decoder = reader.decoder();
  test::require(decoder.saw_finish() || decoder.saw_done(), "success needs an end");
  const provider::Usage& usage = result.usage;
  test::require(usage.input >= usage.cached_input && usage.cached_input >= 0, "cached is part of input");
  test::require(usage.output >= usage.reasoning && usage.reasoning >= 0, "reasoning is part of output");
  for (const privacy::ToolCall& call : result.tool_calls) {
    test::require(!call.id.empty(), "every call has an id");
    summary += call.id + call.name + call.arguments + call.extra_json;
  }
  return summary + to_string(result.finish) + result.model + usage.raw_json;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const test::FuzzInput input(data, size);
  static constexpr const char* kTypes[] = {"text/event-stream", "application/json", "text/html", ""};
  const char* type = kTypes[(input.choice >> 1) % 4];
  const bool whole = !(input.choice & 0x80);
  test::require(read({input.bytes}, type, whole) == read(input.pieces(), type, whole),
                "the outcome does not depend on the cut");
  return 0;
}
