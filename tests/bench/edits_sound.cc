// Does the quick check of an edited file's syntax say the same as a parse of the whole? It may not know; what
// it calls sound must be. On the files of any folder, each broken in many small ways.
//   cmake --preset bench && cmake --build --preset bench --target bench_edits_sound &&
//   build/bench/tests/bench_edits_sound FOLDER [--cases N] [--seed N] [--show N]
// --cases: how many changes are made of each file (30).
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "edit/hunks.h"
#include "edit/sound_change.h"
#include "edit/text.h"
#include "syntax/errors.h"

using namespace coder;

namespace {

struct Tally {
  size_t files = 0, cases = 0, broken = 0, known = 0, missed = 0;
  double quick_ms = 0, whole_ms = 0;
};

class Breaker {
 public:
  explicit Breaker(uint64_t seed) : random_(seed) {}

  /// 1 to 3 places of `text` changed, most within one line, as a careless writer would.
  std::string broken(const std::string& text) {
    std::vector<std::string> lines;
    for (size_t i = 0; i < text.size();) {
      const size_t end = std::min(text.find('\n', i), text.size());
      lines.push_back(text.substr(i, end - i));
      i = end + 1;
    }
    const size_t times = 1 + below(3), near = below(lines.size());
    for (size_t i = 0; i < times && !lines.empty(); ++i) {
      // Half of the changes are close to each other.
      const size_t at = below(2) == 0 ? below(lines.size()) : std::min(near + below(20), lines.size() - 1);
      change(lines, at);
    }
    std::string out;
    for (const std::string& line : lines) out += line + '\n';
    return out;
  }

 private:
  size_t below(size_t n) { return static_cast<size_t>(random_() % n); }

  void change(std::vector<std::string>& lines, size_t at) {
    static constexpr std::string_view kBits[] = {"{",
                                                 "}",
                                                 "(",
                                                 ")",
                                                 "[",
                                                 "]",
                                                 "\"",
                                                 "'",
                                                 "`",
                                                 "\"\"\"",
                                                 "'''",
                                                 "/*",
                                                 "*/",
                                                 "//",
                                                 "#",
                                                 "\\",
                                                 ";",
                                                 ",",
                                                 ":",
                                                 "@x",
                                                 "else",
                                                 "end",
                                                 "do",
                                                 "return",
                                                 "${",
                                                 "r#\"",
                                                 "\"#",
                                                 "#if 1",
                                                 "#else",
                                                 "#endif",
                                                 "#if 0",
                                                 "[[",
                                                 "]]",
                                                 "--[[",
                                                 "--",
                                                 "<",
                                                 ">",
                                                 "</a>",
                                                 "R\"(",
                                                 ")\"",
                                                 "b'",
                                                 "import",
                                                 "x = 1",
                                                 "def f()",
                                                 "fn f()",
                                                 "match",
                                                 "catch",
                                                 "}}",
                                                 "if x {",
                                                 "class A",
                                                 "=",
                                                 "&",
                                                 "?",
                                                 "!",
                                                 "..",
                                                 "=>",
                                                 "lambda",
                                                 "func f()",
                                                 "local",
                                                 "async",
                                                 "namespace n {"};
    std::string& line = lines[at];
    const auto bit = [&] { return std::string(kBits[below(std::size(kBits))]); };
    const auto here = lines.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(9)) {
      case 0:
        lines.erase(here);
        break;
      case 1:
        lines.insert(here, line);
        break;
      case 2:
        lines.insert(here, bit());
        break;
      case 3:
        line.insert(below(line.size() + 1), bit());
        break;
      case 4:
        line += bit();
        break;
      case 5:
        if (!line.empty()) line.erase(below(line.size()), 1 + below(3));
        break;
      case 6:
        if (at + 1 < lines.size()) std::swap(lines[at], lines[at + 1]);
        break;
      case 7:
        lines.erase(here, here + static_cast<std::ptrdiff_t>(std::min(below(30), lines.size() - at)));
        break;
      default:
        line = std::string(edit::indent_of(line)) + "renamed_since(1, x)";
    }
  }

  std::mt19937_64 random_;
};

bool newly_broken(syntax::Language language, const std::string& before, const std::string& after) {
  const auto now = syntax::error_lines(language, after);
  if (!now || now->empty()) return false;
  const auto then = syntax::error_lines(language, before);
  return now->size() > (then ? then->size() : 0);
}

double ms_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  std::string folder;
  size_t cases = 30, seed = 1, show = 0;
  for (int i = 1; i < argc; ++i) {
    const auto number = [&] { return static_cast<size_t>(std::atol(argv[++i])); };
    if (std::strcmp(argv[i], "--cases") == 0 && i + 1 < argc) {
      cases = number();
    } else if (std::strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
      seed = number();
    } else if (std::strcmp(argv[i], "--show") == 0 && i + 1 < argc) {
      show = number();
    } else {
      folder = argv[i];
    }
  }
  if (folder.empty()) {
    std::fprintf(stderr, "bench_edits_sound FOLDER [--cases N] [--seed N] [--show N]\n");
    return 2;
  }
  std::map<std::string, Tally> tallies;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.file_size() > 200'000 || entry.file_size() < 4096) continue;
    const std::string path = entry.path().string();
    const syntax::Language language = syntax::language_of(path);
    if (language == syntax::Language::none || path.find("/.git/") != std::string::npos) continue;
    std::ifstream stream(path);
    const std::string text((std::istreambuf_iterator<char>(stream)), {});
    if (text.empty() || edit::not_text(text) || text.back() != '\n') continue;
    Tally& tally = tallies[std::string(syntax::name_of(language))];
    ++tally.files;
    Breaker breaker(seed++);
    for (size_t i = 0; i < cases; ++i) {
      const std::string after = breaker.broken(text);
      if (after == text) continue;
      auto start = std::chrono::steady_clock::now();
      const bool sound = edit::surely_sound(language, text, after);
      tally.quick_ms += ms_since(start);
      start = std::chrono::steady_clock::now();
      const bool bad = newly_broken(language, text, after);
      tally.whole_ms += ms_since(start);
      ++tally.cases;
      tally.broken += bad ? 1 : 0;
      tally.known += sound ? 1 : 0;
      if (!bad || !sound) continue;
      ++tally.missed;
      if (show > 0) {
        --show;
        std::printf("---- missed: %s\n%s", path.c_str(), edit::unified_diff("x", "x", text, after).c_str());
        const auto now = syntax::error_lines(language, after), then = syntax::error_lines(language, text);
        for (const uint32_t at : *now) std::printf("now %u\n", at + 1);
        for (const uint32_t at : *then) std::printf("then %u\n", at + 1);
      }
    }
  }
  std::printf(
      "| language | files | changes | broken | sound | told quickly | missed | quick, ms | whole, ms |\n"
      "|---|---|---|---|---|---|---|---|---|\n");
  for (const auto& [name, one] : tallies)
    std::printf("| %s | %zu | %zu | %zu | %zu | %zu | %zu | %.1f | %.1f |\n", name.c_str(), one.files,
                one.cases, one.broken, one.cases - one.broken, one.known, one.missed, one.quick_ms,
                one.whole_ms);
  return 0;
}
