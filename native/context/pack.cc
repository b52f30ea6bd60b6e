#include "context/pack.h"

#include <algorithm>
#include <cmath>
#include <queue>
#include <unordered_map>
#include <unordered_set>

#include "context/excerpt.h"
#include "syntax/outline.h"

namespace coder::context {
namespace {

using workspace::Facts;
using workspace::Index;
using workspace::Slot;

/// Files beyond these are not even read: their share of any budget is nothing.
constexpr size_t kMaxFiles = 160;
/// Symbols looked at per file.
constexpr size_t kMaxSymbols = 60;
/// Lines of the head of a file that has no symbols, and what share of its relevance is in it and in the lines
/// that hold the question's words.
constexpr uint32_t kHeadLines = 12;
constexpr double kHeadShare = 0.2, kPieceShare = 0.6;

// What showing something is worth, in units of "this file is one of those".
constexpr double kPathValue = 0.02;      // its path alone
constexpr double kFirstValue = 1.0;      // anything of it
constexpr double kSignatureValue = 0.6;  // times the symbol's share of the file
constexpr double kBodyValue = 1.0;       // the same, on top

/// One step up for one place: from nothing to signature, from signature to body.
struct Step {
  size_t file = 0;    ///< index into Packer::files_
  uint32_t item = 0;  ///< index into its items
  Form form = Form::path;
  double ratio = 0;  ///< value per token
  bool operator<(const Step& other) const {
    if (ratio != other.ratio) return ratio < other.ratio;
    if (file != other.file) return file > other.file;
    if (item != other.item) return item > other.item;
    return form > other.form;
  }
};

struct Item {
  int32_t symbol = syntax::kNoSymbol;  ///< kNoSymbol: lines of a file without symbols
  Span span;                           ///< its body
  double share = 0;                    ///< of the file's relevance
  const std::vector<std::string>* why = nullptr;
};

struct File {
  const RankedFile* ranked = nullptr;
  Excerpt excerpt;
  std::vector<Item> items;
  double relevance = 0;
  double bytes_per_token = 3.6;
  bool listed = false;
};

class Packer {
 public:
  Packer(const workspace::Corpus& corpus, const Ranked& ranked, const PackOptions& options)
      : corpus_(corpus), ranked_(ranked), options_(options) {}

  Packed run() {
    out_.budget = options_.budget;
    gather();
    choose();
    settle();
    return std::move(out_);
  }

 private:
  void gather();
  static void add_pieces(const RankedFile& ranked, File& file);
  void choose();
  double value(const File& file, const Item& item, Form form) const;
  double tokens(const File& file, const Item& item, Form form) const;
  void apply(const Step& step);
  void render();
  void settle();

