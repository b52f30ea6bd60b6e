// Ranked places as a prompt's text: each file as its path, its signatures or its bodies, by score per token,
// under a budget that is never exceeded, in an order that stays the same from question to question.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "context/rank.h"

namespace coder::context {

enum class Form : uint8_t { path, signature, body };

/// A piece of one file. Lines are 1-based and inclusive; of a path both are 0.
struct Chunk {
  std::string path;
  Form form = Form::path;
  uint32_t first = 0, last = 0;
  std::string text;  ///< as it stands in the prompt, without the file's heading
  size_t tokens = 0;
  double score = 0;
  std::vector<std::string> why;
};

struct Dropped {
  std::string path;
  std::string reason;
};

struct Packed {
  std::vector<Dropped> dropped;  ///< of the files that would have gone in
  std::vector<Chunk> chunks;     ///< in prompt order: files by path within tiers, pieces by line
  size_t tokens = 0;             ///< of `text`, at most the budget
  size_t budget = 0;
  std::string text;  ///< the whole, headings included; deterministic
};

struct PackOptions {
  size_t budget = 8000;  ///< tokens
  /// Of a text, never less than it really has, for the model that will read it.
  std::function<size_t(std::string_view)> count;
  /// The present text of a file, by path; nothing: it cannot be read. Each path is asked for once at most.
  std::function<std::optional<std::string>(const std::string& path)> read;
  /// Why nothing of a file may go in, not even its path (it is private and the lane not trusted); empty: it
  /// may.
  std::function<std::string(const std::string& path)> refuse;
  /// Files the prompt carries elsewhere already (the open one, those named).
  std::vector<std::string> without;
};

Packed pack(const workspace::Corpus& corpus, const Ranked& ranked, const PackOptions& options);

/// The same in a smaller budget, by leaving out the chunks with the lowest scores: for a model with a smaller
/// window than was thought.
Packed fitted(const Packed& packed, size_t budget, const std::function<size_t(std::string_view)>& count);

}  // namespace coder::context
