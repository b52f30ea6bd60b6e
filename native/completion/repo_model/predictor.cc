#include "completion/repo_model/predictor.h"

#include <algorithm>
#include <cmath>

#include "completion/repo_model/buffer_tokens.h"
#include "completion/repo_model/state.h"

namespace coder::completion {
inline namespace repo_model {
namespace {

/// Of a buffer these many tokens before and behind the cursor are searched for words
/// that start as the typed one.
constexpr size_t kNearBefore = 8'000, kNearBehind = 4'000;
/// Words of the base that are proposed for having been begun: the most frequent.
constexpr size_t kFrequentWords = 12;
/// Of the tokens seen so many are weighed.
constexpr size_t kMostWeighed = 24;
constexpr size_t kMostSteps = 20, kMostBytes = 160;

/// Lets the words pass that start as the typed one, and proposes those that are frequent or near.
void add_begun_words(const RepoModel::State& state, const Place& place, Scratch& scratch) {
  Tally& tally = scratch.tally;
  scratch.filter.reset();
  struct Frequent {
    uint32_t count = 0, index = 0;
  };
  std::array<Frequent, kFrequentWords> frequent{};
  if (state.base) {
    const Dictionary& words = state.base->data().words;
    const Dictionary::Range range = words.starting_with(place.typed);
    for (uint32_t i = range.first; i < range.last; ++i) {
      scratch.filter.allow(words.tokens[i]);
      if (words.counts[i] <= frequent.back().count || !words.usable(i)) continue;
      frequent.back() = {words.counts[i], i};
      for (size_t at = kFrequentWords - 1; at > 0 && frequent[at].count > frequent[at - 1].count; --at) {
        std::swap(frequent[at], frequent[at - 1]);
      }
    }
    for (const Frequent& one : frequent) {
      if (one.count > 0) tally.at(words.tokens[one.index]);
    }
  }
  state.words.starting_with(place.typed, [&](const Words::Word& word) { scratch.filter.allow(word.token); });
  const std::vector<Token>& tokens = place.buffer->tokens();
  const size_t begin = place.buffer->begin_of(place.line), end = place.buffer->begin_of(place.line + 1);
  for (size_t i = begin > kNearBefore ? begin - kNearBefore : 0; i < begin; ++i) {
    if (scratch.filter.may(tokens[i])) tally.near(tokens[i], 0, static_cast<uint32_t>(begin - i));
  }
  for (size_t i = end; i < std::min(tokens.size(), end + kNearBehind); ++i) {
    if (scratch.filter.may(tokens[i])) tally.near(tokens[i], 0, static_cast<uint32_t>(i - begin));
  }
  for (size_t i = place.line_begin; i < place.history.size(); ++i) {
    if (scratch.filter.may(place.history[i])) {
      tally.near(place.history[i], 0, static_cast<uint32_t>(place.history.size() - i));
    }
  }
}

OwnPlaces own_places(const RepoBase::Data& data, const std::string& path) {
  const size_t file = path.empty() ? SIZE_MAX : data.find(path);
  if (file == SIZE_MAX) return {};
  return {data.begins[file] + 1, data.begins[file + 1] + 1};
}

void gather_all(const RepoModel::State& state, const Place& place, Tally& tally) {
  const Context context = place.context();
  const std::string& own = place.buffer->path();
  if (state.base)
    gather(state.base->data(), state.hidden, own_places(state.base->data(), own), context, tally);
  for (const auto& [path, file] : state.session) {
    if (!file.tokens.empty()) {
      Flat flat{file.tokens, file.chains};
      flat.in_private = file.in_private;
      gather(flat, path == own ? kFromOwn : kFromFiles, context, tally);
    }
  }
  gather(place.buffer->around(place.line), kFromBuffer, context, tally);
  // What stands before the cursor on its own line, for `a.x, a.y`.
  gather(place.history, place.line_begin + 1, place.history.size(), place.history.size(),
         place.buffer->in_private(), context, tally);
}

/// How near the tokens that were met stand.
void add_near(const Place& place, Tally& tally) {
  constexpr size_t kNear = 600;
  const std::vector<Token>& tokens = place.buffer->tokens();
  const size_t begin = place.buffer->begin_of(place.line);
  for (size_t i = begin > kNear ? begin - kNear : 0; i < begin; ++i) {
    if (!is_word(tokens[i])) continue;
    if (Evidence* one = tally.find(tokens[i])) one->nearest = static_cast<uint32_t>(begin - i);
  }
  for (size_t i = place.line_begin; i < place.history.size(); ++i) {
    if (!is_word(place.history[i])) continue;
    if (Evidence* one = tally.find(place.history[i])) one->nearest = 0;
  }
}

/// What is open on the line, and what the line above has at the same place.
class LineSoFar {
 public:
  explicit LineSoFar(const Place& place) {
    for (size_t i = place.line_begin + 1; i < place.history.size(); ++i) add(place.history[i]);
    const size_t ordinal = place.history.size() - place.line_begin;
    if (place.line == 0) return;
    const size_t begin = place.buffer->begin_of(place.line - 1), end = place.buffer->begin_of(place.line);
    if (begin + ordinal < end) {
      above_ = place.buffer->tokens()[begin + ordinal];
    } else if (begin + ordinal == end) {
      above_ = kEndOfLine;
    }
  }

  /// 0 where the line above is shorter.
  Token above() const { return above_; }

  void judge(Token token, TokenFacts& facts) const {
    facts.above = token == above_;
    const bool closing = token == ')' || token == ']' || token == '}';
    if (quote_ != 0) {
      facts.closes = token == quote_;
      facts.quote = token != quote_ && token != kEndOfLine;
      facts.ends_open = token == kEndOfLine;
    } else if (closing) {
      facts.closes = open_ > 0 && pair_of(stack_[open_ - 1]) == token;
      facts.closes_nothing = !facts.closes;
    } else if (token == kEndOfLine) {
      // A brace that is open at the end of a line opens a block.
      facts.ends_open = open_ > 0 && stack_[open_ - 1] != '{';
    }
  }

 private:
  static Token pair_of(Token open) { return static_cast<Token>(open == '(' ? ')' : open == '[' ? ']' : '}'); }
  void add(Token token) {
    if (quote_ != 0) {
      if (token == quote_) quote_ = 0;
    } else if (token == '"' || token == '\'' || token == '`') {
      quote_ = token;
    } else if ((token == '(' || token == '[' || token == '{') && open_ < stack_.size()) {
      stack_[open_++] = token;
    } else if ((token == ')' || token == ']' || token == '}') && open_ > 0) {
      --open_;
    }
  }

  std::array<Token, 16> stack_{};
  size_t open_ = 0;
  Token quote_ = 0, above_ = 0;
};

/// The tokens most worth weighing come first; the rest is cut off.
void choose(const Tally& tally, std::vector<Candidate>& out) {
  out.clear();
  for (uint32_t i = 0; i < tally.all().size(); ++i) {
    if (!tally.all()[i].banned) out.push_back({tally.all()[i].token, 0, i});
  }
  if (out.size() <= kMostWeighed) return;
  const auto worth = [&](const Candidate& candidate) {
    const Evidence& one = tally.all()[candidate.evidence];
    float sum = one.nearest == UINT32_MAX ? 0 : 1 / (1 + static_cast<float>(one.nearest));
    for (size_t layer = 0; layer < kLayers; ++layer) {
      for (size_t band = 0; band < kBands; ++band) {
        if (one.counts[layer][band] == 0) break;
        sum +=
            (one.counts[layer][band] + 1) / (tally.totals()[layer][band] + 1) * static_cast<float>(band + 1);
      }
    }
    return sum;
  };
  std::vector<std::pair<float, Candidate>> ranked;
  ranked.reserve(out.size());
  for (const Candidate& candidate : out) ranked.emplace_back(worth(candidate), candidate);
  std::nth_element(ranked.begin(), ranked.begin() + kMostWeighed, ranked.end(),
                   [](const auto& a, const auto& b) {
                     return a.first != b.first ? a.first > b.first : a.second.token < b.second.token;
                   });
  out.clear();
  for (size_t i = 0; i < kMostWeighed; ++i) out.push_back(ranked[i].second);
}

std::string_view blanks_text(Token token) {
  static const std::string spaces(200, ' '), tabs(200, '\t');
  const size_t count = std::min<size_t>(token & 0xFF, 200);
  return std::string_view((token & 256) != 0 ? tabs : spaces).substr(0, count);
}

std::string_view character_text(Token token) {
  static const std::string all = [] {
    std::string out;
    for (int c = 0; c < 256; ++c) out += static_cast<char>(c);
    return out;
  }();
  return std::string_view(all).substr(token, 1);
}

/// Whether a step may be part of a line below the cursor's: nobody reads what is shown there first.
bool is_sure(const PathStep& step) {
  return step.probability > 0.95F && std::max(step.longest_files, step.longest_buffer) >= 12 &&
         step.support >= 2;
}

/// The likeliest next token, if there is one that reads like something.
std::optional<PathStep> next_step(const RepoModel::State& state, Scratch& scratch) {
  PathStep step;
  step.none = weigh(state, scratch.place, scratch);
  const Candidate* best = nullptr;
  for (const Candidate& candidate : scratch.candidates) {
    if (best && (candidate.probability < best->probability ||
                 (candidate.probability == best->probability && candidate.token > best->token))) {
      step.runner_up = std::max(step.runner_up, candidate.probability);
      continue;
    }
    if (best) step.runner_up = std::max(step.runner_up, best->probability);
    best = &candidate;
  }
  if (!best) return std::nullopt;
  const Evidence& one = scratch.tally.all()[best->evidence];
  step.token = best->token;
  step.probability = best->probability;
  step.longest_files = one.longest[kFromFiles];
  step.longest_buffer = one.longest[kFromBuffer];
  step.longest_own = one.longest[kFromOwn];
  step.in_private = one.in_private;
  step.line_start = one.line_start;
  for (const Layer layer : {kFromFiles, kFromBuffer}) {
    for (size_t band = kBands; band-- > 0;) {
      if (one.counts[layer][band] == 0) continue;
      step.support += one.counts[layer][band];
      break;
    }
  }
  if (is_word(step.token)) {
    const RepoModel::State::Reading reading = state.read(step.token);
    if (!reading.usable) return std::nullopt;
    step.text = reading.text;
    step.in_private = step.in_private || reading.in_private;
    step.in_buffer = scratch.place.buffer->count(step.token) > 0;
  } else if (is_blanks(step.token)) {
    step.text = blanks_text(step.token);
  } else if (is_character(step.token)) {
    step.text = character_text(step.token);
  } else if (step.token != kEndOfLine) {
    return std::nullopt;
  }
  return step;
}

}  // namespace

bool find_place(const BufferTokens& buffer, size_t line, size_t col, Place& out) {
  if (line >= buffer.size()) return false;
  const std::string_view text = buffer.line(line);
  if (col > text.size() || col > kMaxLexedLine) return false;
  out.buffer = &buffer;
  out.line = line;
  out.before = text.substr(0, col);
  out.after = text.substr(col);
  if (!out.after.empty() && is_word_byte(out.after.front())) return false;
  size_t word = col;
  while (word > 0 && is_word_byte(text[word - 1])) --word;
  out.typed = out.before.substr(word);
  const std::vector<Token>& tokens = buffer.tokens();
  const size_t begin = buffer.begin_of(line);
  const size_t from = begin > kMaxMatch + 8 ? begin - kMaxMatch - 8 : 0;
  out.history.assign(tokens.begin() + static_cast<int64_t>(from),
                     tokens.begin() + static_cast<int64_t>(begin));
  out.line_begin = out.history.size();
  const size_t indent = std::min(indent_of(text), col);
  out.history.push_back(
      line_start(static_cast<int64_t>(indent), static_cast<int64_t>(buffer.indent_above(line))));
  lex_line(out.before.substr(0, word), true,
           [&](Token token, std::string_view) { out.history.push_back(token); });
  return true;
}

float weigh(const RepoModel::State& state, const Place& place, Scratch& scratch) {
  Tally& tally = scratch.tally;
  tally.reset();
  tally.filter = nullptr;
  tally.ban = nullptr;
  if (!place.typed.empty()) {
    tally.ban = [&](Token token) {
      const std::string_view text = state.read(token).text;
      return text.substr(0, place.typed.size()) != place.typed;
    };
    add_begun_words(state, place, scratch);
    tally.filter = &scratch.filter;
  }
  gather_all(state, place, tally);
  if (place.typed.empty()) add_near(place, tally);
  const LineSoFar line(place);
  if (line.above() != 0 && place.typed.empty()) tally.at(line.above());
  tally.close();
  choose(tally, scratch.candidates);
  const size_t set = mix_set(tally, !place.typed.empty());
  scratch.features.clear();
  const auto score = [](const auto& weights, const auto& features) {
    float sum = 0;
    for (size_t i = 0; i < features.size(); ++i) sum += weights[i] * features[i];
    return sum;
  };
  const float none = score(state.mix->none[set], none_features(tally, place.typed.size()));
  float highest = none;
  for (Candidate& candidate : scratch.candidates) {
    const Evidence& one = tally.all()[candidate.evidence];
    TokenFacts facts;
    facts.typed = place.typed.size();
    line.judge(one.token, facts);
    if (is_word(one.token)) {
      const RepoModel::State::Reading reading = state.read(one.token);
      facts.in_files = reading.in_files;
      facts.in_buffer = place.buffer->count(one.token);
      facts.left = std::max(reading.text.size(), facts.typed) - facts.typed;
    }
    scratch.features.push_back(mix_features(tally, one, facts));
    candidate.probability = score(state.mix->token[set], scratch.features.back());
    highest = std::max(highest, candidate.probability);
  }
  float sum = std::exp(none - highest);
  const float rest = sum;
  for (Candidate& candidate : scratch.candidates) {
    sum += candidate.probability = std::exp(candidate.probability - highest);
  }
  for (Candidate& candidate : scratch.candidates) candidate.probability /= sum;
  return rest / sum;
}

const Path& predict(const RepoModel::State& state, const BufferTokens& buffer, size_t line, size_t col,
                    double least, Scratch& scratch, bool& known) {
  Path& path = scratch.path;
  Place& place = scratch.place;
  path.steps.clear();
  known = find_place(buffer, line, col, place);
  if (!known) return path;
  path.typed = place.typed.size();
  path.line_tokens = place.history.size() - place.line_begin - 1;
  path.line_bytes = place.before.size() - std::min(indent_of(place.before), place.before.size());
  path.at_line_start = path.line_bytes == 0;
  path.has_after = indent_of(place.after) < place.after.size();
  const char after = path.has_after ? place.after[indent_of(place.after)] : '\0';
  double product = 1;
  size_t bytes = 0, whole = 0;  // steps up to the last end of a line
  while (path.steps.size() < kMostSteps && bytes < kMostBytes) {
    const std::optional<PathStep> step = next_step(state, scratch);
    if (!step) break;
    if (whole == 0) {
      product *= static_cast<double>(step->probability);
      if (product < least) break;
    } else if (!is_sure(*step)) {
      break;
    }
    // What stands behind the cursor is not typed again.
    if (path.has_after && (step->token == kEndOfLine || step->text.front() == after)) break;
    path.steps.push_back(*step);
    bytes += step->text.size();
    place.typed = {};
    if (step->token != kEndOfLine) {
      place.history.push_back(step->token);
      continue;
    }
    if (!is_sure(*step) || step->line_start == kFileStart) break;
    whole = path.steps.size();
    place.line_begin = place.history.size();
    place.history.push_back(step->line_start);
  }
  if (whole > 0 && path.steps.back().token != kEndOfLine) path.steps.resize(whole);
  return path;
}

}  // namespace repo_model
}  // namespace coder::completion
