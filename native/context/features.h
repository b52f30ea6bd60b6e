// What the ranking measures of each file: one column of numbers per feature. Private to this folder and to
// the benchmark that fits the weights.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "context/query.h"
#include "context/rank.h"

namespace coder::context {

enum class Feature : uint8_t {
  // words of the query
  bm25_file,     ///< BM25 of the whole file
  bm25_chunk,    ///< BM25 of its best chunk
  path_words,    ///< in the path, rare ones more
  name_words,    ///< in the file's own name
  symbol_words,  ///< in the names of what it defines
  said_names,    ///< it defines what the query calls by its name
  said_uses,     ///< it uses that
  said_file,     ///< the query names it
  // uses, from and to the seeds
  uses_out,   ///< it defines what they use
  uses_in,    ///< it uses what they define
  uses_walk,  ///< personalised PageRank over both
  alike,      ///< rare words in common
  // git
  together,  ///< changed in the same commits
  bound,     ///< the same, by how often either changes at all
  spread,    ///< changed together with what changed together with the seeds
  asked,     ///< changed in the same commits, by how their subjects are like the query
  subjects,  ///< changed in commits whose subjects are like the query
  activity,  ///< changes often and lately
  fresh,     ///< changed in the very last commits
  // paths
  same_folder,
  near_folder,  ///< 1 / (1 + steps between the folders)
  path_alike,   ///< rare words of paths in common
  twin,         ///< of one name in one folder: a.c and a.h
  same_stem,    ///< "bpe" of a/bpe.rs and b/bpe.py
  test_pair,    ///< test of a seed, or tested by it
  folder_head,  ///< mod.rs, __init__.py, lib.rs, index.ts of a seed's folder or one around it
  same_extension,
  is_source,
  is_test,
  size,  ///< log of its lines
  count
};

inline constexpr size_t kFeatures = static_cast<size_t>(Feature::count);

/// Names for tables, in the order of Feature.
extern const std::array<const char*, kFeatures> kFeatureNames;

/// Columns by feature, rows by slot. A column nobody wrote to is empty and counts as zeros.
class Sheet {
 public:
  explicit Sheet(size_t slots) : slots_(slots) {}
  std::vector<float>& column(Feature feature) {
    std::vector<float>& out = columns_[static_cast<size_t>(feature)];
    if (out.empty()) out.resize(slots_);
    return out;
  }
  const std::vector<float>& known(Feature feature) const { return columns_[static_cast<size_t>(feature)]; }
  void add(Feature feature, workspace::Slot slot, double value) {
    column(feature)[slot] += static_cast<float>(value);
  }
  void raise(Feature feature, workspace::Slot slot, double value) {
    float& held = column(feature)[slot];
    held = std::max(held, static_cast<float>(value));
  }
  size_t slots() const { return slots_; }

 private:
  size_t slots_;
  std::array<std::vector<float>, kFeatures> columns_;
};

}  // namespace coder::context
