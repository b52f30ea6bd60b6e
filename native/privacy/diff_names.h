// The names in the headers of a diff: quoted, prefixed, followed by times, two on a line. For diff.cc only.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace coder::privacy {

/// "a/x", and what git calls the sides with diff.mnemonicPrefix or --no-index.
bool is_prefixed(std::string_view path);

/// Paths without duplicates, at most kMaxDiffPaths of at most 4,096 bytes; one more, empty, where there
/// were more.
class DiffPaths {
 public:
  /// The path as written, and without its prefix.
  void add(std::string_view path);
  /// Just so. Not "/dev/null".
  void add_one(std::string_view path);

  bool full() const { return full_; }
  std::vector<std::string>& list() { return list_; }

 private:
  std::vector<std::string> list_;
  std::unordered_set<std::string> seen_;
  bool full_ = false;
};

/// A name that ends its line, quoted or not.
struct DiffName {
  std::string likely;  ///< without a time behind it
  std::string whole;   ///< up to a tab, which git would have quoted
  bool word = false;   ///< quoted, or without blanks

  explicit DiffName(std::string_view text);
  void add_to(DiffPaths& paths) const;
};

/// "old/x" and "new/x": what two names of one file have in common, whatever stands before it.
void add_common_tail(std::string_view a, std::string_view b, DiffPaths& paths);

/// Two names on one line, with `between` between them; names with spaces need not be quoted.
void add_two(std::string_view text, std::string_view between, DiffPaths& paths);

/// The files among the words of a diff command.
void add_words(std::string_view text, DiffPaths& paths);

}  // namespace coder::privacy
