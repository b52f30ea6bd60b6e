#include "completion/results.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace coder::completion {
namespace {

// Odd, so that no byte's weight vanishes modulo 2^64; the multiplier of Knuth's MMIX generator.
constexpr uint64_t kBase = 6364136223846793005u;

constexpr uint64_t power(uint64_t base, size_t exponent) {
  uint64_t result = 1;
  for (size_t i = 0; i < exponent; ++i) result *= base;
  return result;
}
constexpr uint64_t kOldest = power(kBase, kWindow - 1);

uint64_t value(char byte) { return static_cast<unsigned char>(byte) + 1u; }

std::string_view last_window(std::string_view text) {
  return text.size() <= kWindow ? text : text.substr(text.size() - kWindow);
}

/// The view holds less than the file: it was cut, by less than a code point more than it had to be.
bool is_cut(std::string_view text) { return text.size() + 4 > kViewBytes; }

uint64_t hash_of(std::string_view window) {
  uint64_t hash = 0;
  for (const char byte : window) hash = hash * kBase + value(byte);
  return hash;
}

bool is_bracket_closer(char byte) { return byte == ')' || byte == ']' || byte == '}' || byte == '>'; }
bool is_quote(char byte) { return byte == '"' || byte == '\'' || byte == '`'; }
bool is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\n'; }

char closer_of(char opener) {
  switch (opener) {
    case '(':
      return ')';
    case '[':
      return ']';
    case '{':
      return '}';
    case '<':
      return '>';
    default:
      return 0;
  }
}

/// What would close `text`, innermost last.
std::string left_open(std::string_view text) {
  std::string open;
  for (const char byte : text) {
    if (closer_of(byte) != 0) {
      open.push_back(closer_of(byte));
    } else if (is_quote(byte)) {
      if (!open.empty() && open.back() == byte) {
        open.pop_back();
      } else {
        open.push_back(byte);
      }
    } else if (is_bracket_closer(byte)) {
      const size_t at = open.rfind(byte);
      if (at != std::string::npos) open.resize(at);
    }
  }
  return open;
}

bool closes(std::string_view extra, std::string_view typed) {
  std::string open = left_open(typed);
  for (const char byte : extra) {
    if (is_blank(byte)) continue;
    // An apostrophe or a "less than" opens nothing; what is open around it does.
    while (!open.empty() && open.back() != byte && (is_quote(open.back()) || open.back() == '>')) {
      open.pop_back();
    }
    if (open.empty() || open.back() != byte) return false;
    open.pop_back();
  }
  return true;
}

bool holds_in_order(std::string_view text, std::string_view extra) {
  size_t at = 0;
  for (const char byte : extra) {
    if (is_blank(byte)) continue;
    at = text.find(byte, at);
    if (at == std::string_view::npos) return false;
    ++at;
  }
  return true;
}

}  // namespace

bool before_fits(std::string_view before, std::string_view now, size_t typed) {
  if (typed > now.size()) return false;
  const std::string_view window = last_window(before);
  const std::string_view then = now.substr(0, now.size() - typed);
  if (window.size() < kWindow) return !is_cut(now) && then == window;
  return then.size() >= kWindow && last_window(then) == window;
}

bool after_fits(std::string_view after, std::string_view now, std::string_view typed, std::string_view rest) {
  const std::string_view window = after.substr(0, kWindow);
  const bool whole = after.size() < kWindow;
  const auto same = [&](std::string_view text) {
    return whole ? text == window : text.substr(0, kWindow) == window;
  };
  if (same(now)) return true;
  if (typed.empty() && rest.empty()) return false;
  // A run of closers longer than this is the user's own text.
  constexpr size_t kMostInserted = 64;
  size_t closers = 0;
  for (size_t i = 0; i < std::min(now.size(), kMostInserted); ++i) {
    if (is_bracket_closer(now[i]) || is_quote(now[i])) {
      ++closers;
    } else if (!is_blank(now[i])) {
      return false;
    }
    if (closers == 0 || !same(now.substr(i + 1))) continue;
    const std::string_view extra = now.substr(0, i + 1);
    if (closes(extra, typed) || holds_in_order(rest, extra)) return true;
  }
  return false;
}

