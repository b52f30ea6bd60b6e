#include "edit/hunks.h"

#include <algorithm>
#include <map>

#include "base/hash.h"
#include "edit/line_diff.h"

namespace coder::edit {
namespace {

constexpr size_t kContext = 3;

/// With their ends.
Lines raw_lines(std::string_view text) {
  Lines out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

void add_line(std::string& out, char mark, std::string_view line) {
  out += mark;
  out += line;
  if (line.empty() || line.back() != '\n') out += "\n\\ No newline at end of file\n";
}

std::string range(size_t first, size_t count) {
  // Of no lines, the one before them.
  std::string out = std::to_string(count == 0 ? first : first + 1);
  if (count != 1) out += "," + std::to_string(count);
  return out;
}

}  // namespace

std::vector<Hunk> hunks_of(std::string_view path, std::string_view old_text, std::string_view new_text) {
  const Lines a = raw_lines(old_text), b = raw_lines(new_text);
  std::vector<Hunk> out;
  std::map<std::string, size_t> seen;
  for (const Change& change : diff_lines(a, b)) {
    Hunk hunk;
    hunk.old_first = change.a;
    hunk.new_first = change.b;
    const auto old_begin = a.begin() + static_cast<std::ptrdiff_t>(change.a);
    const auto new_begin = b.begin() + static_cast<std::ptrdiff_t>(change.b);
    hunk.old_lines.assign(old_begin, old_begin + static_cast<std::ptrdiff_t>(change.a_count));
    hunk.new_lines.assign(new_begin, new_begin + static_cast<std::ptrdiff_t>(change.b_count));
    std::string whole(path);
    whole += '\0';
    for (const std::string_view line : hunk.old_lines) whole += line;
    whole += '\0';
    for (const std::string_view line : hunk.new_lines) whole += line;
    hunk.id = hash_name(whole);
    if (const size_t nth = seen[hunk.id]++; nth > 0) hunk.id += "-" + std::to_string(nth + 1);
    out.push_back(std::move(hunk));
  }
  return out;
}

std::string with_hunks(std::string_view old_text, const std::vector<Hunk>& hunks,
                       const std::set<std::string>& taken) {
  const Lines old_lines = raw_lines(old_text);
  std::string out;
  size_t at = 0;
  const auto add = [&out](std::string_view line) {
    // A last line without an end, which is now followed by others.
    if (!out.empty() && out.back() != '\n') out += '\n';
    out += line;
  };
  for (const Hunk& hunk : hunks) {
    for (; at < hunk.old_first; ++at) add(old_lines[at]);
    if (taken.count(hunk.id) == 0) continue;
    for (const std::string_view line : hunk.new_lines) add(line);
    at = hunk.old_first + hunk.old_lines.size();
  }
  for (; at < old_lines.size(); ++at) add(old_lines[at]);
  return out;
}

std::string unified_diff(const std::string& old_path, const std::string& new_path, std::string_view old_text,
                         std::string_view new_text) {
  const Lines a = raw_lines(old_text), b = raw_lines(new_text);
  const std::vector<Change> changes = diff_lines(a, b);
  const std::string& name = new_path.empty() ? old_path : new_path;
  const std::string& before = old_path.empty() ? new_path : old_path;
  if (changes.empty() && old_path == new_path) return "";
  std::string out = "diff --git a/" + before + " b/" + name + "\n";
  if (old_path.empty()) out += "new file mode 100644\n";
  if (new_path.empty()) out += "deleted file mode 100644\n";
  if (!old_path.empty() && !new_path.empty() && old_path != new_path)
    out += "rename from " + old_path + "\nrename to " + new_path + "\n";
  if (changes.empty()) return out;
  out += "--- " + (old_path.empty() ? "/dev/null" : "a/" + old_path) + "\n";
  out += "+++ " + (new_path.empty() ? "/dev/null" : "b/" + new_path) + "\n";
  for (size_t i = 0; i < changes.size();) {
    // Changes whose context meets are one hunk.
    size_t end = i + 1;
    while (end < changes.size() &&
           changes[end].a - (changes[end - 1].a + changes[end - 1].a_count) <= 2 * kContext)
      ++end;
    const Change &first = changes[i], &last = changes[end - 1];
    const size_t head = std::min(kContext, first.a);
    const size_t tail = std::min(kContext, a.size() - (last.a + last.a_count));
    const size_t old_first = first.a - head, old_end = last.a + last.a_count + tail;
    const size_t new_first = first.b - head, new_end = last.b + last.b_count + tail;
    out += "@@ -" + range(old_first, old_end - old_first) + " +" + range(new_first, new_end - new_first) +
           " @@\n";
    size_t at = old_first;
    for (; i < end; ++i) {
      for (; at < changes[i].a; ++at) add_line(out, ' ', a[at]);
      for (; at < changes[i].a + changes[i].a_count; ++at) add_line(out, '-', a[at]);
      for (size_t k = 0; k < changes[i].b_count; ++k) add_line(out, '+', b[changes[i].b + k]);
    }
    for (; at < old_end; ++at) add_line(out, ' ', a[at]);
  }
  return out;
}

}  // namespace coder::edit
