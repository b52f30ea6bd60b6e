// A file of a preview: its change in pieces, of which people take some, leave others, and rewrite some.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "edit/edit.h"
#include "edit/hunks.h"
#include "edit/plan.h"

namespace coder::edit {

/// A person's own lines for a hunk, without their ends, by its id.
using OwnLines = std::map<std::string, std::vector<std::string>>;

class Staged {
 public:
  explicit Staged(FileChange change);
  Staged(const Staged&) = delete;  // its hunks are views into its texts

  enum class Kind : uint8_t { change, create, remove, rename };
  Kind kind() const { return kind_; }
  const FileChange& change() const { return change_; }
  /// Of `change` and `rename`. A file is created or removed as a whole.
  const std::vector<Hunk>& hunks() const { return hunks_; }
  /// Stands for the creation, removal or renaming; empty where only contents change.
  const std::string& whole() const { return whole_; }
  /// How most lines of the file end.
  std::string_view eol() const { return eol_; }

  /// All ids there are to take.
  std::set<std::string> ids() const;
  /// What becomes of the file when only those are taken; nothing: it stays as it is.
  std::optional<FileChange> taken(const std::set<std::string>& ids, const OwnLines& own) const;
  /// Edits that make, of the file with those taken, what the others wanted.
  std::vector<Edit> rest(const std::set<std::string>& ids, const OwnLines& own) const;

 private:
  std::string text_with(const std::set<std::string>& ids, const OwnLines& own) const;

  FileChange change_;
  Kind kind_ = Kind::change;
  std::vector<Hunk> hunks_;
  std::string whole_;
  std::string eol_;
};

/// Without their ends.
std::vector<std::string> plain_lines(const std::vector<std::string_view>& lines);

}  // namespace coder::edit
