// One look at a file: is it there, does it count, and if so, what is in it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "privacy/paths.h"
#include "workspace/disk.h"
#include "workspace/facts.h"

namespace coder::workspace {

/// Which of the files that lie in a root its index leaves alone by their names. Immutable and thread-safe.
class Selection {
 public:
  /// `exclude`: globs relative to the root or a repository below it, or absolute; `never_send`: those beyond
  /// the built-in list.
  Selection(std::string root, const std::vector<std::string>& exclude,
            const std::vector<std::string>& never_send);

  /// Why `path` (relative) is left out; empty if it is not. Costs some microseconds and a system call.
  std::string left_out(const std::string& path) const;
  const std::string& root() const { return root_; }

 private:
  std::string root_;
  std::vector<privacy::Pattern> exclude_;
  privacy::PathRules rules_;
};

/// What was seen of a file. Looks at one file are ordered by their stamps, which are given before the disk is
/// asked: what a later one saw is no older.
struct Look {
  std::string path;
  uint64_t stamp = 0;
  bool there = false;    ///< it is a file, or something that is left out
  Stat stat;             ///< empty: it may change without its stat telling (see may_be_racy)
  std::string left_out;  ///< why it does not count; empty: it does
  bool by_text = false;  ///< its text alone says why
  uint64_t hash = 0;     ///< of its text
  syntax::Language language = syntax::Language::none;
  /// Not made where the hash is one that the caller knows, or it does not count.
  std::optional<Facts> facts;
};

/// Does the same text give the same facts? Then `known` says that they are not needed.
using KnownFacts = std::function<bool(uint64_t hash, syntax::Language language)>;

/// Reads the file and makes its facts. Blocks.
Look look_at(const Selection& selection, const Disk& disk, std::string path, uint64_t stamp,
             const KnownFacts& known);

/// The same of a text that is not in a file.
Look look_at_text(const Selection& selection, std::string path, uint64_t stamp, const std::string& text,
                  const KnownFacts& known);

}  // namespace coder::workspace
