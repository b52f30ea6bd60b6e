// Holes cut into the repository's own files: what a perfect model would write for them, and mutations of it.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "completion/clean.h"
#include "completion/clean_lines.h"
#include "completion/view.h"

using coder::completion::clean;
using coder::completion::Cleaned;
using coder::completion::CleanInput;
using coder::completion::is_blank;
using coder::completion::lines_below;
using coder::completion::make_view;
using coder::completion::trim_left;
using coder::completion::trim_right;
using coder::completion::View;

namespace {

using Lines = std::vector<std::string>;
using Random = std::mt19937;

size_t below(Random& random, size_t bound) { return random() % bound; }

const std::vector<Lines>& files() {
  static const std::vector<Lines> all = [] {
    std::vector<std::string> paths;
    for (const char* folder : {"native", "lua", "doc", "tests/e2e", "tests/support"}) {
      const auto root = std::filesystem::path(CODER_SOURCE) / folder;
      for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        const std::string type = entry.path().extension().string();
        if (type == ".cc" || type == ".h" || type == ".lua" || type == ".sh" || type == ".py") {
          paths.push_back(entry.path().string());
        }
      }
    }
    std::sort(paths.begin(), paths.end());
    std::vector<Lines> read;
    for (const std::string& path : paths) {
      std::ifstream file(path);
      Lines lines;
      for (std::string line; std::getline(file, line);) lines.push_back(line);
      if (lines.size() > 20) read.push_back(std::move(lines));
    }
    return read;
  }();
  return all;
}

struct Hole {
  View view;
  std::string text;       // what was there
  std::string raw;        // and what follows it
  bool one_block = true;  // no line falls back behind the first one
};

std::string joined(const Lines& lines, size_t from, size_t to) {
  std::string text;
  for (size_t i = from; i < to && i < lines.size(); ++i) text.append(lines[i]).push_back('\n');
  return text;
}

// Whole lines are missing; the cursor stands where the first one's text began, or at the margin.
Hole hole_of_lines(const Lines& file, Random& random) {
  for (;;) {
    const size_t from = below(random, file.size() - 10), count = 1 + below(random, 6);
    if (is_blank(file[from]) || is_blank(file[from + count - 1])) continue;
    const std::string& first = file[from];
    const size_t indent = first.size() - trim_left(first).size();
    const bool margin = below(random, 4) == 0;
    Hole hole;
    const std::string start = margin ? "" : first.substr(0, indent);
    Lines around(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(from));
    around.push_back(start);
    around.insert(around.end(), file.begin() + static_cast<std::ptrdiff_t>(from + count), file.end());
    hole.view = make_view(around, from, start.size(), 1);
    const std::string text = joined(file, from, from + count);
    hole.text = trim_right(std::string_view(text).substr(start.size()));
    hole.raw = hole.text + "\n" + joined(file, from + count, from + count + 6);
    for (size_t i = from; i < from + count; ++i) {
      if (!is_blank(file[i]) && file[i].size() - trim_left(file[i]).size() < indent) hole.one_block = false;
    }
    return hole;
  }
}

// A part of one line is missing, or its end and some lines.
Hole hole_in_line(const Lines& file, Random& random) {
  for (;;) {
    const size_t from = below(random, file.size() - 10), count = below(random, 3) == 0 ? below(random, 4) : 0;
    const std::string& line = file[from];
    if (line.size() < 8) continue;
    const size_t col = below(random, line.size());
    Hole hole;
    const std::string& last = file[from + count];
    if (last.empty()) continue;
    const size_t end = count > 0 ? last.size() : col + 1 + below(random, line.size() - col);
    Lines around(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(from));
    around.push_back(line.substr(0, col) + last.substr(end));
    around.insert(around.end(), file.begin() + static_cast<std::ptrdiff_t>(from + count + 1), file.end());
    hole.view = make_view(around, from, col, 1);
    hole.text = count > 0
                    ? line.substr(col) + "\n" + trim_right(joined(file, from + 1, from + count + 1)).data()
                    : line.substr(col, end - col);
    if (count > 0) {
      const std::string more = joined(file, from + 1, from + count + 1);
      hole.text = line.substr(col) + "\n" + std::string(trim_right(more));
    }
    hole.raw = hole.text + last.substr(end) + "\n" + joined(file, from + count + 1, from + count + 6);
    return hole;
  }
}

