// Which files change together, from `git log`: of all signals the cheapest, and on a large repository
// decisive.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace coder::workspace {

/// A commit that changed this many files or more says nothing about any two of them.
inline constexpr size_t kMaxCommitFiles = 40;

struct Commit {
  std::string hash;
  int64_t time = 0;  ///< seconds since 1970
  std::string subject;
  std::vector<std::string> files;  ///< paths relative to the root
};

/// Not thread-safe: one job or the loop owns it at a time.
class History {
 public:
  /// Takes in a commit; those of more than kMaxCommitFiles files, or one, leave their subject's words only.
  /// Commits may come in any order.
  void add(const Commit& commit);

  struct Related {
    std::string_view path;  ///< valid until the next add()
    double weight;          ///< sum over commits of decay / (files − 1), see history.cc
  };
  /// The files that changed together with `path`, heaviest first, ties by path. Some may be gone by now.
  std::vector<Related> related(std::string_view path) const;

  struct Past {
    std::string_view path;
    double weight;
  };
  /// The files of commits whose subjects share rare words with `text`, heaviest first: what was done before
  /// when somebody asked for something like it.
  std::vector<Past> changed_for(std::string_view text, size_t at_most) const;

  size_t commits() const;
  size_t memory() const;

 private:
  struct Entry;
  std::vector<Entry> commits_;
};

}  // namespace coder::workspace
