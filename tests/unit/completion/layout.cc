#include "completion/layout.h"

#include <boost/test/unit_test.hpp>
#include <random>

using coder::Millis;
using coder::TimePoint;
using coder::completion::Layout;
using coder::completion::LayoutPolicy;
using coder::completion::Place;
using coder::completion::Texts;

namespace {

using Lines = std::vector<std::string>;
using Random = std::mt19937;

// The buffer's text: every line with its line break.
std::string text_of(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).push_back('\n');
  return text;
}

size_t offset_of(const Lines& lines, size_t line, size_t col) {
  size_t at = col;
  for (size_t i = 0; i < line; ++i) at += lines[i].size() + 1;
  return at;
}

struct Editor {
  Lines lines;
  size_t line = 0, col = 0;

  Place place() const { return {&lines, line, col}; }
  void type(const std::string& text) {
    for (const char c : text) {
      if (c != '\n') {
        lines[line].insert(col++, 1, c);
        continue;
      }
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(line) + 1, lines[line].substr(col));
      lines[line++].resize(col);
      col = 0;
    }
  }
  void backspace() {
    if (col > 0) {
      lines[line].erase(--col, 1);
    } else if (line > 0) {
      col = lines[line - 1].size();
      lines[line - 1] += lines[line];
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(line--));
    }
  }
  void go(size_t to_line, size_t to_col) {
    line = std::min(to_line, lines.size() - 1);
    col = std::min(to_col, lines[line].size());
  }
};

Lines numbered(size_t count) {
  Lines lines;
  for (size_t i = 0; i < count; ++i) lines.push_back("    line number " + std::to_string(i));
  return lines;
}

// prefix + middle + suffix is the text around the cursor.
void check_gapless(const Texts& texts, const Editor& editor) {
  const std::string all = text_of(editor.lines);
  const size_t at = offset_of(editor.lines, editor.line, editor.col);
  const std::string before = texts.prefix + texts.middle;
  BOOST_REQUIRE(before.size() <= at);
  BOOST_REQUIRE(all.compare(at - before.size(), before.size(), before) == 0);
  BOOST_REQUIRE(all.compare(at, texts.suffix.size(), texts.suffix) == 0);
}

const TimePoint kNow{};

}  // namespace

BOOST_AUTO_TEST_SUITE(layout)

BOOST_AUTO_TEST_CASE(prefix_and_suffix_stay_while_one_types) {
  Editor editor{numbered(1000), 500, 8};
  Layout layout;
  const Texts first = layout.texts(editor.place(), kNow);
  BOOST_TEST(first.anchored_anew);
  BOOST_TEST(first.prefix.substr(0, 18) == "    line number 12");  // line 128: a multiple of the block
  BOOST_TEST(first.middle == "    line");
  BOOST_TEST(first.suffix.substr(0, 12) == " number 500\n");
  BOOST_TEST(std::count(first.suffix.begin(), first.suffix.end(), '\n') == 64);
  for (const char c : std::string("x = 1\n    y = 2\n\n    z")) {
    editor.type(std::string(1, c));
    const Texts texts = layout.texts(editor.place(), kNow);
    check_gapless(texts, editor);
    BOOST_TEST(texts.prefix == first.prefix);
    BOOST_TEST(texts.suffix == first.suffix);
  }
  for (int i = 0; i < 20; ++i) {
    editor.backspace();
    const Texts texts = layout.texts(editor.place(), kNow);
    check_gapless(texts, editor);
    BOOST_TEST(texts.prefix == first.prefix);
  }
  BOOST_TEST(layout.anchors() == 1);
}

