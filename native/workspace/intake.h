// What an Indexer knows of its files: takes in listings, looks at files and unsaved texts, in whatever order
// they come, and keeps the Index to what is newest of each. The pure part: it asks neither disk nor clock.
//
// Every listing and look has a stamp, which was given before the disk was asked. So a look at a file that was
// read before a save does not undo what the look after the save brought, though it may arrive later.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "workspace/corpus.h"
#include "workspace/files.h"
#include "workspace/look.h"

namespace coder::workspace {

/// A file that has to be looked at.
struct Wanted {
  std::string path;
  Stat stat;  ///< as listed
};

class Intake {
 public:
  explicit Intake(std::string root) { corpus.root = std::move(root); }

  /// All that queries may see.
  Corpus corpus;

  /// Compares a listing, piece by piece, with what is known.
  struct Comparison {
    Listing listing;
    uint64_t stamp = 0;
    size_t at = 0;               ///< of listing.files
    std::vector<Wanted> wanted;  ///< new or changed since the last look
    /// Something was seen, by a look as new as the listing, that it does not hold: list again.
    bool again = false;
  };
  /// Goes on until `until`; true when it is through. Files that are not listed any more are gone then.
  bool compare(Comparison& comparison, TimePoint until);

  /// What one look at a file saw. One that is older than what is known says nothing.
  void take(const Look& look);

  /// An unsaved text counts for `look.path` from now on. `new_file`: there is no such file on the disk.
  /// A file that lies there but is not listed (git ignores it) does not count; it may yet be listed.
  void set_text(Look look, bool new_file);
  /// Unsaved texts of files that are not listed: whether there is such a file, the disk has to be asked.
  std::vector<std::string> texts_without_file() const;
  void set_new_file(const std::string& path, bool new_file);
  /// The unsaved text is gone. True: look at the file at once; until then the Index holds the text still.
  bool drop_text(const std::string& path);

  /// The last listing, or a later look, has it.
  bool knows(const std::string& path) const { return files_.count(path) > 0; }
  /// What the Index holds for a path, as look_at() wants it; a value, so that it may go to another thread.
  KnownFacts known(const std::string& path) const;

  /// All that is left out, sorted.
  std::vector<LeftOut> left_out() const;
  size_t files() const { return files_.size(); }
  /// Of all files that the last listing, or a later look, has, left out or not; in no order.
  std::vector<std::string> paths() const;

 private:
  struct File {
    Stat stat;
    uint64_t hash = 0;
    uint64_t stamp = 0;   ///< of the newest look
    uint64_t listed = 0;  ///< of the newest listing that has it
    syntax::Language language = syntax::Language::none;
    std::string left_out;
  };
  struct Text {
    Look look;
    bool new_file = false;
  };
  void put(const Look& look);
  /// Brings the Index to what counts of a path with an unsaved text.
  void put_text(const Text& text);
  bool counts(const Text& text) const { return text.new_file || knows(text.look.path); }

  std::unordered_map<std::string, File> files_;
  std::map<std::string, Text> texts_;
  std::vector<LeftOut> unread_;  ///< by the last listing
};

}  // namespace coder::workspace
