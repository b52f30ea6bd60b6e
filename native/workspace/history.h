// Which files change together, from `git log`: of all signals the cheapest, and on a large repository
// decisive.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "workspace/names.h"

namespace coder::workspace {

/// A commit that changed more files than this says nothing about any two of them.
inline constexpr size_t kMaxCommitFiles = 40;

struct Commit {
  std::string hash;
  int64_t time = 0;  ///< seconds since 1970
  std::string subject;
  std::vector<std::string> files;  ///< paths relative to the root, each once
};

/// What it answers depends on the commits it was given, not on their order, but for rounding. Not
/// thread-safe: one job or the loop owns it at a time, const functions included (they sort what was added
/// since).
class History {
 public:
  /// Takes in a commit, once by its hash. One of more than kMaxCommitFiles files leaves only its subject's
  /// words (which tell how rare a word is); one of a single file, also that file, for changed_for().
  void add(const Commit& commit);

  /// A past commit, by how much its subject is like a text: BM25, in (0, ∞).
  struct Like {
    uint32_t commit;
    float score;
  };
  /// The commits whose subjects share words with `text`, in no order that means something.
  std::vector<Like> like(std::string_view text) const;

  struct Related {
    std::string_view path;  ///< valid until the next add()
    double weight;          ///< sum over commits of decay / (files − 1), see history.cc
    double asked;           ///< the same, each commit counted by its likeness to the text
    uint32_t times;         ///< commits
  };
  /// The files that changed together with `path`, heaviest first, ties by path. Some may be gone by now.
  /// `like` (of one text) is for Related::asked.
  std::vector<Related> related(std::string_view path, const std::vector<Like>& like = {}) const;

  struct Past {
    std::string_view path;
    double weight;
  };
  /// The files of commits whose subjects share rare words with `text`, heaviest first, ties by path: what was
  /// done before when somebody asked for something like it.
  std::vector<Past> changed_for(std::string_view text, size_t at_most) const;
  std::vector<Past> changed_for(const std::vector<Like>& like, size_t at_most) const;

  /// The files that changed together with the first `at_most` of `related`, by how much each of these counts:
  /// sum of their weight × share of their changes. No order.
  std::vector<Past> companions_of(const std::vector<Related>& related, size_t at_most) const;

  /// How often, and how lately, the file changed: sum over its commits of decay.
  double activity(std::string_view path) const;
  /// The same over the last few commits only.
  double freshness(std::string_view path) const;

  size_t commits() const { return entries_.size(); }
  /// Bytes held, about.
  size_t memory() const;

 private:
  struct Entry {
    int64_t time;
    uint32_t files;  ///< where its paths begin in files_
    uint16_t count;  ///< of its paths; 0 if there were too many
    uint16_t words;  ///< of its subject
  };
  struct Said {
    uint32_t commit;
    uint32_t times;
  };
  double decay(uint32_t commit) const;
  void refresh() const;

  Names paths_, words_;
  std::vector<Entry> entries_;
  std::vector<uint32_t> files_;                 ///< of all commits, one behind the other
  std::vector<std::vector<uint32_t>> touched_;  ///< by path: its commits
  std::vector<std::vector<Said>> said_;         ///< by word: the subjects that hold it
  std::unordered_set<uint64_t> known_;          ///< hashes
  uint64_t all_words_ = 0;
  // Computed again after an add():
  mutable std::vector<float> decay_;                  ///< by commit
  mutable std::vector<double> activity_, freshness_;  ///< by path
};

}  // namespace coder::workspace
