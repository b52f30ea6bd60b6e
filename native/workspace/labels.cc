#include "workspace/labels.h"

#include <algorithm>
#include <set>

#include "privacy/diff.h"

namespace coder::workspace {

using privacy::Label;
using privacy::stricter;
using privacy::Verdict;

namespace {

/// No file's path: unnamed, or named by a plugin ("coder://chat/1", "fugitive://…").
bool without_path(const std::string& path) { return path.empty() || path.find("://") != std::string::npos; }

bool is_private(const Verdict& verdict) { return verdict.label == Label::local_only; }

std::string folder_of(const std::string& path) {
  const std::string root = privacy::repository_root(path);
  return root.empty() ? path.substr(0, path.rfind('/') + 1) : root;
}

std::string slice(const std::string& line, size_t from, size_t to) {
  return from >= line.size() ? std::string() : line.substr(from, to - from);
}

}  // namespace

Labels::Labels(const Mirrors& mirrors, GetRules rules, unique_function<void(int64_t)> on_private)
    : mirrors_(mirrors), rules_(std::move(rules)), on_private_(std::move(on_private)) {}

void Labels::attached(int64_t buf, const std::string& path, bool held) {
  Buffer& buffer = buffers_[buf];
  if (held && !is_private(buffer.held)) buffer.held = {Label::local_only, false, "held private text before"};
  if (buffer.path != path && is_private(buffer.by_path)) {
    hold(buf, buffer, buffer.by_path, "was " + buffer.path);
  }
  buffer.path = path;
  buffer.by_path = path.empty() ? Verdict{} : rules_().judge(path);
  buffer.repository = without_path(path) ? std::string() : privacy::repository_root(path);
  if (const Mirror* mirror = mirrors_.find(buf); mirror && mirror->ready)
    changed(buf, 0, mirror->lines.size());
}

void Labels::detached(int64_t buf) { buffers_.erase(buf); }

void Labels::hold(int64_t buf, Buffer& buffer, const Verdict& verdict, const std::string& how) {
  const bool known = is_private(buffer.held) && (buffer.held.never_send || !verdict.never_send);
  if (known) return;
  buffer.held = verdict;
  buffer.held.rule = how + (verdict.rule.empty() ? "" : ", rule " + verdict.rule);
  if (on_private_) on_private_(buf);
}

void Labels::leave_traces(const Mirror& mirror, size_t first, size_t count) {
  const size_t last = std::min(mirror.lines.size(), first + count);
  for (size_t i = first; i < last; ++i) traces_.add_line(mirror.lines[i]);
}

void Labels::changed(int64_t buf, size_t first, size_t count) {
  const auto found = buffers_.find(buf);
  const Mirror* mirror = mirrors_.find(buf);
  if (found == buffers_.end() || !mirror || !mirror->ready) return;
  Buffer& buffer = found->second;
  const size_t last = std::min(mirror->lines.size(), first + count);
  // The line above and below a header tell whether it is one.
  const auto diff_in = [&] {
    std::string text;
    for (size_t i = first > 0 ? first - 1 : 0; i < std::min(last + 1, mirror->lines.size()); ++i)
      text += mirror->lines[i] + '\n';
    return std::pair(judge_diff(text, folder_of(buffer.path)), text);
  };
  if (buffer.path.compare(0, 8, "coder://") == 0) {
    // A conversation is judged when it is asked, by what the user wrote. But a part of a diff may be taken
    // out of it before that, and does not say any more what it is of.
    const auto [verdict, text] = diff_in();
    if (is_private(verdict)) traces_.add_diff(text);
  } else if (!is_private(of(buf))) {
    const bool nameless = without_path(buffer.path);
    for (size_t i = first; i < last && !traces_.empty(); ++i) {
      const std::string& line = mirror->lines[i];
      if (nameless ? !traces_.found_in(line) : !traces_.yanked_in(line)) continue;
      hold(buf, buffer, {Label::local_only, false, ""}, "holds text of a private file");
      break;
    }
    const Verdict verdict = diff_in().first;
    if (is_private(verdict)) hold(buf, buffer, verdict, "holds a diff of a private file");
  }
  if (is_private(of(buf))) leave_traces(*mirror, first, count);
}

void Labels::yanked(int64_t buf, size_t first, size_t col, size_t last, size_t last_col,
                    std::string_view kind) {
  const Mirror* mirror = mirrors_.find(buf);
  if (!mirror || !mirror->ready || first == 0 || !is_private(of(buf))) return;
  if (last_col < col && kind == "block") std::swap(col, last_col);
  std::string text;
  for (size_t i = first - 1; i < std::min(last, mirror->lines.size()); ++i) {
    const std::string& line = mirror->lines[i];
    size_t from = 0, to = line.size();
    if (kind == "block" || (kind == "char" && i == first - 1)) from = col;
    if (kind == "block" || (kind == "char" && i + 1 == last)) to = last_col + 1;
    // Up to the end of a character that is longer than a byte.
    while (to < line.size() && (static_cast<unsigned char>(line[to]) & 0xC0) == 0x80) ++to;
    text += slice(line, from, std::max(from, to)) + '\n';
  }
  traces_.add_fragment(text);
}

void Labels::answered_privately(int64_t buf) {
  const auto found = buffers_.find(buf);
  if (found == buffers_.end() || is_private(of(buf))) return;
  found->second.held = {Label::local_only, false, "holds an answer to private text"};
}

void Labels::rules_changed() {
  for (auto& [buf, buffer] : buffers_) {
    buffer.by_path = buffer.path.empty() ? Verdict{} : rules_().judge(buffer.path);
    if (const Mirror* mirror = mirrors_.find(buf)) changed(buf, 0, mirror->lines.size());
  }
}

Verdict Labels::of(int64_t buf) const {
  const auto found = buffers_.find(buf);
  return found == buffers_.end() ? Verdict{} : stricter(found->second.by_path, found->second.held);
}

Verdict Labels::of_text(const std::string& text, const std::string& folder) {
  Verdict verdict;
  if (traces_.found_in_text(text)) verdict = {Label::local_only, false, "holds text of a private file"};
  const Verdict diff = judge_diff(text, folder);
  if (is_private(diff)) traces_.add_diff(text);
  return stricter(diff, verdict);
}

Verdict Labels::of_answer(const std::string& text, const std::string& folder) const {
  Verdict verdict;
  for (size_t begin = 0; begin < text.size() && !traces_.empty();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (traces_.yanked_in(std::string_view(text).substr(begin, end - begin))) {
      verdict = {Label::local_only, false, "holds text of a private file"};
      break;
    }
    begin = end + 1;
  }
  return stricter(judge_diff(text, folder), verdict);
}

// A diff does not say of which repository it is: of any that is open here, perhaps. The strictest counts.
Verdict Labels::judge_diff(const std::string& text, const std::string& folder) const {
  Verdict verdict;
  if (privacy::diff_paths(text).empty()) return verdict;
  std::set<std::string> folders = {folder};
  for (const auto& [buf, buffer] : buffers_) {
    if (!buffer.repository.empty()) folders.insert(buffer.repository);
  }
  for (const std::string& each : folders) verdict = stricter(verdict, rules_().judge_text(text, each));
  return verdict;
}

}  // namespace coder::workspace
