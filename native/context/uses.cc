#include "context/uses.h"

#include <algorithm>
#include <cmath>
#include <deque>

namespace coder::context {
namespace {

using workspace::Facts;
using workspace::Index;
using workspace::Slot;

/// A name with more definers than this ties nobody to anybody ("new", "fmt", "main").
constexpr uint32_t kMaxDefiners = 24;
/// And one that more files use than this costs more to follow than it tells.
constexpr uint32_t kMaxUsers = 400;

/// aider's weights as a start: long compound names ×10, a leading underscore ×0.1, √ of references.
double telling(std::string_view name) {
  if (name.size() < 3) return 0.1;
  double weight = 1;
  bool compound = false;
  for (size_t i = 1; i < name.size(); ++i) {
    const bool upper = name[i] >= 'A' && name[i] <= 'Z';
    const bool after_lower = name[i - 1] >= 'a' && name[i - 1] <= 'z';
    compound = compound || name[i] == '_' || (upper && after_lower);
  }
  if (compound) weight *= name.size() >= 8 ? 4 : 2;
  if (name[0] == '_') weight *= 0.3;
  return weight;
}

double of_kind(syntax::UseKind kind) {
  switch (kind) {
    case syntax::UseKind::call:
      return 1;
    case syntax::UseKind::type:
      return 1.2;
    case syntax::UseKind::import:
      return 1.5;
    case syntax::UseKind::attribute:
      return 0.6;
    case syntax::UseKind::name:
      return 0.4;
  }
  return 0;
}

bool is_shared(syntax::SymbolKind kind) {
  return kind != syntax::SymbolKind::block && kind != syntax::SymbolKind::field;
}

/// The innermost symbol around a line, 1-based.
int32_t symbol_at(const Index::File& file, uint32_t line) {
  int32_t found = syntax::kNoSymbol;
  if (line == 0) return found;
  for (size_t i = 0; i < file.symbols.size(); ++i) {
    if (file.symbols[i].first_line <= line - 1 && line - 1 <= file.symbols[i].last_line)
      found = static_cast<int32_t>(i);
  }
  return found;
}

double of_symbol(const Focus& focus, int32_t symbol) {
  if (focus.symbols.empty() || symbol == syntax::kNoSymbol) return 1;
  return static_cast<double>(focus.symbols[static_cast<size_t>(symbol)]);
}

double of_name(const Focus& focus, uint32_t name) {
  const auto found = focus.names.find(name);
  return found == focus.names.end() ? 1 : static_cast<double>(found->second);
}

class Edges {
 public:
  void add(Slot slot, double weight, uint32_t name) {
    const auto [entry, fresh] = places_.try_emplace(slot, static_cast<uint32_t>(edges_.size()));
    if (fresh) {
      edges_.push_back({slot, 0, name});
      strongest_.push_back(0);
    }
    UseGraph::Edge& edge = edges_[entry->second];
    edge.weight += static_cast<float>(weight);
    if (weight > strongest_[entry->second]) {
      strongest_[entry->second] = weight;
      edge.name = name;
    }
  }
  std::vector<UseGraph::Edge> take() { return std::move(edges_); }

