// A Query in the terms of one Index: words and names as numbers, files as slots.
#pragma once

#include <string>
#include <vector>

#include "context/query.h"
#include "context/rank.h"

namespace coder::context {

/// Weight of a word that most questions hold ("how", "add") where one of the question's own counts 1.
inline constexpr double kCommonWeight = 0.25;

/// A word to look for.
struct Term {
  uint32_t word;
  std::string text;  ///< as the query has it, lower case
  double weight;     ///< 1 for one of the question; less for the cursor's surroundings and recent edits
  double rarity;     ///< idf over files
};

/// An identifier that the question calls by its name, and that some file defines.
struct Called {
  uint32_t name;
  double weight;
};

struct Seed {
  workspace::Slot slot;  ///< kNoSlot: not in the Index (a new file)
  std::string path;
  uint32_t line;  ///< 1-based; 0: the whole file
  double weight;  ///< in (0, 1]
};

struct Question {
  std::vector<Term> terms;         ///< each word once
  std::vector<Called> called;      ///< each name once
  std::vector<std::string> files;  ///< what looks like a path or a file's name, lower case
  std::vector<Seed> seeds;         ///< each path once, the heaviest first
};

Question read_query(const workspace::Corpus& corpus, const Query& query, const Signals& signals);

/// idf as in BM25, never negative.
double rarity(size_t all, size_t holders);

}  // namespace coder::context
