#include "privacy/traces.h"

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"

namespace coder::privacy {
namespace {

constexpr size_t kMaxFragments = 256;
constexpr size_t kMaxFragmentBytes = 1024;  // what holds all of a longer one holds its head, too
constexpr int kMaxMarks = 4;

}  // namespace

void Traces::add_line(std::string_view line) {
  line = trim(line);
  if (line.size() < kMinLineBytes || full_) return;
  lines_.insert(fnv1a(line));
  if (lines_.size() <= kMaxLines) return;
  full_ = true;
  lines_.clear();  // of no use any more
}

void Traces::add_fragment(std::string_view text) {
  std::string_view longest;
  std::vector<std::string_view> kept;
  for (std::string_view line : split(text, '\n')) {
    line = trim(line);
    if (line.size() > longest.size()) longest = line;
    if (line.size() < kMinLineBytes) continue;
    add_line(line);
    if (yanked_.size() < kMaxLines) yanked_.insert(fnv1a(line));
    kept.push_back(line);
  }
  if (kept.empty()) kept.push_back(longest);
  const size_t skipped = kept.size() - std::min(kept.size(), kMaxFragments);
  for (size_t i = skipped; i < kept.size(); ++i) {
    const std::string_view fragment = kept[i].substr(0, kMaxFragmentBytes);
    if (fragment.size() < kMinFragmentBytes) continue;
    const auto known = std::find(fragments_.begin(), fragments_.end(), fragment);
    if (known != fragments_.end()) fragments_.erase(known);
    fragments_.emplace_back(fragment);
    if (fragments_.size() > kMaxFragments) fragments_.pop_front();
  }
}

void Traces::add_diff(std::string_view text) {
  bool inside = false;
  for (std::string_view line : split(text, '\n')) {
    const size_t quoted = line.find_first_not_of(">|");  // not "> ": a blank may be the hunk's own
    line.remove_prefix(std::min(quoted, line.size()));
    const std::string_view bare = trim(line);
    if (bare.substr(0, 2) == "@@" || bare.substr(0, 4) == "--- " || bare.substr(0, 4) == "+++ ") {
      inside = true;
      continue;
    }
    inside = inside && !bare.empty() && std::string_view("+- \\\t").find(line[0]) != std::string_view::npos;
    if (inside) add_line(bare.substr(std::min(bare.find_first_not_of("+-"), bare.size())));
  }
}

bool Traces::found_in(std::string_view line) const {
  line = trim(line);
  if (line.empty()) return false;
  if (full_) return true;
  const bool has_fragment = std::any_of(fragments_.begin(), fragments_.end(), [line](const std::string& f) {
    return line.find(f) != std::string_view::npos;
  });
  if (has_fragment) return true;
  // As it is, and behind the marks that quotations, comments and diffs put before a line.
  for (int marks = 0; line.size() >= kMinLineBytes && !lines_.empty(); ++marks) {
    if (lines_.count(fnv1a(line))) return true;
    if (marks == kMaxMarks || std::string_view(">|+-#/*").find(line[0]) == std::string_view::npos) break;
    line = trim(line.substr(1));
  }
  return false;
}

bool Traces::yanked_in(std::string_view line) const {
  line = trim(line);
  if (!yanked_.empty() && line.size() >= kMinLineBytes && yanked_.count(fnv1a(line))) return true;
  return std::any_of(fragments_.begin(), fragments_.end(), [line](const std::string& fragment) {
    return fragment.size() >= kMinLineBytes && line.find(fragment) != std::string_view::npos;
  });
}

bool Traces::found_in_text(std::string_view text) const {
  if (empty()) return false;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (found_in(text.substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace coder::privacy
