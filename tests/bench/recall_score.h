// How much of what a commit changed a ranking and a pack hold.
#pragma once

#include <time.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "context/measure.h"
#include "context/pack.h"
#include "recall_cases.h"
#include "recall_world.h"

namespace coder::bench {

inline constexpr std::array<size_t, 3> kFirst = {5, 10, 20};
inline constexpr std::array<size_t, 4> kBudgets = {8000, 32000, 64000, 128000};

/// Sums over cases; a mean is a sum by `cases`, but for symbols (by `with_symbols`).
struct Score {
  size_t cases = 0, with_symbols = 0, over_budget = 0;
  std::array<double, kFirst.size()> files{};
  std::array<double, kBudgets.size()> packed{}, bodies{}, symbols{}, symbol_bodies{}, used{};
  std::vector<double> rank_ms, total_ms;  ///< of the ranking; with packing to 64k
};

inline double share_found(const std::vector<context::RankedFile>& files, const Case& one, size_t first) {
  size_t found = 0;
  for (size_t i = 0, place = 0; i < files.size() && place < first; ++i) {
    if (files[i].path == one.seed) continue;
    ++place;
    found += std::any_of(one.gold.begin(), one.gold.end(),
                         [&](const test::GitDiff& gold) { return gold.path == files[i].path; });
  }
  return static_cast<double>(found) / static_cast<double>(one.gold.size());
}

/// The innermost symbols that a commit changed, as the lines of their signatures and bodies, 1-based.
struct ChangedSymbol {
  std::string path;
  uint32_t line, first, last;
};

inline std::vector<ChangedSymbol> changed_symbols(const World& world, const Case& one) {
  std::vector<ChangedSymbol> out;
  for (const test::GitDiff& gold : one.gold) {
    const workspace::Slot slot = world.corpus.index.find(gold.path);
    const std::optional<std::string> text = world.text(gold.path);
    if (slot == workspace::kNoSlot || !text) continue;
    const auto& symbols = world.corpus.index.file(slot).symbols;
    std::set<size_t> changed;
    for (const test::GitHunk& hunk : gold.hunks) {
      // Lines 0-based; new lines after line n belong to what holds both n and n + 1.
      const uint32_t first = hunk.count > 0 ? hunk.first - 1 : std::max(hunk.first, 1u) - 1;
      const uint32_t last = hunk.count > 0 ? first + hunk.count - 1 : first + 1;
      for (uint32_t line = first; line <= (hunk.count > 0 ? last : first); ++line) {
        int32_t inner = syntax::kNoSymbol;
        for (size_t i = 0; i < symbols.size(); ++i) {
          const bool holds = symbols[i].first_line <= line && line <= symbols[i].last_line &&
                             (hunk.count > 0 || last <= symbols[i].last_line);
          const bool counts = symbols[i].kind != syntax::SymbolKind::field &&
                              symbols[i].kind != syntax::SymbolKind::block &&
                              symbols[i].kind != syntax::SymbolKind::module;
          if (holds && counts) inner = static_cast<int32_t>(i);
        }
        if (inner != syntax::kNoSymbol) changed.insert(static_cast<size_t>(inner));
      }
    }
    for (const size_t i : changed) {
      const std::string_view head =
          std::string_view(*text).substr(symbols[i].begin, symbols[i].signature - symbols[i].begin);
      const auto line =
          symbols[i].first_line + static_cast<uint32_t>(std::count(head.begin(), head.end(), '\n'));
      out.push_back({gold.path, line + 1, line + 1, symbols[i].last_line + 1});
    }
  }
  return out;
}

inline size_t count_tokens(std::string_view text) { return (text.size() * 10 + 35) / 36; }

/// Milliseconds of this thread's processor time: all that is measured computes, and other work on the machine
/// does not count.
inline double cpu_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

class Scorer {
 public:
  Scorer(const World& world, const Case& one)
      : world_(world), case_(one), changed_(changed_symbols(world, one)) {}

