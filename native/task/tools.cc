#include "task/tools.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "codec/json.h"

namespace coder::task {
namespace {

using codec::Value;

/// One argument of one tool, and the member it becomes: exactly one of them is set.
struct Argument {
  const char* name;
  const char* help;
  bool required = false;
  std::string ToolUse::*text = nullptr;
  int64_t ToolUse::*figure = nullptr;
  bool ToolUse::*sign = nullptr;

  const char* type() const { return text ? "string" : figure ? "integer" : "boolean"; }
};

struct Row {
  Tool tool;
  const char* name;
  const char* help;
  std::vector<Argument> arguments;
};

Argument text(const char* name, std::string ToolUse::*member, const char* help, bool required = false) {
  return {name, help, required, member};
}
Argument figure(const char* name, int64_t ToolUse::*member, const char* help, bool required = false) {
  return {name, help, required, nullptr, member};
}
Argument sign(const char* name, bool ToolUse::*member, const char* help) {
  return {name, help, false, nullptr, nullptr, member};
}

const std::vector<Row>& rows() {
  static const char* const kPath = "relative to the project's root";
  static const std::vector<Row> table = {
      {Tool::read_file,
       "read_file",
       "Lines of a file, with their numbers. Without first and last: from its beginning, as many as fit.",
       {text("path", &ToolUse::path, kPath, true), figure("first", &ToolUse::first, "first line, from 1"),
        figure("last", &ToolUse::last, "last line, inclusive")}},
      {Tool::list_files,
       "list_files",
       "The files of a folder and below, with their lengths in lines; where they are many, its folders with "
       "how many they hold.",
       {text("path", &ToolUse::path, "a folder relative to the project's root; none: the root"),
        text("glob", &ToolUse::glob, "only files that match, as in .gitignore: *.py, src/**/test_*")}},
      {Tool::search,
       "search",
       "The lines of the project's files that hold a text.",
       {text("pattern", &ToolUse::text, "what to look for, within one line", true),
        sign("regex", &ToolUse::regex, "take the pattern for a regular expression"),
        sign("ignore_case", &ToolUse::ignore_case, "capital and small letters are alike"),
        text("path", &ToolUse::path, "only in this file or folder"),
        text("glob", &ToolUse::glob, "only files that match")}},
      {Tool::symbol,
       "symbol",
       "Where a function, method, type or constant is defined, and its code.",
       {text("name", &ToolUse::text, "parse, or Parser.parse", true)}},
      {Tool::references,
       "references",
       "The lines that use a name that the project's code defines.",
       {text("name", &ToolUse::text, "of a function, method, type or constant", true),
        text("path", &ToolUse::path, "only in this file or folder")}},
      {Tool::diagnostics,
       "diagnostics",
       "What the editor's compilers and linters say of the open files.",
       {text("path", &ToolUse::path, "only of this file or folder")}},
      {Tool::git_log,
       "git_log",
       "The last commits: hash, date, author, subject.",
       {text("path", &ToolUse::path, "only those that changed this file or folder"),
        figure("count", &ToolUse::count, "how many at most; none: 20")}},
      {Tool::git_blame,
       "git_blame",
       "The commits that last changed some lines of a file.",
       {text("path", &ToolUse::path, kPath, true),
        figure("first", &ToolUse::first, "first line, from 1", true),
        figure("last", &ToolUse::last, "last line, inclusive", true)}},
      {Tool::git_diff,
       "git_diff",
       "A diff. Without from and to: what is not committed yet.",
       {text("path", &ToolUse::path, "only of this file or folder"),
        text("from", &ToolUse::from, "a commit, branch or tag; none: HEAD"),
        text("to", &ToolUse::to, "a commit, branch or tag; none: the files as they are")}},
  };
  return table;
}

Error wrong(const Row& row, const std::string& what) {
  std::vector<std::string> takes;
  for (const Argument& one : row.arguments)
    takes.push_back(std::string(one.name) + " (" + one.type() + (one.required ? ", required)" : ")"));
  return Error{ErrorKind::usage, what, std::string(row.name) + " takes " + join(takes, ", ")};
}

std::optional<int64_t> whole(const Value& value) {
  if (const int64_t* number = value.as_int()) return *number;
  if (const double* number = value.as_double())
    return std::floor(*number) == *number && std::abs(*number) < 1e15
               ? std::optional(static_cast<int64_t>(*number))
               : std::nullopt;
  const std::string* written = value.as_string();
  if (!written || written->empty()) return std::nullopt;
  int64_t out = 0;
  const auto end = std::from_chars(written->data(), written->data() + written->size(), out);
  return end.ec == std::errc() && end.ptr == written->data() + written->size() ? std::optional(out)
                                                                               : std::nullopt;
}

/// Puts `value` where it belongs; false: it is of another type.
bool take(const Argument& argument, const Value& value, ToolUse& out) {
  if (argument.text) {
    const std::string* written = value.as_string();
    if (written) out.*argument.text = *written;
    return written != nullptr;
  }
  if (argument.figure) {
    const std::optional<int64_t> number = whole(value);
    if (number) out.*argument.figure = *number;
    return number.has_value();
  }
  const std::string* written = value.as_string();
  if (written && (*written == "true" || *written == "false")) {
    out.*argument.sign = *written == "true";
    return true;
  }
  const bool* switched = value.as_bool();
  if (switched) out.*argument.sign = *switched;
  return switched != nullptr;
}

std::string schema_of(const Row& row) {
  Value::Map properties;
  Value::Array required;
  for (const Argument& one : row.arguments) {
    properties.emplace_back(one.name, Value::Map{{"type", one.type()}, {"description", one.help}});
    if (one.required) required.emplace_back(one.name);
  }
  Value::Map schema{{"type", "object"}, {"properties", Value(std::move(properties))}};
  if (!required.empty()) schema.emplace_back("required", Value(std::move(required)));
  return codec::dump_json(Value(std::move(schema)));
}

const Row* find_row(std::string_view name) {
  const auto found =
      std::find_if(rows().begin(), rows().end(), [&](const Row& row) { return name == row.name; });
  return found == rows().end() ? nullptr : &*found;
}

}  // namespace

const char* to_string(Tool tool) {
  const auto found =
      std::find_if(rows().begin(), rows().end(), [&](const Row& row) { return tool == row.tool; });
  return found->name;
}

const std::vector<provider::ToolSpec>& tool_specs() {
  static const std::vector<provider::ToolSpec> specs = [] {
    std::vector<provider::ToolSpec> out;
    for (const Row& row : rows()) out.push_back({row.name, row.help, schema_of(row)});
    return out;
  }();
  return specs;
}

Result<ToolUse> read_call(const privacy::ToolCall& call) {
  const Row* row = find_row(call.name);
  if (!row) {
    std::vector<std::string> names;
    for (const Row& one : rows()) names.emplace_back(one.name);
    return Error{ErrorKind::usage, "there is no tool `" + one_line(call.name, 60) + "`",
                 "there are " + join(names, ", ")};
  }
  if (call.arguments.size() > kMaxArguments) return wrong(*row, "the arguments are larger than 16 KiB");
  const std::string_view written = trim(call.arguments);
  const Result<Value> parsed = codec::parse_json(written.empty() ? "{}" : written, {kMaxArguments, 8});
  if (!parsed || !parsed->as_map()) return wrong(*row, "the arguments are no JSON object");
  ToolUse out;
  out.tool = row->tool;
  for (const auto& [name, value] : *parsed->as_map()) {
    const auto found = std::find_if(row->arguments.begin(), row->arguments.end(),
                                    [&](const Argument& one) { return name == one.name; });
    if (found == row->arguments.end())
      return wrong(*row, "there is no argument `" + one_line(name, 60) + "`");
    if (value.is_null()) continue;
    if (!take(*found, value, out))
      return wrong(*row, "`" + name + "` must be of type " + found->type() + ", not " + value.type_name());
  }
  for (const Argument& one : row->arguments) {
    const bool missing = (one.text && (out.*one.text).empty()) || (one.figure && out.*one.figure == 0);
    if (one.required && missing) return wrong(*row, std::string("`") + one.name + "` is missing");
  }
  if (out.first < 0 || out.last < 0 || out.count < 0) return wrong(*row, "a figure is below 1");
  if (out.last > 0 && out.last < out.first) return wrong(*row, "`last` is before `first`");
  return out;
}

std::string words_of(const ToolUse& use) {
  std::string out;
  if (!use.text.empty()) out = use.tool == Tool::search ? "\"" + use.text + "\"" : use.text;
  if (!use.path.empty()) out += (out.empty() ? "" : " in ") + use.path;
  if (!use.glob.empty()) out += (out.empty() ? "" : " ") + use.glob;
  if (use.first > 0 || use.last > 0) {
    out += " " + std::to_string(std::max<int64_t>(use.first, 1)) + "-";
    if (use.last > 0) out += std::to_string(use.last);
  }
  if (!use.from.empty() || !use.to.empty())
    out += std::string(out.empty() ? "" : " ") + (use.from.empty() ? "HEAD" : use.from) +
           (use.to.empty() ? "" : ".." + use.to);
  return one_line(out, 160);
}

}  // namespace coder::task
