#include "context/measure.h"

#include <algorithm>

#include "context/past.h"
#include "context/paths.h"
#include "context/uses.h"

namespace coder::context {

Measured measure(const workspace::Corpus& corpus, const Query& query, const Signals& signals) {
  const workspace::Index& index = corpus.index;
  Measured out{
      read_query(corpus, query, signals), {}, Sheet(index.slots()), ChunkScores(index), {}, {}, {}, {}};
  if (out.question.seeds.empty()) out.given = Given::question;
  if (out.question.terms.empty()) out.given = Given::seed;
  if (signals.words) {
    score_words(index, out.question, out.sheet, out.chunks);
    score_alike(index, out.question, out.sheet);
  }
  if (signals.uses) score_uses(index, out);
  if (signals.history || signals.subjects) score_history(corpus, query, signals, out);
  if (signals.paths) score_paths(index, out.question, out.sheet);
  score_kinds(index, out.sheet);
  for (size_t i = 0; i < kFeatures; ++i) {
    const std::vector<float>& column = out.sheet.known(static_cast<Feature>(i));
    out.largest[i] = column.empty() ? 0 : *std::max_element(column.begin(), column.end());
  }
  return out;
}

}  // namespace coder::context
