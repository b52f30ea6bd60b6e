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
#include "completion/extras.h"

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

/// A buffer as lines, and the place in it.
struct Place {
  const std::vector<std::string>* lines = nullptr;
  size_t line = 0;
  size_t col = 0;  ///< byte column
};

/// The texts of a prompt. prefix + middle + suffix is the buffer around the cursor, gapless, without
/// repetition. A buffer's text is that of its file: every line ends with a line break, the last one too, so a
/// suffix that reaches the end of the buffer ends with one. A window's end cuts no code point; where lines
/// are short enough it cuts no line either.
struct Texts {
  std::string prefix, suffix, middle;
  bool anchored_anew = false;
  size_t line = 0;  ///< 0-based, where the middle ends
};

/// The anchor of one buffer. A call costs a comparison with the window's text, whatever the buffer's size.
class Layout {
 public:
  explicit Layout(LayoutPolicy policy = {}) : policy_(policy) {}

  /// The texts for a cursor at `place`. The anchor stays as long as the text before it and all text after the
  /// cursor within the window are what they were; `after_accept` is text that would be inserted at the cursor
  /// (a request ahead; it moves no anchor by its length). A place that does not fit makes a new anchor: at
  /// the start of the cursor's line, so that deleting back in the line keeps it, with the old window start
  /// where that still serves. A place that fits one of the last few anchors takes that one up again: servers
  /// keep more than the latest prompt.
  Texts texts(const Place& place, TimePoint now, const std::string& after_accept = {});

  /// A request at `place` would keep the anchor in use.
  bool holds(const Place& place) { return !recent_.empty() && fits(recent_.front(), place, false); }

  /// Time to anchor anew and to have the engine read the prompt, because the user pauses: none when there is
  /// no need.
  std::optional<TimePoint> idle_deadline() const;
  /// Anchors anew at `place`; the result is for a request without output.
  Texts anchor(const Place& place, TimePoint now);

  int64_t anchors() const { return anchors_; }  ///< how often it was anchored anew

 private:
  struct Anchor {
    std::string prefix, suffix;
    bool to_end = false;  ///< the suffix reaches the buffer's end
    /// Where the prefix began and ended and how many lines the middle had, when last seen. Lines that come
    /// and go above make these wrong, so they are hints: what counts is the text.
    size_t start_line = 0, start_col = 0, line = 0, col = 0, middle_lines = 0;
    size_t buffer_lines = 0;
  };
  bool fits(Anchor& anchor, const Place& place, bool ahead) const;
  Anchor make(const Place& place) const;
  Texts result(const Place& place, const std::string& after_accept, bool anew);

  LayoutPolicy policy_;
  std::vector<Anchor> recent_;  ///< the one in use first
  int64_t anchors_ = 0;
  TimePoint last_{};
};

}  // namespace coder::completion
