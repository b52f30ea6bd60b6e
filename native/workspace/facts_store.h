// What is kept between runs, in one database for all workspaces of the user: facts by the hash of the text
// they are of, and for each file of a root its stat and that hash, so that a file that has not changed is
// neither read nor parsed. All of it can be made anew, so trouble with the file is never an error: it is
// removed if it is damaged or of another version, else done without, and said once.
//
// For one thread at a time; every call blocks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "store/store.h"
#include "workspace/history.h"
#include "workspace/intake.h"

namespace coder::workspace {

using Hashes = std::unordered_set<uint64_t>;

class FactsStore {
 public:
  /// Opens nothing yet. `today`: days since 1970.
  FactsStore(std::string file, std::string root, int64_t today);

  /// What is known of a file that has not changed.
  struct Kept {
    std::string left_out;  ///< why it does not count; else
    uint64_t hash = 0;
    syntax::Language language = syntax::Language::none;
    std::string facts;  ///< see encode()
  };
  /// One for each of `wanted`; nullopt where its stat differs or nothing is stored.
  std::vector<std::optional<Kept>> find(const std::vector<Wanted>& wanted);

  /// The texts, of whatever file, whose facts are stored.
  Hashes hashes();
  /// Facts of a text; empty if there are none.
  std::string facts(uint64_t hash, syntax::Language language);

  struct Entry {
    std::string path;
    Stat stat;  ///< empty: only its facts are stored
    std::string left_out;
    uint64_t hash = 0;
    syntax::Language language = syntax::Language::none;
    std::string facts;  ///< empty: they are stored already, or it does not count
  };
  /// In one transaction.
  void put(const std::vector<Entry>& entries);

  /// Commits of the root's history, and the one they were read from; empty if there are none.
  std::string head();
  /// Those behind `after` ("" at first) by their hashes, `at_most`, in that order.
  std::vector<Commit> commits(const std::string& after, size_t at_most);
  /// `anew`: those of before go. `head` is stored with an empty list too.
  void put_commits(const std::string& head, const std::vector<Commit>& added,
                   const std::vector<std::string>& gone, bool anew);

  /// Nobody has called tidy() for this root today.
  bool untidy();
  /// Makes room: forgets what nobody has used for 30 days and files of the root that are not `listed`, and
  /// what was used longest ago while the file holds more than 512 MiB. Takes a while.
  void tidy(const std::vector<std::string>& listed);

  /// What a user should hear, once: empty the next time.
  std::string take_notice();

 private:
  struct Statements;
  template <class Do>
  void use(Do action);
  Result<void> open();
  Result<void> store(const std::vector<Entry>& entries);
  Result<void> forget_old(const std::vector<std::string>& listed);

  std::string file_, root_;
  int64_t today_;
  bool given_up_ = false;
  bool remade_ = false;
  std::string notice_;
  std::optional<store::Database> database_;
  std::shared_ptr<Statements> statements_;
  int64_t root_id_ = 0;
};

}  // namespace coder::workspace
