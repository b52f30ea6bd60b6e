// A repository, a buffer and edits of any bytes: no crash, and what is guessed can be put in where the cursor
// is. The first byte says how much of the input is the repository's one file; the rest is typed, edit by
// edit.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "completion/repo_model/repo_model.h"
#include "support/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace coder::completion;
  if (size < 2) return 0;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const size_t part = (size - 1) * data[0] / 256;
  const std::string text(all.substr(1, part));
  const std::string_view typed = all.substr(1 + part);

  RepoModel model;
  const auto base = RepoBase::build({{"a.py", text}, {"b.py", text + text}});
  const auto again = RepoBase::load(base->save());
  coder::test::require(again.ok() && (*again)->tokens() == base->tokens(), "what is saved is loaded");
  (void)RepoBase::load(all);  // of no use, but no harm either
  model.set_base(*again, model.stamp());
  std::vector<std::string> lines{""};
  model.buffer_set(1, "c.py", lines);
  for (const char byte : typed) {
    size_t line = lines.size() - 1;
    if (byte == '\n') {
      lines.emplace_back();
      model.buffer_splice(1, lines.size(), lines.size(), {""});
      line = lines.size() - 1;
    } else {
      lines[line] += byte;
      model.buffer_splice(1, line, line + 1, {lines[line]});
    }
    for (const Gate gate : {Gate::quiet, Gate::eager}) {
      const auto guess = model.guess(1, line, lines[line].size(), gate);
      if (!guess) continue;
      coder::test::require(!guess->text.empty(), "something to put in");
      coder::test::require(guess->confidence > 0 && guess->confidence <= 1, "a probability");
      const bool one_line = guess->kind != RepoGuess::Kind::lines;
      coder::test::require(!one_line || guess->text.find('\n') == std::string::npos, "one line");
    }
  }
  model.put("a.py", typed, false);
  model.remove("b.py");
  model.buffer_drop(1);
  coder::test::require(!model.guess(1, 0, 0, Gate::eager).has_value(), "nothing in a buffer that is gone");
  return 0;
}
