#include "completion/repo_model/buffer_tokens.h"

#include <algorithm>

namespace coder::completion {
inline namespace repo_model {
namespace {

/// Of a buffer these many tokens before and behind the cursor's line are searched.
constexpr size_t kWindowBefore = 20'000, kWindowBehind = 8'000;

}  // namespace

void BufferTokens::lex(const std::string& line, size_t above, Words& words, std::vector<Token>& out) const {
  const size_t indent = indent_of(line);
  if (indent == line.size()) {
    out.push_back(kBlankLine);
    return;
  }
  out.push_back(line_start(static_cast<int64_t>(indent), static_cast<int64_t>(above)));
  lex_line(line, false, [&](Token token, std::string_view word) {
    out.push_back(is_word(token) ? words.add(token, word, private_) : token);
  });
}

void BufferTokens::splice(size_t first, size_t last, const std::vector<std::string>& lines, Words& words) {
  std::vector<Token> added;
  std::vector<uint32_t> begins;
  begins.reserve(lines.size());
  const uint32_t from = begins_[first], to = begins_[last];
  size_t above = indent_above(first);
  for (const std::string& line : lines) {
    begins.push_back(from + static_cast<uint32_t>(added.size()));
    lex(line, above, words, added);
    const size_t indent = indent_of(line);
    if (indent != line.size()) above = indent;
  }
  count_words(from, to, -1);
  const auto shift = static_cast<int64_t>(added.size()) - static_cast<int64_t>(to - from);
  // In place as far as it goes: most edits change one line by a token or none.
  const size_t same = std::min<size_t>(added.size(), to - from);
  std::copy_n(added.begin(), same, tokens_.begin() + from);
  if (shift > 0) {
    tokens_.insert(tokens_.begin() + static_cast<int64_t>(from + same),
                   added.begin() + static_cast<int64_t>(same), added.end());
  } else {
    tokens_.erase(tokens_.begin() + static_cast<int64_t>(from + same),
                  tokens_.begin() + static_cast<int64_t>(to));
  }
  count_words(from, from + added.size(), 1);
  const auto replace = [&](auto& into, const auto& by) {
    const size_t kept = std::min(by.size(), last - first);
    std::copy_n(by.begin(), kept, into.begin() + static_cast<int64_t>(first));
    if (by.size() > kept) {
      into.insert(into.begin() + static_cast<int64_t>(first + kept), by.begin() + static_cast<int64_t>(kept),
                  by.end());
    } else {
      into.erase(into.begin() + static_cast<int64_t>(first + kept),
                 into.begin() + static_cast<int64_t>(last));
    }
  };
  replace(lines_, lines);
  replace(begins_, begins);
  if (shift != 0) {
    for (size_t i = first + lines.size(); i < begins_.size(); ++i) {
      begins_[i] = static_cast<uint32_t>(begins_[i] + shift);
    }
  }
  if (chained_line_ != first || last - first != 1 || lines.size() != 1) chained_line_ = SIZE_MAX;
  // The indentation of the next line with text is relative to what stands above it now.
  for (size_t i = first + lines.size(); i < lines_.size(); ++i) {
    const size_t indent = indent_of(lines_[i]);
    if (indent == lines_[i].size()) continue;
    const Token start = line_start(static_cast<int64_t>(indent), static_cast<int64_t>(above));
    if (start != tokens_[begins_[i]]) chained_line_ = SIZE_MAX;
    tokens_[begins_[i]] = start;
    break;
  }
}

Flat BufferTokens::around(size_t line) const {
  const size_t begin = begins_[line], end = begins_[line + 1];
  const size_t from = begin > kWindowBefore ? begin - kWindowBefore : 0;
  if (chained_line_ != line || chained_begin_ != begin) {
    const size_t to = std::min(tokens_.size(), end + kWindowBehind);
    chains_.reset(begin - from + to - end + 1);
    chains_.add(tokens_, from, from + 1, begin + 1);
    chains_.add(tokens_, end, end + 1, to);
    chained_line_ = line;
    chained_begin_ = begin;
    chained_end_ = end;
  }
  Flat out{tokens_, chains_};
  out.begin = from;
  out.behind = end;
  out.moved_from = chained_end_;
  out.moved_by = static_cast<int64_t>(end) - static_cast<int64_t>(chained_end_);
  out.cursor = begin;
  out.in_private = private_;
  return out;
}

size_t BufferTokens::indent_above(size_t line) const {
  while (line > 0) {
    const std::string& text = lines_[--line];
    const size_t indent = indent_of(text);
    if (indent != text.size()) return indent;
  }
  return 0;
}

void BufferTokens::count_words(size_t first, size_t last, int32_t change) {
  for (size_t i = first; i < last; ++i) {
    if (!is_word(tokens_[i])) continue;
    uint32_t& count = counts_[tokens_[i]];
    count += static_cast<uint32_t>(change);
    if (count == 0) counts_.erase(tokens_[i]);
  }
}

uint32_t BufferTokens::count(Token word) const {
  const auto found = counts_.find(word);
  return found == counts_.end() ? 0 : found->second;
}

size_t BufferTokens::bytes() const {
  size_t out = tokens_.capacity() * sizeof(Token) + begins_.capacity() * sizeof(uint32_t) +
               lines_.capacity() * sizeof(std::string) + counts_.size() * 40;
  for (const std::string& line : lines_) out += line.capacity() > 15 ? line.capacity() : 0;
  return out;
}

}  // namespace repo_model
}  // namespace coder::completion
