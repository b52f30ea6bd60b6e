#include "context/symbols.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace coder::context {
namespace {

using workspace::Facts;
using workspace::Index;
using workspace::Slot;

/// Symbols are looked at in this many files, and wherever the question says their names.
constexpr size_t kFiles = 80;

// What a symbol has beside its file's score, each times a strength in [0, 1].
constexpr double kCalled = 3.0;   // the question says its name
constexpr double kNamed = 1.5;    // words of the question in its name
constexpr double kInChunk = 1.5;  // its lines are those where the words are
constexpr double kUsed = 1.0;     // a seed uses it
constexpr double kUses = 0.7;     // it uses what a seed defines

double of_kind(syntax::SymbolKind kind) {
  switch (kind) {
    case syntax::SymbolKind::function:
    case syntax::SymbolKind::method:
    case syntax::SymbolKind::type:
      return 0;
    case syntax::SymbolKind::macro:
      return -0.2;
    case syntax::SymbolKind::constant:
      return -0.5;
    case syntax::SymbolKind::field:
      return -1;
    case syntax::SymbolKind::module:
    case syntax::SymbolKind::block:
      break;
  }
  return 0;
}

class Symbols {
 public:
  Symbols(const Index& index, const Measured& measured) : index_(index), measured_(measured) {
    for (const Called& one : measured.question.called) called_[one.name] = one.weight;
    for (const Seed& seed : measured.question.seeds) {
      if (seed.slot == workspace::kNoSlot) continue;
      const Index::File& file = index.file(seed.slot);
      for (const Facts::Use& use : file.uses) {
        double& held = used_[use.name];
        held = std::max(held, seed.weight);
      }
      for (const Facts::Symbol& symbol : file.symbols) defined_.insert(symbol.name);
    }
    for (const Term& term : measured.question.terms) {
      all_rarity_ += term.weight * term.rarity;
      index.named(term.word, [&](const Index::Definition& one) {
        named_[key(one.slot, one.symbol)] += term.weight * term.rarity;
      });
    }
    best_chunk_ = static_cast<double>(measured.largest[static_cast<size_t>(Feature::bm25_chunk)]);
  }

  void add_file(const RankedFile& ranked, bool called_only, std::vector<RankedSymbol>& out) const {
    const Index::File& file = index_.file(ranked.slot);
    std::vector<double> uses(file.symbols.size());
    if (!called_only) {
      for (const Facts::Use& use : file.uses) {
        if (use.symbol == syntax::kNoSymbol || !defined_.count(use.name)) continue;
        uses[static_cast<size_t>(use.symbol)] += 1.0 / (1 + index_.definers(use.name));
      }
    }
    for (uint32_t s = 0; s < file.symbols.size(); ++s) {
      const Facts::Symbol& symbol = file.symbols[s];
      // What only holds others stands there with them; alone it tells nothing.
      if (symbol.kind == syntax::SymbolKind::block || symbol.kind == syntax::SymbolKind::module) continue;
      if (called_only && !called_.count(symbol.name)) continue;
      out.push_back(scored(ranked, file, s, std::min(1.0, uses[s])));
    }
  }

 private:
  static uint64_t key(Slot slot, uint32_t symbol) { return uint64_t{slot} << 32 | symbol; }

  RankedSymbol scored(const RankedFile& ranked, const Index::File& file, uint32_t number, double uses) const {
    const Facts::Symbol& symbol = file.symbols[number];
    RankedSymbol out{ranked.slot, number, ranked.score + of_kind(symbol.kind), {}};
    if (const auto found = called_.find(symbol.name); found != called_.end()) {
      out.score += kCalled * found->second;
      out.why.emplace_back("named in the question");
    }
    if (const auto found = used_.find(symbol.name); found != used_.end()) {
      const double definers = std::max<double>(1, index_.definers(symbol.name));
      out.score += kUsed * found->second / std::sqrt(definers);
      if (definers <= 3) out.why.emplace_back("used where you are");
    }
    if (const auto found = named_.find(key(ranked.slot, number)); found != named_.end() && all_rarity_ > 0) {
      out.score += kNamed * found->second / all_rarity_;
      out.why.emplace_back("words in its name");
    }
    if (best_chunk_ > 0) {
      double chunk = 0;
      for (uint32_t at = symbol.first_line / workspace::kChunkLines;
           at <= symbol.last_line / workspace::kChunkLines; ++at)
        chunk = std::max(chunk, static_cast<double>(measured_.chunks.get(ranked.slot, at)));
      out.score += kInChunk * chunk / best_chunk_;
    }
    if (uses > 0) {
      out.score += kUses * uses;
      if (uses > 0.3) out.why.emplace_back("uses what is defined where you are");
    }
    return out;
  }

  const Index& index_;
  const Measured& measured_;
  std::unordered_map<uint32_t, double> called_, used_;  ///< by name
  std::unordered_set<uint32_t> defined_;                ///< names
  std::unordered_map<uint64_t, double> named_;
  double all_rarity_ = 0, best_chunk_ = 0;
};

}  // namespace

void rank_symbols(const workspace::Corpus& corpus, const Measured& measured, Ranked& ranked) {
  const Index& index = corpus.index;
  const Symbols symbols(index, measured);
  std::unordered_set<Slot> defining;
  for (const Called& called : measured.question.called) {
    index.definitions(called.name, [&](const Index::Definition& one) { defining.insert(one.slot); });
  }
  for (size_t i = 0; i < ranked.files.size(); ++i) {
    if (i < kFiles || defining.count(ranked.files[i].slot))
      symbols.add_file(ranked.files[i], i >= kFiles, ranked.symbols);
  }
  std::sort(ranked.symbols.begin(), ranked.symbols.end(), [&](const RankedSymbol& a, const RankedSymbol& b) {
    if (a.score != b.score) return a.score > b.score;
    if (a.slot != b.slot) return index.file(a.slot).path < index.file(b.slot).path;
    return a.symbol < b.symbol;
  });
}

}  // namespace coder::context
