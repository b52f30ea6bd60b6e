#include "privacy/diff_names.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "privacy/diff.h"

namespace coder::privacy {
namespace {

constexpr size_t kMaxPathBytes = 4096;  // PATH_MAX of Linux
constexpr int kMaxSplits = 16;          // ways to cut a line of two names that hold spaces

bool starts_with(std::string_view text, std::string_view head) { return text.substr(0, head.size()) == head; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A name as git quotes it, without the quotation marks; `end` is behind the closing one. `text` begins with
/// the opening one; where the closing one is missing, the name is all there is.
std::string unquote(std::string_view text, size_t& end) {
  constexpr std::string_view kLetters = "abtnvfr", kMeant = "\a\b\t\n\v\f\r";
  std::string out;
  size_t i = 1;
  while (i < text.size() && text[i] != '"') {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i++];
      continue;
    }
    unsigned byte = 0;
    size_t digits = 0;
    for (++i; digits < 3 && i < text.size() && text[i] >= '0' && text[i] <= '7'; ++digits, ++i) {
      byte = byte * 8 + static_cast<unsigned>(text[i] - '0');
    }
    if (digits > 0) {
      out += static_cast<char>(byte & 0xFF);
    } else {
      const size_t letter = kLetters.find(text[i]);
      out += letter == std::string_view::npos ? text[i] : kMeant[letter];
      ++i;
    }
  }
  end = std::min(i + 1, text.size());
  return out;
}

/// Where a name ends that a time may follow: at a tab, or at the blanks somebody's terminal made of it.
size_t end_of_name(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\t') return i;
    if (text[i] != ' ') continue;
    const std::string_view next = text.substr(i + 1);
    const bool dated =
        next.size() > 4 && std::all_of(next.begin(), next.begin() + 4, is_digit) && next[4] == '-';
    if (dated || next.empty() || starts_with(next, " ")) return i;
  }
  return text.size();
}

void add_pair(std::string_view a, std::string_view b, DiffPaths& paths) {
  paths.add(a);
  paths.add(b);
  add_common_tail(a, b, paths);
}

}  // namespace

bool is_prefixed(std::string_view path) {
  return path.size() > 2 && path[1] == '/' &&
         std::string_view("abiwco12").find(path[0]) != std::string_view::npos;
}

void DiffPaths::add(std::string_view path) {
  if (is_prefixed(path)) add_one(path.substr(2));
  add_one(path);
}

void DiffPaths::add_one(std::string_view name) {
  std::string path(name.substr(0, kMaxPathBytes));
  if (full_ || path.empty() || path == "/dev/null" || !seen_.insert(path).second) return;
  full_ = list_.size() == kMaxDiffPaths;
  list_.push_back(full_ ? "" : std::move(path));
}

DiffName::DiffName(std::string_view text) {
  size_t end = 0;
  if (starts_with(text, "\"")) {
    likely = unquote(text, end);
    word = true;
    return;
  }
  likely = text.substr(0, end_of_name(text));
  whole = text.substr(0, text.find('\t'));
  word = likely.find(' ') == std::string::npos;
}

void DiffName::add_to(DiffPaths& paths) const {
  paths.add(likely);
  paths.add(whole);
  paths.add(trim(whole));
}

void add_common_tail(std::string_view a, std::string_view b, DiffPaths& paths) {
  if (a == b || (is_prefixed(a) && is_prefixed(b))) return;
  size_t tail = 0;
  for (size_t same = 0; same < std::min(a.size(), b.size()); ++same) {
    const char last = a[a.size() - 1 - same];
    if (last != b[b.size() - 1 - same]) break;
    if (last == '/') tail = same;
  }
  paths.add(a.substr(a.size() - tail));
}

void add_two(std::string_view text, std::string_view between, DiffPaths& paths) {
  size_t end = 0;
  if (starts_with(text, "\"")) {
    const std::string first = unquote(text, end);
    std::string_view rest = text.substr(end);
    if (starts_with(rest, between)) rest.remove_prefix(between.size());
    return add_pair(first, starts_with(rest, "\"") ? unquote(rest, end) : std::string(rest), paths);
  }
  size_t at = text.find(std::string(between) + '"');
  if (at != std::string_view::npos && text.back() == '"') {
    return add_pair(text.substr(0, at), unquote(text.substr(at + between.size()), end), paths);
  }
  // Where nothing was renamed both names are as long.
  if (text.size() > between.size() && (text.size() - between.size()) % 2 == 0) {
    const size_t half = (text.size() - between.size()) / 2;
    const std::string_view a = text.substr(0, half), b = text.substr(half + between.size());
    const bool alike = a == b || (is_prefixed(a) && is_prefixed(b) && a.substr(2) == b.substr(2));
    if (alike && text.substr(half, between.size()) == between) return add_pair(a, b, paths);
  }
  // Else wherever it can be cut.
  at = text.find(between);
  if (at == std::string_view::npos) paths.add(trim(text));
  for (int cuts = 0; cuts < kMaxSplits && at != std::string_view::npos; ++cuts) {
    add_pair(text.substr(0, at), trim(text.substr(at + between.size())), paths);
    at = text.find(between, at + 1);
  }
}

void add_words(std::string_view text, DiffPaths& paths) {
  size_t begin = 0;
  std::string_view before;
  for (int count = 0; count < kMaxSplits && begin < text.size(); ++count) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    begin = end + 1;
    if (word.empty() || word[0] == '-') continue;
    add_pair(before, word, paths);
    before = word;
  }
}

}  // namespace coder::privacy
