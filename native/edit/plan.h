// What a reply's edits come to, all of them together, before anything is written.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "edit/edit.h"
#include "edit/location.h"
#include "edit/match.h"

namespace coder::edit {

enum class Status : uint8_t { applied, refused, already };
const char* to_string(Status status);

/// What becomes of one edit. `applied`: it will be, if the plan is carried out.
struct Outcome {
  Status status = Status::refused;
  std::string file;               ///< relative to the root; as written where that is no path of the project
  size_t line = 0;                ///< in the file as it is, from 1; of a refusal the nearest, or 0
  uint32_t in_reply = 0;          ///< the line of the reply where the edit begins, from 1
  std::string reason;             ///< of a refusal
  std::optional<Rung> rung;       ///< how it was placed
  std::vector<NearLine> nearest;  ///< of a refusal: what the file has there
  bool own = true;                ///< of a refusal: for itself, not because another edit is refused
};

/// An open buffer's text counts instead of its file's.
struct Buffer {
  int64_t number = 0;
  int64_t changedtick = 0;
  std::string text;   ///< with its line ends, as it would be written
  bool crlf = false;  ///< the editor holds its lines without the CR that they end with in `text`
};

/// One file as it is and as it will be.
struct FileChange {
  Location at;
  std::optional<Location> to;  ///< it is renamed
  bool existed = false;
  bool removed = false;
  std::string old_text, new_text;
  Version old_version;           ///< of the file on disk, if it existed
  std::optional<uint32_t> mode;  ///< of a new file; nothing: by the umask
  std::optional<Buffer> buffer;  ///< its text is `old_text`
};

struct Plan {
  std::vector<Outcome> outcomes;    ///< one for each edit, in their order
  std::vector<FileChange> changes;  ///< those to write; empty when an edit is refused
  bool refused() const;
};

struct PlanOptions {
  std::string root;      ///< absolute
  bool partial = false;  ///< for a preview: a refused edit keeps no other from being applied
  bool accept_syntax_errors = false;
  /// Why this file (absolute, resolved) may not be edited, by what is known of its privacy; empty: it may be.
  std::function<std::string(const std::string& real, bool exists)> forbid;
  /// The open buffer of this file.
  std::function<std::optional<Buffer>(const std::string& real)> buffer;
};

/// All or nothing, unless `partial`: when one edit is refused, all others that would be applied are too, with
/// a reason that names it. Reads files and buffers, writes nothing. Blocks.
Plan make_plan(const std::vector<Edit>& edits, const PlanOptions& options);

}  // namespace coder::edit