std::string mutated(std::string raw, const View& view, Random& random) {
  static const Lines kPieces = {"<|endoftext|>",
                                "</s>",
                                "\n",
                                "\r\n",
                                "}",
                                ")",
                                "\");",
                                "\t",
                                "    ",
                                "```",
                                "```lua\n",
                                "\xC3\xA9",
                                "e\xCC\x81",
                                "\xF0\x9F\x98\x80",
                                "\xEF\xBF\xBD",
                                "<",
                                "<|",
                                "x",
                                " ",
                                "\n\n",
                                "end",
                                std::string(1, '\0'),
                                "\xE4\xBD",
                                "[SUFFIX]"};
  for (size_t i = below(random, 4); i > 0; --i) {
    const size_t at = below(random, raw.size() + 1);
    switch (below(random, 7)) {
      case 0:
        raw.insert(at, kPieces[below(random, kPieces.size())]);
        break;
      case 1:
        raw.erase(at, 1 + below(random, 20));
        break;
      case 2:
        raw.insert(at, raw.substr(0, below(random, raw.size() + 1)));
        break;
      case 3:
        raw = view.before.substr(view.before.rfind('\n') + 1) + raw;
        break;
      case 4:
        raw.insert(at, view.after.substr(0, below(random, 60)));
        break;
      case 5:
        raw = raw.substr(0, 60) + raw.substr(0, 60) + raw;
        break;
      default: {
        const size_t end = view.after.find('\n');
        if (end != std::string::npos) raw.insert(at, view.after.substr(end));
      }
    }
  }
  return raw;
}

bool is_prefix(const std::string& start, const std::string& text) {
  return text.compare(0, start.size(), start) == 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cleaning_holes)

// Fed at every split, what is shown only grows, and nothing more comes after `stop`.
BOOST_AUTO_TEST_CASE(grows_only) {
  Random random(1);
  for (int round = 0; round < 500; ++round) {
    const Lines& file = files()[below(random, files().size())];
    const Hole hole = round % 2 == 0 ? hole_of_lines(file, random) : hole_in_line(file, random);
    std::string raw = mutated(hole.raw, hole.view, random);
    raw.resize(std::min<size_t>(raw.size(), 260));
    const size_t max_lines = round % 5 == 0 ? 1 + below(random, 4) : 0;
    CleanInput input{hole.view.before, hole.view.after, raw, false, false, max_lines};
    Cleaned last;
    for (size_t size = 0; size <= raw.size() + 1; ++size) {
      input.raw = std::string_view(raw).substr(0, size);
      input.complete = size > raw.size();
      input.cut_short = input.complete && round % 3 == 0;
      const Cleaned now = clean(input);
      BOOST_TEST_CONTEXT("before <" << hole.view.before.substr(
                                           hole.view.before.size() > 200 ? hole.view.before.size() - 200 : 0)
                                    << "> after <" << hole.view.after.substr(0, 200) << "> raw <" << raw
                                    << "> at " << size << " was <" << last.text << "> is <" << now.text
                                    << ">") {
        BOOST_REQUIRE(is_prefix(last.text, now.text));
        if (last.stop) BOOST_REQUIRE(now.text == last.text);
        if (!now.text.empty()) BOOST_REQUIRE(!is_blank(now.text));
      }
      last = now;
      if (!input.complete && size % 7 == 0) {
        // The end may come at any time.
        input.complete = true;
        for (const bool cut : {false, true}) {
          input.cut_short = cut;
          const std::string ended = clean(input).text;
          BOOST_TEST_CONTEXT("before <"
                             << input.before.substr(input.before.size() > 200 ? input.before.size() - 200 : 0)
                             << "> after <" << input.after.substr(0, 200) << "> raw <" << input.raw
                             << "> was <" << now.text << "> is <" << ended << ">" << max_lines) {
            BOOST_REQUIRE(is_prefix(now.text, ended));
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(shows_what_was_there) {
  Random random(2);
  size_t all = 0, right = 0, in_block = 0, right_in_block = 0, at_once = 0;
  for (int round = 0; round < 4000; ++round) {
    const Hole hole = hole_of_lines(files()[below(random, files().size())], random);
    const Cleaned cleaned = clean({hole.view.before, hole.view.after, hole.raw});
    const bool good = cleaned.text == hole.text;
    ++all;
    right += good ? 1 : 0;
    in_block += hole.one_block ? 1 : 0;
    right_in_block += good && hole.one_block ? 1 : 0;
    const size_t blank = hole.text.size() - trim_left(hole.text).size();
    at_once += clean({hole.view.before, hole.view.after, std::string_view(hole.raw).substr(0, blank + 4)})
                       .text.empty()
                   ? 0
                   : 1;
    // What is shown never ends with the line that follows it.
    const std::vector<std::string_view> next = lines_below(hole.view.after);
    const std::string_view shown = cleaned.text;
    const size_t last = shown.rfind('\n');
    if (!next.empty() && last != std::string_view::npos) BOOST_TEST(shown.substr(last + 1) != next[0]);
  }
  BOOST_TEST_MESSAGE("of " << all << " holes of whole lines " << right << " are filled as they were; of "
                           << in_block << " within one block " << right_in_block
                           << "; shown with the first token: " << at_once);
  BOOST_TEST(right_in_block * 100 >= in_block * 98);
}

BOOST_AUTO_TEST_SUITE_END()
