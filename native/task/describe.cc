#include "task/describe.h"
#include "base/tokens.h"

#include "dispatch/question.h"

namespace coder::task {

void describe(const std::vector<privacy::Turn>& turns, const std::vector<std::string>& markers,
              routing::Request& request) {
  size_t bytes = 0;
  request.chars = 0;
  for (const privacy::Turn& turn : turns) {
    const bool named = turn.role != privacy::Role::assistant && turn.role != privacy::Role::tool;
    for (const privacy::Part& part : turn.parts) {
      bytes += part.text.size();
      if (named) request.chars += routing::count_chars(part.text);
      if (part.label == privacy::Label::local_only && request.label_origin.empty()) {
        request.label_origin = part.origin + (part.rule.empty() ? "" : " (rule " + part.rule + ")");
      }
      request.label = privacy::join(request.label, part.label);
    }
    if (!turn.tool_calls.empty() && turn.call_label == privacy::Label::local_only) {
      if (request.label_origin.empty()) request.label_origin = "a tool call";
      request.label = privacy::Label::local_only;
    }
  }
  request.tokens = estimate_tokens(bytes);
  request.marker.clear();
  if (!turns.empty() && !turns.back().parts.empty()) {
    request.marker = routing::marker_in(turns.back().parts.front().text, markers);
  }
}

}  // namespace coder::task
