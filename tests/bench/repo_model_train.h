// Fitting the tables of the repo model: the mixer as a softmax, the gates as logistic functions, both by Adam
// with a fixed seed, so that the same history gives the same numbers.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "completion/repo_model/gates.h"
#include "completion/repo_model/mixer.h"

namespace coder::bench {

/// One token that was to be guessed.
struct MixSample {
  size_t first = 0, count = 0;  ///< its candidates' rows
  int32_t truth = -1;           ///< which of them; -1: none
  uint8_t set = 0;
  completion::NoneFeatures none{};
};

struct MixData {
  std::vector<completion::MixFeatures> rows;
  std::vector<MixSample> samples;
};

/// Adam on a flat vector of weights.
class Adam {
 public:
  explicit Adam(size_t size) : mean_(size), square_(size) {}
  void step(float* weights, const std::vector<double>& gradient, double rate) {
    ++steps_;
    const double mean_scale = 1 - std::pow(0.9, steps_), square_scale = 1 - std::pow(0.999, steps_);
    for (size_t i = 0; i < gradient.size(); ++i) {
      mean_[i] = 0.9 * mean_[i] + 0.1 * gradient[i];
      square_[i] = 0.999 * square_[i] + 0.001 * gradient[i] * gradient[i];
      weights[i] -=
          static_cast<float>(rate * (mean_[i] / mean_scale) / (std::sqrt(square_[i] / square_scale) + 1e-8));
    }
  }

 private:
  std::vector<double> mean_, square_;
  double steps_ = 0;
};

/// Each of `parts` weighs the same, however many samples it has.
inline completion::MixTable train_mix(const std::vector<const MixData*>& parts, int epochs = 30,
                                      double* loss_out = nullptr) {
  using namespace completion;
  MixTable table{};
  for (auto& row : table.token) {
    for (size_t i = 0; i < kLayers * kBands; ++i) row[i] = 0.15F;
  }
  constexpr size_t kTokens = kMixSets * kMixFeatures, kNones = kMixSets * kNoneFeatures;
  Adam token_adam(kTokens), none_adam(kNones);
  struct Ref {
    const MixData* data;
    const MixSample* sample;
  };
  std::vector<Ref> all;
  for (const MixData* part : parts) {
    for (const MixSample& sample : part->samples) all.push_back({part, &sample});
  }
  std::mt19937 random(1);
  constexpr size_t kBatch = 256;
  std::vector<double> token_gradient(kTokens), none_gradient(kNones), p;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    std::shuffle(all.begin(), all.end(), random);
    const double rate = 0.02 * std::pow(0.05, static_cast<double>(epoch) / epochs);
    double loss = 0;
    for (size_t begin = 0; begin < all.size(); begin += kBatch) {
      const size_t end = std::min(all.size(), begin + kBatch);
      std::fill(token_gradient.begin(), token_gradient.end(), 0);
      std::fill(none_gradient.begin(), none_gradient.end(), 0);
      for (size_t i = begin; i < end; ++i) {
        const MixSample& sample = *all[i].sample;
        const MixFeatures* rows = all[i].data->rows.data() + sample.first;
        const auto& weights = table.token[sample.set];
        p.assign(sample.count + 1, 0);
        for (size_t c = 0; c < sample.count; ++c) {
          for (size_t f = 0; f < kMixFeatures; ++f) p[c] += static_cast<double>(weights[f] * rows[c][f]);
        }
        for (size_t f = 0; f < kNoneFeatures; ++f) {
          p.back() += static_cast<double>(table.none[sample.set][f] * sample.none[f]);
        }
        const double highest = *std::max_element(p.begin(), p.end());
        double sum = 0;
        for (double& value : p) sum += value = std::exp(value - highest);
        for (double& value : p) value /= sum;
        const size_t truth = sample.truth < 0 ? sample.count : static_cast<size_t>(sample.truth);
        loss -= std::log(std::max(p[truth], 1e-12));
        p[truth] -= 1;
        for (size_t c = 0; c < sample.count; ++c) {
          if (std::abs(p[c]) < 1e-7) continue;
          double* gradient = token_gradient.data() + sample.set * kMixFeatures;
          for (size_t f = 0; f < kMixFeatures; ++f) gradient[f] += p[c] * static_cast<double>(rows[c][f]);
        }
        double* gradient = none_gradient.data() + sample.set * kNoneFeatures;
        for (size_t f = 0; f < kNoneFeatures; ++f)
          gradient[f] += p.back() * static_cast<double>(sample.none[f]);
      }
      const auto size = static_cast<double>(end - begin);
      float* token = table.token[0].data();
      float* none = table.none[0].data();
      for (size_t i = 0; i < kTokens; ++i) {
        token_gradient[i] = token_gradient[i] / size + 1e-4 * static_cast<double>(token[i]);
      }
      for (size_t i = 0; i < kNones; ++i) {
        none_gradient[i] = none_gradient[i] / size + 1e-4 * static_cast<double>(none[i]);
      }
      token_adam.step(token, token_gradient, rate);
      none_adam.step(none, none_gradient, rate);
    }
    if (loss_out) *loss_out = loss / static_cast<double>(all.size());
  }
  return table;
}

