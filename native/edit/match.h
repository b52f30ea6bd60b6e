// Where in a file an edit belongs: a ladder of ever looser ways to fit whole lines. The first rung on which
// it fits anywhere decides; it must fit in one place there, else it is refused. What cannot be placed beyond
// doubt is never placed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "edit/edit.h"
#include "edit/text.h"

namespace coder::edit {

enum class Rung : uint8_t {
  exact,     ///< whole lines, byte by byte
  trailing,  ///< but for blanks at the ends of lines, line ends, and empty lines around the block
  reindent,  ///< but for an indentation that differs in one way throughout
  fuzzy,     ///< line by line: some alike, some missing, some more
  elided,    ///< parts around lines of "..."
};
const char* to_string(Rung rung);

/// A line of the file for people and models to look at.
struct NearLine {
  size_t line = 0;  ///< from 1
  std::string text;
};

struct Match {
  enum class Kind : uint8_t { found, already, refused };
  Kind kind = Kind::refused;
  Rung rung = Rung::exact;
  std::vector<Splice> splices;  ///< in order; what is the same on both sides is in none
  size_t first = 0, last = 0;   ///< the lines it covers, from 0, half open
  std::string reason;           ///< of a refusal
  std::vector<NearLine> nearest;
  std::vector<size_t> candidates;  ///< first lines from 0, where there are several
};

/// How a place is chosen among several on one rung.
struct Choice {
  std::optional<size_t> line;           ///< exactly there, from 0
  std::optional<size_t> after, before;  ///< the only one between these lines
};

/// One file's text, prepared for several edits; the text must outlive it.
class Matcher {
 public:
  explicit Matcher(const Text& text) : text_(text) {}

  /// Of an edit with `search`. `exact_only`: just the first two rungs.
  Match match(const Edit& edit, const Choice& choice = {}, bool exact_only = false);
  /// Where `edit.search` fits as it is, from 0.
  std::vector<size_t> exact_places(const Edit& edit) const;

  const Text& text() const { return text_; }

 private:
  friend class Ladder;
  const std::unordered_map<std::string_view, std::vector<uint32_t>>& places_of_lines();

  const Text& text_;
  std::unordered_map<std::string_view, std::vector<uint32_t>>
      places_;  ///< of lines without white space around
  bool placed_ = false;
};

}  // namespace coder::edit
