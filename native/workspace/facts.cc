#include "workspace/facts.h"

#include <algorithm>
#include <cstring>

#include "workspace/names.h"
#include "workspace/words.h"

namespace coder::workspace {
namespace {

/// Collects a file's names under small numbers.
class Pool {
 public:
  Facts::Name add(std::string_view text) { return names_.add(text); }
  size_t size() const { return names_.size(); }
  TextList take() const {
    TextList out;
    for (uint32_t i = 0; i < names_.size(); ++i) out.push_back(names_.text(i));
    return out;
  }

 private:
  Names names_;
};

void count_words(std::string_view text, Pool& pool, Facts& facts) {
  constexpr uint32_t kNever = 0xFFFFFFFF;
  struct Last {
    uint32_t chunk = kNever;
    size_t at = 0;
  };
  std::vector<Last> last;  // by name: its entry in the present chunk
  uint32_t chunk = 0;
  for (size_t begin = 0; begin < text.size(); ++chunk) {
    size_t end = begin;
    for (uint32_t i = 0; i < kChunkLines && end < text.size(); ++i) {
      const void* newline = std::memchr(text.data() + end, '\n', text.size() - end);
      const size_t line_end =
          newline ? static_cast<size_t>(static_cast<const char*>(newline) - text.data()) + 1 : text.size();
      facts.lines += 1;
      end = line_end;
    }
    for_each_word(text.substr(begin, end - begin), [&](std::string_view word) {
      const Facts::Name name = pool.add(stem(word));
      if (name >= last.size()) last.resize(name + 64);
      Last& known = last[name];
      if (known.chunk == chunk) {
        ++facts.words[known.at].count;
      } else {
        known = {chunk, facts.words.size()};
        facts.words.push_back({name, chunk, 1});
      }
    });
    begin = end;
  }
  // An Index takes the words name by name.
  std::stable_sort(facts.words.begin(), facts.words.end(),
                   [](const Facts::Word& a, const Facts::Word& b) { return a.name < b.name; });
}

// --- bytes -------------------------------------------------------------------

class Writer {
 public:
  void number(uint64_t value) {  // LEB128
    for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<char>(value | 0x80));
    out_.push_back(static_cast<char>(value));
  }
  void text(std::string_view text) {
    number(text.size());
    out_ += text;
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}
  uint64_t number() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (left_.empty()) break;
      const auto byte = static_cast<unsigned char>(left_.front());
      left_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    good_ = false;
    return 0;
  }
  /// A number below `limit`.
  template <class T = uint32_t>
  T below(uint64_t limit) {
    const uint64_t value = number();
    if (value < limit) return static_cast<T>(value);
    good_ = false;
    return 0;
  }
  uint32_t small() { return below(uint64_t{1} << 32); }
  /// How many things of at least `bytes` bytes follow.
  size_t count(size_t bytes) {
    const uint64_t value = number();
    if (value <= left_.size() / bytes) return value;
    good_ = false;
    return 0;
  }
  std::string_view text() {
    const size_t size = count(1);
    const std::string_view out = left_.substr(0, size);
    left_.remove_prefix(size);
    return out;
  }
  bool good() const { return good_; }
  bool done() const { return good_ && left_.empty(); }

 private:
  std::string_view left_;
  bool good_ = true;
};

constexpr uint64_t kMaxKinds = 16;

}  // namespace

uint64_t content_hash(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325U ^ (text.size() * 0x9E3779B97F4A7C15U);
  const auto mix = [&hash](uint64_t word) {
    hash = (hash ^ word) * 0x100000001b3U;
    hash ^= hash >> 29;
  };
  while (text.size() >= 8) {
    uint64_t word = 0;
    std::memcpy(&word, text.data(), 8);
    mix(word);
    text.remove_prefix(8);
  }
  uint64_t rest = 0;
  if (!text.empty()) std::memcpy(&rest, text.data(), text.size());
  mix(rest);
  hash *= 0x9E3779B97F4A7C15U;
  return hash ^ (hash >> 32);
}

