#include "context/past.h"

#include <cmath>

namespace coder::context {

using workspace::History;
using workspace::kNoSlot;
using workspace::Slot;

namespace {

/// Files from which co-change is followed a second step.
constexpr size_t kCompanions = 12;
/// Files of past commits like the question that are looked up.
constexpr size_t kMaxPast = 2000;

void score_seed(const workspace::Corpus& corpus, const Seed& seed, const std::vector<History::Like>& like,
                Measured& out) {
  const History& history = corpus.history;
  const double all = history.activity(seed.path);
  if (all == 0) return;
  const std::vector<History::Related> related = history.related(seed.path, like);
  for (const History::Related& one : related) {
    const Slot slot = corpus.index.find(one.path);
    if (slot == kNoSlot) continue;
    out.sheet.add(Feature::together, slot, seed.weight * one.weight);
    out.sheet.raise(Feature::bound, slot,
                    seed.weight * one.weight / std::sqrt((all + 1) * (history.activity(one.path) + 1)));
    if (one.asked > 0) out.sheet.add(Feature::asked, slot, seed.weight * one.asked);
    uint32_t& times = out.times[slot];
    times = std::max(times, one.times);
  }
  for (const History::Past& one : history.companions_of(related, kCompanions)) {
    const Slot slot = corpus.index.find(one.path);
    if (slot != kNoSlot && slot != seed.slot)
      out.sheet.add(Feature::spread, slot, seed.weight * one.weight / (all + 1));
  }
}

}  // namespace

void score_history(const workspace::Corpus& corpus, const Query& query, const Signals& signals,
                   Measured& out) {
  const History& history = corpus.history;
  if (history.commits() == 0) return;
  std::vector<History::Like> like;
  if (signals.subjects && !query.text.empty()) like = history.like(query.text);
  if (signals.history) {
    for (const Seed& seed : out.question.seeds) score_seed(corpus, seed, like, out);
    for (Slot slot = 0; slot < corpus.index.slots(); ++slot) {
      const std::string& path = corpus.index.file(slot).path;
      if (path.empty()) continue;
      out.sheet.add(Feature::activity, slot, history.activity(path));
      out.sheet.add(Feature::fresh, slot, history.freshness(path));
    }
  }
  for (const History::Past& one : history.changed_for(like, kMaxPast)) {
    const Slot slot = corpus.index.find(one.path);
    if (slot != kNoSlot) out.sheet.add(Feature::subjects, slot, one.weight);
  }
}

}  // namespace coder::context
