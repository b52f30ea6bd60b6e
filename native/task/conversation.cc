#include "task/conversation.h"

#include <algorithm>

#include "base/text.h"
#include "task/source.h"

namespace coder::task {

using privacy::Role;
using privacy::Turn;

std::string answer_heading(const std::string& model, std::string_view lane) {
  return std::string(kAnswerPrefix) + model + " · " + std::string(lane);
}

namespace {

/// Lines [begin, end) without blank ones at both ends.
std::string section_text(const std::vector<std::string>& lines, size_t begin, size_t end) {
  while (begin < end && trim(lines[begin]).empty()) ++begin;
  while (begin < end && trim(lines[end - 1]).empty()) --end;
  std::string out;
  for (size_t i = begin; i < end; ++i) {
    if (i > begin) out += '\n';
    const size_t start = out.size();
    out += lines[i];
    // Neovim gives NUL inside a line as "\n".
    std::replace(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(), '\n', '\0');
  }
  return out;
}

/// Index after a leading "<think>" … "</think>" block of an answer, or `begin`.
size_t skip_reasoning(const std::vector<std::string>& lines, size_t begin, size_t end) {
  size_t i = begin;
  while (i < end && trim(lines[i]).empty()) ++i;
  if (i == end || lines[i] != "<think>") return begin;
  while (i < end && lines[i] != "</think>") ++i;
  return std::min(i + 1, end);
}

/// Without an answer's lines about tools, and the blank line after them.
std::vector<std::string> without_tools(const std::vector<std::string>& lines) {
  std::vector<std::string> out;
  bool answer = false, after = false;
  for (const std::string& line : lines) {
    if (trim(line) == kUserHeading) answer = false;
    if (line.starts_with(kAnswerPrefix)) answer = true;
    const bool tool = answer && line.starts_with(kToolPrefix);
    if (!tool && !(after && trim(line).empty())) out.push_back(line);
    after = tool;
  }
  return out;
}

}  // namespace

Result<std::vector<Turn>> parse_conversation(const std::vector<std::string>& all, privacy::Label label) {
  const std::vector<std::string> lines = without_tools(all);
  std::vector<Turn> turns;
  const auto heading_role = [](const std::string& line) -> const Role* {
    static constexpr Role kUser = Role::user, kAssistant = Role::assistant;
    if (trim(line) == kUserHeading) return &kUser;
    return std::string_view(line).substr(0, kAnswerPrefix.size()) == kAnswerPrefix ? &kAssistant : nullptr;
  };
  for (size_t i = 0; i < lines.size();) {
    const Role* role = heading_role(lines[i]);
    size_t end = ++i;
    while (end < lines.size() && !heading_role(lines[end])) ++end;
    if (role) {
      const size_t begin = *role == Role::assistant ? skip_reasoning(lines, i, end) : i;
      std::string text = section_text(lines, begin, end);
      if (!text.empty()) {
        Turn turn;
        turn.role = *role;
        turn.parts.push_back({std::move(text), label, "conversation"});
        turns.push_back(std::move(turn));
      }
    }
    i = end;
  }
  if (turns.empty() || turns.back().role != Role::user) {
    return Error{ErrorKind::usage, "there is no question to send",
                 "write one under the last \"" + std::string(kUserHeading) + "\" heading"};
  }
  return turns;
}

std::vector<std::string> quotation(const std::string& shown_path, size_t first, size_t last,
                                   const std::vector<std::string>& lines) {
  size_t longest_run = 2;
  for (const std::string& line : lines) {
    size_t run = 0;
    for (const char c : line) {
      run = c == '`' ? run + 1 : 0;
      longest_run = std::max(longest_run, run);
    }
  }
  const std::string fence(longest_run + 1, '`');
  std::vector<std::string> out;
  out.push_back("`" + (shown_path.empty() ? std::string("unnamed buffer") : shown_path) + ":" +
                std::to_string(first) + (last > first ? "-" + std::to_string(last) : "") + "`");
  out.push_back(fence + language_of(shown_path));
  out.insert(out.end(), lines.begin(), lines.end());
  out.push_back(fence);
  return out;
}

}  // namespace coder::task
