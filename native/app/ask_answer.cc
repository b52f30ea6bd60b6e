#include "app/ask_answer.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.h"

namespace coder::app {

using codec::Value;

namespace {

const std::vector<std::string>* lines_in(std::map<std::string, std::vector<std::string>>& cache,
                                         const std::vector<task::Source>& sources, const std::string& file) {
  for (const task::Source& source : sources) {
    if (source.shown_path != file) continue;
    const auto [at, added] = cache.try_emplace(file);
    if (added) {
      for (const std::string_view line : split(source.text, '\n')) at->second.emplace_back(line);
    }
    return &at->second;
  }
  return nullptr;
}

}  // namespace

Value::Map result_object(const dispatch::Outcome& outcome, const std::string& text) {
  const provider::Usage& usage = outcome.usage;
  return {{"text", Value(text)},
          {"model", Value(outcome.model)},
          {"lane", Value(to_string(outcome.lane))},
          {"ms", Value(static_cast<int64_t>(outcome.ms))},
          {"ttft_ms", outcome.ttft_ms ? Value(static_cast<int64_t>(*outcome.ttft_ms)) : Value()},
          {"usage", Value(Value::Map{{"input", Value(usage.input)},
                                     {"cached_input", Value(usage.cached_input)},
                                     {"output", Value(usage.output)},
                                     {"reasoning", Value(usage.reasoning)}})},
          {"usd", outcome.usd ? Value(*outcome.usd) : Value()},
          {"finish", Value(provider::to_string(outcome.finish))}};
}

std::optional<std::vector<task::Finding>> findings_of(const std::string& answer,
                                                      const std::vector<task::Source>& sources) {
  std::optional<std::vector<task::Finding>> out = task::parse_findings(answer);
  if (!out) return out;
  std::map<std::string, std::vector<std::string>> lines;
  task::place(*out, [&](const std::string& file) { return lines_in(lines, sources, file); });
  std::stable_sort(out->begin(), out->end(), [](const task::Finding& a, const task::Finding& b) {
    return std::tuple(!a.placed, a.file, a.line) < std::tuple(!b.placed, b.file, b.line);
  });
  return out;
}

Value findings_value(const std::optional<std::vector<task::Finding>>& findings) {
  if (!findings) return {};
  Value::Array out;
  for (const task::Finding& one : *findings) {
    out.push_back(Value(Value::Map{{"file", Value(one.file)},
                                   {"line", Value(one.line)},
                                   {"severity", Value(one.severity)},
                                   {"kind", Value(one.kind)},
                                   {"message", Value(one.message)},
                                   {"placed", Value(one.placed)}}));
  }
  return Value(std::move(out));
}

std::string findings_lines(const std::vector<task::Finding>& findings) {
  std::string out;
  for (const task::Finding& one : findings) {
    const std::string message = one_line(one.message, 4000) + " [" + one.kind + "]";
    out +=
        one.placed
            ? one.file + ":" + std::to_string(one.line) + ": " + one.severity + ": " + message + "\n"
            : one.severity + " at no line that is there (" + one_line(one.file, 200) + "): " + message + "\n";
  }
  return out.empty() ? "nothing found\n" : out;
}

}  // namespace coder::app
