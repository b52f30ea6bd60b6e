// Which text goes into a completion's prompt, and where it starts, so that an engine's prefix cache hits:
// prefix and suffix are frozen at an anchor, and what is typed since then is a middle already begun (a key
// then costs an engine one or two fresh tokens, not the whole suffix again; measured, see doc/benchmarks.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "privacy/prompt.h"

namespace coder::completion {

struct LayoutPolicy {
  size_t prefix_lines = 256;  ///< at least this many before the anchor where there are so many …
  size_t block_lines = 128;   ///< … starting at a multiple of this: the start moves seldom
  size_t suffix_lines = 64;
  size_t prefix_bytes = 24u << 10, suffix_bytes = 8u << 10;  ///< whichever is less
  size_t middle_lines = 48, middle_bytes = 6u << 10;         ///< a longer middle is anchored anew
  Millis idle{1500};  ///< a middle longer than idle_lines is anchored anew after this pause
  size_t idle_lines = 8;
};

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
  /// Adds it unless it is (nearly) there already: nine tenths of its lines are in one piece.
  void add(Extra extra);
  const std::vector<Extra>& pieces() const { return pieces_; }
  /// Grows with every change; a layout is frozen with the version it was made with.
  int64_t version() const { return version_; }

 private:
  size_t max_pieces_, max_bytes_;
  std::vector<Extra> pieces_;
  int64_t version_ = 0;
};

/// A buffer as lines, and the place in it.
struct Place {
  const std::vector<std::string>* lines = nullptr;
  size_t line = 0;
  size_t col = 0;  ///< byte column
};

/// The texts of a prompt. prefix + middle + suffix is the buffer around the cursor, gapless, without
/// repetition.
struct Texts {
  std::string prefix, suffix, middle;
  bool anchored_anew = false;
};

/// The anchor of one buffer.
class Layout {
 public:
  explicit Layout(LayoutPolicy policy = {});

  /// The texts for a cursor at `place`. The anchor stays as long as the text before it and all text after the
  /// cursor within the window are what they were; `after_accept` is text that would be inserted at the cursor
  /// (a request ahead). A place that does not fit makes a new anchor: at the start of the cursor's line, so
  /// that deleting back in the line keeps it, with the old window start where that still serves.
  Texts texts(const Place& place, TimePoint now, const std::string& after_accept = {});

  /// Time to anchor anew and to have the engine read the prompt, because the user pauses: none when there is
  /// no need.
  std::optional<TimePoint> idle_deadline() const;
  /// Anchors anew at `place`; the result is for a request without output.
  Texts anchor(const Place& place, TimePoint now);

  int64_t anchors() const { return anchors_; }  ///< how often it was anchored anew

 private:
  LayoutPolicy policy_;
  int64_t anchors_ = 0;
};

}  // namespace coder::completion
