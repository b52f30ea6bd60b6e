#include "context/signatures.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "base/text.h"

namespace coder::context {
namespace {

using syntax::SymbolKind;
using workspace::Facts;
using workspace::Index;
using workspace::Slot;

/// A name that more files define tells nothing of which one is meant.
constexpr uint32_t kMaxDefiners = 4;
constexpr size_t kMinNameBytes = 3;
constexpr size_t kMaxSymbols = 16;
constexpr size_t kMaxFiles = 4;
constexpr uint32_t kMaxSignatureLines = 6;

bool is_part(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (c & 0x80) != 0;
}

/// The identifiers of `text` and how often each comes.
std::unordered_map<std::string_view, int> identifiers(std::string_view text) {
  std::unordered_map<std::string_view, int> out;
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && is_part(text[end])) ++end;
    if (end - at >= kMinNameBytes && (text[at] < '0' || text[at] > '9')) ++out[text.substr(at, end - at)];
    at = end + 1;
  }
  return out;
}

bool is_worth_it(SymbolKind kind) {
  return kind == SymbolKind::function || kind == SymbolKind::method || kind == SymbolKind::type ||
         kind == SymbolKind::macro || kind == SymbolKind::constant;
}

struct Found {
  Slot slot;
  uint32_t symbol;
  double score;
};

std::vector<Found> definitions_used(const Index& index, const std::string& path, const std::string& around) {
  std::vector<Found> found;
  for (const auto& [name, count] : identifiers(around)) {
    const uint32_t number = index.name(name);
    const uint32_t definers = index.definers(number);
    if (definers == 0 || definers > kMaxDefiners) continue;
    const double often = std::min(count, 3);
    index.definitions(number, [&](const Index::Definition& one) {
      const Index::File& file = index.file(one.slot);
      const SymbolKind kind = file.symbols[one.symbol].kind;
      if (file.path == path || !is_worth_it(kind)) return;
      found.push_back({one.slot, one.symbol, often / definers * (kind == SymbolKind::constant ? 0.5 : 1.0)});
    });
  }
  std::sort(found.begin(), found.end(), [&](const Found& a, const Found& b) {
    if (a.score != b.score) return a.score > b.score;
    const int order = index.file(a.slot).path.compare(index.file(b.slot).path);
    return order != 0 ? order < 0 : a.symbol < b.symbol;
  });
  if (found.size() > kMaxSymbols) found.resize(kMaxSymbols);
  return found;
}

/// The lines that say what a symbol is, and what it stands in.
void add_lines(const Index::File& file, uint32_t symbol, const std::string& text,
               std::map<size_t, std::string>& lines) {
  for (int32_t at = static_cast<int32_t>(symbol); at != syntax::kNoSymbol;
       at = file.symbols[static_cast<size_t>(at)].parent) {
    const Facts::Symbol& one = file.symbols[static_cast<size_t>(at)];
    size_t begin = one.signature == 0 ? 0 : text.rfind('\n', one.signature - 1) + 1;
    for (uint32_t i = 0; i < kMaxSignatureLines && begin < text.size() &&
                         begin < std::max(one.signature_end, one.signature + 1);
         ++i) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      lines.emplace(begin, text.substr(begin, end - begin) + "\n");
      begin = end + 1;
    }
  }
}

}  // namespace

std::vector<FileSignatures> signatures_near(
    const workspace::Corpus& corpus, const std::string& path, const std::string& around, size_t max_bytes,
    const std::function<std::optional<std::string>(const std::string& path)>& read) {
  const Index& index = corpus.index;
  std::vector<Slot> order;
  std::map<Slot, std::vector<uint32_t>> of_file;
  for (const Found& one : definitions_used(index, path, around)) {
    std::vector<uint32_t>& list = of_file[one.slot];
    if (list.empty()) order.push_back(one.slot);
    list.push_back(one.symbol);
  }
  std::vector<FileSignatures> out;
  size_t bytes = 0;
  for (const Slot slot : order) {
    if (out.size() == kMaxFiles) break;
    const Index::File& file = index.file(slot);
    const std::optional<std::string> text = read(file.path);
    if (!text || workspace::content_hash(*text) != file.hash) continue;
    std::map<size_t, std::string> lines;
    for (const uint32_t symbol : of_file[slot]) add_lines(file, symbol, *text, lines);
    FileSignatures piece{file.path, ""};
    for (const auto& [at, line] : lines) {
      if (bytes + piece.text.size() + line.size() > max_bytes) break;
      piece.text += line;
    }
    if (piece.text.empty()) continue;
    bytes += piece.text.size();
    out.push_back(std::move(piece));
  }
  return out;
}

}  // namespace coder::context
