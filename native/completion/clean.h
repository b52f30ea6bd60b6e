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
///  - Ends where the text repeats what comes after the cursor: the next line that is not blank, or two lines
///    in a row from the second or third one on. A short line ("break;", a bracket that closes one of the
///    text's own) is taken for a repeat only if the line after it, or the end of the text, agrees.
///  - Overlap of its end with the text after the cursor on the same line is taken off, closers included: with
///    `)` after the cursor, "x)" becomes "x". Closers are balanced against what `after` already closes. A
///    closer that stood on a line of its own keeps the line break before it.
///  - Overlap of its start with the text before the cursor is taken off (the model repeats the line's
///    beginning, its indentation, or the blank before the cursor).
///  - A line that falls back to less indentation than the block being filled ends the text if the
///    text below closes the block, and also if it begins something new (it stands at the margin, or after a
///    blank line) and there is any text below.
///  - No endless repetition: ends before a line, or a run of up to eight lines, comes for the third time; a
///    phrase repeated over 120 bytes of one line ends it.
///  - Only white space, control characters, U+FFFD: nothing. No CR, no NUL, no blank lines at the end, and no
///    trailing blanks but those that part it from text to the right. Special tokens end it.
///  - One line when the rest of the cursor's line holds something other than closers and separators; nothing
///    when that line would have to stand above text at whose very beginning the cursor is.
///  - The first line that is not blank grows as it comes, later lines are shown when they are whole: with
///    `cut_short`, a half last line is left out.
/// Monotone: for raw ⊂ raw', clean(raw).text is a prefix of clean(raw').text; what might yet be taken off is
/// held back until it is clear. Linear in the input: about 60 µs for 8 KB.
Cleaned clean(const CleanInput& input);

}  // namespace coder::completion