 private:
  std::unordered_map<Slot, uint32_t> places_;
  std::vector<UseGraph::Edge> edges_;
  std::vector<double> strongest_;
};

}  // namespace

std::vector<UseGraph::Edge> UseGraph::out(Slot slot, const Focus& focus) const {
  const Index::File& file = index_.file(slot);
  Edges edges;
  for (size_t i = 0; i < file.uses.size();) {
    const uint32_t name = file.uses[i].name;
    double sum = 0;
    for (; i < file.uses.size() && file.uses[i].name == name; ++i) {
      const Facts::Use& use = file.uses[i];
      sum += of_kind(use.kind) * std::sqrt(use.count) * of_symbol(focus, use.symbol);
    }
    const uint32_t definers = index_.definers(name);
    if (definers == 0 || definers > kMaxDefiners) continue;
    bool own = false;
    Slot last = workspace::kNoSlot;
    index_.definitions(name, [&](const Index::Definition& one) { own = own || one.slot == slot; });
    // What it defines itself, it means.
    const double weight = telling(index_.text(name)) * std::sqrt(sum) / definers * (own ? 0.2 : 1) *
                          of_name(focus, name) * rarity(index_.size(), index_.users(name));
    index_.definitions(name, [&](const Index::Definition& one) {
      if (one.slot == slot || one.slot == last) return;
      last = one.slot;
      const syntax::SymbolKind kind = index_.file(one.slot).symbols[one.symbol].kind;
      edges.add(one.slot, is_shared(kind) ? weight : weight * 0.3, name);
    });
  }
  return edges.take();
}

std::vector<UseGraph::Edge> UseGraph::in(Slot slot, const Focus& focus) const {
  const Index::File& file = index_.file(slot);
  Edges edges;
  std::vector<uint32_t> done;
  for (size_t i = 0; i < file.symbols.size(); ++i) {
    const Facts::Symbol& symbol = file.symbols[i];
    if (symbol.kind == syntax::SymbolKind::block) continue;
    for (const uint32_t name : {symbol.name, symbol.alias}) {
      if (name == Facts::kNone) continue;
      const uint32_t definers = index_.definers(name), users = index_.users(name);
      if (definers == 0 || definers > kMaxDefiners || users == 0 || users > kMaxUsers) continue;
      if (std::find(done.begin(), done.end(), name) != done.end()) continue;
      done.push_back(name);
      double weight = telling(index_.text(name)) / definers / std::sqrt(users);
      if (!is_shared(symbol.kind)) weight *= 0.3;
      weight *= of_symbol(focus, static_cast<int32_t>(i)) * of_name(focus, name);
      index_.uses(name, [&](const Index::Using& one) {
        if (one.slot != slot) edges.add(one.slot, weight * std::sqrt(one.count), name);
      });
    }
  }
  return edges.take();
}

namespace {

/// How much more a tie counts whose name is what the question is about, and one of the symbol around the
/// cursor or of the lines that hold the question's words.
/// Of the walk's start, what a name in the question gets; a seed has 1.
constexpr double kCalledMass = 0.5;
constexpr double kNameFocus = 6, kLineFocus = 3, kChunkFocus = 3;

void focus_names(const Index& index, const Question& question, Focus& focus) {
  double all = 0;
  for (const Term& term : question.terms) all += term.weight * term.rarity;
  for (const Term& term : question.terms) {
    const auto boost = static_cast<float>(kNameFocus * term.weight * term.rarity / all);
    std::vector<uint32_t> names;
    index.named(term.word, [&](const Index::Definition& one) {
      names.push_back(index.file(one.slot).symbols[one.symbol].name);
    });
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    for (const uint32_t name : names) focus.names.try_emplace(name, 1.0F).first->second += boost;
  }
}

void focus_symbols(const Index& index, const Seed& seed, const ChunkScores& chunks, Focus& focus) {
  const Index::File& file = index.file(seed.slot);
  focus.symbols.assign(file.symbols.size(), 1);
  float best = 0;
  for (uint32_t i = 0; i < chunks.chunks(seed.slot); ++i) best = std::max(best, chunks.get(seed.slot, i));
  const int32_t inside = symbol_at(file, seed.line);
  for (size_t i = 0; i < file.symbols.size(); ++i) {
    const Facts::Symbol& symbol = file.symbols[i];
    float score = 0;
    for (uint32_t at = symbol.first_line / workspace::kChunkLines;
         at <= symbol.last_line / workspace::kChunkLines; ++at)
      score = std::max(score, chunks.get(seed.slot, at));
    if (best > 0) focus.symbols[i] += static_cast<float>(kChunkFocus) * score / best;
    if (inside == static_cast<int32_t>(i)) focus.symbols[i] += static_cast<float>(kLineFocus);
  }
}

/// Personalised PageRank by local push (Andersen, Chung, Lang 2006): mass that is left to spread is pushed
/// from the file that has the most, until little is left or enough files have been looked at.
class Walk {
 public:
  Walk(const Index& index, const UseGraph& graph)
      : index_(index), graph_(graph), rank_(index.slots()), left_(index.slots()) {}

