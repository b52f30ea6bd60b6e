// How tools are put into words: what a model is told of them, and how one without function calls asks for
// them, by a fenced block in its answer:
//
//   ```tool
//   {"name": "read_file", "arguments": {"path": "src/a.py"}}
//   ```
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "privacy/prompt.h"

namespace coder::task {

/// For the head of the prompt: the same each time. `in_words`: for a model without function calls.
std::string tool_rules(bool in_words);

/// A call as a model without function calls would write it.
std::string tool_block(const privacy::ToolCall& call);

/// A result as a turn of the user's shows it.
std::string tool_answer(const privacy::ToolCall& call, const std::string& text);

/// Reads blocks out of an answer while it streams. What belongs to one, and whatever comes after the first,
/// is no text for the user: it would be made up, since nothing has been read yet. The output only depends on
/// the text, not on the pieces.
class ToolBlocks {
 public:
  /// More calls than this in one answer are not read.
  static constexpr size_t kMaxCalls = 64;

  /// What of it is for the user; may be empty. What may yet become a block is held back: a line's beginning,
  /// and the blank lines before it.
  std::string take(std::string_view piece);
  /// The rest, when nothing more comes: a block without its end counts. Call it once.
  std::string finish();

  /// Those read so far. One whose block is no JSON object with a name has an empty name, and the block's text
  /// for arguments.
  const std::vector<privacy::ToolCall>& calls() const { return calls_; }

 private:
  std::string take_line(std::string_view line);
  void close();

  std::string line_;     ///< of which it is not known yet what it is
  std::string blank_;    ///< line ends and blank lines before it
  bool plain_ = false;   ///< the line under way is text, and goes out as it comes
  bool inside_ = false;  ///< of a block
  bool tagged_ = false;  ///< which began with <tool_call>
  std::string fence_, body_;
  std::vector<privacy::ToolCall> calls_;
};

}  // namespace coder::task
