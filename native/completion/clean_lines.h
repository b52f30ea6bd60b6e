// Judgements on whole lines of a completion: does a line repeat the text after the cursor, does it leave the
// block being filled, does it come again and again.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace coder::completion {

bool is_blank(std::string_view text);                ///< spaces, tabs and line breaks only
std::string_view trim_left(std::string_view text);   ///< without leading spaces and tabs
std::string_view trim_right(std::string_view text);  ///< without trailing spaces, tabs and line breaks
std::string_view blanks_of(std::string_view line);   ///< its indentation
size_t indent_of(std::string_view line);             ///< width of its indentation, a tab counts 4
/// Long enough, and with letters enough, that it is hardly the same by chance.
bool is_telling(std::string_view line);

/// The lines after the cursor's line that are not blank, without trailing blanks; the first ones only.
std::vector<std::string_view> lines_below(std::string_view after);

/// Does a line that falls back to less indentation end the block? `below` is lines_below(); `after_blank`: a
/// blank line stands before it.
bool leaves_block(std::string_view line, size_t block_indent, const std::vector<std::string_view>& below,
                  bool after_blank);

/// Which lines repeat those below the cursor. Fed with lines that are not blank, in their order.
class Echo {
 public:
  explicit Echo(const std::vector<std::string_view>& below) : below_(below) {}

  enum class Verdict {
    fresh,        ///< no repeat, nor is any line before it
    perhaps,      ///< a repeat if the next line is one, or if there is no next line
    perhaps_own,  ///< a repeat if the next line is one
    repeat,       ///< it is, from the line on that was first `perhaps…`, or from this one
  };
  /// `line` without trailing blanks; `own_closer`: begins with a bracket that closes one of the text's own.
  Verdict feed(std::string_view line, bool own_closer);

  /// May a line that begins like this become a repeat?
  bool may_become(std::string_view beginning) const;

 private:
  const std::vector<std::string_view>& below_;
  size_t next_ = 0;  ///< index below of the line that would go on with the repeat; 0: there is none
};

/// Finds a run of up to kLongest lines that comes for the third time. Fed with lines that are not blank.
class Repeats {
 public:
  static constexpr size_t kLongest = 8;

  /// How many of the last lines fed, this one included, may be the third time of a run: 0 none.
  size_t feed(std::string_view line);
  /// The lines of the last answer are the whole third time.
  bool third() const { return third_; }

 private:
  std::array<std::string_view, kLongest> last_{};  ///< ring, by count_ % kLongest
  std::array<size_t, kLongest + 1> same_{};  ///< by length of the run: lines equal to those a run before
  size_t count_ = 0;
  bool third_ = false;
};

/// Where a line that repeats a phrase without end is to be cut: an offset in `line`, or npos. Depends on what
/// is before that offset only.
size_t endless_phrase(std::string_view line);

}  // namespace coder::completion
