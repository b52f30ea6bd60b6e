// Background for a completion's prompt: pieces of other files, or of this one elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "privacy/prompt.h"

namespace coder::completion {

/// A piece of another file, or of this one elsewhere, offered as background.
struct Extra {
  std::string name;  ///< shown path
  std::string text;
  privacy::Label label = privacy::Label::any;
  std::string origin;  ///< absolute path, for refusals
};

/// The pieces of background in the order they came. Append-only, so that the head of the prompt stays; when
/// full, the older half goes at once, which costs the engine one whole prompt rather than one at every
/// change.
class Extras {
 public:
  explicit Extras(size_t max_pieces = 16, size_t max_bytes = 16u << 10);
  /// Adds it unless it is (nearly) there already: nine tenths of its lines are in one piece. What is longer
  /// than half of `max_bytes` is cut at a line's end.
  void add(Extra extra);
  const std::vector<Extra>& pieces() const { return pieces_; }
  /// Grows with every change; a layout is frozen with the version it was made with.
  int64_t version() const { return version_; }

 private:
  size_t max_pieces_, max_bytes_;
  std::vector<Extra> pieces_;
  int64_t version_ = 0;
};

}  // namespace coder::completion
