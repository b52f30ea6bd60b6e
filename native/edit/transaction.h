// Writing several files: all of them or none, also if this process is killed at any moment.
//
// - begin: takes the lock, ends what a crash left, looks whether the files are still as they were, writes the
//   new texts beside them and a journal
// - commit: notes in the journal that it is going forward, and swaps each file with its new text. A file is
//   never missing, and what was swapped out is looked at once more: not even a change of that moment is lost
// - then the caller changes its open buffers
// - finish: removes the old texts and the journal; or undo: puts the old texts back
//
// A crash before commit's note leaves all files as they were, one after it all files new, once recover() has
// run.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "edit/location.h"
#include "edit/plan.h"

namespace coder::edit {

/// What becomes of one file.
struct Target {
  std::string path;                 ///< absolute, resolved
  std::string shown;                ///< for messages
  std::optional<Version> old;       ///< nothing: it must not exist
  std::optional<std::string> text;  ///< nothing: it goes
  std::optional<uint32_t> mode;     ///< of the new file; nothing: by the umask
  bool buffer = false;  ///< the caller changes its open buffer; the file itself only after a crash
};

/// The files of a plan. A rename is a new file and one that goes.
std::vector<Target> targets_of(const Plan& plan);

class Transaction {
 public:
  /// Blocks, up to 5 s for another process's transaction. Errors: kind edits, a file has changed (the message
  /// names it); kind internal, the disk.
  static Result<std::unique_ptr<Transaction>> begin(const std::string& journal_folder,
                                                    std::vector<Target> targets);
  /// One that was not finished is undone.
  ~Transaction();
  Transaction(const Transaction&) = delete;

  /// Errors as begin's; then nothing has changed.
  Result<void> commit();
  /// Puts back what commit did. A file that was changed since then stays; `left` says so.
  Result<void> undo(std::vector<std::string>* left = nullptr);
  Result<void> finish();

  /// Folders that it has made for new files, outer ones first.
  const std::vector<std::string>& made() const;

 private:
  struct State;
  explicit Transaction(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct Recovered {
  enum class Way : uint8_t { nothing, forward, back, busy };  ///< busy: another process is at work
  Way way = Way::nothing;
  std::vector<std::string> files;
  /// What a person must know: files that somebody changed after the crash and that were left as they are,
  /// with the place where the other text is.
  std::vector<std::string> left;
};

/// Removes those of the folders that are empty, inner ones first: what finish() has left of made() when its
/// files go again.
void remove_empty(const std::vector<std::string>& folders);

/// Ends what a crash left. To be called when a process starts; begin does it as well. Blocks.
Result<Recovered> recover(const std::string& journal_folder);

}  // namespace coder::edit
