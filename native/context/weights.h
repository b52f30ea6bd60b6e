// The constants of the ranking in one table.
#pragma once

#include <array>
#include <cmath>

#include "context/features.h"

namespace coder::context {

/// How a column becomes a term of the sum.
enum class Shape : uint8_t {
  root,   ///< the root of its share of the largest value in the column: in [0, 1]
  plain,  ///< as it is
};

/// What the ranking knows: each case has weights of its own, for what is missing shifts what the rest is
/// worth.
enum class Given : uint8_t { question_and_seed, question, seed };

struct Weight {
  Feature feature;
  Shape shape;
  std::array<double, 3> weights;  ///< by Given
};

/// Found by a softmax over the candidates of each commit (the files that changed with it against all others,
/// see tests/bench/recall.cc --features), then by gradient steps on a smooth recall at 5, 10 and 20, on
/// commits before 2024-06-01 of huggingface/tokenizers and PyO3/maturin, with L2 and checked by leaving out
/// one repository and by time. Three are not the fit's, since people ask otherwise than commits are named:
/// names and files that are said count for what they are, and what changed lately counts half for a question
/// without a file.
inline constexpr std::array kWeights = {
    Weight{Feature::bm25_file, Shape::root, {0.68, 1.04, 0.00}},
    Weight{Feature::bm25_chunk, Shape::plain, {0.22, 0.19, 0.00}},
    Weight{Feature::path_words, Shape::root, {1.43, 2.12, 0.00}},
    Weight{Feature::name_words, Shape::root, {1.02, 1.23, 0.00}},
    Weight{Feature::symbol_words, Shape::root, {0.24, 0.49, 0.00}},
    Weight{Feature::said_names, Shape::plain, {0.50, 1.00, 0.00}},
    Weight{Feature::said_uses, Shape::root, {0.15, 0.22, 0.00}},
    Weight{Feature::said_file, Shape::plain, {1.00, 1.50, 0.00}},
    Weight{Feature::uses_out, Shape::root, {0.16, 0.00, 0.36}},
    Weight{Feature::uses_in, Shape::root, {0.43, 0.00, 0.71}},
    Weight{Feature::uses_walk, Shape::root, {0.21, 0.70, 0.26}},
    Weight{Feature::alike, Shape::root, {1.89, 0.00, 2.41}},
    Weight{Feature::together, Shape::root, {-0.55, 0.00, -0.12}},
    Weight{Feature::bound, Shape::root, {1.72, 0.00, 2.44}},
    Weight{Feature::spread, Shape::root, {0.95, 0.00, 1.13}},
    Weight{Feature::asked, Shape::root, {0.65, 0.00, 0.00}},
    Weight{Feature::subjects, Shape::root, {1.10, 1.85, 0.00}},
    Weight{Feature::activity, Shape::root, {-1.03, 0.15, -0.33}},
    Weight{Feature::fresh, Shape::root, {1.32, 1.00, 1.71}},
    Weight{Feature::same_folder, Shape::root, {-0.77, 0.00, -0.88}},
    Weight{Feature::near_folder, Shape::root, {1.63, 0.00, 1.82}},
    Weight{Feature::path_alike, Shape::root, {0.82, 0.00, 1.25}},
    Weight{Feature::twin, Shape::root, {-0.32, 0.00, -0.54}},
    Weight{Feature::same_stem, Shape::root, {0.31, 0.00, 0.38}},
    Weight{Feature::test_pair, Shape::root, {0.57, 0.00, 0.77}},
    Weight{Feature::folder_head, Shape::root, {0.42, 0.00, 0.39}},
    Weight{Feature::same_extension, Shape::root, {0.05, 0.00, -0.26}},
    Weight{Feature::is_source, Shape::root, {3.59, 4.27, 3.47}},
    Weight{Feature::is_test, Shape::root, {0.58, 0.35, 0.67}},
    Weight{Feature::size, Shape::root, {-1.52, -0.05, -0.86}},
};

/// What a value of a column adds to a file's score; `largest` of that column.
inline double contribution(const Weight& weight, Given given, float value, float largest) {
  if (value <= 0) return 0;
  const auto plain = static_cast<double>(value);
  return weight.weights[static_cast<size_t>(given)] *
         (weight.shape == Shape::plain ? plain : std::sqrt(plain / static_cast<double>(largest)));
}

}  // namespace coder::context
