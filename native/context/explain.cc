#include "context/explain.h"

#include <algorithm>

namespace coder::context {
namespace {

constexpr size_t kMaxReasons = 3;

/// Nothing for what only tells candidates apart.
const char* phrase(Feature feature) {
  switch (feature) {
    case Feature::bm25_file:
    case Feature::bm25_chunk:
      return "words of the question";
    case Feature::path_words:
    case Feature::name_words:
      return "words of the question in its path";
    case Feature::symbol_words:
      return "words of the question in its definitions";
    case Feature::said_names:
      return "defines what the question names";
    case Feature::said_uses:
      return "uses what the question names";
    case Feature::said_file:
      return "named in the question";
    case Feature::uses_out:
      return "defines what the current file uses";
    case Feature::uses_in:
      return "uses what the current file defines";
    case Feature::uses_walk:
      return "near by what uses what";
    case Feature::alike:
      return "rare words in common with the current file";
    case Feature::together:
    case Feature::share:
    case Feature::bound:
    case Feature::spread:
    case Feature::folders:
      return "changed together in git";
    case Feature::asked:
    case Feature::subjects:
      return "changed in commits about the like";
    case Feature::same_folder:
      return "same folder";
    case Feature::path_alike:
      return "a path alike";
    case Feature::same_stem:
      return "same name elsewhere";
    case Feature::test_pair:
      return "test of it, or tested by it";
    case Feature::folder_head:
      return "head of the folder";
    default:
      return nullptr;
  }
}

}  // namespace

std::vector<std::string> reasons(std::vector<std::pair<Feature, double>> parts) {
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> out;
  for (const auto& [feature, part] : parts) {
    const char* words = phrase(feature);
    if (!words || part <= 0 || out.size() == kMaxReasons) continue;
    if (std::find(out.begin(), out.end(), words) == out.end()) out.emplace_back(words);
  }
  return out;
}

}  // namespace coder::context
