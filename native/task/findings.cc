#include "task/findings.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "codec/json.h"

namespace coder::task {
namespace {

using codec::Value;

constexpr size_t kMaxMessage = 4000;  // bytes
constexpr size_t kMaxPath = 1000;
constexpr size_t kMaxFix = 8000;

std::string text_at(const Value& object, std::initializer_list<const char*> keys) {
  for (const char* const key : keys) {
    const Value* value = object.find(key);
    if (value && value->as_string()) return *value->as_string();
  }
  return "";
}

int64_t number_at(const Value& object, std::initializer_list<const char*> keys) {
  for (const char* const key : keys) {
    const Value* value = object.find(key);
    if (!value) continue;
    double number = value->number_or(0);
    if (const std::string* text = value->as_string()) {
      int64_t parsed = 0;
      std::from_chars(text->data(), text->data() + text->size(), parsed);
      number = static_cast<double>(parsed);
    }
    if (number >= 1 && number < 1e9) return static_cast<int64_t>(number);
  }
  return 0;
}

/// The words that models have for it.
std::string severity_of(const std::string& word) {
  const std::string lower = lower_ascii(trim(word));
  for (const char* const high : {"error", "critical", "high", "severe", "blocker", "major"}) {
    if (lower == high) return "error";
  }
  for (const char* const low : {"info", "information", "hint", "low", "note", "minor", "suggestion"}) {
    if (lower == low) return "info";
  }
  return "warning";
}

std::string kind_of(const std::string& word) {
  const std::string lower = lower_ascii(trim(word));
  for (const char* const kind : {"bug", "performance", "security"}) {
    if (lower.find(kind) != std::string::npos) return kind;
  }
  return lower.find("correct") != std::string::npos ? "bug" : "other";
}

std::optional<Finding> finding_of(const Value& object) {
  Finding out;
  out.message = std::string(
      clip_utf8(trim(text_at(object, {"message", "description", "issue", "title"})), kMaxMessage));
  if (!object.as_map() || out.message.empty()) return std::nullopt;
  out.file = std::string(clip_utf8(trim(text_at(object, {"file", "path", "filename"})), kMaxPath));
  out.line = number_at(object, {"line", "start_line", "line_number", "lnum"});
  out.text = text_at(object, {"text", "code", "quote", "snippet"});
  out.fix = text_at(object, {"fix", "replacement", "suggestion"});
  if (out.fix.size() > kMaxFix) out.fix.clear();
  out.severity = severity_of(text_at(object, {"severity", "level", "priority"}));
  out.kind = kind_of(text_at(object, {"kind", "category", "type"}));
  return out;
}

/// Bytes that may be looked through for closing brackets: many that never close must not cost the square.
constexpr size_t kMostScanned = 8u << 20;

/// Where the bracket that opens at `at` closes; npos: nowhere, or `left` is used up.
size_t close_of(std::string_view text, size_t at, size_t& left) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = at; i < text.size() && left > 0; ++i, --left) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

/// "[1, 2,]" as small models write it.
std::string without_trailing_commas(std::string_view json) {
  std::string out;
  bool quoted = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quoted && c == '\\' && i + 1 < json.size()) {
      out += c;
      out += json[++i];
      continue;
    }
    if (c == '"') quoted = !quoted;
    if (!quoted && c == ',') {
      const size_t next = json.find_first_not_of(" \t\r\n", i + 1);
      if (next != std::string_view::npos && (json[next] == ']' || json[next] == '}')) continue;
    }
    out += c;
  }
  return out;
}

void add(std::vector<Finding>& out, const Value& value) {
  if (out.size() < kMaxFindings) {
    if (std::optional<Finding> one = finding_of(value)) out.push_back(std::move(*one));
  }
}

/// The objects in `text`, one by one: what is left of a list that was cut off.
std::vector<Finding> objects_in(std::string_view text) {
  std::vector<Finding> out;
  size_t left = kMostScanned;
  for (size_t at = text.find('{'); at != std::string_view::npos && out.size() < kMaxFindings && left > 0;) {
    const size_t end = close_of(text, at, left);
    if (end == std::string_view::npos) {
      at = text.find('{', at + 1);
      continue;
    }
    const auto value = codec::parse_json(without_trailing_commas(text.substr(at, end + 1 - at)));
    const size_t before = out.size();
    if (value) add(out, *value);
    // One that holds others is none itself.
    at = text.find('{', out.size() > before ? end + 1 : at + 1);
  }
  return out;
}

