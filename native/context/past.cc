#include "context/past.h"

namespace coder::context {

using workspace::History;
using workspace::kNoSlot;
using workspace::Slot;

void score_history(const workspace::Corpus& corpus, const Query& query, const Question& question,
                   const Signals& signals, Sheet& sheet) {
  const History& history = corpus.history;
  if (history.commits() == 0) return;
  const std::vector<History::Like> like =
      signals.subjects && !query.text.empty() ? history.like(query.text) : std::vector<History::Like>{};
  if (signals.history) {
    for (const Seed& seed : question.seeds) {
      const double all = history.activity(seed.path);
      if (all == 0) continue;
      for (const History::Related& one : history.related(seed.path, like)) {
        const Slot slot = corpus.index.find(one.path);
        if (slot == kNoSlot) continue;
        sheet.add(Feature::together, slot, seed.weight * one.weight);
        sheet.raise(Feature::share, slot, seed.weight * one.weight / (all + 1));
        if (one.asked > 0) sheet.add(Feature::asked, slot, seed.weight * one.asked);
      }
    }
    for (Slot slot = 0; slot < corpus.index.slots(); ++slot) {
      const std::string& path = corpus.index.file(slot).path;
      if (!path.empty()) sheet.add(Feature::activity, slot, history.activity(path));
    }
  }
  if (signals.subjects) {
    for (const History::Past& one : history.changed_for(like, 2000)) {
      const Slot slot = corpus.index.find(one.path);
      if (slot != kNoSlot) sheet.add(Feature::subjects, slot, one.weight);
    }
  }
}

}  // namespace coder::context