struct GateSample {
  completion::GateFeatures features{};
  bool right = false;
};

inline completion::GateWeights train_gate(std::vector<GateSample> samples, int epochs = 14) {
  using namespace completion;
  constexpr size_t kHidden = GateWeights::kHidden, kSize = kGateFeatures * (kHidden + 1) + kHidden;
  static_assert(sizeof(GateWeights) == kSize * sizeof(float));
  GateWeights weights{};
  std::mt19937 random(1);
  weights.direct[kGateLog] = 1;
  for (auto& row : weights.in) {
    for (float& weight : row) weight = (static_cast<float>(random() % 2001) / 1000 - 1) * 0.2F;
  }
  for (float& weight : weights.out) weight = (static_cast<float>(random() % 2001) / 1000 - 1) * 0.2F;
  Adam adam(kSize);
  std::vector<double> gradient(kSize);
  std::array<double, kHidden> hidden{};
  constexpr size_t kBatch = 256;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    std::shuffle(samples.begin(), samples.end(), random);
    const double rate = 0.01 * std::pow(0.03, static_cast<double>(epoch) / epochs);
    for (size_t begin = 0; begin < samples.size(); begin += kBatch) {
      const size_t end = std::min(samples.size(), begin + kBatch);
      std::fill(gradient.begin(), gradient.end(), 0);
      for (size_t i = begin; i < end; ++i) {
        const GateFeatures& x = samples[i].features;
        double sum = 0;
        for (size_t f = 0; f < kGateFeatures; ++f) sum += static_cast<double>(weights.direct[f] * x[f]);
        for (size_t h = 0; h < kHidden; ++h) {
          double in = 0;
          for (size_t f = 0; f < kGateFeatures; ++f) in += static_cast<double>(weights.in[h][f] * x[f]);
          hidden[h] = std::tanh(in);
          sum += static_cast<double>(weights.out[h]) * hidden[h];
        }
        const double error = 1 / (1 + std::exp(-sum)) - (samples[i].right ? 1 : 0);
        double* at = gradient.data();
        for (size_t f = 0; f < kGateFeatures; ++f) *at++ += error * static_cast<double>(x[f]);
        for (size_t h = 0; h < kHidden; ++h) {
          const double back = error * static_cast<double>(weights.out[h]) * (1 - hidden[h] * hidden[h]);
          for (size_t f = 0; f < kGateFeatures; ++f) *at++ += back * static_cast<double>(x[f]);
        }
        for (size_t h = 0; h < kHidden; ++h) *at++ += error * hidden[h];
      }
      float* flat = weights.direct.data();
      for (size_t i = 0; i < kSize; ++i) {
        gradient[i] = gradient[i] / static_cast<double>(end - begin) + 1e-5 * static_cast<double>(flat[i]);
      }
      adam.step(flat, gradient, rate);
    }
  }
  return weights;
}

}  // namespace coder::bench
