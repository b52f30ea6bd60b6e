// One search from question to text: ranked and packed on a worker, judged by the path rules on the loop in
// between. What comes out holds everything a prompt needs, for lanes that may see private text and for
// others. Loop thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "context/pack.h"
#include "context/rank.h"
#include "privacy/paths.h"
#include "workspace/indexer.h"

namespace coder::context {

/// A place to look at, for people: no model needed.
struct Spot {
  std::string path;
  uint32_t line = 0;      ///< 1-based
  std::string signature;  ///< one line; empty: the file as a whole
  std::vector<std::string> why;
};

struct Gathered {
  std::shared_ptr<const Ranked> ranked;  ///< never null
  Packed whole;                          ///< for a trusted lane
  Packed clean;                          ///< without private files, for any lane
  std::map<std::string, privacy::Verdict>
      verdicts;                     ///< of every path in `whole`, in `spots` and judged besides
  std::vector<Spot> spots;          ///< best first, never of files that are never sent
  double rank_ms = 0, pack_ms = 0;  ///< on the worker
};

struct Wanted {
  Query query;
  size_t budget = 4000;                           ///< tokens, of the packed text
  std::function<size_t(std::string_view)> count;  ///< thread-safe; see PackOptions
  std::map<std::string, std::string> texts;       ///< unsaved ones, by path
  std::vector<std::string> without;
  /// Of an absolute path; asked on the loop.
  std::function<privacy::Verdict(const std::string& path)> judge;
};

class Gather {
 public:
  /// `done` once, from the loop. Destroying the object: not any more.
  Gather(workspace::Indexer& indexer, Wanted wanted, unique_function<void(Gathered)> done);
  ~Gather();
  Gather(const Gather&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace coder::context