BOOST_AUTO_TEST_CASE(text_ahead_moves_no_anchor) {
  Editor editor{numbered(100), 50, 4};
  Layout layout;
  layout.texts(editor.place(), kNow);
  const std::string accepted(10000, 'x');
  const Texts ahead = layout.texts(editor.place(), kNow, accepted);
  BOOST_TEST(ahead.middle == "    " + accepted);
  BOOST_TEST(!ahead.anchored_anew);
  editor.type("a = 1\n    ");
  const Texts after = layout.texts(editor.place(), kNow);
  BOOST_TEST(after.middle == "    a = 1\n    ");
  BOOST_TEST(layout.anchors() == 1);
}

BOOST_AUTO_TEST_CASE(a_buffers_text_ends_with_a_line_break) {
  Layout layout;
  Editor editor{{"a", "b"}, 1, 1};
  BOOST_TEST(layout.texts(editor.place(), kNow).suffix == "\n");
  BOOST_TEST(Layout().texts({nullptr, 3, 4}, kNow).suffix == "\n");
  const Lines none;
  BOOST_TEST(Layout().texts({&none, 3, 4}, kNow).prefix == "");
  // An empty suffix's end is no end in the middle.
  editor.lines = {"a", "b", "c", "d"};
  const Texts texts = layout.texts(editor.place(), kNow);
  BOOST_TEST(texts.anchored_anew);
  BOOST_TEST(texts.suffix == "\nc\nd\n");
}

BOOST_AUTO_TEST_CASE(anchors_anew_where_the_text_is_another) {
  Editor editor{numbered(1000), 500, 4};
  Layout layout;
  const Texts first = layout.texts(editor.place(), kNow);
  editor.lines[510] += " changed";  // below, in the window
  const Texts below = layout.texts(editor.place(), kNow);
  BOOST_TEST(below.anchored_anew);
  BOOST_TEST(below.prefix == first.prefix);
  editor.lines[400] += " changed";  // above, in the window
  const Texts above = layout.texts(editor.place(), kNow);
  BOOST_TEST(above.anchored_anew);
  BOOST_TEST(above.prefix.substr(0, 2000) == first.prefix.substr(0, 2000));
  BOOST_TEST(above.suffix == below.suffix);
  // Beyond the window nothing matters, and lines that come there move nothing.
  editor.lines[700] += " changed";
  editor.lines[20] += " changed";
  editor.lines.insert(editor.lines.begin() + 10, 5, "new");
  editor.line += 5;
  const Texts beyond = layout.texts(editor.place(), kNow);
  BOOST_TEST(!beyond.anchored_anew);
  check_gapless(beyond, editor);
}

BOOST_AUTO_TEST_CASE(the_window_starts_where_it_did) {
  Editor editor{numbered(2000), 520, 4};
  Layout layout;
  const std::string top = layout.texts(editor.place(), kNow).prefix.substr(0, 100);
  for (const size_t line : {530U, 515U, 600U, 560U, 640U, 650U}) {
    editor.go(line, 4);
    const Texts texts = layout.texts(editor.place(), kNow);
    check_gapless(texts, editor);
    BOOST_TEST(texts.prefix.substr(0, 100) == top);
  }
  // Deleting over the line the anchor stands at.
  editor.go(600, 2);
  layout.texts(editor.place(), kNow);
  for (int i = 0; i < 5; ++i) editor.backspace();
  const Texts texts = layout.texts(editor.place(), kNow);
  check_gapless(texts, editor);
  BOOST_TEST(texts.prefix.substr(0, 100) == top);
  // So far down that it no longer serves.
  editor.go(800, 4);
  BOOST_TEST(layout.texts(editor.place(), kNow).prefix.substr(0, 100) != top);
}

BOOST_AUTO_TEST_CASE(comes_back_to_an_old_anchor) {
  Editor editor{numbered(100), 50, 4};
  Layout layout;
  layout.texts(editor.place(), kNow);
  editor.type("one\n    two\n    three");
  const Texts there = layout.texts(editor.place(), kNow);
  editor.go(51, 4);
  editor.type("x");
  BOOST_TEST(layout.texts(editor.place(), kNow).anchored_anew);
  editor.go(52, 9);
  const Texts back = layout.texts(editor.place(), kNow);
  BOOST_TEST(!back.anchored_anew);
  BOOST_TEST(back.prefix == there.prefix);
  BOOST_TEST(back.suffix == there.suffix);
  BOOST_TEST(back.middle == "    one\n    xtwo\n    three");
  BOOST_TEST(layout.anchors() == 2);
}