  /// `rank` is called once and timed.
  template <class Rank>
  void add(Score& score, bool packs, Rank rank) {
    const double start = cpu_ms();
    const context::Ranked ranked = rank();
    const double rank_ms = cpu_ms() - start;
    score.rank_ms.push_back(rank_ms);
    ++score.cases;
    for (size_t i = 0; i < kFirst.size(); ++i) score.files[i] += share_found(ranked.files, case_, kFirst[i]);
    if (!packs) return;
    score.with_symbols += !changed_.empty();
    for (size_t i = 0; i < kBudgets.size(); ++i) {
      context::PackOptions options;
      options.budget = kBudgets[i];
      options.count = count_tokens;
      options.read = [this](const std::string& path) { return world_.text(path); };
      options.without = {case_.seed};
      const double begin = cpu_ms();
      const context::Packed packed = context::pack(world_.corpus, ranked, options);
      if (kBudgets[i] == 64000) score.total_ms.push_back(rank_ms + cpu_ms() - begin);
      score.over_budget += count_tokens(packed.text) > options.budget;
      score.used[i] += static_cast<double>(packed.tokens);
      look_into(packed, score, i);
    }
  }

 private:
  void look_into(const context::Packed& packed, Score& score, size_t at) const {
    std::unordered_set<std::string> any, bodies;
    for (const context::Chunk& chunk : packed.chunks) {
      if (chunk.form == context::Form::path) continue;
      any.insert(chunk.path);
      if (chunk.form == context::Form::body) bodies.insert(chunk.path);
    }
    double found = 0, with_body = 0;
    for (const test::GitDiff& gold : case_.gold) {
      found += any.count(gold.path) > 0;
      with_body += bodies.count(gold.path) > 0;
    }
    score.packed[at] += found / static_cast<double>(case_.gold.size());
    score.bodies[at] += with_body / static_cast<double>(case_.gold.size());
    if (changed_.empty()) return;
    double signatures = 0, whole = 0;
    for (const ChangedSymbol& symbol : changed_) {
      bool head = false, body = false;
      for (const context::Chunk& chunk : packed.chunks) {
        if (chunk.form == context::Form::path || chunk.path != symbol.path) continue;
        head = head || (chunk.first <= symbol.line && symbol.line <= chunk.last);
        body = body || (chunk.form == context::Form::body && chunk.first <= symbol.first &&
                        symbol.last <= chunk.last);
      }
      signatures += head;
      whole += body;
    }
    score.symbols[at] += signatures / static_cast<double>(changed_.size());
    score.symbol_bodies[at] += whole / static_cast<double>(changed_.size());
  }

  const World& world_;
  const Case& case_;
  std::vector<ChangedSymbol> changed_;
};

/// Untuned, the one to beat: reciprocal-rank fusion (k = 60) of BM25, definitions and uses, co-change, path;
/// source files only.
inline context::Ranked baseline(const workspace::Corpus& corpus, const context::Query& query) {
  using context::Feature;
  const context::Measured measured = context::measure(corpus, query, {});
  const size_t slots = measured.sheet.slots();
  const std::vector<std::vector<Feature>> lists = {
      {Feature::bm25_file},
      {Feature::uses_out, Feature::uses_in},
      {Feature::together},
      {Feature::near_folder, Feature::path_words, Feature::name_words}};
  std::vector<double> scores(slots);
  for (const std::vector<Feature>& list : lists) {
    std::vector<std::pair<double, workspace::Slot>> order;
    for (workspace::Slot slot = 0; slot < slots; ++slot) {
      double sum = 0;
      for (const Feature feature : list) {
        const std::vector<float>& column = measured.sheet.known(feature);
        if (!column.empty()) sum += static_cast<double>(column[slot]);
      }
      if (sum > 0 && context::is_source(corpus.index.file(slot).path)) order.emplace_back(-sum, slot);
    }
    std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first
                                : corpus.index.file(a.second).path < corpus.index.file(b.second).path;
    });
    for (size_t i = 0; i < order.size(); ++i)
      scores[order[i].second] += 1 / (60.0 + static_cast<double>(i + 1));
  }
  context::Ranked out;
  for (workspace::Slot slot = 0; slot < slots; ++slot) {
    if (scores[slot] > 0)
      out.files.push_back({slot, corpus.index.file(slot).path, scores[slot], 0, false, {}});
  }
  std::sort(out.files.begin(), out.files.end(), [](const auto& a, const auto& b) {
    return a.score != b.score ? a.score > b.score : a.path < b.path;
  });
  return out;
}

}  // namespace coder::bench
