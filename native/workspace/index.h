// The files of one workspace as search sees them: who defines a name, who uses it, where which words stand.
// It is changed file by file; what it answers depends on the files it holds, not on the order they came in.
//
// Not thread-safe: one job or the loop owns it at a time. Answers are views into it, valid until the next
// put() or remove().
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "workspace/facts.h"
#include "workspace/names.h"

namespace coder::workspace {

/// A file's present version in an Index.
using Slot = uint32_t;
inline constexpr Slot kNoSlot = 0xFFFFFFFF;

class Index {
 public:
  struct File {
    std::string path;  ///< relative to the root, with '/'; empty: the slot is not in use
    uint64_t hash = 0;
    syntax::Language language = syntax::Language::none;
    uint32_t lines = 0;
    uint32_t bytes = 0;
    uint32_t word_count = 0;             ///< of all words, repetitions too
    std::vector<Facts::Symbol> symbols;  ///< names are the Index's
    std::vector<Facts::Use> uses;        ///< the same
    std::vector<Facts::Import> imports;  ///< the same
    std::vector<uint32_t> words;         ///< each distinct one
    // What the path says, as names of the Index:
    uint32_t folder = 0;               ///< "a/b" of "a/b/c.py"; "" at the root
    uint32_t stem = 0;                 ///< "c" of "a/b/c.py", lower case
    uint32_t extension = 0;            ///< "py"; "" if there is none
    std::vector<uint32_t> path_words;  ///< words of its folders, then of its name, each in its place
    uint32_t name_words = 0;           ///< how many of these, at the end, are of its name
  };
  struct Definition {
    Slot slot;
    uint32_t symbol;  ///< index into File::symbols
  };
  struct Using {
    Slot slot;
    uint32_t count;  ///< in the whole file
  };
  struct Posting {
    Slot slot;
    uint16_t chunk;
    uint16_t count;
  };

  /// Takes in a file, or another version of it.
  void put(std::string path, const Facts& facts);
  /// False if there is none of that path.
  bool remove(std::string_view path);

  size_t size() const { return paths_.size(); }
  Slot find(std::string_view path) const;
  const File& file(Slot slot) const { return files_[slot]; }
  /// One more than the largest slot; those between may be unused (File::path empty).
  Slot slots() const { return static_cast<Slot>(files_.size()); }

  /// Names::kUnknown when no file has ever held it.
  uint32_t name(std::string_view text) const { return names_.find(text); }
  std::string_view text(uint32_t name) const { return names_.text(name); }

  /// Calls back for files that are there; a file's entries come one after the other, files in no order that
  /// means something.
  template <class Each>
  void definitions(uint32_t name, Each&& each) const {
    if (name >= lists_.size()) return;
    for (const Definition& one : lists_[name].definitions)
      if (alive(one.slot)) each(one);
  }
  template <class Each>
  void uses(uint32_t name, Each&& each) const {
    if (name >= lists_.size()) return;
    for (const Using& one : lists_[name].uses)
      if (alive(one.slot)) each(one);
  }
  template <class Each>
  void postings(uint32_t word, Each&& each) const {
    if (word >= lists_.size()) return;
    for (const Posting& one : lists_[word].postings)
      if (alive(one.slot)) each(one);
  }
  /// The definitions whose name, or alias, is this word or has it as a part ("token" of AddedToken).
  template <class Each>
  void named(uint32_t word, Each&& each) const {
    if (word >= lists_.size()) return;
    for (const Definition& one : lists_[word].named)
      if (alive(one.slot)) each(one);
  }
  /// How many files define the name, use it, hold the word.
  uint32_t definers(uint32_t name) const { return name < lists_.size() ? lists_[name].definers : 0; }
  uint32_t users(uint32_t name) const { return name < lists_.size() ? lists_[name].users : 0; }
  uint32_t holders(uint32_t word) const { return word < lists_.size() ? lists_[word].holders : 0; }

  struct Totals {
    uint64_t files = 0, lines = 0, bytes = 0, symbols = 0, words = 0;
  };
  const Totals& totals() const { return totals_; }
  /// Grows with every change: what was computed from the index may be kept while it stays.
  uint64_t version() const { return version_; }
  /// What it holds in memory, about.
  size_t memory() const;

 private:
  struct Lists {
    std::vector<Definition> definitions;
    std::vector<Using> uses;
    std::vector<Posting> postings;
    std::vector<Definition> named;
    uint32_t definers = 0, users = 0, holders = 0;
  };
  bool alive(Slot slot) const { return !files_[slot].path.empty(); }
  void drop(Slot slot);
  void compact();
  Lists& lists(uint32_t name);
  void uncount(const File& file);
  void read_path(File& file);
  /// The words that a symbol's name consists of.
  const std::vector<uint32_t>& parts(uint32_t name);

  Names names_;
  std::vector<Lists> lists_;  ///< by name; entries of dropped slots stay until compact()
  std::unordered_map<uint32_t, std::vector<uint32_t>> parts_;  ///< of the names of symbols
  std::vector<File> files_;
  std::unordered_map<std::string, Slot> paths_;
  std::vector<Slot> free_;  ///< no list mentions them
  size_t dead_ = 0;         ///< dropped slots that lists still mention
  Totals totals_;
  uint64_t version_ = 0;
};

}  // namespace coder::workspace