  void start(Slot slot, double mass) { put(slot, mass); }

  /// Calls `ranked(slot, rank)` for each file reached.
  template <class Ranked>
  void run(Ranked&& ranked) {
    for (size_t pushed = 0; pushed < kMaxPushes; ++pushed) {
      Slot best = workspace::kNoSlot;
      for (const Slot slot : touched_) {
        if (best == workspace::kNoSlot || left_[slot] > left_[best] ||
            (left_[slot] == left_[best] && index_.file(slot).path < index_.file(best).path))
          best = slot;
      }
      if (best == workspace::kNoSlot || left_[best] < kLeast) break;
      push(best);
    }
    for (const Slot slot : touched_) {
      if (rank_[slot] > 0) ranked(slot, static_cast<double>(rank_[slot]));
    }
  }

 private:
  static constexpr double kStay = 0.35, kOutShare = 0.4;
  static constexpr float kLeast = 0.004F;
  static constexpr size_t kMaxPushes = 24;

  void put(Slot slot, double mass) {
    if (left_[slot] == 0 && rank_[slot] == 0) touched_.push_back(slot);
    left_[slot] += static_cast<float>(mass);
  }
  void push(Slot slot) {
    const auto mass = static_cast<double>(left_[slot]);
    left_[slot] = 0;
    rank_[slot] += static_cast<float>(kStay * mass);
    const std::vector<UseGraph::Edge> out = graph_.out(slot), in = graph_.in(slot);
    spread(out, kOutShare * (1 - kStay) * mass);
    spread(in, (1 - kOutShare) * (1 - kStay) * mass);
  }
  void spread(const std::vector<UseGraph::Edge>& edges, double mass) {
    double sum = 0;
    for (const UseGraph::Edge& edge : edges) sum += static_cast<double>(edge.weight);
    if (sum == 0) return;
    for (const UseGraph::Edge& edge : edges) put(edge.slot, mass * static_cast<double>(edge.weight) / sum);
  }

  const Index& index_;
  const UseGraph& graph_;
  std::vector<float> rank_, left_;
  std::vector<Slot> touched_;
};

}  // namespace

void score_uses(const Index& index, Measured& out) {
  const Question& question = out.question;
  Focus focus;
  focus_names(index, question, focus);
  const UseGraph graph(index);
  Walk walk(index, graph);
  for (const Seed& seed : question.seeds) {
    if (seed.slot == workspace::kNoSlot) continue;
    focus_symbols(index, seed, out.chunks, focus);
    for (const UseGraph::Edge& edge : graph.out(seed.slot, focus)) {
      out.sheet.add(Feature::uses_out, edge.slot, seed.weight * static_cast<double>(edge.weight));
      out.defines.try_emplace(edge.slot, edge.name);
    }
    for (const UseGraph::Edge& edge : graph.in(seed.slot, focus)) {
      out.sheet.add(Feature::uses_in, edge.slot, seed.weight * static_cast<double>(edge.weight));
      out.uses.try_emplace(edge.slot, edge.name);
    }
    walk.start(seed.slot, seed.weight);
  }
  for (const Called& called : question.called) {
    std::vector<Slot> definers;
    index.definitions(called.name, [&](const Index::Definition& one) {
      if (definers.empty() || definers.back() != one.slot) definers.push_back(one.slot);
    });
    if (definers.empty() || definers.size() > kMaxDefiners) continue;
    for (const Slot slot : definers)
      walk.start(slot, kCalledMass * called.weight / static_cast<double>(definers.size()));
  }
  walk.run([&](Slot slot, double rank) { out.sheet.add(Feature::uses_walk, slot, rank); });
}

}  // namespace coder::context
