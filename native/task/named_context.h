// What a question names, as sources: files and buffers, symbols, the last selection, diagnostics, the git
// diff. Loop thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_function.h"
#include "loop/loop.h"
#include "privacy/paths.h"
#include "task/mentions.h"
#include "task/source.h"
#include "workspace/indexer.h"
#include "workspace/mirror.h"

namespace coder::task {

struct Diagnostic {
  std::string path;      ///< absolute
  int64_t line = 1;      ///< 1-based
  std::string severity;  ///< "error", "warning", "info", "hint"
  std::string message;
};

/// What the editor has at hand when the question is asked.
struct Surroundings {
  struct Text {
    const workspace::Mirror* mirror = nullptr;
    privacy::Verdict verdict;
  };
  std::string root;  ///< absolute
  const privacy::PathRules* rules = nullptr;
  workspace::Indexer* indexer = nullptr;                 ///< of `root`; null: symbols cannot be found
  std::optional<Text> buffer;                            ///< the one the question came from
  std::optional<std::pair<int64_t, int64_t>> selection;  ///< lines of it, 1-based, inclusive
  std::vector<Diagnostic> diagnostics;
  std::map<std::string, std::string> unsaved;  ///< texts of changed buffers, by path relative to the root
  /// The open buffer of an absolute path, if there is one.
  std::function<std::optional<Text>(const std::string& path)> open;
};

struct Named {
  std::vector<Source> sources;  ///< in the order they were named
  bool repo = false;            ///< #repo: the question is about the whole repository
};

class NamedContext {
 public:
  /// Reads all of it; `done` once, from the loop. What cannot be had is an error that names the word: kind
  /// policy for a file that is never sent, else usage. `surroundings` is only looked at inside of the
  /// constructor, apart from `indexer` and `rules`, which must outlive this object.
  NamedContext(loop::Loop& loop, const std::vector<Mention>& mentions, Surroundings surroundings,
               unique_function<void(Result<Named>)> done);
  ~NamedContext();
  NamedContext(const NamedContext&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace coder::task
