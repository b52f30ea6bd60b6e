#include "context/paths.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "base/text.h"
#include "syntax/language.h"

namespace coder::context {
namespace {

using workspace::Index;
using workspace::kNoSlot;
using workspace::Slot;

// Of languages without a grammar here.
constexpr std::array<std::string_view, 51> kSourceExtensions = {
    "adb",  "ads",  "asm", "astro", "clj",   "cljs", "cs",  "cu",     "cuh",    "d",    "dart", "el", "elm",
    "erl",  "ex",   "exs", "f90",   "fs",    "fsx",  "gd",  "glsl",   "groovy", "hlsl", "hs",   "jl", "kt",
    "kts",  "lisp", "m",   "metal", "ml",    "mli",  "mm",  "nim",    "pas",    "php",  "pl",   "pm", "proto",
    "purs", "pyx",  "r",   "s",     "scala", "scm",  "sql", "svelte", "swift",  "v",    "vue",  "zig"};

struct Parts {
  std::string_view folder, name, extension;
};

Parts parts_of(std::string_view path) {
  Parts out;
  const size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) out.folder = path.substr(0, slash);
  out.name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  const size_t dot = out.name.rfind('.');
  if (dot != std::string_view::npos && dot > 0) out.extension = out.name.substr(dot + 1);
  return out;
}

/// Folders between two: up from one, down to the other.
size_t steps_between(std::string_view a, std::string_view b) {
  const auto depth = [](std::string_view folder) {
    return folder.empty() ? 0 : 1 + static_cast<size_t>(std::count(folder.begin(), folder.end(), '/'));
  };
  size_t common = 0, end = 0;
  for (size_t i = 0;; ++i) {
    const bool ends_a = i >= a.size() || a[i] == '/', ends_b = i >= b.size() || b[i] == '/';
    if (ends_a && ends_b && i > end) {
      ++common;
      end = i + 1;
    }
    if (i >= a.size() || i >= b.size() || a[i] != b[i]) break;
  }
  return depth(a) + depth(b) - 2 * common;
}

/// The name that a test and what it tests share: "bpe" of "test_bpe.py", "bpe_test.go", "bpe.spec.ts".
std::string_view tested_name(std::string_view stem) {
  for (const std::string_view head : {"test_", "tests_", "test-"}) {
    if (stem.size() > head.size() && stem.substr(0, head.size()) == head) return stem.substr(head.size());
  }
  for (const std::string_view tail : {"_test", "_tests", ".test", ".spec", "_spec", "-test", "_unittest"}) {
    if (stem.size() > tail.size() && stem.substr(stem.size() - tail.size()) == tail)
      return stem.substr(0, stem.size() - tail.size());
  }
  return stem;
}

/// Files that stand for their folder: what is made public in it, or put together from it.
bool is_head(std::string_view name) {
  return name == "mod.rs" || name == "lib.rs" || name == "main.rs" || name == "__init__.py" ||
         name == "__init__.pyi" || name.rfind("index.", 0) == 0 || name == "init.lua";
}

/// Names that so many files have that they say nothing.
bool says_nothing(std::string_view stem) {
  return stem.size() < 3 || stem == "mod" || stem == "lib" || stem == "main" || stem == "__init__" ||
         stem == "index" || stem == "init" || stem == "utils" || stem == "util" || stem == "readme" ||
         stem == "setup" || stem == "conftest" || stem == "cargo" || stem == "package";
}

/// Cosine over the words of two paths, rare ones more.
void score_path_alike(const Index& index, const Seed& seed, Sheet& sheet) {
  if (seed.slot == kNoSlot) return;
  const std::vector<uint32_t>& words = index.file(seed.slot).path_words;
  std::unordered_map<uint32_t, uint32_t> holders;
  for (const uint32_t word : words) holders[word] = 0;
  for (Slot slot = 0; slot < index.slots(); ++slot) {
    for (const uint32_t word : index.file(slot).path_words) {
      if (const auto found = holders.find(word); found != holders.end()) ++found->second;
    }
  }
  double own = 0;
  std::unordered_map<uint32_t, double> rare;
  for (const auto& [word, count] : holders) {
    rare[word] = rarity(index.size(), count);
    own += rare[word] * rare[word];
  }
  for (Slot slot = 0; slot < index.slots(); ++slot) {
    if (slot == seed.slot || index.file(slot).path.empty()) continue;
    double sum = 0;
    for (const auto& [word, weight] : rare) {
      const std::vector<uint32_t>& others = index.file(slot).path_words;
      if (std::find(others.begin(), others.end(), word) != others.end()) sum += weight * weight;
    }
    if (sum > 0) sheet.raise(Feature::path_alike, slot, seed.weight * sum / own);
  }
}

void score_seed(const Index& index, const Seed& seed, Sheet& sheet) {
  const Parts own = parts_of(seed.path);
  const size_t cut = own.extension.empty() ? own.name.size() : own.name.size() - own.extension.size() - 1;
  const std::string own_stem = lower_ascii(own.name.substr(0, cut));
  const std::string_view own_tested = tested_name(own_stem);
  const bool own_is_test = is_test(seed.path);
  std::unordered_map<uint32_t, size_t> steps;  // by folder
  // "models" is the head of "models/bpe.rs", too.
  const std::string_view own_folder_name = own.folder.substr(own.folder.rfind('/') + 1);
  for (Slot slot = 0; slot < index.slots(); ++slot) {
    const Index::File& file = index.file(slot);
    if (file.path.empty() || slot == seed.slot) continue;
    const auto [entry, fresh] = steps.try_emplace(file.folder, 0);
    if (fresh) entry->second = steps_between(own.folder, index.text(file.folder));
    const size_t distance = entry->second;
    if (distance == 0) sheet.raise(Feature::same_folder, slot, seed.weight);
    sheet.raise(Feature::near_folder, slot, seed.weight / static_cast<double>(1 + distance));
    if (index.text(file.extension) == own.extension) sheet.raise(Feature::same_extension, slot, seed.weight);
    const std::string_view stem = index.text(file.stem);
    if (distance == 0 && stem == own_stem) sheet.raise(Feature::twin, slot, seed.weight);
    const std::string_view tested = tested_name(stem);
    if (tested == own_tested && !says_nothing(tested)) {
      const bool pair = own_is_test != is_test(file.path);
      sheet.raise(pair ? Feature::test_pair : Feature::same_stem, slot, seed.weight);
    } else if (stem == own_folder_name && !says_nothing(stem)) {
      sheet.raise(Feature::same_stem, slot, 0.5 * seed.weight);
    }
    const Parts parts = parts_of(file.path);
    const std::string_view folder = parts.folder;
    const bool around =
        own.folder.size() >= folder.size() && own.folder.substr(0, folder.size()) == folder &&
        (folder.empty() || own.folder.size() == folder.size() || own.folder[folder.size()] == '/');
    if (around && is_head(parts.name))
      sheet.raise(Feature::folder_head, slot, seed.weight / static_cast<double>(1 + distance));
  }
}

}  // namespace

