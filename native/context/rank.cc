#include "context/rank.h"

#include <algorithm>

#include "context/measure.h"
#include "context/symbols.h"
#include "context/weights.h"
#include "context/why.h"

namespace coder::context {
namespace {

using workspace::Slot;

/// Reasons are told for this many files: nobody reads on.
constexpr size_t kExplained = 200;

/// What makes a file a candidate at all; the rest only tells candidates apart.
constexpr bool names_files(Feature feature) {
  switch (feature) {
    case Feature::near_folder:
    case Feature::same_extension:
    case Feature::activity:
    case Feature::fresh:
    case Feature::is_source:
    case Feature::is_test:
    case Feature::size:
      return false;
    default:
      return true;
  }
}

/// What stays while the question changes: ties to the seeds and the past.
constexpr bool lasts(Feature feature) {
  return feature >= Feature::uses_out && feature != Feature::subjects && feature != Feature::asked;
}

}  // namespace

Ranked rank(const workspace::Corpus& corpus, const Query& query, const Signals& signals) {
  const Measured measured = measure(corpus, query, signals);
  const size_t slots = measured.sheet.slots();
  std::vector<double> scores(slots), lasting(slots);
  std::vector<uint8_t> named(slots);
  for (const Weight& weight : kWeights) {
    const std::vector<float>& column = measured.sheet.known(weight.feature);
    const float largest = measured.largest[static_cast<size_t>(weight.feature)];
    if (largest <= 0) continue;
    const bool names = names_files(weight.feature);
    for (size_t slot = 0; slot < slots; ++slot) {
      if (column[slot] <= 0) continue;
      const double part = contribution(weight, measured.given, column[slot], largest);
      scores[slot] += part;
      if (names) {
        named[slot] = 1;
        lasting[slot] += lasts(weight.feature) ? part : -part;
      }
    }
  }
  for (const Place& seed : query.seeds) {
    const Slot slot = corpus.index.find(seed.path);
    if (slot != workspace::kNoSlot) named[slot] = 0;
  }
  Ranked out;
  for (Slot slot = 0; slot < slots; ++slot) {
    if (named[slot])
      out.files.push_back({slot,
                           corpus.index.file(slot).path,
                           scores[slot],
                           measured.chunks.best_line(slot),
                           lasting[slot] > 0,
                           {}});
  }
  std::sort(out.files.begin(), out.files.end(), [](const RankedFile& a, const RankedFile& b) {
    return a.score != b.score ? a.score > b.score : a.path < b.path;
  });
  const std::vector<Held> held = words_held(corpus.index, measured.question);
  for (size_t i = 0; i < out.files.size() && i < kExplained; ++i) {
    out.files[i].why = explain(corpus, measured, held, out.files[i].slot);
  }
  rank_symbols(corpus, measured, out);
  return out;
}

}  // namespace coder::context