std::optional<std::vector<Finding>> parse_json_findings(std::string_view answer) {
  bool any = false;
  size_t left = kMostScanned;
  for (size_t at = answer.find_first_of("[{"); at != std::string_view::npos && left > 0;
       at = answer.find_first_of("[{", at + 1)) {
    const size_t end = close_of(answer, at, left);
    if (end == std::string_view::npos) continue;
    const auto value = codec::parse_json(without_trailing_commas(answer.substr(at, end + 1 - at)));
    if (!value) continue;
    const Value* list = value->as_array() ? &*value : nullptr;
    for (const char* const key : {"findings", "issues", "results"}) {
      if (const Value* inner = value->find(key); !list && inner && inner->as_array()) list = inner;
    }
    if (!list) continue;
    std::vector<Finding> out;
    for (const Value& one : *list->as_array()) add(out, one);
    // "[1]" in prose is no list of findings; an empty one is, when nothing else is there.
    if (!out.empty() || (list->as_array()->empty() && list != &*value)) return out;
    any = any || list->as_array()->empty();
    at = end;
  }
  if (std::vector<Finding> out = objects_in(answer); !out.empty()) return out;
  // An answer of the right form that was cut off in its first finding.
  const std::string_view head = trim(answer);
  const size_t list = head.starts_with('{') ? head.find('[') : std::string_view::npos;
  any = any || (list != std::string_view::npos && head.substr(0, list).find("\"findings\"") < list);
  return any ? std::optional(std::vector<Finding>()) : std::nullopt;
}

std::string_view trim_line_ends(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  while (text.starts_with('\n') || text.starts_with('\r')) text.remove_prefix(1);
  return text;
}

/// "- `src/a.py:12`: message"
std::optional<Finding> finding_in(std::string_view line) {
  line = trim(line);
  while (!line.empty() && std::string_view("-*` ").find(line.front()) != std::string_view::npos)
    line.remove_prefix(1);
  const size_t colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos) return std::nullopt;
  Finding out;
  out.file = std::string(line.substr(0, colon));
  // A path: without blanks, and with a dot or a slash in it, so that "Note: 1" is none.
  if (out.file.size() > kMaxPath || out.file.find(' ') != std::string::npos ||
      out.file.find_first_of("./") == std::string::npos)
    return std::nullopt;
  const std::string_view after = line.substr(colon + 1);
  const auto [end, failed] = std::from_chars(after.data(), after.data() + after.size(), out.line);
  if (failed != std::errc() || out.line < 1) return std::nullopt;
  std::string_view rest = after.substr(static_cast<size_t>(end - after.data()));
  while (!rest.empty() && std::string_view(":-–` 0123456789").find(rest.front()) != std::string_view::npos)
    rest.remove_prefix(1);
  out.message = std::string(clip_utf8(trim(rest), kMaxMessage));
  if (out.message.empty()) return std::nullopt;
  out.severity = severity_of("");
  out.kind = kind_of(out.message);
  return out;
}

}  // namespace

std::string findings_rules() {
  return "Answer with JSON and nothing else:\n\n"
         "{\"findings\": [{\"file\": \"src/db.py\", \"line\": 12, \"text\": \"    cur.execute(q + name)\", "
         "\"severity\": \"error\", \"kind\": \"security\", \"message\": \"what is wrong, and what to "
         "do\", \"fix\": \"    cur.execute(q, (name,))\"}]}\n\n"
         "- \"text\" is that line, copied exactly.\n"
         "- \"severity\" is error, warning or info; \"kind\" is bug, performance or security.\n"
         "- \"fix\" is what is to stand there instead of \"text\", where that alone mends it; else \"\".\n"
         "- Nothing found: {\"findings\": []}.\n";
}

