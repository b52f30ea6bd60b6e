// What of a model's output is text at all: no control characters, no half characters, nothing after one of
// the words models end with.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coder::completion {

struct Readable {
  std::string text;
  bool ended = false;  ///< what follows in the output is no part of the text, whatever it is
  /// Where in `text` a byte of the output was left out before, ascending; one entry per byte.
  std::vector<size_t> left_out;
};

/// The text in `raw`. Ends before a special token written out as text, NUL, U+FFFD, a malformed byte, a
/// character that reverses the reading direction, or a Markdown fence; an opening fence line is left out, and
/// so are CR and other control characters. Tokens and fences that the user's own text (`before`, `after`)
/// holds too are text. Unless `complete`, an end that may become one of these is held back: for raw ⊂ raw',
/// the text of raw is a prefix of the text of raw'. Linear.
Readable readable(std::string_view raw, std::string_view before, std::string_view after, bool complete);

}  // namespace coder::completion
