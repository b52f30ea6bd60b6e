#include "task/source.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "base/text.h"
#include "task/conversation.h"

namespace coder::task {

namespace fs = std::filesystem;

namespace {

/// Judges the diff in `text`, if it holds one; `name` is what the text is for messages.
Result<privacy::Verdict> judge_diff(const std::string& text, const std::string& name, const std::string& root,
                                    const privacy::PathRules& rules) {
  std::error_code failed;
  privacy::Verdict verdict = rules.judge_text(text, root);
  // "git diff --relative" and plain diff speak of the folder they are run in.
  const std::string here = fs::current_path(failed).string();
  if (!verdict.never_send && here != root) {
    const privacy::Verdict other = rules.judge_text(text, here);
    if (other.never_send || verdict.label == privacy::Label::any) verdict = other;
  }
  if (!verdict.never_send) return verdict;
  const std::string about = verdict.file.empty() ? "" : " of " + one_line(verdict.file, 200);
  return Error{ErrorKind::policy,
               name + " holds a diff" + about + ", which is never sent (rule " + verdict.rule + ")",
               "leave it out; files that usually hold secrets enter no prompt"};
}

}  // namespace

Result<privacy::Part> prompt_part(std::string text, const std::string& root,
                                  const privacy::PathRules& rules) {
  Result<privacy::Verdict> verdict = judge_diff(text, "the prompt", root, rules);
  if (!verdict) return std::move(verdict.error());
  const std::string origin =
      verdict->file.empty() ? "prompt" : "prompt (diff of " + one_line(verdict->file, 200) + ")";
  return privacy::Part{std::move(text), verdict->label, origin, verdict->rule};
}

Result<Source> read_source(const std::string& path, const std::string& root,
                           const privacy::PathRules& rules) {
  const privacy::Verdict verdict = rules.judge(path);
  if (verdict.never_send) {
    return Error{ErrorKind::policy, path + " is on the never-send list (rule " + verdict.rule + ")",
                 "files that usually hold secrets enter no prompt"};
  }
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  if (!fs::exists(status)) return Error{ErrorKind::usage, path + ": no such file", ""};
  if (!fs::is_regular_file(status)) return Error{ErrorKind::usage, path + " is no regular file", ""};
  const auto size = fs::file_size(path, failed);
  if (!failed && size > kMaxSourceBytes) {
    return Error{ErrorKind::usage, path + " is larger than " + std::to_string(kMaxSourceBytes >> 20) + " MiB",
                 "name a smaller file"};
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{ErrorKind::usage, path + " cannot be read: " + std::strerror(errno), ""};
  Source source;
  source.text.assign(std::istreambuf_iterator<char>(in), {});
  if (source.text.find('\0') != std::string::npos) {
    return Error{ErrorKind::usage, path + " is a binary file", "only text can be sent"};
  }
  const Result<privacy::Verdict> of_diff = judge_diff(source.text, path, root, rules);
  if (!of_diff) return of_diff.error();
  source.shown_path = shown_path(path, root);
  source.label = join(verdict.label, of_diff->label);
  source.rule = verdict.rule.empty() ? of_diff->rule : verdict.rule;
  return source;
}

std::string shown_path(const std::string& path, const std::string& root) {
  if (root.empty() || path.empty()) return path;
  std::error_code failed;
  const fs::path absolute = fs::absolute(path, failed).lexically_normal();
  const fs::path relative = absolute.lexically_relative(fs::path(root).lexically_normal());
  return relative.empty() || *relative.begin() == ".." ? path : relative.string();
}

std::string language_of(const std::string& path) {
  // Extensions whose usual fence name differs; any other is its own name.
  static constexpr std::array<std::pair<const char*, const char*>, 16> kNames{{{".py", "python"},
                                                                               {".rs", "rust"},
                                                                               {".js", "javascript"},
                                                                               {".mjs", "javascript"},
                                                                               {".ts", "typescript"},
                                                                               {".rb", "ruby"},
                                                                               {".cc", "cpp"},
                                                                               {".cxx", "cpp"},
                                                                               {".hpp", "cpp"},
                                                                               {".h", "cpp"},
                                                                               {".sh", "bash"},
                                                                               {".md", "markdown"},
                                                                               {".yml", "yaml"},
                                                                               {".kt", "kotlin"},
                                                                               {".cs", "csharp"},
                                                                               {".ex", "elixir"}}};
  const std::string extension = fs::path(path).extension().string();
  for (const auto& [from, to] : kNames) {
    if (extension == from) return to;
  }
  const bool plain = std::all_of(extension.begin(), extension.end(),
                                 [](unsigned char c) { return c == '.' || (c < 0x80 && std::isalnum(c)); });
  return plain && extension.size() > 1 ? extension.substr(1) : "";
}

std::vector<privacy::Turn> context_turns(const std::vector<Source>& sources) {
  if (sources.empty()) return {};
  privacy::Turn turn;
  turn.role = privacy::Role::system;
  turn.parts.push_back(
      {"You help a programmer in their editor. Answer about the code below; be exact and brief, and "
       "put code into fenced blocks.\n",
       privacy::Label::any, "instructions"});
  for (const Source& source : sources) {
    std::vector<std::string> lines;
    size_t start = 0;
    while (start < source.text.size()) {
      const size_t end = std::min(source.text.find('\n', start), source.text.size());
      lines.push_back(source.text.substr(start, end - start));
      start = end + 1;
    }
    std::string text;
    const size_t last = source.first + (lines.empty() ? 0 : lines.size() - 1);
    for (const std::string& line : quotation(source.shown_path, source.first, last, lines))
      text += "\n" + line;
    turn.parts.push_back({text + "\n",
                          source.label,
                          source.shown_path,
                          source.rule,
                          {{source.shown_path, static_cast<int64_t>(source.first), static_cast<int64_t>(last),
                            source.label, source.text}}});
  }
  return {std::move(turn)};
}

}  // namespace coder::task
