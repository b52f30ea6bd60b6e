// The tools a model may call while it answers: what they are called, what they take, and a call's arguments
// as typed values. All of them only read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "provider/chat.h"

namespace coder::task {

enum class Tool {
  read_file,
  list_files,
  search,
  symbol,
  references,
  diagnostics,
  git_log,
  git_blame,
  git_diff,
};

/// A call, read and checked. Paths are as the model wrote them.
struct ToolUse {
  Tool tool = Tool::read_file;
  std::string path;             ///< a file or a folder; empty: none
  std::string text;             ///< what is searched for, or a symbol's name
  std::string glob;             ///< of paths
  std::string from, to;         ///< commits
  int64_t first = 0, last = 0;  ///< lines, 1-based and inclusive; 0: not given
  int64_t count = 0;
  bool regex = false, ignore_case = false;

  bool operator==(const ToolUse&) const = default;
};

const char* to_string(Tool tool);

/// What a server is told of them.
const std::vector<provider::ToolSpec>& tool_specs();

/// Most bytes that a call's arguments may have.
inline constexpr size_t kMaxArguments = 16u << 10;

/// Reads one. Figures and switches written as strings are taken, too. Errors (kind usage) are for the model:
/// they name the argument and what it should be.
Result<ToolUse> read_call(const privacy::ToolCall& call);

/// What it is about, for the user: "native/x.cc 1-80", "\"open_file\" in native". One line; may be empty.
std::string words_of(const ToolUse& use);

}  // namespace coder::task
