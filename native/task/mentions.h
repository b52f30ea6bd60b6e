// The words in a question that name what goes along: "#buffer", "#file:src/a.py", "#symbol:Parser".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coder::task {

struct Mention {
  enum class Kind { buffer, selection, file, symbol, diagnostics, diff, repo };
  Kind kind;
  std::string name;  ///< of a file or symbol
  bool operator==(const Mention&) const = default;
};

/// Those in `text`, each once, in their order. A word counts at the beginning of a line or after a blank or a
/// bracket, outside of code fences and `code`. Names end at a blank (or stand in double quotes); a full stop,
/// comma and the like right after a name do not belong to it.
std::vector<Mention> mentions_in(std::string_view text);

/// One word as the user would write it, quoted if need be; empty if it is none.
std::string to_string(const Mention& mention);

/// Every word there is, names left out: "#buffer", "#file:", …
const std::vector<std::string>& mention_words();

}  // namespace coder::task
