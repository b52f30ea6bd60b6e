// A conversation is the text of a Markdown buffer that the user may edit freely:
// sections that begin with "## You" or "## Coder · NAME · LANE". This file reads
// such a buffer as turns and makes the headings and quotations that go into it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "privacy/prompt.h"

namespace coder::task {

inline constexpr std::string_view kUserHeading = "## You";
inline constexpr std::string_view kAnswerPrefix = "## Coder · ";

/// What a line of an answer begins with that tells of a call of a tool: no text of the answer.
inline constexpr std::string_view kToolPrefix = "> [tool] ";

std::string answer_heading(const std::string& model, std::string_view lane);

/// The turns of a conversation, each with `label`. Blank lines around a section, empty sections and an
/// answer's "<think>" block and its lines about tools are left out. Fails (kind usage) when the last turn is
/// not the user's.
Result<std::vector<privacy::Turn>> parse_conversation(const std::vector<std::string>& lines,
                                                      privacy::Label label);

/// Lines of a file for the conversation: "`path:10-14`" above a fenced block that its content cannot close.
std::vector<std::string> quotation(const std::string& shown_path, size_t first, size_t last,
                                   const std::vector<std::string>& lines);

}  // namespace coder::task
