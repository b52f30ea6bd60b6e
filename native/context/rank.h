// Which files and symbols of a corpus a query is about: several signals, fused. Pure: same corpus, same
// query, same answer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "context/query.h"
#include "workspace/indexer.h"

namespace coder::context {

struct RankedFile {
  workspace::Slot slot = workspace::kNoSlot;
  std::string path;
  /// Relative to the others of this answer: exp() of it is proportional to how likely the file is one of
  /// those looked for.
  double score = 0;
  /// First line (1-based) of the kChunkLines lines where the question's words stand thickest; 0: nowhere.
  uint32_t line = 0;
  bool lasting = false;  ///< rather for the seeds' sake than for the question's: it stays as questions go by
  std::vector<std::string>
      why;  ///< strongest first: "uses Tokenizer", "changed together 7 times", "words: added token"
};

struct RankedSymbol {
  workspace::Slot slot = workspace::kNoSlot;
  uint32_t symbol = 0;  ///< index into Index::File::symbols
  double score = 0;
  std::vector<std::string> why;
};

struct Ranked {
  std::vector<RankedFile> files;  ///< best first, ties by path; all that any signal names but Query::seeds
  std::vector<RankedSymbol> symbols;  ///< best first, of the best files and of what the query names
};

/// Switches for measuring what each signal adds; all on.
struct Signals {
  bool words = true, uses = true, history = true, subjects = true, paths = true, recent = true, places = true;
};

Ranked rank(const workspace::Corpus& corpus, const Query& query, const Signals& signals = {});

}  // namespace coder::context
