#include "edit/transaction.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <set>

#include "base/hash.h"
#include "edit/file_ops.h"
#include "edit/journal.h"
#include "edit/steps.h"

namespace coder::edit {
namespace {

constexpr int kLockWaitMs = 5000;
/// From here on one sync of the whole file system is faster than one for each file.
constexpr size_t kManyFiles = 8;

std::string lock_file(const std::string& folder) { return folder + "/lock"; }
std::string rescue_folder(const std::string& folder) { return folder + "/rescued"; }

/// With all folders above it, for this user alone.
Result<void> make_folder(const std::string& folder) {
  if (folder.empty()) {
    return Error{ErrorKind::internal, "there is no place for the journal of edits",
                 "set HOME or XDG_STATE_HOME to a folder"};
  }
  for (size_t end = folder.find('/', 1);; end = folder.find('/', end + 1)) {
    const std::string part = folder.substr(0, end);
    if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) {
      struct stat info {};
      const Error error = disk_error("cannot make", part);
      if (::stat(part.c_str(), &info) != 0) return error;
    }
    if (end == std::string::npos) return {};
  }
}

/// Ends what the journal holds; the lock is held.
Result<Recovered> end_journal(const std::string& folder) {
  Recovered out;
  const auto journal = read_journal(folder);
  if (!journal) return journal.error();
  if (!*journal) return out;
  const bool forward = (*journal)->state == Journal::State::commit;
  out.way = forward ? Recovered::Way::forward : Recovered::Way::back;
  const std::vector<Step>& steps = (*journal)->steps;
  for (const Step& step : steps) {
    out.files.push_back(step.target);
    const Result<void> done = forward ? forward_step(step, rescue_folder(folder), out.left)
                                      : back_step(step, rescue_folder(folder), out.left);
    if (!done) return done.error();
  }
  if (!forward) remove_folders((*journal)->folders);
  if (auto done = sync_folders(steps); !done) return done.error();
  if (auto done = remove_journal(folder); !done) return done.error();
  return out;
}

/// Names no other transaction has.
std::string unique_word() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  return hash_name(std::to_string(::getpid()) + "/" + std::to_string(now)).substr(0, 8);
}

/// The folders that are missing above `path`, outer ones first.
void add_missing(const std::string& path, std::vector<std::string>& out) {
  std::vector<std::string> missing;
  struct stat info {};
  for (std::string folder = folder_of(path); ::stat(folder.c_str(), &info) != 0 && folder != "/";
       folder = folder_of(folder))
    missing.push_back(folder);
  for (size_t i = missing.size(); i > 0; --i) {
    if (std::find(out.begin(), out.end(), missing[i - 1]) == out.end()) out.push_back(missing[i - 1]);
  }
}

}  // namespace

struct Transaction::State {
  std::string folder;
  FileLock lock;
  std::vector<Target> targets;
  Journal journal;
  bool open = false;  ///< the journal is written and not yet removed

  /// Is each file still what the edits were made for?
  Result<void> look() const {
    for (const Target& target : targets) {
      struct stat info {};
      const bool there = ::lstat(target.path.c_str(), &info) == 0;
      if (!target.old) {
        if (there) return Error{ErrorKind::edits, target.shown + " has come into being meanwhile", ""};
      } else if (!there) {
        return Error{ErrorKind::edits, target.shown + " has been removed meanwhile", ""};
      } else if (!target.buffer && hash_at(target.path) != target.old->hash) {
        return Error{ErrorKind::edits, target.shown + " has changed meanwhile", ""};
      }
    }
    return {};
  }

  void plan_steps() {
    const std::string word = unique_word();
    for (size_t i = 0; i < targets.size(); ++i) {
      const Target& target = targets[i];
      const std::string beside = folder_of(target.path) + "/.coder-" + word + "-" + std::to_string(i);
      Step step;
      step.target = target.path;
      step.fresh = beside + ".new";
      step.stale = beside + ".old";
      step.old_hash = target.old ? target.old->hash : 0;
      step.new_hash = target.text ? fnv1a(*target.text) : 0;
      step.kind = target.buffer  ? Step::Kind::buffer
                  : !target.text ? Step::Kind::remove
                  : target.old   ? Step::Kind::replace
                                 : Step::Kind::create;
      journal.steps.push_back(std::move(step));
      add_missing(target.path, journal.folders);
    }
  }

  /// Where that is allowed: root edits other people's files.
  static void keep_owner(const Step& step, const Target& target) {
    struct stat old {
    }, fresh{};
    if (::lstat(step.target.c_str(), &old) != 0 || ::lstat(step.fresh.c_str(), &fresh) != 0) return;
    if (old.st_uid == fresh.st_uid && old.st_gid == fresh.st_gid) return;
    if (::lchown(step.fresh.c_str(), old.st_uid, old.st_gid) == 0 && target.mode)
      (void)::chmod(step.fresh.c_str(), *target.mode);  // chown takes the set-user-id bit away
  }

  Result<void> write_texts() {
    for (const std::string& one : journal.folders) {
      if (::mkdir(one.c_str(), 0777) != 0 && errno != EEXIST) return disk_error("cannot make", one);
    }
    std::vector<std::string> written;
    for (size_t i = 0; i < targets.size(); ++i) {
      if (!targets[i].text) continue;
      if (auto done = write_new(journal.steps[i].fresh, *targets[i].text, targets[i].mode); !done)
        return done;
      written.push_back(journal.steps[i].fresh);
    }
    if (written.size() > kManyFiles) {
      std::vector<std::string> folders;
      for (const std::string& path : written) folders.push_back(folder_of(path));
      return sync_whole(folders);
    }
    if (auto done = sync_files(written); !done) return done;
    for (const std::string& one : journal.folders) {
      if (auto done = sync_folder(folder_of(one)); !done) return done;
    }
    return sync_folders(journal.steps);
  }

