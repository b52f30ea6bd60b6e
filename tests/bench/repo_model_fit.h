// One pass over the history for the mixer's samples, one for the gates'; bounds chosen on the same lines.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "completion/repo_model/state.h"
#include "repo_model_replay.h"
#include "repo_model_train.h"

namespace coder::bench {

struct Tables {
  completion::MixTable mix{};
  completion::GateTable gates{};
};

/// Notes what the mixer sees where `truth` is typed: at a third of its places.
inline void sample_line(completion::RepoModel& model, int64_t buf, size_t at, const std::string& truth,
                        std::mt19937& random, MixData& out) {
  using namespace completion;
  RepoModel::State& state = model.state();
  struct Piece {
    size_t begin;
    Token token;
  };
  std::vector<Piece> pieces;
  const size_t indent = indent_of(truth);
  lex_line(truth, false, [&](Token token, std::string_view text) {
    pieces.push_back({static_cast<size_t>(text.data() - truth.data()), token});
  });
  Place place;
  for (size_t col = indent; col <= truth.size(); ++col) {
    if (random() % 3 != 0) continue;
    model.buffer_splice(buf, at, at + 1, {truth.substr(0, col)});
    if (!find_place(state.buffers.at(buf), at, col, place)) continue;
    const size_t wanted = col - place.typed.size();
    Token truth_token = 0;
    if (wanted == truth.size()) {
      truth_token = kEndOfLine;
    } else {
      for (const Piece& piece : pieces) {
        if (piece.begin == wanted) truth_token = piece.token;
      }
    }
    if (truth_token == 0) continue;
    weigh(state, place, state.scratch);
    MixSample sample;
    sample.first = out.rows.size();
    sample.count = state.scratch.features.size();
    sample.set = static_cast<uint8_t>(mix_set(state.scratch.tally, !place.typed.empty()));
    sample.none = none_features(state.scratch.tally, place.typed.size());
    for (size_t i = 0; i < state.scratch.candidates.size(); ++i) {
      if (state.scratch.candidates[i].token == truth_token) sample.truth = static_cast<int32_t>(i);
      out.rows.push_back(state.scratch.features[i]);
    }
    if (sample.count > 0) out.samples.push_back(sample);
  }
}

struct GateData {
  std::vector<GateSample> word, line;
  std::vector<Typed> typed;
};

inline void gate_line(completion::RepoModel& model, int64_t buf, size_t at, const std::string& truth,
                      GateData& out) {
  Typed typed = type_line(model, buf, at, truth);
  for (const Key& key : typed.keys) {
    for (const Offer& offer : key.offers)
      (offer.line ? out.line : out.word).push_back({offer.features, offer.right});
  }
  for (const Query& query : query_line(model, buf, at, truth, {0, 15, 30, 45, 60, 80})) {
    if (query.offered) out.line.push_back({query.features, query.right});
  }
  out.typed.push_back(std::move(typed));
}

inline void weigh_offers(std::vector<Typed>& lines, const completion::GateTable& gates) {
  for (Typed& line : lines) {
    for (Key& key : line.keys) {
      for (Offer& offer : key.offers) {
        offer.probability = static_cast<float>(
            completion::right_probability(offer.line ? gates.line : gates.word, offer.features));
      }
    }
  }
}

/// The bounds that save most with at least `right` of the guesses right and at most `wrong` wrong ones a
/// line. `parts`: lines of each repository; each weighs the same.
inline completion::GateTable::Bounds fit_bounds(const std::vector<const std::vector<Typed>*>& parts,
                                                double right, double wrong) {
  completion::GateTable::Bounds best{1e6F, 1};
  double best_saved = -1;
  for (float least = 0.4F; least < 0.96F; least += 0.02F) {
    for (const float strictness : {0.0F, 8.0F, 16.0F, 24.0F, 32.0F, 48.0F, 64.0F, 96.0F}) {
      const completion::GateTable::Bounds bounds{strictness, least};
      double saved = 0, right_sum = 0, wrong_sum = 0;
      for (const std::vector<Typed>* part : parts) {
        const Outcome outcome = simulate(*part, bounds);
        saved += outcome.saved_share();
        right_sum += outcome.right_share();
        wrong_sum += outcome.wrong_per_line();
      }
      const auto count = static_cast<double>(parts.size());
      if (right_sum < right * count || wrong_sum > wrong * count || saved <= best_saved) continue;
      best_saved = saved;
      best = bounds;
    }
  }
  return best;
}

}  // namespace coder::bench
