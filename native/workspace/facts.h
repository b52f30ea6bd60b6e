// What the index keeps of one file: a value that is made on a worker, stored by the hash of the file's text,
// and merged into an Index.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "syntax/outline.h"

namespace coder::workspace {

/// Lines of a chunk, the unit that words are counted in (as zed's BM25 does).
inline constexpr uint32_t kChunkLines = 40;

/// Texts one behind the other in one string.
class TextList {
 public:
  void push_back(std::string_view text) {
    bytes_ += text;
    ends_.push_back(static_cast<uint32_t>(bytes_.size()));
  }
  size_t size() const { return ends_.size(); }
  std::string_view operator[](size_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }

 private:
  std::string bytes_;
  std::vector<uint32_t> ends_;
};

struct Facts {
  using Name = uint32_t;  ///< index into `names`
  static constexpr Name kNone = 0xFFFFFFFF;

  struct Symbol {
    Name name = 0;
    Name alias = kNone;
    syntax::SymbolKind kind = syntax::SymbolKind::function;
    int32_t parent = syntax::kNoSymbol;
    uint32_t first_line = 0, last_line = 0;                         ///< 0-based, inclusive
    uint32_t begin = 0, signature = 0, signature_end = 0, end = 0;  ///< bytes, see syntax::Symbol
  };
  struct Use {
    Name name = 0;
    syntax::UseKind kind = syntax::UseKind::name;
    int32_t symbol = syntax::kNoSymbol;
    uint32_t line = 0;
    uint32_t count = 1;
  };
  struct Import {
    Name module = 0;
    uint32_t line = 0;
  };
  struct Word {
    Name name = 0;       ///< its stem
    uint32_t chunk = 0;  ///< line / kChunkLines
    uint32_t count = 1;
  };

  uint64_t hash = 0;  ///< content_hash() of the text
  syntax::Language language = syntax::Language::none;
  uint32_t lines = 0;
  uint32_t bytes = 0;
  TextList names;  ///< each once
  std::vector<Symbol> symbols;
  std::vector<Use> uses;  ///< by name
  std::vector<Import> imports;
  std::vector<Word> words;  ///< by name, then by chunk; each pair once
};

/// Of a text of this language. Thread-safe, never fails: what does not parse still has its words.
Facts make_facts(syntax::Language language, std::string_view text);

/// FNV-1a over eight bytes at a time; 64 bits: two texts of one repository that share it are not to be
/// expected.
uint64_t content_hash(std::string_view text);

/// Changes whenever the same text would give other facts, or encode() another form of them.
inline constexpr uint32_t kFactsVersion = 3;

/// Facts as bytes, and back. Errors (kind internal): bytes that are not what encode() gave.
std::string encode(const Facts& facts);
Result<Facts> decode_facts(std::string_view bytes);

}  // namespace coder::workspace
