// What the user looks at, cut to what matching and cleaning need. A value: the session never sees a buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace coder::completion {

/// Bytes of text kept on either side of the cursor.
inline constexpr size_t kViewBytes = 4096;

struct View {
  int64_t changedtick = 0;
  size_t line = 0;  ///< of the cursor, 0-based
  size_t col = 0;   ///< byte column
  /// At most kViewBytes before and after the cursor, lines joined by "\n", cut at code points. Whole lines'
  /// text: `before` ends at the cursor, `after` starts there with the rest of the line (no leading "\n" of
  /// its own).
  std::string before, after;
};

/// The view of a cursor at byte `col` of `lines[line]`; both are clamped, `col` to the start of a code point.
View make_view(const std::vector<std::string>& lines, size_t line, size_t col, int64_t changedtick);

}  // namespace coder::completion
