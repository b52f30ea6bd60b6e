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

struct Weight {
  Feature feature;
  Shape shape;
  double weight;
};

inline constexpr std::array kWeights = {
    Weight{Feature::bm25_file, Shape::root, 2.0},       Weight{Feature::bm25_chunk, Shape::plain, 1.0},
    Weight{Feature::path_words, Shape::root, 0.7},      Weight{Feature::name_words, Shape::root, 2.0},
    Weight{Feature::symbol_words, Shape::root, 1.0},    Weight{Feature::said_names, Shape::root, 1.0},
    Weight{Feature::said_uses, Shape::root, 0.5},       Weight{Feature::said_file, Shape::plain, 3.0},
    Weight{Feature::uses_out, Shape::root, 1.0},        Weight{Feature::uses_in, Shape::root, 1.0},
    Weight{Feature::uses_walk, Shape::root, 0.5},       Weight{Feature::alike, Shape::root, 1.0},
    Weight{Feature::together, Shape::root, 2.0},        Weight{Feature::share, Shape::root, 1.0},
    Weight{Feature::asked, Shape::root, 1.0},           Weight{Feature::subjects, Shape::root, 1.0},
    Weight{Feature::activity, Shape::root, 1.0},        Weight{Feature::same_folder, Shape::plain, 0.7},
    Weight{Feature::near_folder, Shape::plain, 0.7},    Weight{Feature::same_stem, Shape::plain, 1.0},
    Weight{Feature::test_pair, Shape::plain, 1.0},      Weight{Feature::folder_head, Shape::plain, 0.5},
    Weight{Feature::same_extension, Shape::plain, 0.5}, Weight{Feature::is_source, Shape::plain, 1.0},
    Weight{Feature::is_test, Shape::plain, 0.0},        Weight{Feature::size, Shape::plain, 0.1},
};

/// What a value of a column adds to a file's score; `largest` of that column.
inline double contribution(const Weight& weight, float value, float largest) {
  if (value <= 0) return 0;
  const auto plain = static_cast<double>(value);
  return weight.weight *
         (weight.shape == Shape::plain ? plain : std::sqrt(plain / static_cast<double>(largest)));
}

}  // namespace coder::context
