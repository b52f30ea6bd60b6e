// What a review has found, from a model's answer to lines that exist.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coder::task {

struct Finding {
  std::string file;      ///< as the prompt names it
  int64_t line = 0;      ///< 1-based; 0: none was given
  std::string text;      ///< of that line, as the model has it
  std::string severity;  ///< "error", "warning" or "info"
  std::string kind;      ///< "bug", "performance", "security" or "other"
  std::string message;
  std::string fix;      ///< what is to stand there instead of `text`; may be empty
  bool placed = false;  ///< `line` is one of the file, and the one that was meant
};

/// How a model is to answer.
std::string findings_rules();
/// The same as a JSON schema, in the subset that all servers know: an object, every member required.
std::string findings_schema();

/// Findings beyond this many in one answer are left out.
inline constexpr size_t kMaxFindings = 500;

/// Reads an answer: JSON as it was asked for, alone or inside prose and fences, whole or cut off, or lines
/// like "file:12: message". nullopt: there is neither. An empty list is an answer, too.
std::optional<std::vector<Finding>> parse_findings(std::string_view answer);

/// Ties each to the line it is about: the one it names if that holds its text, else the only one that does.
/// Without a text the line must exist. `lines_of` gives a file's lines, or nullptr. Files are never guessed.
void place(std::vector<Finding>& findings,
           const std::function<const std::vector<std::string>*(const std::string& file)>& lines_of);

/// The fix of a placed finding as a reply with one edit block, for edit/reply.h; empty where there is none,
/// or `text` is not all that stands there.
std::string fix_reply(const Finding& finding, const std::vector<std::string>& lines);

}  // namespace coder::task