  /// It has come to an end: others may go on.
  Result<void> close() {
    open = false;
    Result<void> done = remove_journal(folder);
    FileLock free;
    lock = std::move(free);
    return done;
  }

  /// Back to the start, from wherever it is.
  Result<void> go_back(std::vector<std::string>& left) {
    if (!open) return {};
    for (const Step& step : journal.steps) {
      if (auto done = back_step(step, rescue_folder(folder), left); !done) return done;
    }
    remove_folders(journal.folders);
    if (auto done = sync_folders(journal.steps); !done) return done;
    return close();
  }
};

Transaction::Transaction(std::unique_ptr<State> state) : state_(std::move(state)) {}

Transaction::~Transaction() {
  if (state_->open) (void)undo();
}

Result<std::unique_ptr<Transaction>> Transaction::begin(const std::string& journal_folder,
                                                        std::vector<Target> targets) {
  auto state = std::make_unique<State>();
  state->folder = journal_folder;
  state->targets = std::move(targets);
  if (auto done = make_folder(journal_folder); !done) return done.error();
  Result<FileLock> lock = FileLock::take(lock_file(journal_folder), kLockWaitMs);
  if (!lock) return lock.error();
  if (!lock->held()) {
    return Error{ErrorKind::edits, "another process is applying edits and does not come to an end",
                 "try again; the lock is " + lock_file(journal_folder)};
  }
  state->lock = std::move(*lock);
  if (auto ended = end_journal(journal_folder); !ended) return ended.error();
  if (auto same = state->look(); !same) return same.error();
  state->plan_steps();
  if (auto done = write_journal(journal_folder, state->journal); !done) return done.error();
  state->open = true;
  if (auto done = state->write_texts(); !done) {
    std::vector<std::string> left;
    (void)state->go_back(left);
    return done.error();
  }
  return std::unique_ptr<Transaction>(new Transaction(std::move(state)));
}

Result<void> Transaction::commit() {
  State& state = *state_;
  if (auto same = state.look(); !same) {
    (void)undo();
    return same;
  }
  state.journal.state = Journal::State::commit;
  if (auto done = write_journal(state.folder, state.journal); !done) {
    (void)undo();
    return done;
  }
  for (size_t i = 0; i < state.journal.steps.size(); ++i) {
    Result<void> done = do_step(state.journal.steps[i]);
    if (done) continue;
    Error error = done.error();
    if (error.kind == ErrorKind::edits) error.message = state.targets[i].shown + " has changed meanwhile";
    (void)undo();
    return error;
  }
  if (auto done = sync_folders(state.journal.steps); !done) {
    (void)undo();
    return done;
  }
  return {};
}

Result<void> Transaction::undo(std::vector<std::string>* left) {
  State& state = *state_;
  if (!state.open) return {};
  std::vector<std::string> ignored;
  if (state.journal.state == Journal::State::commit) {
    // From here on, a crash goes back as well.
    state.journal.state = Journal::State::undo;
    if (auto done = write_journal(state.folder, state.journal); !done) return done;
  }
  return state.go_back(left ? *left : ignored);
}

Result<void> Transaction::finish() {
  State& state = *state_;
  if (!state.open) return {};
  for (const Step& step : state.journal.steps) {
    if (auto done = remove_file(step.fresh); !done) return done;
    if (auto done = remove_file(step.stale); !done) return done;
  }
  return state.close();
}

const std::vector<std::string>& Transaction::made() const { return state_->journal.folders; }

void remove_empty(const std::vector<std::string>& folders) { remove_folders(folders); }

std::vector<Target> targets_of(const Plan& plan) {
  std::vector<Target> out;
  for (const FileChange& change : plan.changes) {
    const bool moves = change.to.has_value();
    std::optional<Version> old;
    if (change.existed) old = change.old_version;
    // After a crash the file of an open buffer is only written where the buffer held nothing else than the
    // file.
    if (old && change.buffer) old = version_of(change.old_text, old->mode);
    const std::optional<uint32_t> mode = old ? std::optional<uint32_t>(old->mode) : change.mode;
    if (moves) out.push_back({change.to->real, change.to->shown, std::nullopt, change.new_text, mode, false});
    if (moves || change.removed) {
      out.push_back({change.at.real, change.at.shown, old, std::nullopt, std::nullopt, false});
    } else {
      out.push_back({change.at.real, change.at.shown, old, change.new_text, mode, change.buffer.has_value()});
    }
  }
  return out;
}

Result<Recovered> recover(const std::string& journal_folder) {
  struct stat info {};
  if (journal_folder.empty() || ::lstat(journal_file(journal_folder).c_str(), &info) != 0) return Recovered();
  Result<FileLock> lock = FileLock::take(lock_file(journal_folder), 0);
  if (!lock) return lock.error();
  if (!lock->held()) {
    Recovered out;
    out.way = Recovered::Way::busy;
    return out;
  }
  return end_journal(journal_folder);
}

}  // namespace coder::edit
