// Laying an edit's lines along a file that differs from what the model saw, or thought it saw.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "edit/text.h"

namespace coder::edit {

/// Costs of an alignment: a line that is alike (by 0.8 or more, with one word misspelt), one that only the
/// file has, one that only the model has. An empty line more or less costs 1.
inline constexpr double kAlike = 0.8;
inline constexpr int kAlikeCost = 1, kExtraCost = 3, kMissingCost = 10, kEmptyCost = 1;

struct Alignment {
  std::vector<size_t> line_of;  ///< for each of the model's lines the file's, from 0; SIZE_MAX: it has none
  size_t first = 0, last = 0;   ///< the file's lines that it covers, half open
  int cost = 0;
  size_t differ = 0;   ///< lines alike, extra or missing, without empty ones
  bool whole = false;  ///< its ends are in the file, and no lines are missing as well as extra
  size_t anchors = 0;  ///< informative lines that are the same
};

/// Where each line of a file is, by its text without white space around.
using LinePlaces = std::unordered_map<std::string_view, std::vector<uint32_t>>;

/// The places where `search` fits well enough; those that fit half as well too, as rivals, if `rivals`.
/// Cheapest first, none overlapping another. Nothing: too many places have to do with it to look at them all.
std::optional<std::vector<Alignment>> alignments(const Lines& search, const Text& text,
                                                 const LinePlaces& places, bool rivals);

/// The splices that make, at an alignment, of what the file has there what the model wants: the file's own
/// changes stay. Nothing where they meet the model's; then `reason` says where.
std::optional<std::vector<Splice>> merge_at(const Alignment& at, const Lines& search, const Lines& replace,
                                            const Text& text, std::string& reason);

}  // namespace coder::edit
