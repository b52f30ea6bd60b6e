// From a place in a buffer to the likely continuation: token by token, each time with all that speaks for the
// next one, until the line ends or the rest is too unsure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "completion/repo_model/evidence.h"
#include "completion/repo_model/mixer.h"
#include "completion/repo_model/repo_model.h"

namespace coder::completion {
inline namespace repo_model {

class BufferTokens;

/// Where the next token is wanted.
struct Place {
  const BufferTokens* buffer = nullptr;
  size_t line = 0;
  std::string_view before;  ///< of the line, up to the cursor
  std::string_view after;
  std::string_view typed;  ///< the word begun before the cursor; may be empty
  std::vector<Token>
      history;            ///< tokens before that word, the last at the end: some of the lines above as well
  size_t line_begin = 0;  ///< where the line's kLineStart is in `history`

  Context context() const { return {history.data() + history.size(), history.size()}; }
};

/// A token that may come next.
struct Candidate {
  Token token = 0;
  float probability = 0;
  uint32_t evidence = 0;  ///< its index in the tally
};

/// One token of a continuation and what is known about it.
struct PathStep {
  Token token = 0;
  std::string_view text;  ///< empty at the end of a line
  float probability = 0;
  float runner_up = 0;  ///< the next best token's
  float none = 0;
  uint8_t longest_files = 0, longest_buffer = 0, longest_own = 0;
  float support = 0;  ///< places where it has followed the longest context it has followed
  bool in_buffer = false;
  bool in_private = false;
  Token line_start = 0;  ///< of an end of a line: what begins the next one
};

struct Path {
  std::vector<PathStep> steps;
  size_t typed = 0;        ///< bytes of the first token that stand before the cursor
  size_t line_tokens = 0;  ///< tokens of the line before the cursor
  size_t line_bytes = 0;   ///< bytes of the line before the cursor, without its indentation
  bool at_line_start = false;
  bool has_after = false;  ///< there is text behind the cursor
};

/// Memory that queries reuse.
struct Scratch {
  Tally tally;
  Filter filter;
  Place place;
  Path path;
  std::vector<Candidate> candidates;
  std::vector<MixFeatures> features;
};

/// Fills `out`; false where (line, col) is not in the buffer or inside a word.
bool find_place(const BufferTokens& buffer, size_t line, size_t col, Place& out);

/// All that may come next at `place`, in no order, with the features the mixer saw (same index).
/// Returns the probability of none of them.
float weigh(const RepoModel::State& state, const Place& place, Scratch& scratch);

/// Continuations less likely than this are not followed.
inline constexpr double kLeastProduct = 0.3;

/// The likeliest continuation. Steps end where their product falls below `least`, or with the line; where
/// that and what follows is all but certain, with a line below.
const Path& predict(const RepoModel::State& state, const BufferTokens& buffer, size_t line, size_t col,
                    double least, Scratch& scratch, bool& known);

struct PathEnd;
/// The guess that ends at `end`; nullopt where it repeats what stands there already, or is no valid text.
std::optional<RepoGuess> worded(const BufferTokens& buffer, size_t line, const Path& path,
                                const PathEnd& end);

}  // namespace repo_model
}  // namespace coder::completion
