// Recognises private text outside of its file: pasted into an unnamed buffer or a conversation, put there by
// :read or from a register. What has been seen in private buffers leaves traces (hashes) here; text without a
// path is judged by them. Errs on the safe side: a line that a private file shares with others counts. Holds
// up to a million hashes (some 40 MB). Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace coder::privacy {

class Traces {
 public:
  /// A line of a private buffer. Blanks around it do not count; below kMinLineBytes it leaves no trace.
  void add_line(std::string_view line);
  /// Text yanked from a private buffer, however short (from kMinFragmentBytes on). Of several lines those of
  /// kMinLineBytes count, or else the longest: a lone "else" would be found anywhere. Inside of other lines
  /// the last 256 are found, as lines of their own all of them.
  void add_fragment(std::string_view text);

  /// A diff of a private file: the lines of its hunks, which are private without their headers, too.
  void add_diff(std::string_view text);

  /// Is `line` one of private text, also behind up to four marks of a quotation, a comment or a diff, or does
  /// it hold a fragment?
  bool found_in(std::string_view line) const;
  /// Is `line` one that was yanked, or does it hold a fragment, of at least kMinLineBytes? For text with a
  /// path of its own, where lines that many files share must not count.
  bool yanked_in(std::string_view line) const;
  /// As found_in, for any line of `text`.
  bool found_in_text(std::string_view text) const;

  bool empty() const { return lines_.empty() && fragments_.empty() && !full_; }

  static constexpr size_t kMinLineBytes = 20;
  static constexpr size_t kMinFragmentBytes = 8;  ///< shorter words turn up anywhere
  static constexpr size_t kMaxLines = 1'000'000;  ///< beyond it every line that is not blank counts as found

 private:
  std::unordered_set<uint64_t> lines_;   ///< hashes
  std::unordered_set<uint64_t> yanked_;  ///< hashes of whole lines
  std::deque<std::string> fragments_;    ///< single lines
  bool full_ = false;
};

}  // namespace coder::privacy
