#include "completion/repo_model/evidence.h"

#include <algorithm>
#include <cmath>

namespace coder::completion {
inline namespace repo_model {
namespace {

/// By length of match.
constexpr std::array<uint8_t, kMaxMatch + 1> kBandOf = [] {
  std::array<uint8_t, kMaxMatch + 1> out{};
  for (size_t length = 1; length <= kMaxMatch; ++length) {
    for (size_t band = 0; band < kBands; ++band) {
      if (length >= kBandLengths[band]) out[length] = static_cast<uint8_t>(band);
    }
  }
  return out;
}();

/// Places that agree in exactly so many tokens are counted one by one up to here, then by samples. With a
/// filter few of them count, so more are looked at.
constexpr size_t kMostExact = 160, kMostExactFiltered = 2048;
/// Where matches of at least this length are known, shorter ones tell little.
constexpr size_t kLongMatch = 7, kMostExactBesideLong = 48;

/// Ranges of so few places are looked at one by one rather than searched.
constexpr size_t kFew = 24;

}  // namespace

Tally::Tally() { all_.reserve(kMost); }

void Tally::reset() {
  all_.clear();
  slots_.fill(0);
  totals_ = {};
  longest_ = longest_of_all_ = {};
  longest_count_ = {};
  newest_ = UINT32_MAX;
  kept_ = 0;
}

Evidence* Tally::at(Token token) {
  size_t slot = (token * 0x9E3779B1U) >> 22;
  for (; slots_[slot] != 0; slot = (slot + 1) % kSlots) {
    Evidence& known = all_[slots_[slot] - 1U];
    if (known.token == token) return &known;
  }
  if (all_.size() == kMost) return nullptr;
  all_.emplace_back();
  all_.back().token = token;
  all_.back().banned = ban && ban(token);
  kept_ += all_.back().banned ? 0 : 1;
  slots_[slot] = static_cast<uint16_t>(all_.size());
  return &all_.back();
}

Evidence* Tally::find(Token token) {
  for (size_t slot = (token * 0x9E3779B1U) >> 22; slots_[slot] != 0; slot = (slot + 1) % kSlots) {
    Evidence& known = all_[slots_[slot] - 1U];
    if (known.token == token) return &known;
  }
  return nullptr;
}

void Tally::note(Layer layer, size_t match, float weight) {
  if (match < longest_of_all_[layer]) return;
  if (match > longest_of_all_[layer]) longest_count_[layer] = 0;
  longest_of_all_[layer] = static_cast<uint8_t>(match);
  longest_count_[layer] += weight;
}

void Tally::add(Layer layer, Token token, size_t match, float weight, bool in_private) {
  const Token line_start = token;
  if (ends_line(token)) token = kEndOfLine;
  if (filter && !filter->may(token)) return;
  const uint8_t band = kBandOf[match];
  Evidence* one = at(token);
  if (one && one->banned) return;
  totals_[layer][band] += weight;
  longest_[layer] = std::max(longest_[layer], static_cast<uint8_t>(match));
  if (!one) return;
  one->counts[layer][band] += weight;
  one->in_private = one->in_private || in_private;
  if (token == kEndOfLine && match >= one->line_start_match) {
    // Of several the smallest, so that the order in which they are met does not matter.
    one->line_start = match > one->line_start_match ? line_start : std::min(one->line_start, line_start);
    one->line_start_match = static_cast<uint8_t>(match);
  }
  one->longest[layer] = std::max(one->longest[layer], static_cast<uint8_t>(match));
}

void Tally::near(Token token, size_t match, uint32_t distance) {
  if (ends_line(token)) token = kEndOfLine;
  if (filter && !filter->may(token)) return;
  Evidence* one = at(token);
  if (!one || one->banned) return;
  one->nearest = std::min(one->nearest, distance);
  if (match == 0 || match < one->longest[kFromBuffer]) return;
  if (match > one->nearest_match) one->nearest_longest = UINT32_MAX;
  one->nearest_match = static_cast<uint8_t>(match);
  one->nearest_longest = std::min(one->nearest_longest, distance);
}

void Tally::close() {
  const auto sum = [](std::array<std::array<float, kBands>, kLayers>& counts) {
    for (auto& layer : counts) {
      for (size_t band = kBands - 1; band-- > 0;) layer[band] += layer[band + 1];
    }
  };
  sum(totals_);
  for (size_t layer = 0; layer < kLayers; ++layer) {
    for (size_t band = 0; band < kBands && totals_[layer][band] > 0; ++band) {
      log_totals_[layer][band] = std::log(totals_[layer][band] + kTotalPrior);
    }
  }
  for (const Evidence& one : all_) {
    if (one.nearest_match == longest_[kFromBuffer] && one.nearest_match > 0) {
      newest_ = std::min(newest_, one.nearest_longest);
    }
  }
  for (Evidence& one : all_) sum(one.counts);
}

size_t least_match(const Context& context) {
  if (context.size == 0) return SIZE_MAX;
  return is_word(context.back(0)) ? 1 : 2;
}

void gather(const RepoBase::Data& base, const std::vector<uint64_t>& hidden, OwnPlaces own,
            const Context& context, Tally& out) {
  const size_t least = least_match(context);
  const size_t most = std::min(context.size, kMaxMatch);
  if (most < least) return;
  const auto token_back = [&](uint32_t index, size_t steps) {
    const uint32_t place = base.places[index];
    return place > steps ? base.tokens[place - 1 - steps] : 0;
  };
  const auto add = [&](uint32_t index, size_t match, float weight) {
    if (out.filter && !out.filter->may(base.next[index]) && match < kLongMatch) return;
    const uint32_t place = base.places[index];
    if (!hidden.empty() && (hidden[place / 64] >> (place % 64) & 1) != 0) return;
    const bool in_private =
        !base.private_places.empty() && (base.private_places[place / 64] >> (place % 64) & 1) != 0;
    const Layer layer = place >= own.first && place < own.last ? kFromOwn : kFromFiles;
    // Not where only what passes the filter was looked at: some of that passes by chance.
    if (!out.filter || match >= kLongMatch) out.note(layer, match, weight);
    out.add(layer, base.next[index], match, weight, in_private);
  };
  struct Range {
    uint32_t first, last;
  };
  std::array<Range, kMaxMatch + 1> ranges;
  ranges[0] = {0, static_cast<uint32_t>(base.places.size())};
  size_t depth = 0;
  while (depth < most && ranges[depth].last - ranges[depth].first > kFew) {
    const Token wanted = context.back(depth);
    uint32_t low = ranges[depth].first, high = ranges[depth].last;
    while (low < high) {
      const uint32_t middle = low + (high - low) / 2;
      if (token_back(middle, depth) < wanted) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    const uint32_t first = low;
    // The end is mostly near: look at ever larger steps first.
    uint32_t step = 1;
    high = ranges[depth].last;
    while (low + step < high && token_back(low + step, depth) == wanted) {
      low += step;
      step *= 2;
    }
    high = std::min(high, low + step);
    while (low < high) {
      const uint32_t middle = low + (high - low) / 2;
      if (token_back(middle, depth) == wanted) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    ranges[++depth] = {first, low};
    if (first == low) break;
  }
  for (uint32_t i = ranges[depth].first; i < ranges[depth].last; ++i) {
    size_t match = depth;
    while (match < most && token_back(i, match) == context.back(match)) ++match;
    if (match >= least) add(i, match, 1);
  }
  const size_t exact = out.filter            ? kMostExactFiltered
                       : depth >= kLongMatch ? kMostExactBesideLong
                                             : kMostExact;
  while (depth-- > least) {
    // What agrees in `depth` tokens and no more lies on both sides of what agrees in more.
    const Range outer = ranges[depth], inner = ranges[depth + 1];
    const uint32_t count = (outer.last - outer.first) - (inner.last - inner.first);
    const auto stride = static_cast<uint32_t>((count + exact - 1) / exact);
    if (count == 0) continue;
    for (uint32_t i = outer.first + stride / 2; i < inner.first; i += stride) {
      add(i, depth, static_cast<float>(stride));
    }
    for (uint32_t i = inner.last + stride / 2; i < outer.last; i += stride) {
      add(i, depth, static_cast<float>(stride));
    }
  }
}

void Chains::reset(size_t places) {
  size_t size = 64;
  while (size < places) size *= 2;
  heads_.assign(size, 0);
  links_.clear();
  links_.reserve(places);
}

void Chains::add(const std::vector<Token>& tokens, size_t begin, size_t first, size_t last) {
  for (size_t place = std::max(first, begin + 1); place < last; ++place) {
    const Token nearest = tokens[place - 1];
    if (!is_word(nearest) && place < begin + 2) continue;
    const uint32_t key = key_of(is_word(nearest) ? 0 : tokens[place - 2], nearest);
    uint32_t& head = heads_[key & (heads_.size() - 1)];
    links_.push_back({key, static_cast<uint32_t>(place), head});
    head = static_cast<uint32_t>(links_.size());
  }
}

namespace {

/// How many tokens before `place` agree with `context`, not going back beyond `begin`.
size_t match_at(const std::vector<Token>& tokens, size_t begin, size_t place, const Context& context,
                size_t most) {
  most = std::min(most, place - begin);
  size_t match = 0;
  while (match < most && tokens[place - 1 - match] == context.back(match)) ++match;
  return match;
}

}  // namespace

void gather(const Flat& flat, Layer layer, const Context& context, Tally& out) {
  const size_t least = least_match(context), most = std::min(context.size, kMaxMatch);
  if (most < least) return;
  flat.chains.each(context, [&](size_t place) {
    const bool behind = place >= flat.moved_from;
    if (behind) place = static_cast<size_t>(static_cast<int64_t>(place) + flat.moved_by);
    const size_t match = match_at(flat.tokens, behind ? flat.behind : flat.begin, place, context, most);
    if (match < least) return;
    out.note(layer, match, 1);
    out.add(layer, flat.tokens[place], match, 1, flat.in_private);
    if (layer != kFromBuffer) return;
    const size_t distance = place < flat.cursor ? flat.cursor - place : place - flat.cursor;
    out.near(flat.tokens[place], match, static_cast<uint32_t>(distance));
  });
}

void gather(const std::vector<Token>& tokens, size_t first, size_t last, size_t cursor, bool in_private,
            const Context& context, Tally& out) {
  const size_t least = least_match(context), most = std::min(context.size, kMaxMatch);
  for (size_t place = first; place < last && most >= least; ++place) {
    const size_t match = match_at(tokens, 0, place, context, most);
    if (match < least) continue;
    out.note(kFromBuffer, match, 1);
    out.add(kFromBuffer, tokens[place], match, 1, in_private);
    out.near(tokens[place], match, static_cast<uint32_t>(cursor - place));
  }
}

}  // namespace repo_model
}  // namespace coder::completion
