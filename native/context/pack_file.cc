#include "context/pack_file.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "syntax/outline.h"

namespace coder::context {
namespace {

using workspace::Facts;

/// Symbols looked at per file.
constexpr size_t kMaxSymbols = 60;
/// Of a file without symbols: lines of its head, and what share of its relevance is in these and in the lines
/// that hold the question's words.
constexpr uint32_t kHeadLines = 12;
constexpr double kHeadShare = 0.2, kPieceShare = 0.6;
/// A file of at most this many bytes may stand there whole, which is worth what is not in its symbols, too.
constexpr uint32_t kSmallFile = 4000;
constexpr double kRestShare = 0.15;

// What showing something is worth, times the file's relevance; found with bench_recall on older commits (see
// weights.h) as the values past which recall of files at 8k fell.
constexpr double kPathValue = 0.02;      // its path alone
constexpr double kFirstValue = 0.3;      // its best piece; of others as much less as they are less likely
constexpr double kSignatureValue = 0.6;  // times the symbol's share of the file
constexpr double kBodyValue = 1.0;       // the same, on top

/// Bytes around a signature that the Index does not count: indentation, the rest of its last line, a gap.
constexpr double kSignatureExtra = 8;

/// What a symbol stands in and is shown with; namespaces and modules are not, the path tells as much.
int32_t holder(const std::vector<Facts::Symbol>& symbols, int32_t symbol) {
  int32_t at = symbols[static_cast<size_t>(symbol)].parent;
  while (at >= 0 && symbols[static_cast<size_t>(at)].kind == syntax::SymbolKind::module)
    at = symbols[static_cast<size_t>(at)].parent;
  return at;
}

}  // namespace

PackFile::PackFile(const workspace::Index& index, const RankedFile& ranked, double relevance,
                   const std::vector<const RankedSymbol*>& symbols)
    : index_(index), ranked_(&ranked), relevance_(relevance) {
  double all = 0;
  for (size_t i = 0; i < symbols.size() && i < kMaxSymbols; ++i) {
    const double share = std::exp(symbols[i]->score - symbols.front()->score);
    all += share;
    items_.push_back({static_cast<int32_t>(symbols[i]->symbol), {}, {}, share, symbols[i]});
  }
  for (Item& item : items_) item.share /= all;
  best_share_ = items_.empty() ? kPieceShare : items_.front().share;
  add_pieces();
}

void PackFile::add_pieces() {
  const workspace::Index::File& file = index_.file(ranked_->slot);
  if (items_.empty()) {
    if (ranked_->line > 0) items_.push_back({syntax::kNoSymbol, {}, {}, kPieceShare, nullptr});
    items_.push_back({syntax::kNoSymbol, {}, {}, kHeadShare, nullptr});
  }
  if (file.bytes <= kSmallFile) items_.push_back({kWhole, {}, {}, kRestShare, nullptr});
}

double PackFile::path_value() const { return kPathValue * relevance_; }

double PackFile::value(size_t number, Form form) const {
  const Item& item = items_[number];
  double worth =
      shows() ? 0 : kFirstValue * (is_whole(item) ? 1 : std::sqrt(std::min(1.0, item.share / best_share_)));
  if (is_whole(item)) {
    worth += kRestShare;
    for (const Item& other : items_) {
      if (other.symbol < 0) continue;
      const bool all = excerpt_ && excerpt_->cost(other.body, Form::body) == 0;
      if (!all) worth += (kSignatureValue + kBodyValue) * other.share;
    }
  } else if (item.symbol < 0) {
    worth += item.share;
  } else {
    if (!excerpt_ || excerpt_->hidden(item.signature) > 0) worth += kSignatureValue * item.share;
    if (form == Form::body) worth += kBodyValue * item.share;
  }
  return worth * relevance_;
}

double PackFile::bytes(size_t number, Form form) const {
  const Item& item = items_[number];
  double sum = shows() ? 0 : static_cast<double>(heading(ranked_->path).size());
  if (excerpt_) {
    size_t own = 0;
    if (form == Form::body) {
      own = excerpt_->cost(item.body, form);
    } else {
      for (int32_t s = item.symbol; s >= 0; s = holder(excerpt_->symbols(), s))
        own += excerpt_->cost(excerpt_->signature(static_cast<uint32_t>(s)), form);
    }
    return own == 0 ? 0 : sum + static_cast<double>(own);
  }
  const workspace::Index::File& file = index_.file(ranked_->slot);
  if (is_whole(item)) return sum + file.bytes;
  if (item.symbol < 0) {
    const double lines = item.share == kHeadShare ? kHeadLines : workspace::kChunkLines;
    return sum + lines * file.bytes / std::max(1.0, static_cast<double>(file.lines));
  }
  const Facts::Symbol& symbol = file.symbols[static_cast<size_t>(item.symbol)];
  if (form == Form::body) return sum + kSignatureExtra + static_cast<double>(symbol.end - symbol.begin);
  for (int32_t s = item.symbol; s >= 0; s = holder(file.symbols, s)) {
    const Facts::Symbol& one = file.symbols[static_cast<size_t>(s)];
    sum += kSignatureExtra + std::min<double>(one.signature_end - one.signature,
                                              Excerpt::kMaxLineBytes * Excerpt::kMaxSignatureLines);
  }
  return sum;
}

PackFile::Load PackFile::load(std::optional<std::string> text) {
  if (!text) return Load::failed;
  const workspace::Index::File& file = index_.file(ranked_->slot);
  const bool same = workspace::content_hash(*text) == file.hash;
  std::vector<Facts::Symbol> symbols = same ? file.symbols : outline_anew(*text);
  excerpt_ = std::make_unique<Excerpt>(ranked_->path, std::move(*text), std::move(symbols));
  place_items();
  return same ? Load::same : Load::changed;
}

/// Where the text is not the one that was indexed: its symbols by the same names and kinds, in their order.
std::vector<Facts::Symbol> PackFile::outline_anew(const std::string& text) {
  const workspace::Index::File& file = index_.file(ranked_->slot);
  const syntax::Outline outline = syntax::outline(file.language, text);
  std::vector<Facts::Symbol> symbols;
  std::unordered_map<std::string_view, std::vector<uint32_t>> by_name;
  for (uint32_t i = 0; i < outline.symbols.size(); ++i) {
    const syntax::Symbol& s = outline.symbols[i];
    symbols.push_back({0, Facts::kNone, s.kind, s.parent, s.first_line, s.last_line, s.begin, s.signature,
                       s.signature_end, s.end});
    by_name[s.name].push_back(i);
  }
  std::vector<int32_t> now(file.symbols.size(), syntax::kNoSymbol);
  std::vector<bool> taken(symbols.size());
  for (size_t i = 0; i < now.size(); ++i) {
    const auto found = by_name.find(index_.text(file.symbols[i].name));
    if (found == by_name.end()) continue;
    for (const uint32_t candidate : found->second) {
      if (taken[candidate] || symbols[candidate].kind != file.symbols[i].kind) continue;
      taken[candidate] = true;
      now[i] = static_cast<int32_t>(candidate);
      break;
    }
  }
  std::vector<Item> kept;
  for (Item item : items_) {
    if (item.symbol < 0) continue;
    item.symbol = now[static_cast<size_t>(item.symbol)];
    if (item.symbol >= 0) kept.push_back(item);
  }
  items_ = std::move(kept);
  add_pieces();
  return symbols;
}

void PackFile::place_items() {
  const uint32_t lines = excerpt_->lines();
  if (lines == 0) items_.clear();
  for (Item& item : items_) {
    if (item.symbol >= 0) {
      item.body = excerpt_->body(static_cast<uint32_t>(item.symbol));
      item.signature = excerpt_->signature(static_cast<uint32_t>(item.symbol));
    } else if (is_whole(item)) {
      item.body = {0, lines - 1};
    } else if (item.share == kHeadShare || ranked_->line == 0 || ranked_->line > lines) {
      item.body = {0, std::min(lines, kHeadLines) - 1};
    } else {
      item.body = {ranked_->line - 1, std::min(lines, ranked_->line - 1 + workspace::kChunkLines) - 1};
    }
  }
}

void PackFile::show(size_t number, Form form) {
  const Item& item = items_[number];
  for (int32_t s = item.symbol; s >= 0; s = holder(excerpt_->symbols(), s))
    excerpt_->show(excerpt_->signature(static_cast<uint32_t>(s)), Form::signature);
  if (form == Form::body) excerpt_->show(item.body, Form::body);
}

void PackFile::clear() {
  if (excerpt_) excerpt_->clear();
  listed_ = false;
}

std::vector<Chunk> PackFile::chunks() const {
  std::vector<Chunk> out;
  if (!excerpt_) return out;
  out = excerpt_->chunks();
  for (Chunk& chunk : out) {
    chunk.score = ranked_->score;
    chunk.why = ranked_->why;
    // The best symbol whose signature stands in it says why this piece, more exactly than the file's reasons.
    const RankedSymbol* best = nullptr;
    for (const Item& item : items_) {
      const bool inside = item.symbol >= 0 && item.ranked && item.signature.first + 1 >= chunk.first &&
                          item.signature.first + 1 <= chunk.last;
      if (inside && (!best || item.ranked->score > best->score)) best = item.ranked;
    }
    if (!best) continue;
    chunk.score = best->score;
    chunk.why.insert(chunk.why.begin(), best->why.begin(), best->why.end());
  }
  return out;
}

}  // namespace coder::context
