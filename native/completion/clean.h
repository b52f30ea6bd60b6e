// From what a model wrote to what is shown: pure, and monotone while it streams, so that ghost text only ever
// grows.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace coder::completion {

struct CleanInput {
  std::string_view before;  ///< text before the cursor (View::before)
  std::string_view after;   ///< text after it (View::after)
  std::string_view raw;     ///< what the model wrote to follow `before`, so far
  bool complete = false;    ///< it will write no more
  bool cut_short = false;   ///< complete, but by a limit: its last line may be half a line
  size_t max_lines = 0;     ///< 0: no limit; leading line breaks do not count
  /// `before` ends with this many bytes that are the beginning of `raw`: the user typed along. The text is
  /// then judged as before that, so that it does not change under the user's hands; only what closes
  /// brackets is judged anew, because an autopair plugin may have put closers into `after`.
  size_t typed = 0;
};

struct Cleaned {
  std::string text;   ///< to show at the cursor; empty: nothing worth showing (yet)
  bool stop = false;  ///< nothing the model may still write would be shown: end the request
  /// Where in `raw` the text begins: bytes before it repeat what is there, or are blank. With
  /// raw.substr(from) kept as the suggestion, what the user types of it is found by plain compare.
  size_t from = 0;
};

/// What to show.
///  - Ends where the text repeats what comes after the cursor (the next lines that are not blank).
///  - Overlap of its end with the text after the cursor on the same line is taken off, closers included: with
///    `)` after the cursor, "x)" becomes "x". Closers are balanced against what `after` already closes.
///  - Overlap of its start with the text before the cursor is taken off (the model repeats the line's
///  beginning).
///  - Indentation: of the first line beyond what stands before the cursor is kept right; lines that fall back
///  to less
///    indentation than the block being filled end it once it is closed … see clean.cc.
///  - No endless repetition: ends before a line, or a short run of lines, comes for the third time.
///  - Only white space, control characters, U+FFFD: nothing. No CR, no NUL, no trailing blanks or blank lines
///  at the end.
///  - One line when the rest of the cursor's line holds something other than closers and separators.
///  - Whole lines when there is more than one: with `cut_short`, a half last line is left out.
/// Monotone: for raw ⊂ raw', clean(raw).text is a prefix of clean(raw').text; what might yet be taken off is
/// held back until it is clear. Linear in the input.
Cleaned clean(const CleanInput& input);

}  // namespace coder::completion
