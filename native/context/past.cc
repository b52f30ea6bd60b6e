#include "context/past.h"

#include <cmath>
#include <unordered_map>

namespace coder::context {

using workspace::History;
using workspace::kNoSlot;
using workspace::Slot;

namespace {

/// Files from which co-change is followed a second step.
constexpr size_t kCompanions = 12;
/// Files of a seed's folder that stand for it.
constexpr size_t kNeighbours = 24;

void spread(const workspace::Corpus& corpus, const Seed& seed, Sheet& sheet) {
  const History& history = corpus.history;
  const std::vector<History::Related> first = history.related(seed.path);
  const double all = history.activity(seed.path) + 1;
  for (size_t i = 0; i < first.size() && i < kCompanions; ++i) {
    const double own = first[i].weight / all;
    const double theirs = history.activity(first[i].path) + 1;
    for (const History::Related& one : history.related(first[i].path)) {
      const Slot slot = corpus.index.find(one.path);
      if (slot != kNoSlot && slot != seed.slot)
        sheet.add(Feature::spread, slot, seed.weight * own * one.weight / theirs);
    }
  }
  const std::string_view folder = std::string_view(seed.path).substr(0, seed.path.rfind('/') + 1);
  std::unordered_map<uint32_t, double> folders;
  size_t looked = 0;
  for (Slot slot = 0; slot < corpus.index.slots() && looked < kNeighbours; ++slot) {
    const std::string_view path = corpus.index.file(slot).path;
    if (path.empty() || path.substr(0, path.rfind('/') + 1) != folder) continue;
    ++looked;
    for (const History::Related& one : history.related(path)) {
      const Slot other = corpus.index.find(one.path);
      if (other != kNoSlot) folders[corpus.index.file(other).folder] += one.weight;
    }
  }
  for (Slot slot = 0; slot < corpus.index.slots(); ++slot) {
    const auto found = folders.find(corpus.index.file(slot).folder);
    if (found != folders.end() && !corpus.index.file(slot).path.empty())
      sheet.add(Feature::folders, slot, seed.weight * found->second);
  }
}

}  // namespace

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
        sheet.raise(Feature::bound, slot,
                    seed.weight * one.weight / std::sqrt((all + 1) * (history.activity(one.path) + 1)));
        if (one.asked > 0) sheet.add(Feature::asked, slot, seed.weight * one.asked);
      }
    }
    for (const Seed& seed : question.seeds) spread(corpus, seed, sheet);
    for (Slot slot = 0; slot < corpus.index.slots(); ++slot) {
      const std::string& path = corpus.index.file(slot).path;
      if (path.empty()) continue;
      sheet.add(Feature::activity, slot, history.activity(path));
      sheet.add(Feature::fresh, slot, history.freshness(path));
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