BOOST_AUTO_TEST_CASE(a_long_middle_is_anchored_when_the_user_pauses) {
  Editor editor{numbered(100), 50, 4};
  Layout layout;
  layout.texts(editor.place(), kNow);
  BOOST_TEST(!layout.idle_deadline().has_value());
  for (int i = 0; i < 9; ++i) editor.type("a\n");
  layout.texts(editor.place(), kNow + Millis(50));
  BOOST_REQUIRE(layout.idle_deadline().has_value());
  BOOST_TEST((*layout.idle_deadline() == kNow + Millis(1550)));
  const Texts anew = layout.anchor(editor.place(), kNow + Millis(1550));
  check_gapless(anew, editor);
  BOOST_TEST(anew.middle == "");
  BOOST_TEST(!layout.idle_deadline().has_value());
  BOOST_TEST(!layout.texts(editor.place(), kNow + Millis(1600)).anchored_anew);
  // And without a pause at last.
  const int64_t anchors = layout.anchors();
  for (int i = 0; i < 60; ++i) editor.type("b\n");
  const Texts texts = layout.texts(editor.place(), kNow);
  BOOST_TEST(texts.anchored_anew);
  BOOST_TEST(layout.anchors() == anchors + 1);
}

BOOST_AUTO_TEST_CASE(long_lines_are_cut_at_characters) {
  std::string line;
  for (int i = 0; i < 350000; ++i) line += "\xE4\xBD\xA0";
  Editor editor{{line, line, line}, 1, line.size() / 2};
  const LayoutPolicy policy;
  Layout layout;
  std::string prefix;
  for (int i = 0; i < 100; ++i) {
    const Texts texts = layout.texts(editor.place(), kNow);
    BOOST_TEST(texts.prefix.size() <= policy.prefix_bytes);
    BOOST_TEST(texts.prefix.size() > policy.prefix_bytes / 2);
    BOOST_TEST(texts.suffix.size() <= policy.suffix_bytes);
    BOOST_TEST(texts.middle.size() <= policy.middle_bytes);
    for (const std::string& text : {texts.prefix, texts.middle, texts.suffix}) {
      BOOST_TEST((text.empty() || (static_cast<unsigned char>(text[0]) & 0xC0) != 0x80));
    }
    check_gapless(texts, editor);
    if (i > 0) BOOST_TEST(texts.prefix == prefix);
    prefix = texts.prefix;
    editor.type("x");
  }
  editor.go(2, 3);
  const Texts texts = layout.texts(editor.place(), kNow);
  BOOST_TEST(texts.prefix.size() <= policy.prefix_bytes);
  BOOST_TEST(texts.prefix.size() > policy.prefix_bytes / 2);
  check_gapless(texts, editor);
}