Facts make_facts(syntax::Language language, std::string_view text) {
  Facts facts;
  facts.hash = content_hash(text);
  facts.language = language;
  facts.bytes = static_cast<uint32_t>(std::min<size_t>(text.size(), 0xFFFFFFFF));
  Pool pool;
  count_words(text, pool, facts);
  const syntax::Outline outline = syntax::outline(language, text);
  facts.symbols.reserve(outline.symbols.size());
  for (const syntax::Symbol& symbol : outline.symbols) {
    facts.symbols.push_back({pool.add(symbol.name),
                             symbol.alias.empty() ? Facts::kNone : pool.add(symbol.alias), symbol.kind,
                             symbol.parent, symbol.first_line, symbol.last_line, symbol.begin,
                             symbol.signature, symbol.signature_end, symbol.end});
  }
  facts.uses.reserve(outline.uses.size());
  for (const syntax::Use& use : outline.uses) {
    facts.uses.push_back({pool.add(use.name), use.kind, use.symbol, use.line, use.count});
  }
  // An Index takes the uses name by name.
  std::stable_sort(facts.uses.begin(), facts.uses.end(),
                   [](const Facts::Use& a, const Facts::Use& b) { return a.name < b.name; });
  for (const syntax::Import& import : outline.imports) {
    facts.imports.push_back({pool.add(import.module), import.line});
  }
  facts.names = pool.take();
  return facts;
}

std::string encode(const Facts& facts) {
  Writer out;
  out.number(kFactsVersion);
  out.number(facts.hash);
  out.number(static_cast<uint64_t>(facts.language));
  out.number(facts.lines);
  out.number(facts.bytes);
  out.number(facts.names.size());
  for (size_t i = 0; i < facts.names.size(); ++i) out.text(facts.names[i]);
  out.number(facts.symbols.size());
  for (const Facts::Symbol& s : facts.symbols) {
    out.number(s.name);
    out.number(s.alias == Facts::kNone ? 0 : uint64_t{s.alias} + 1);
    out.number(static_cast<uint64_t>(s.kind));
    out.number(static_cast<uint64_t>(s.parent + 1));
    out.number(s.first_line);
    out.number(s.last_line - s.first_line);
    out.number(s.begin);
    out.number(s.signature - s.begin);
    out.number(s.signature_end - s.signature);
    out.number(s.end - s.signature_end);
  }
  out.number(facts.uses.size());
  for (const Facts::Use& use : facts.uses) {
    out.number(use.name);
    out.number(static_cast<uint64_t>(use.kind));
    out.number(static_cast<uint64_t>(use.symbol + 1));
    out.number(use.line);
    out.number(use.count);
  }
  out.number(facts.imports.size());
  for (const Facts::Import& import : facts.imports) {
    out.number(import.module);
    out.number(import.line);
  }
  out.number(facts.words.size());
  for (const Facts::Word& word : facts.words) {
    out.number(word.name);
    out.number(word.chunk);
    out.number(word.count);
  }
  return out.take();
}

Result<Facts> decode_facts(std::string_view bytes) {
  Reader in(bytes);
  Facts facts;
  const bool known = in.number() == kFactsVersion;
  facts.hash = in.number();
  facts.language = static_cast<syntax::Language>(in.below(kMaxKinds));
  facts.lines = in.small();
  facts.bytes = in.small();
  if (known) {
    const size_t names = in.count(1);
    for (size_t i = 0; i < names && in.good(); ++i) facts.names.push_back(in.text());
    const uint64_t last = facts.names.size();
    const uint64_t kinds = kMaxKinds;
    const size_t symbols = in.count(10);
    for (size_t i = 0; i < symbols && in.good(); ++i) {
      Facts::Symbol s;
      s.name = in.below(last);
      const uint32_t alias = in.below(last + 1);
      s.alias = alias == 0 ? Facts::kNone : alias - 1;
      s.kind = static_cast<syntax::SymbolKind>(in.below(kinds));
      s.parent = in.below<int32_t>(i + 1) - 1;
      s.first_line = in.small();
      s.last_line = s.first_line + in.small();
      s.begin = in.small();
      s.signature = s.begin + in.small();
      s.signature_end = s.signature + in.small();
      s.end = s.signature_end + in.small();
      facts.symbols.push_back(s);
    }
    const size_t uses = in.count(5);
    for (size_t i = 0; i < uses && in.good(); ++i) {
      Facts::Use use;
      use.name = in.below(last);
      use.kind = static_cast<syntax::UseKind>(in.below(kinds));
      use.symbol = in.below<int32_t>(symbols + 1) - 1;
      use.line = in.small();
      use.count = in.small();
      facts.uses.push_back(use);
    }
    const size_t imports = in.count(2);
    for (size_t i = 0; i < imports && in.good(); ++i) {
      const Facts::Name module = in.below(last);
      facts.imports.push_back({module, in.small()});
    }
    const size_t words = in.count(3);
    for (size_t i = 0; i < words && in.good(); ++i) {
      const Facts::Name name = in.below(last);
      const uint32_t chunk = in.small();
      facts.words.push_back({name, chunk, in.small()});
    }
  }
  if (!known || !in.done())
    return Error{ErrorKind::internal, "these are not a file's facts, or of another version", ""};
  return facts;
}

}  // namespace coder::workspace