size_t Results::Entry::cost() const {
  return sizeof(Entry) + before.size() + after.size() + suggestion.raw.size();
}

Results::Results(size_t max_entries, size_t max_bytes) : max_entries_(max_entries), max_bytes_(max_bytes) {}

void Results::erase(Order::iterator entry) {
  const auto [first, last] = by_hash_.equal_range(entry->hash);
  for (auto i = first; i != last; ++i) {
    if (i->second != entry) continue;
    by_hash_.erase(i);
    break;
  }
  by_id_.erase(entry->suggestion.id);
  bytes_ -= entry->cost();
  const bool longest = entry->suggestion.raw.size() == longest_raw_;
  order_.erase(entry);
  if (!longest) return;
  longest_raw_ = 0;
  for (const Entry& other : order_) longest_raw_ = std::max(longest_raw_, other.suggestion.raw.size());
}

void Results::put(const View& view, Suggestion suggestion, int64_t scope) {
  if (const auto old = by_id_.find(suggestion.id); old != by_id_.end()) erase(old->second);
  last_id_ = std::max(last_id_, suggestion.id);
  Entry entry;
  entry.sequence = ++last_sequence_;
  entry.scope = scope;
  entry.before = last_window(view.before);
  entry.after = view.after.substr(0, kWindow);
  entry.hash = hash_of(entry.before);
  entry.suggestion = std::move(suggestion);
  bytes_ += entry.cost();
  longest_raw_ = std::max(longest_raw_, entry.suggestion.raw.size());
  order_.push_front(std::move(entry));
  by_hash_.emplace(order_.front().hash, order_.begin());
  by_id_.emplace(order_.front().suggestion.id, order_.begin());
  while (order_.size() > max_entries_ || bytes_ > max_bytes_) erase(std::prev(order_.end()));
}

std::vector<Match> Results::find(const View& view, int64_t scope) {
  std::vector<Match> matches;
  if (order_.empty()) return matches;
  const std::string_view before = view.before;
  const bool cut = is_cut(before);
  size_t first = before.size() - std::min(before.size(), longest_raw_);
  if (cut) first = std::max(first, kWindow);

  // hashes_[i]: of the window that ends at first + i.
  hashes_.clear();
  uint64_t hash = hash_of(last_window(before.substr(0, first)));
  hashes_.push_back(hash);
  for (size_t end = first; end < before.size(); ++end) {
    if (end >= kWindow) hash -= value(before[end - kWindow]) * kOldest;
    hash = hash * kBase + value(before[end]);
    hashes_.push_back(hash);
  }

  std::vector<std::pair<int64_t, Match>> found;  // by sequence
  for (size_t typed = 0; typed < hashes_.size(); ++typed) {
    const auto [from, to] = by_hash_.equal_range(hashes_[hashes_.size() - 1 - typed]);
    for (auto i = from; i != to; ++i) {
      const Entry& entry = *i->second;
      const std::string_view raw = entry.suggestion.raw;
      const std::string_view text = before.substr(before.size() - typed);
      if (entry.scope != scope || raw.substr(0, typed) != text) continue;
      if (!before_fits(entry.before, before, typed)) continue;
      if (!after_fits(entry.after, view.after, text, raw.substr(typed))) continue;
      found.emplace_back(entry.sequence,
                         Match{entry.suggestion.id, raw, raw.substr(typed), typed, entry.suggestion.complete,
                               entry.suggestion.cut_short, entry.dropped});
      order_.splice(order_.begin(), order_, i->second);
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::tie(a.second.typed, a.first) < std::tie(b.second.typed, b.first);
  });
  matches.reserve(found.size());
  for (auto& [sequence, match] : found) matches.push_back(match);
  return matches;
}

void Results::drop(int64_t id) {
  if (const auto entry = by_id_.find(id); entry != by_id_.end()) entry->second->dropped = true;
}

void Results::clear() {
  order_.clear();
  by_hash_.clear();
  by_id_.clear();
  bytes_ = 0;
  longest_raw_ = 0;
}

}  // namespace coder::completion
