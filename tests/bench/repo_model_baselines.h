// What simpler means would have saved on the same lines: keyword completion, lines by their first characters,
// copying what followed the longest match.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "completion/repo_model/state.h"
#include "repo_model_cases.h"
#include "repo_model_replay.h"

namespace coder::bench {

/// CTRL-N: the nearest word above that starts as the typed one, else the most frequent of the repository.
/// Empty where there is none.
inline std::string keyword(const completion::RepoModel::State& state, const completion::Place& place) {
  using namespace completion;
  if (place.typed.empty()) return {};
  const auto fits = [&](std::string_view word) {
    return word.size() > place.typed.size() && word.substr(0, place.typed.size()) == place.typed;
  };
  const auto last_in = [&](const std::vector<Token>& tokens, size_t end) {
    for (size_t i = end; i-- > 0;) {
      if (!is_word(tokens[i])) continue;
      const std::string_view word = state.read(tokens[i]).text;
      if (fits(word)) return std::string(word.substr(place.typed.size()));
    }
    return std::string();
  };
  std::string found = last_in(place.history, place.history.size());
  if (found.empty()) found = last_in(place.buffer->tokens(), place.buffer->begin_of(place.line));
  if (!found.empty() || !state.base) return found;
  const Dictionary& words = state.base->data().words;
  const Dictionary::Range range = words.starting_with(place.typed);
  uint32_t best = 0;
  for (uint32_t i = range.first; i < range.last; ++i) {
    if (words.counts[i] <= best || !fits(words.text(i))) continue;
    best = words.counts[i];
    found = words.text(i).substr(place.typed.size());
  }
  return found;
}

/// The rest of a line that starts as this one: the nearest above, else the most frequent.
inline std::string same_start(const TreeModel& tree, const completion::Place& place) {
  const std::string_view start =
      place.before.substr(std::min(completion::indent_of(place.before), place.before.size()));
  if (start.size() < 3) return {};
  for (size_t i = place.line; i-- > 0;) {
    const std::string_view line = trim(place.buffer->line(i));
    if (line.size() > start.size() && line.substr(0, start.size()) == start)
      return std::string(line.substr(start.size()));
  }
  std::string found;
  size_t best = 0;
  for (auto at = tree.lines().lower_bound(start); at != tree.lines().end(); ++at) {
    if (at->first.compare(0, start.size(), start) != 0) break;
    if (at->second <= best || at->first.size() == start.size()) continue;
    best = at->second;
    found = at->first.substr(start.size());
  }
  return found;
}

/// The rest of the line as it stands behind the longest match, in the buffer before the files; matches of
/// fewer than six tokens do not count.
inline std::string copied(const completion::RepoModel::State& state, const completion::Place& place) {
  using namespace completion;
  constexpr size_t kLeast = 6;
  const Context context = place.context();
  const auto text_of = [&](Token token) -> std::string {
    if (is_word(token)) return std::string(state.read(token).text);
    if (is_blanks(token)) return std::string(token & 0xFF, (token & 256) != 0 ? '\t' : ' ');
    return is_character(token) ? std::string(1, static_cast<char>(token)) : std::string();
  };
  const auto fits = [&](Token token) {
    return place.typed.empty() ||
           (is_word(token) && text_of(token).compare(0, place.typed.size(), place.typed) == 0);
  };
  const std::vector<Token>* from = nullptr;
  size_t at = 0, longest = kLeast - 1;
  const auto consider = [&](const std::vector<Token>& tokens, size_t index) {
    size_t match = 0;
    while (match < std::min(kMaxMatch, context.size) && match < index &&
           tokens[index - 1 - match] == context.back(match))
      ++match;
    if (match <= longest || !fits(tokens[index])) return;
    longest = match;
    from = &tokens;
    at = index;
  };
  const std::vector<Token>& own = place.buffer->tokens();
  for (size_t i = place.buffer->begin_of(place.line); i-- > 1;) consider(own, i);
  if (!from && state.base) {
    const RepoBase::Data& data = state.base->data();
    const auto before = [&](uint32_t index) {
      for (size_t k = 0; k < std::min(kMaxMatch, context.size); ++k) {
        const Token token = index > k ? data.tokens[index - 1 - k] : 0;
        if (token != context.back(k)) return token < context.back(k);
      }
      return false;
    };
    const auto middle = std::partition_point(data.places.begin(), data.places.end(), before);
    const auto first = middle - std::min<long>(64, middle - data.places.begin());
    const auto last = middle + std::min<long>(64, data.places.end() - middle);
    for (auto one = first; one != last; ++one) {
      const bool hidden = !state.hidden.empty() && (state.hidden[*one / 64] >> (*one % 64) & 1) != 0;
      if (!hidden) consider(data.tokens, *one);
    }
  }
  if (!from) return {};
  std::string out;
  for (; at < from->size() && !ends_line((*from)[at]); ++at) out += text_of((*from)[at]);
  return out.size() > place.typed.size() ? out.substr(place.typed.size()) : std::string();
}

struct Baselines {
  Outcome keywords, starts, copies;
  void add(const Baselines& other) {
    keywords.add(other.keywords);
    starts.add(other.starts);
    copies.add(other.copies);
  }
};

inline void type_baselines(TreeModel& tree, int64_t buf, size_t line, const std::string& truth,
                           Baselines& out) {
  using namespace completion;
  RepoModel::State& state = tree.model.state();
  Typed typed[3];
  Place place;
  for (Typed& one : typed) {
    one.indent = indent_of(truth);
    one.size = truth.size();
  }
  for (size_t col = indent_of(truth); col < truth.size(); ++col) {
    tree.model.buffer_splice(buf, line, line + 1, {truth.substr(0, col)});
    const bool known = find_place(state.buffers.at(buf), line, col, place);
    const std::string_view rest = std::string_view(truth).substr(col);
    const auto offer = [&](Typed& to, const std::string& text, bool whole) {
      to.keys.emplace_back();
      if (text.size() < 2) return;
      Offer one;
      one.bytes = static_cast<uint16_t>(std::min<size_t>(text.size(), 60'000));
      one.line = whole;
      one.right = is_right(rest, text, whole);
      one.identity = static_cast<uint32_t>(fnv1a(truth.substr(0, col) + text));
      to.keys.back().offers.push_back(one);
    };
    std::string word = known ? keyword(state, place) : std::string();
    if (!is_right(rest, word, false)) word.clear();  // pressed only when right
    offer(typed[0], word, false);
    offer(typed[1], known ? same_start(tree, place) : std::string(), true);
    offer(typed[2], known ? copied(state, place) : std::string(), true);
  }
  const auto always = [](const Key& key) { return key.offers.empty() ? nullptr : &key.offers.front(); };
  simulate(typed[0], always, out.keywords);
  simulate(typed[1], always, out.starts);
  simulate(typed[2], always, out.copies);
}

}  // namespace coder::bench
