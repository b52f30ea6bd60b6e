// One file's share of a prompt: which of its lines stand in it, as signatures or as bodies.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "context/pack.h"
#include "workspace/facts.h"

namespace coder::context {

/// Lines of a file, 0-based and inclusive.
struct Span {
  uint32_t first = 0, last = 0;
};

class Excerpt {
 public:
  /// `text` is kept. Symbols are those of this very text.
  Excerpt(std::string path, std::string text, std::vector<workspace::Facts::Symbol> symbols);

  const std::string& path() const { return path_; }
  const std::string& text() const { return text_; }
  const std::vector<workspace::Facts::Symbol>& symbols() const { return symbols_; }
  uint32_t lines() const { return static_cast<uint32_t>(begins_.size()) - 1; }

  /// The lines of a symbol's signature, kMaxSignatureLines at most.
  Span signature(uint32_t symbol) const { return signatures_[symbol]; }
  /// Its lines with its comment and decorators.
  Span body(uint32_t symbol) const;

  /// Bytes that showing these lines would add. Costs O(lines of the span).
  size_t cost(Span span, Form form) const;
  /// How many lines of the span do not show yet.
  uint32_t hidden(Span span) const;
  void show(Span span, Form form);
  bool empty() const { return shown_ == 0; }
  /// Nothing shows any more.
  void clear();

  /// The pieces that show, by line: neighbours of one form are one, no line is in two.
  std::vector<Chunk> chunks() const;

  static constexpr uint32_t kMaxSignatureLines = 8;
  /// Bytes of a line that stand in a signature: what is longer is data.
  static constexpr size_t kMaxLineBytes = 400;

 private:
  std::string_view line(uint32_t number) const;
  Span place_signature(uint32_t symbol) const;
  std::string path_, text_;
  std::vector<workspace::Facts::Symbol> symbols_;
  std::vector<size_t> begins_;    ///< of each line; one more: the end
  std::vector<Form> forms_;       ///< by line; path: it does not show
  std::vector<Span> signatures_;  ///< by symbol
  uint32_t shown_ = 0;
};

/// A file's pieces with its heading, as they stand in the prompt. The form of a chunk's text.
std::string heading(std::string_view path);
/// Stands where lines are left out.
inline constexpr std::string_view kGap = "…\n";

}  // namespace coder::context
