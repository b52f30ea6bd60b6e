#include "context/rank.h"

#include <algorithm>
#include <cmath>

#include "context/explain.h"
#include "context/features.h"
#include "context/measure.h"
#include "context/past.h"
#include "context/paths.h"
#include "context/question.h"
#include "context/symbols.h"
#include "context/uses.h"
#include "context/weights.h"
#include "context/words.h"

namespace coder::context {
namespace {

using workspace::Index;
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
    case Feature::folders:
    case Feature::is_source:
    case Feature::is_test:
    case Feature::size:
      return false;
    default:
      return true;
  }
}

}  // namespace

Measured measure(const workspace::Corpus& corpus, const Query& query, const Signals& signals) {
  Measured out{read_query(corpus, query, signals), Sheet(corpus.index.slots()), ChunkScores(corpus.index)};
  if (signals.words) {
    score_words(corpus.index, out.question, out.sheet, out.chunks);
    score_alike(corpus.index, out.question, out.sheet);
  }
  if (signals.uses) score_uses(corpus.index, out.question, out.chunks, out.sheet);
  if (signals.history || signals.subjects) score_history(corpus, query, out.question, signals, out.sheet);
  if (signals.paths) score_paths(corpus.index, out.question, out.sheet);
  score_kinds(corpus.index, out.sheet);
  return out;
}

double shaped(Shape shape, float value, float largest) {
  switch (shape) {
    case Shape::share:
      return static_cast<double>(value / largest);
    case Shape::root:
      return std::sqrt(static_cast<double>(value / largest));
    case Shape::plain:
      return static_cast<double>(value);
  }
  return 0;
}

namespace {

void explain(const Sheet& sheet, const std::array<float, kFeatures>& largest, RankedFile& file) {
  std::vector<std::pair<Feature, double>> parts;
  for (const Weight& weight : kWeights) {
    const std::vector<float>& column = sheet.known(weight.feature);
    const float top = largest[static_cast<size_t>(weight.feature)];
    if (column.empty() || column[file.slot] <= 0 || top <= 0) continue;
    parts.emplace_back(weight.feature, weight.weight * shaped(weight.shape, column[file.slot], top));
  }
  file.why = reasons(std::move(parts));
}

}  // namespace

Ranked rank(const workspace::Corpus& corpus, const Query& query, const Signals& signals) {
  const Measured measured = measure(corpus, query, signals);
  const Sheet& sheet = measured.sheet;
  const size_t slots = sheet.slots();
  std::vector<double> scores(slots);
  std::vector<uint8_t> named(slots);
  std::array<float, kFeatures> tops{};
  for (const Weight& weight : kWeights) {
    const std::vector<float>& column = sheet.known(weight.feature);
    if (column.empty()) continue;
    const float largest = *std::max_element(column.begin(), column.end());
    tops[static_cast<size_t>(weight.feature)] = largest;
    if (largest <= 0) continue;
    const bool names = names_files(weight.feature);
    for (size_t slot = 0; slot < slots; ++slot) {
      if (column[slot] <= 0) continue;
      scores[slot] += weight.weight * shaped(weight.shape, column[slot], largest);
      named[slot] |= names;
    }
  }
  for (const Place& seed : query.seeds) {
    const Slot slot = corpus.index.find(seed.path);
    if (slot != workspace::kNoSlot) named[slot] = 0;
  }
  Ranked out;
  for (Slot slot = 0; slot < slots; ++slot) {
    if (named[slot]) out.files.push_back({slot, corpus.index.file(slot).path, scores[slot], {}});
  }
  std::sort(out.files.begin(), out.files.end(), [](const RankedFile& a, const RankedFile& b) {
    return a.score != b.score ? a.score > b.score : a.path < b.path;
  });
  for (size_t i = 0; i < std::min(out.files.size(), kExplained); ++i) explain(sheet, tops, out.files[i]);
  rank_symbols(corpus, query, measured, out);
  return out;
}

}  // namespace coder::context
