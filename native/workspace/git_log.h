// The commits that led to HEAD, from `git log`; the next time only what has come since.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/unique_function.h"
#include "loop/loop.h"
#include "workspace/history.h"

namespace coder::workspace {

/// The newest commits that count; merges are none of them. Of 15,000 commits `git log` tells in 1.4 s; what
/// is older than some years says little of how files belong together today.
inline constexpr size_t kMaxCommits = 20'000;

/// Reads what `git log` writes with kLogFormat, in pieces that end where a commit ends. Of the commits in
/// `shallow`, whose parents were never fetched, the files are unknown: they look as if they had made all.
std::vector<Commit> parse_log(std::string_view text, const std::unordered_set<std::string>& shallow);
extern const std::vector<std::string> kLogArguments;
/// How much of `text` ends with a commit: the rest may go on.
size_t whole_commits(std::string_view text);

/// One reading. Blocks nothing. Destroying it gives up; also from inside its callbacks.
class ReadLog {
 public:
  struct Handlers {
    /// First: `anew`, forget all that was known; else those in `gone` only (another branch was left).
    unique_function<void(bool anew, std::vector<std::string> gone)> begin;
    /// Some hundred commits at a time, the newest first.
    unique_function<void(std::vector<Commit>)> commits;
    /// Last. `head`: what was read up to; `known` if nothing has changed since (then there was no begin),
    /// empty where there is no commit. `problem`: why not all was read; empty if it was.
    unique_function<void(std::string head, std::string problem)> done;
  };
  /// `root`: absolute; paths are relative to it, files elsewhere in the repository are not told. `known`: the
  /// head of the last reading; may be empty.
  ReadLog(loop::Loop& loop, const std::string& root, const std::string& known, Handlers handlers);
  ~ReadLog();
  ReadLog(const ReadLog&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace coder::workspace
