// An answer as the command line gives it out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "codec/value.h"
#include "dispatch/question.h"
#include "task/findings.h"
#include "task/source.h"

namespace coder::app {

/// {text, model, lane, ms, ttft_ms, usage, usd, finish}
codec::Value::Map result_object(const dispatch::Outcome& outcome, const std::string& text);

/// What a review has found, each at a line that exists, those without one last; nullopt: the answer is no
/// list of findings.
std::optional<std::vector<task::Finding>> findings_of(const std::string& answer,
                                                      const std::vector<task::Source>& sources);

/// A list of {file, line, severity, kind, message, placed}, or null.
codec::Value findings_value(const std::optional<std::vector<task::Finding>>& findings);

/// As compilers write it, for 'errorformat'.
std::string findings_lines(const std::vector<task::Finding>& findings);

}  // namespace coder::app
