// What reading outlines costs over parsing alone, for each language of the files below a folder.
//   cmake --preset bench && cmake --build --preset bench --target bench_outline &&
//   build/bench/tests/bench_outline FOLDER
// bench_outline --show FILE… prints the outlines instead.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "syntax/outline.h"
#include "syntax/parse.h"
#include "syntax/rules.h"

using namespace coder;
using syntax::Language;

namespace {

constexpr int kRounds = 3;  ///< of each file; the best counts

const char* const kSymbolKinds[] = {"function", "method",   "type",  "block",
                                    "module",   "constant", "field", "macro"};
const char* const kUseKinds[] = {"call", "type", "import", "attribute", "name"};

/// Of this thread, so that other work on the machine does not count.
double processor_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string flat(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 160)) {
    if (c != '\n' && c != '\r') {
      out += c;
    } else {
      out += "\xe2\x8f\x8e";
    }
  }
  return out;
}

/// The lines that the parser could not make sense of.
void show_errors(Language language, const std::string& text) {
  const std::string prepared = syntax::table_of(language).prepare(text);
  const syntax::Parsed parsed =
      syntax::parse(syntax::table_of(language).grammar(), prepared.empty() ? text : prepared);
  if (!parsed.tree) return;
  TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(parsed.tree.get()));
  for (bool going = true; going;) {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    if (ts_node_is_error(node) || ts_node_is_missing(node)) {
      const uint32_t begin = ts_node_start_byte(node), end = ts_node_end_byte(node);
      std::printf("  %u %s %s\n", ts_node_start_point(node).row + 1,
                  ts_node_is_missing(node) ? "missing" : "error",
                  flat(std::string_view(text).substr(begin, end - begin)).c_str());
    }
    if (ts_node_has_error(node) && ts_tree_cursor_goto_first_child(&cursor)) continue;
    while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
      going = ts_tree_cursor_goto_parent(&cursor);
      if (!going) break;
    }
  }
  ts_tree_cursor_delete(&cursor);
}

void show(const std::filesystem::path& path) {
  const std::string text = read(path);
  const std::string_view view = text;
  const Language language = syntax::language_of(path.string(), view.substr(0, view.find('\n')));
  const syntax::Outline outline = syntax::outline(language, text);
  std::printf("%s: %s%s\n", path.c_str(), std::string(syntax::name_of(language)).c_str(),
              outline.errors ? ", with errors" : "");
  if (outline.errors) show_errors(language, text);
  for (const auto& import : outline.imports)
    std::printf("  %u import %s\n", import.line + 1, import.module.c_str());
  for (size_t i = 0; i < outline.symbols.size(); ++i) {
    const syntax::Symbol& symbol = outline.symbols[i];
    int depth = 1;
    for (int32_t at = symbol.parent; at != syntax::kNoSymbol;
         at = outline.symbols[static_cast<size_t>(at)].parent) {
      ++depth;
    }
    std::printf("%*s%u-%u %s %s%s%s   [%s]\n", depth * 2, "", symbol.first_line + 1, symbol.last_line + 1,
                kSymbolKinds[static_cast<size_t>(symbol.kind)], symbol.name.c_str(),
                symbol.alias.empty() ? "" : " alias ", symbol.alias.c_str(),
                flat(view.substr(symbol.signature, symbol.signature_end - symbol.signature)).c_str());
  }
  std::map<int32_t, std::string> uses;
  for (const syntax::Use& use : outline.uses) {
    std::string& line = uses[use.symbol];
    line += std::string(" ") + kUseKinds[static_cast<size_t>(use.kind)] + ":" + use.name;
    if (use.count > 1) line += "*" + std::to_string(use.count);
  }
  for (const auto& [symbol, line] : uses) {
    std::printf("  uses in %s:%s\n",
                symbol < 0 ? "the file" : outline.symbols[static_cast<size_t>(symbol)].name.c_str(),
                line.c_str());
  }
}

struct Files {
  std::vector<std::string> texts;
  size_t bytes = 0, lines = 0, symbols = 0, uses = 0, errors = 0;
  double parse_ms = 0, outline_ms = 0;
};

void measure(Language language, Files& files) {
  const TSLanguage* grammar = syntax::table_of(language).grammar();
  for (const std::string& text : files.texts) {
    double parse_ms = 0, outline_ms = 0;
    syntax::Outline outline;
    for (int round = 0; round < kRounds; ++round) {
      const double start = processor_ms();
      if (!syntax::parse(grammar, text).tree) std::printf("  (a file was not parsed in time)\n");
      const double between = processor_ms();
      outline = syntax::outline(language, text);
      const double end = processor_ms();
      parse_ms = round == 0 ? between - start : std::min(parse_ms, between - start);
      outline_ms = round == 0 ? end - between : std::min(outline_ms, end - between);
    }
    files.parse_ms += parse_ms;
    files.outline_ms += outline_ms;
    files.symbols += outline.symbols.size();
    files.uses += outline.uses.size();
    files.errors += outline.errors;
  }
}

void print(const char* name, const Files& files) {
  const double mb = static_cast<double>(files.bytes) / 1e6;
  std::printf("%-11s %6zu %8zu %7.2f %8.1f %6.2f %8.1f %6.2f %6.3f %8zu %8zu %6zu\n", name,
              files.texts.size(), files.lines, mb, files.parse_ms, mb / files.parse_ms * 1e3,
              files.outline_ms, mb / files.outline_ms * 1e3, files.outline_ms / files.parse_ms, files.symbols,
              files.uses, files.errors);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 2 && std::strcmp(argv[1], "--show") == 0) {
    for (int i = 2; i < argc; ++i) show(argv[i]);
    return 0;
  }
  if (argc != 2) {
    std::fprintf(stderr, "usage: bench_outline FOLDER | bench_outline --show FILE...\n");
    return 2;
  }
  std::map<Language, Files> by_language;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[1])) {
    if (!entry.is_regular_file() || entry.is_symlink()) continue;
    const Language by_name = syntax::language_of(entry.path().string());
    if (by_name == Language::none || entry.file_size() > syntax::kMaxParseBytes) continue;
    Files& files = by_language[by_name];
    files.texts.push_back(read(entry.path()));
    files.bytes += files.texts.back().size();
    files.lines +=
        static_cast<size_t>(std::count(files.texts.back().begin(), files.texts.back().end(), '\n'));
  }
  std::printf("%-11s %6s %8s %7s %8s %6s %8s %6s %6s %8s %8s %6s\n", "", "files", "lines", "MB", "parse ms",
              "MB/s", "outline", "MB/s", "ratio", "symbols", "uses", "broken");
  Files all;
  for (auto& [language, files] : by_language) {
    measure(language, files);
    print(std::string(syntax::name_of(language)).c_str(), files);
    all.bytes += files.bytes;
    all.lines += files.lines;
    all.parse_ms += files.parse_ms;
    all.outline_ms += files.outline_ms;
    all.symbols += files.symbols;
    all.uses += files.uses;
    all.errors += files.errors;
    all.texts.resize(all.texts.size() + files.texts.size());
  }
  print("all", all);
}