  const workspace::Corpus& corpus_;
  const Ranked& ranked_;
  const PackOptions& options_;
  std::vector<File> files_;
  std::vector<Step> taken_;  ///< in the order they were taken
  Packed out_;
};

/// Symbols as they are in `text` where it differs from what the Index knows; `mapped`: by the Index's number
/// the new one of the same name and kind, or kNoSymbol.
void outline_anew(const Index& index, const Index::File& known, const std::string& text,
                  std::vector<Facts::Symbol>& symbols, std::vector<int32_t>& mapped) {
  const syntax::Outline outline = syntax::outline(known.language, text);
  std::unordered_multimap<std::string_view, uint32_t> by_name;
  for (uint32_t i = 0; i < outline.symbols.size(); ++i) {
    const syntax::Symbol& s = outline.symbols[i];
    symbols.push_back({0, Facts::kNone, s.kind, s.parent, s.first_line, s.last_line, s.begin, s.signature,
                       s.signature_end, s.end});
    by_name.emplace(s.name, i);
  }
  std::vector<bool> used(symbols.size());
  mapped.assign(known.symbols.size(), syntax::kNoSymbol);
  for (size_t i = 0; i < known.symbols.size(); ++i) {
    const auto [first, last] = by_name.equal_range(index.text(known.symbols[i].name));
    int32_t best = syntax::kNoSymbol;
    for (auto at = first; at != last; ++at) {
      if (used[at->second] || symbols[at->second].kind != known.symbols[i].kind) continue;
      if (best == syntax::kNoSymbol || static_cast<int32_t>(at->second) < best)
        best = static_cast<int32_t>(at->second);
    }
    if (best == syntax::kNoSymbol) continue;
    used[static_cast<size_t>(best)] = true;
    mapped[i] = best;
  }
}

void Packer::gather() {
  std::unordered_map<Slot, std::vector<const RankedSymbol*>> by_file;
  for (const RankedSymbol& symbol : ranked_.symbols) {
    std::vector<const RankedSymbol*>& list = by_file[symbol.slot];
    if (list.size() < kMaxSymbols) list.push_back(&symbol);
  }
  const std::unordered_set<std::string> without(options_.without.begin(), options_.without.end());
  // exp() of the ranking's score is proportional to how likely the file is one of those looked for.
  double sum = 0;
  size_t looked = 0;
  const double best = ranked_.files.empty() ? 0 : ranked_.files.front().score;
  for (const RankedFile& file : ranked_.files) sum += std::exp(file.score - best);
  for (const RankedFile& ranked : ranked_.files) {
    if (looked >= kMaxFiles) break;
    if (without.count(ranked.path)) continue;
    ++looked;
    if (const std::string refused = options_.refuse ? options_.refuse(ranked.path) : ""; !refused.empty()) {
      out_.dropped.push_back({ranked.path, refused});
      continue;
    }
    std::optional<std::string> text = options_.read(ranked.path);
    if (!text) {
      out_.dropped.push_back({ranked.path, "cannot be read"});
      continue;
    }
    const Index::File& known = corpus_.index.file(ranked.slot);
    std::vector<Facts::Symbol> symbols = known.symbols;
    std::vector<int32_t> mapped;
    if (workspace::content_hash(*text) != known.hash) {
      symbols.clear();
      outline_anew(corpus_.index, known, *text, symbols, mapped);
    }
    const size_t size = text->size();
    const size_t counted = options_.count(size > 8192 ? std::string_view(*text).substr(0, 8192) : *text);
    File file{&ranked, Excerpt(ranked.path, std::move(*text), std::move(symbols)), {}, 0, 3.6, false};
    if (counted > 0)
      file.bytes_per_token = static_cast<double>(std::min<size_t>(size, 8192)) / static_cast<double>(counted);
    file.relevance = std::exp(ranked.score - best) / sum;
    const auto found = by_file.find(ranked.slot);
    if (found != by_file.end()) {
      double all = 0;
      const double top = found->second.front()->score;
      for (const RankedSymbol* symbol : found->second) {
        const int32_t number = mapped.empty() ? static_cast<int32_t>(symbol->symbol) : mapped[symbol->symbol];
        if (number == syntax::kNoSymbol) continue;
        const double share = std::exp(symbol->score - top);
        all += share;
        file.items.push_back({number, file.excerpt.body(static_cast<uint32_t>(number)), share, &symbol->why});
      }
      for (Item& item : file.items) item.share /= all;
    }
    if (file.items.empty()) add_pieces(ranked, file);
    files_.push_back(std::move(file));
  }
}

/// Of a file without symbols: the lines where the question's words are, and its head.
void Packer::add_pieces(const RankedFile& ranked, File& file) {
  const uint32_t lines = file.excerpt.lines();
  if (lines == 0) return;
  const auto piece = [&](uint32_t first, uint32_t count, double share) {
    file.items.push_back({syntax::kNoSymbol, {first, std::min(lines, first + count) - 1}, share, nullptr});
  };
  if (ranked.line > 0 && ranked.line <= lines) piece(ranked.line - 1, workspace::kChunkLines, kPieceShare);
  piece(0, kHeadLines, kHeadShare);
}

double Packer::value(const File& file, const Item& item, Form form) const {
  if (form == Form::path) return kPathValue * file.relevance;
  double worth = file.excerpt.empty() ? kFirstValue : 0;
  if (item.symbol == syntax::kNoSymbol) return (worth + item.share) * file.relevance;
  const bool seen = file.excerpt.hidden(file.excerpt.signature(static_cast<uint32_t>(item.symbol))) == 0;
  if (!seen) worth += kSignatureValue * item.share;
  if (form == Form::body) worth += kBodyValue * item.share;
  return worth * file.relevance;
}

double Packer::tokens(const File& file, const Item& item, Form form) const {
  double bytes = 0;
  if (file.excerpt.empty()) bytes += static_cast<double>(heading(file.ranked->path).size());
  if (form == Form::path) {
    bytes += static_cast<double>(file.ranked->path.size()) + 1;
  } else if (form == Form::body || item.symbol == syntax::kNoSymbol) {
    bytes += static_cast<double>(file.excerpt.cost(item.span, Form::body));
  } else {
    for (int32_t s = item.symbol; s != syntax::kNoSymbol;
         s = file.excerpt.symbols()[static_cast<size_t>(s)].parent) {
      const Span span = file.excerpt.signature(static_cast<uint32_t>(s));
      if (file.excerpt.hidden(span) > 0)
        bytes += static_cast<double>(file.excerpt.cost(span, Form::signature));
    }
  }
  return bytes / file.bytes_per_token + 0.5;
}

void Packer::apply(const Step& step) {
  File& file = files_[step.file];
  if (step.form == Form::path) {
    file.listed = true;
    return;
  }
  const Item& item = file.items[step.item];
  if (item.symbol == syntax::kNoSymbol) {
    file.excerpt.show(item.span, Form::body);
    return;
  }
  for (int32_t s = item.symbol; s != syntax::kNoSymbol;
       s = file.excerpt.symbols()[static_cast<size_t>(s)].parent)
    file.excerpt.show(file.excerpt.signature(static_cast<uint32_t>(s)), Form::signature);
  if (step.form == Form::body) file.excerpt.show(item.span, Form::body);
}

void Packer::choose() {
  std::priority_queue<Step> steps;
  const auto weigh = [&](Step step) {
    const File& file = files_[step.file];
    static const Item kNone;
    const Item& item = step.form == Form::path ? kNone : file.items[step.item];
    step.ratio = value(file, item, step.form) / tokens(file, item, step.form);
    return step;
  };
  for (size_t f = 0; f < files_.size(); ++f) {
    steps.push(weigh({f, 0, Form::path, 0}));
    for (uint32_t i = 0; i < files_[f].items.size(); ++i) {
      const bool plain = files_[f].items[i].symbol == syntax::kNoSymbol;
      steps.push(weigh({f, i, plain ? Form::body : Form::signature, 0}));
    }
  }
  double left = static_cast<double>(options_.budget);
  while (!steps.empty()) {
    const Step step = weigh(steps.top());
    steps.pop();
    File& file = files_[step.file];
    if (step.form == Form::path && !file.excerpt.empty()) continue;
    if (step.form != Form::path) {
      const Item& item = file.items[step.item];
      const bool body = step.form == Form::body;
      if (!body && file.excerpt.hidden(file.excerpt.signature(static_cast<uint32_t>(item.symbol))) == 0) {
        steps.push(weigh({step.file, step.item, Form::body, 0}));
        continue;
      }
      if (body && file.excerpt.cost(item.span, Form::body) <= kGap.size()) continue;
    }
    if (!steps.empty() && step.ratio < steps.top().ratio * 0.999) {  // its turn comes later
      steps.push(step);
      continue;
    }
    if (step.ratio <= 0) break;
    const double cost = tokens(file, step.form == Form::path ? Item() : file.items[step.item], step.form);
    if (cost > left) continue;
    left -= cost;
    apply(step);
    taken_.push_back(step);
    if (step.form == Form::signature) steps.push(weigh({step.file, step.item, Form::body, 0}));
  }
}

void Packer::render() {
  out_.chunks.clear();
  out_.text.clear();
  std::vector<const File*> order;
  for (const File& file : files_) {
    if (file.listed || !file.excerpt.empty()) order.push_back(&file);
  }
  // What is there for the seeds' sake stays while questions come and go, so it stands first: the head of the
  // prompt is then the same from question to question, and engines keep what they know of it.
  std::sort(order.begin(), order.end(), [](const File* a, const File* b) {
    if (a->ranked->lasting != b->ranked->lasting) return a->ranked->lasting;
    return a->ranked->path < b->ranked->path;
  });
  for (const File* file : order) {
    if (file->excerpt.empty()) continue;
    out_.text += heading(file->ranked->path);
    uint32_t last = 0;
    for (Chunk& chunk : file->excerpt.chunks()) {
      if (chunk.first != last + 1) out_.text += kGap;
      last = chunk.last;
      out_.text += chunk.text;
      chunk.tokens = options_.count(chunk.text);
      chunk.score = file->ranked->score;
      chunk.why = file->ranked->why;
      out_.chunks.push_back(std::move(chunk));
    }
    if (last < file->excerpt.lines()) out_.text += kGap;
  }
  bool first = true;
  for (const File* file : order) {
    if (!file->excerpt.empty()) continue;
    if (first) out_.text += "## Other files\n";
    first = false;
    Chunk chunk;
    chunk.path = file->ranked->path;
    chunk.text = file->ranked->path + "\n";
    chunk.tokens = options_.count(chunk.text);
    chunk.score = file->ranked->score;
    chunk.why = file->ranked->why;
    out_.text += chunk.text;
    out_.chunks.push_back(std::move(chunk));
  }
}

void Packer::settle() {
  for (;;) {
    render();
    out_.tokens = options_.count(out_.text);
    if (out_.tokens <= options_.budget || taken_.empty()) break;
    // The estimate was short: leave out the least of what was taken, a bit more than what is over.
    const double over = static_cast<double>(out_.tokens - options_.budget) / static_cast<double>(out_.tokens);
    const auto drop = static_cast<size_t>(std::ceil(over * 1.1 * static_cast<double>(taken_.size())));
    taken_.resize(taken_.size() - std::min(taken_.size(), std::max<size_t>(drop, 1)));
    for (File& file : files_) {
      file.excerpt.clear();
      file.listed = false;
    }
    for (const Step& step : taken_) apply(step);
  }
}

}  // namespace

Packed pack(const workspace::Corpus& corpus, const Ranked& ranked, const PackOptions& options) {
  return Packer(corpus, ranked, options).run();
}

}  // namespace coder::context
