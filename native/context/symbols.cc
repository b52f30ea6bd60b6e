#include "context/symbols.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

namespace coder::context {
namespace {

using workspace::Facts;
using workspace::Index;
using workspace::Slot;

/// Symbols are looked at in this many files; further ones come in by their files alone.
constexpr size_t kFiles = 80;

// Parts of a symbol's own score, beside its file's.
constexpr double kCalled = 3.0;   // the query says its name
constexpr double kNamed = 1.5;    // words of the query in its name
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
    case syntax::SymbolKind::module:
    case syntax::SymbolKind::constant:
      return -0.5;
    case syntax::SymbolKind::field:
    case syntax::SymbolKind::block:
      return -1;
  }
  return 0;
}

}  // namespace

void rank_symbols(const workspace::Corpus& corpus, const Query&, const Measured& measured, Ranked& ranked) {
  const Index& index = corpus.index;
  std::unordered_map<uint32_t, double> called, used;
  for (const Called& one : measured.question.called) called[one.name] = one.weight;
  std::unordered_set<uint32_t> defined;
  for (const Seed& seed : measured.question.seeds) {
    if (seed.slot == workspace::kNoSlot) continue;
    const Index::File& file = index.file(seed.slot);
    for (const Facts::Use& use : file.uses) {
      double& held = used[use.name];
      held = std::max(held, seed.weight);
    }
    for (const Facts::Symbol& symbol : file.symbols) defined.insert(symbol.name);
  }
  std::unordered_map<uint64_t, double> named;
  double all_rarity = 0;
  for (const Term& term : measured.question.terms) {
    all_rarity += term.weight * term.rarity;
    index.named(term.word, [&](const Index::Definition& one) {
      named[uint64_t{one.slot} << 32 | one.symbol] += term.weight * term.rarity;
    });
  }
  const std::vector<float>& best_chunks = measured.sheet.known(Feature::bm25_chunk);
  const double best_chunk =
      best_chunks.empty() ? 0
                          : static_cast<double>(*std::max_element(best_chunks.begin(), best_chunks.end()));
  for (size_t i = 0; i < ranked.files.size() && i < kFiles; ++i) {
    const Slot slot = ranked.files[i].slot;
    const Index::File& file = index.file(slot);
    std::vector<double> extra(file.symbols.size());
    for (const Facts::Use& use : file.uses) {
      if (use.symbol == syntax::kNoSymbol || !defined.count(use.name)) continue;
      extra[static_cast<size_t>(use.symbol)] += 1.0 / (1 + index.definers(use.name));
    }
    for (uint32_t s = 0; s < file.symbols.size(); ++s) {
      const Facts::Symbol& symbol = file.symbols[s];
      if (symbol.kind == syntax::SymbolKind::block) continue;
      RankedSymbol out{slot, s, ranked.files[i].score + of_kind(symbol.kind), {}};
      if (const auto found = called.find(symbol.name); found != called.end()) {
        out.score += kCalled * found->second;
        out.why.emplace_back("named in the question");
      }
      if (const auto found = named.find(uint64_t{slot} << 32 | s); found != named.end() && all_rarity > 0)
        out.score += kNamed * found->second / all_rarity;
      if (best_chunk > 0) {
        double chunk = 0;
        for (uint32_t at = symbol.first_line / workspace::kChunkLines;
             at <= symbol.last_line / workspace::kChunkLines; ++at)
          chunk = std::max(chunk, static_cast<double>(measured.chunks.get(slot, at)));
        out.score += kInChunk * chunk / best_chunk;
      }
      if (const auto found = used.find(symbol.name); found != used.end())
        out.score += kUsed * found->second / std::sqrt(std::max<double>(1, index.definers(symbol.name)));
      if (extra[s] > 0) out.score += kUses * std::min(1.0, extra[s]);
      ranked.symbols.push_back(std::move(out));
    }
  }
  std::sort(ranked.symbols.begin(), ranked.symbols.end(), [&](const RankedSymbol& a, const RankedSymbol& b) {
    if (a.score != b.score) return a.score > b.score;
    if (a.slot != b.slot) return index.file(a.slot).path < index.file(b.slot).path;
    return a.symbol < b.symbol;
  });
}

}  // namespace coder::context
