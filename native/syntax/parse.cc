#include "syntax/parse.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace coder::syntax {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTime{2000};   ///< then the text is taken to end
constexpr milliseconds kGrace{1000};  ///< then the parser is stopped

/// The parser reads on only when it is through with this many bytes: so often the clock is looked at.
constexpr size_t kChunk = 4096;

struct ParserDeleter {
  void operator()(TSParser* parser) const { ts_parser_delete(parser); }
};

struct Source {
  std::string_view text;
  milliseconds end;   ///< of reading, as processor_time() tells it
  milliseconds stop;  ///< of parsing
  bool cut = false;
};

/// Of this thread: what comes out does not depend on what else the machine does.
milliseconds processor_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return milliseconds(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

const char* read(void* payload, uint32_t at, TSPoint /*unused*/, uint32_t* bytes) {
  auto& source = *static_cast<Source*>(payload);
  if (!source.cut && processor_time() > source.end) source.cut = true;
  if (source.cut || at >= source.text.size()) {
    *bytes = 0;
    return "";
  }
  *bytes = static_cast<uint32_t>(std::min(kChunk, source.text.size() - at));
  return source.text.data() + at;
}

bool progress(TSParseState* state) {
  const auto& source = *static_cast<const Source*>(state->payload);
  return processor_time() > source.stop;
}

TSParser* parser_of(const TSLanguage* grammar) {
  struct Kept {
    const TSLanguage* grammar;
    std::unique_ptr<TSParser, ParserDeleter> parser;
  };
  thread_local std::vector<Kept> all;
  for (const Kept& kept : all) {
    if (kept.grammar == grammar) return kept.parser.get();
  }
  std::unique_ptr<TSParser, ParserDeleter> parser(ts_parser_new());
  if (!ts_parser_set_language(parser.get(), grammar)) return nullptr;
  all.push_back({grammar, std::move(parser)});
  return all.back().parser.get();
}

}  // namespace

Parsed parse(const TSLanguage* grammar, std::string_view text) {
  TSParser* parser = parser_of(grammar);
  if (!parser) return {nullptr, true};
  const milliseconds now = processor_time();
  Source source{text, now + kTime, now + kTime + kGrace};
  TSInput input{};
  input.payload = &source;
  input.read = read;
  input.encoding = TSInputEncodingUTF8;
  TSParseOptions options{};
  options.payload = &source;
  options.progress_callback = progress;
  Parsed out;
  out.tree.reset(ts_parser_parse_with_options(parser, nullptr, input, options));
  if (!out.tree) ts_parser_reset(parser);
  out.cut = source.cut || !out.tree;
  return out;
}

}  // namespace coder::syntax