bool is_source(std::string_view path) {
  if (syntax::language_of(path) != syntax::Language::none) return true;
  const std::string extension = lower_ascii(parts_of(path).extension);
  return std::binary_search(kSourceExtensions.begin(), kSourceExtensions.end(), extension);
}

bool is_test(std::string_view path) {
  const Parts parts = parts_of(path);
  for (const std::string_view folder : split(parts.folder, '/')) {
    if (folder == "test" || folder == "tests" || folder == "__tests__" || folder == "spec" ||
        folder == "testing")
      return true;
  }
  const size_t dot = parts.name.rfind('.');
  const std::string_view stem = parts.name.substr(0, dot);
  return tested_name(stem) != stem;
}

void score_paths(const Index& index, const Question& question, Sheet& sheet) {
  for (const Seed& seed : question.seeds) {
    score_seed(index, seed, sheet);
    score_path_alike(index, seed, sheet);
  }
  for (const std::string& wanted : question.files) {
    for (Slot slot = 0; slot < index.slots(); ++slot) {
      const std::string_view path = index.file(slot).path;
      if (path.size() < wanted.size()) continue;
      const size_t begin = path.size() - wanted.size();
      if (begin > 0 && path[begin - 1] != '/') continue;
      if (lower_ascii(path.substr(begin)) == wanted) sheet.raise(Feature::said_file, slot, 1);
    }
  }
}

void score_kinds(const Index& index, Sheet& sheet) {
  for (Slot slot = 0; slot < index.slots(); ++slot) {
    const Index::File& file = index.file(slot);
    if (file.path.empty()) continue;
    if (is_source(file.path)) sheet.raise(Feature::is_source, slot, 1);
    if (is_test(file.path)) sheet.raise(Feature::is_test, slot, 1);
    sheet.raise(Feature::size, slot, std::log1p(file.lines));
  }
}

}  // namespace coder::context