std::string findings_schema() {
  const Value text(Value::Map{{"type", "string"}});
  const auto one_of = [](Value::Array words) {
    return Value(Value::Map{{"type", "string"}, {"enum", Value(std::move(words))}});
  };
  const auto object = [](Value::Map members) {
    Value::Array required;
    for (const auto& [name, type] : members) required.push_back(Value(name));
    return Value(Value::Map{{"type", "object"},
                            {"properties", Value(std::move(members))},
                            {"required", Value(std::move(required))},
                            {"additionalProperties", false}});
  };
  Value finding = object({{"file", text},
                          {"line", Value(Value::Map{{"type", "integer"}})},
                          {"text", text},
                          {"severity", one_of({"error", "warning", "info"})},
                          {"kind", one_of({"bug", "performance", "security"})},
                          {"message", text},
                          {"fix", text}});
  Value list(Value::Map{{"type", "array"}, {"items", std::move(finding)}});
  return codec::dump_json(object({{"findings", std::move(list)}}));
}

std::optional<std::vector<Finding>> parse_findings(std::string_view answer) {
  if (std::optional<std::vector<Finding>> found = parse_json_findings(answer)) return found;
  std::vector<Finding> out;
  for (const std::string_view line : split(answer, '\n')) {
    std::optional<Finding> one = finding_in(line);
    if (one && out.size() < kMaxFindings) out.push_back(std::move(*one));
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

void place(std::vector<Finding>& findings,
           const std::function<const std::vector<std::string>*(const std::string& file)>& lines_of) {
  for (Finding& one : findings) {
    one.placed = false;
    const std::vector<std::string>* lines = lines_of(one.file);
    if (!lines) continue;
    // Of a text of several lines the first counts.
    const std::string_view text = trim(
        std::string_view(one.text).substr(0, one.text.find('\n', one.text.find_first_not_of(" \t\r\n"))));
    const bool there = one.line >= 1 && one.line <= static_cast<int64_t>(lines->size());
    const auto holds = [&](const std::string& line) { return trim(line) == text; };
    if (text.empty()) {
      one.placed = there;
      continue;
    }
    if (there && holds((*lines)[static_cast<size_t>(one.line) - 1])) {
      one.placed = true;
      continue;
    }
    const auto first = std::find_if(lines->begin(), lines->end(), holds);
    if (first == lines->end() || std::find_if(first + 1, lines->end(), holds) != lines->end()) continue;
    one.line = first - lines->begin() + 1;
    one.placed = true;
  }
}

std::string fix_reply(const Finding& finding, const std::vector<std::string>& lines) {
  constexpr size_t kAround = 2;
  if (!finding.placed || trim(finding.fix).empty() || trim(finding.text).empty()) return "";
  std::vector<std::string> old_lines, new_lines;
  for (const std::string_view line : split(trim_line_ends(finding.text), '\n')) old_lines.emplace_back(line);
  for (const std::string_view line : split(trim_line_ends(finding.fix), '\n')) new_lines.emplace_back(line);
  const auto first = static_cast<size_t>(finding.line - 1);
  if (first + old_lines.size() > lines.size()) return "";
  for (size_t i = 0; i < old_lines.size(); ++i) {
    if (trim(lines[first + i]) != trim(old_lines[i])) return "";
  }
  // Models leave indentation out of one field or of both.
  const std::string& there = lines[first];
  const std::string indent = there.substr(0, there.find_first_not_of(" \t"));
  if (new_lines.front().find_first_not_of(" \t") == 0 && !indent.empty()) {
    for (std::string& line : new_lines) {
      if (!line.empty()) line.insert(0, indent);
    }
  }
  const size_t before = first - std::min(first, kAround), last = first + old_lines.size();
  const size_t after = std::min(lines.size(), last + kAround);
  std::string search, replace;
  const auto add = [&lines](std::string& to, size_t from, size_t end) {
    for (size_t i = from; i < end; ++i) to += lines[i] + "\n";
  };
  add(search, before, after);
  add(replace, before, first);
  for (const std::string& line : new_lines) replace += line + "\n";
  add(replace, last, after);
  if (search == replace) return "";
  // Text that looks like the block's own marks would end it.
  for (const std::string_view mark : {"<<<<<<<", "=======", ">>>>>>>", "```"}) {
    if (("\n" + search + replace).find("\n" + std::string(mark)) != std::string::npos) return "";
  }
  return finding.file + "\n```\n<<<<<<< SEARCH\n" + search + "=======\n" + replace + ">>>>>>> REPLACE\n```\n";
}

}  // namespace coder::task