// Whatever happens to the buffer.
BOOST_AUTO_TEST_CASE(is_gapless_always) {
  Random random(3);
  LayoutPolicy small;
  small.prefix_lines = 8;
  small.block_lines = 4;
  small.suffix_lines = 4;
  small.prefix_bytes = 200;
  small.suffix_bytes = 90;
  small.middle_lines = 6;
  small.middle_bytes = 80;
  for (int round = 0; round < 100; ++round) {
    const LayoutPolicy policy = round % 2 == 0 ? small : LayoutPolicy();
    Layout layout(policy);
    Editor editor{Lines(1), 0, 0};
    for (int i = 0; i < 40; ++i) editor.type(std::string(random() % 12, "ab "[random() % 3]) + "\n");
    for (int step = 0; step < 120; ++step) {
      const std::string name = "line " + std::to_string(random() % 4);
      switch (random() % 10) {
        case 0:
          editor.go(random() % editor.lines.size(), random() % 20);
          break;
        case 1:
          editor.backspace();
          break;
        case 2:
          editor.type("\n");
          break;
        case 3:
          editor.type(name + "\n" + name + "\n");
          break;
        case 4:  // somebody else, above or below
          editor.lines.insert(editor.lines.begin(), random() % 3, name);
          editor.line = std::min(editor.lines.size() - 1, editor.line + random() % 3);
          editor.go(editor.line, editor.col);
          break;
        case 5:
          editor.lines.push_back(name);
          break;
        case 6:
          editor.lines[random() % editor.lines.size()] = name;
          editor.go(editor.line, editor.col);
          break;
        case 7:
          editor.lines.erase(editor.lines.begin() +
                             static_cast<std::ptrdiff_t>(random() % editor.lines.size()));
          if (editor.lines.empty()) editor.lines.emplace_back();
          editor.go(editor.line, editor.col);
          break;
        case 8:
          editor.type(std::string(random() % 100, 'y'));
          break;
        default:
          editor.type("x");
          break;
      }
      const Texts texts =
          random() % 20 == 0 ? layout.anchor(editor.place(), kNow) : layout.texts(editor.place(), kNow);
      check_gapless(texts, editor);
      BOOST_TEST(texts.prefix.size() <= policy.prefix_bytes);
      BOOST_TEST(texts.suffix.size() <= policy.suffix_bytes);
      BOOST_TEST(texts.middle.size() <= policy.middle_bytes);
    }
  }
}

// Typing lines with indentation, backspacing, accepting text of several lines, a look at a line above and
// back, small jumps: a new anchor at most every 40 keys.
BOOST_AUTO_TEST_CASE(an_ordinary_session_anchors_seldom) {
  Random random(4);
  Editor editor{numbered(3000), 1500, 8};
  Layout layout;
  int keys = 0, starts = 0, at_once = 0;
  std::string top;
  TimePoint now = kNow;
  const auto key = [&] {
    ++keys;
    now += Millis(120);
    const Texts texts = layout.texts(editor.place(), now);
    if (keys % 10 == 0) check_gapless(texts, editor);
    at_once += texts.anchored_anew ? 1 : 0;
    if (texts.prefix.substr(0, 60) != top) ++starts;
    top = texts.prefix.substr(0, 60);
  };
  const auto type = [&](const std::string& text) {
    for (const char c : text) {
      editor.type(std::string(1, c));
      key();
    }
  };
  while (keys < 8000) {
    for (size_t line = 2 + random() % 6; line > 0; --line) {
      // A new line comes with its indentation at once.
      editor.type("\n        ");
      key();
      for (size_t word = 2 + random() % 5; word > 0; --word) {
        type("word" + std::to_string(random() % 100) + " ");
        if (random() % 4 > 0) continue;
        for (size_t i = 1 + random() % 5; i > 0; --i) {
          editor.backspace();
          key();
        }
        type("fix");
      }
      if (random() % 3 == 0) {
        editor.type(" accepted()\n        and_more()");
        key();
      }
    }
    if (random() % 2 == 0) {
      const size_t line = editor.line, col = editor.col;
      editor.go(line - 1, 6);
      type("abc");
      editor.go(line, col);
    } else {
      editor.go(editor.line + random() % 30 - 15, 100);
    }
    if (random() % 3 == 0 && layout.idle_deadline() && *layout.idle_deadline() < now + Millis(5000)) {
      now += Millis(5000);
      layout.anchor(editor.place(), now);
    }
  }
  BOOST_TEST_MESSAGE(keys << " keys, " << layout.anchors() << " anchors, " << at_once << " of them at a key, "
                          << starts << " starts of the window");
  BOOST_TEST(layout.anchors() * 40 <= keys);
  BOOST_TEST(starts * 400 <= keys);
}

BOOST_AUTO_TEST_SUITE_END()
