// Parameters and events of drafts and dismissals; see messages.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rpc/messages.h"

namespace coder::rpc {

/// The text of a pull request or of a commit, from the changes in git. It comes as `draft_delta` and ends
/// with `draft_end`.
struct DraftParams {
  std::string kind;  ///< "pr" or "commit"
  std::optional<std::string>
      base;  ///< of the branch, for "pr"; none: origin's default branch, main or master
  std::optional<std::string> words;     ///< what to mind
  std::optional<std::string> language;  ///< that people speak
  std::optional<int64_t> source;        ///< buffer whose repository it is about
  std::optional<std::string> folder;    ///< the same, where the buffer is no file of it: absolute
};
struct DraftBeginEvent {
  int64_t id = 0;
  std::string model;
  std::string lane;
  std::string label;                  ///< of the text: "any" or "local_only"
  std::string about;                  ///< "3 commits since main"
  std::vector<std::string> left_out;  ///< in words
};
/// A diff that does not fit the model is read in parts first.
struct DraftPartEvent {
  int64_t id = 0;
  int64_t done = 0;
  int64_t parts = 0;
};
struct DraftDeltaEvent {
  int64_t id = 0;
  std::string text;
};
struct DraftEndEvent {
  int64_t id = 0;
  std::optional<WireError> error;
  std::string text;  ///< all of it, tidied: instead of what came in pieces; partial with an error
  std::string model;
  int64_t ms = 0;
  std::optional<double> usd;
};

/// What the user does not want to be told again: findings of this kind at lines with this text.
struct DismissParams {
  std::string path;  ///< absolute
  std::string kind;
  std::string text;  ///< of the line
};
/// All that was dismissed is told again: of one file, or of the project it is in.
struct RestoreParams {
  std::string path;  ///< absolute
  std::optional<bool> project;
};
struct RestoreResult {
  int64_t restored = 0;
};

/// The tasks that the user has configured.
struct OwnTaskItem {
  std::string name;
  std::string does;    ///< in words
  std::string answer;  ///< "text", "edits" or "findings"
};
struct TasksResult {
  std::vector<OwnTaskItem> tasks;
};

}  // namespace coder::rpc

#include "rpc/message_fields_daily.h"  // how they are read and written
