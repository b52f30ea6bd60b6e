// The reply parser on anything: the same edits however the bytes come, and bounded ones.
#include <string>
#include <vector>

#include "edit/reply.h"
#include "support/fuzz_input.h"

using coder::edit::Edit;

namespace {

std::string told(const std::vector<Edit>& edits) {
  std::string out;
  const auto add = [&out](const std::string& text) { out += text + '\x1f'; };
  for (const Edit& edit : edits) {
    add(std::to_string(static_cast<int>(edit.action)) + std::to_string(edit.line) + edit.path + edit.to +
        edit.problem);
    for (const std::string& line : edit.search) add("-" + line);
    for (const std::string& line : edit.replace) add("+" + line);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using coder::test::require;
  const coder::test::FuzzInput input(data, size);
  const std::vector<Edit> whole = coder::edit::parse_reply(input.bytes);
  coder::edit::ReplyParser parser;
  std::vector<Edit> parts;
  for (const std::string_view piece : input.pieces()) {
    parser.feed(piece);
    for (Edit& edit : parser.take()) parts.push_back(std::move(edit));
  }
  parser.finish();
  for (Edit& edit : parser.take()) parts.push_back(std::move(edit));
  require(told(whole) == told(parts), "the edits do not depend on the pieces");
  uint32_t last = 0;
  for (const Edit& edit : whole) {
    require(edit.line > 0 && edit.line >= last, "edits come in the order of the reply");
    last = edit.line;
    require(!edit.path.empty() || !edit.problem.empty(), "an edit without a file is refused");
    require(edit.path.size() <= 8192, "paths are bounded");
    for (const auto* lines : {&edit.search, &edit.replace}) {
      for (const std::string& line : *lines) require(line.find('\n') == std::string::npos, "lines are lines");
    }
  }
  return 0;
}
