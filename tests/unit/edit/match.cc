#include "edit/match.h"

#include <boost/test/unit_test.hpp>
#include <random>

#include "base/text.h"
#include "edit/line_diff.h"

using namespace coder::edit;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (const std::string_view line : split_text(text).lines) out.emplace_back(line);
  return out;
}

/// The text after the edit, or "already", or "refused: why".
std::string applied(const std::string& text, const std::string& search, const std::string& replace,
                    std::optional<Rung> rung = std::nullopt, Edit edit = {}) {
  edit.search = lines_of(search);
  edit.replace = lines_of(replace);
  const Text parsed = split_text(text);
  Matcher matcher(parsed);
  const Match match = matcher.match(edit);
  if (match.kind == Match::Kind::already) return "already";
  if (match.kind == Match::Kind::refused) return "refused: " + match.reason;
  if (rung) BOOST_TEST(to_string(match.rung) == to_string(*rung));
  return apply_splices(text, parsed, match.splices);
}

const std::string kFile =
    "import os\n\n\ndef first(value):\n    total = 0\n    for item in value:\n        total += item\n    "
    "return total\n\n\n"
    "def second(value):\n    result = []\n    for item in value:\n        result.append(item * 2)\n    "
    "return result\n";

}  // namespace

BOOST_AUTO_TEST_CASE(exact_whole_lines) {
  BOOST_TEST(applied("a\nb\nc\n", "b\n", "B\n", Rung::exact) == "a\nB\nc\n");
  BOOST_TEST(applied("a\nb\nc\n", "b\n", "", Rung::exact) == "a\nc\n");
  BOOST_TEST(applied("a\nb\nc", "c\n", "C\n") == "a\nb\nC");
  BOOST_TEST(applied("max = 1\n", "x = 1\n", "x = 2\n").rfind("refused", 0) == 0);
  BOOST_TEST(applied("x = 1\ny\nx = 1\n", "x = 1\n", "x = 2\n") ==
             "refused: SEARCH fits 2 places, at lines 1 and 3; more lines around it would tell which");
}

BOOST_AUTO_TEST_CASE(line_ends_and_blanks) {
  BOOST_TEST(applied("a\r\nb\r\nc\r\n", "b\n", "B\nB2\n", Rung::exact) == "a\r\nB\r\nB2\r\nc\r\n");
  BOOST_TEST(applied("a\r\nb\nc\r\n", "b\n", "b\nB\n") == "a\r\nb\nB\r\nc\r\n");
  BOOST_TEST(applied("\xEF\xBB\xBF"
                     "a\nb\n",
                     "a\n", "A\n") ==
             "\xEF\xBB\xBF"
             "A\nb\n");
  BOOST_TEST(applied("a  \nb\t\nc\n", "a\nb\n", "a\nB\n", Rung::trailing) == "a  \nB\nc\n");
  BOOST_TEST(applied("a\nb\n", "\na\n\n", "\nA\n\n", Rung::trailing) == "A\nb\n");
}

BOOST_AUTO_TEST_CASE(indentation) {
  const std::string deep = "class A:\n    def f(self):\n        return self.x\n";
  BOOST_TEST(applied(deep, "def f(self):\n    return self.x\n",
                     "def f(self):\n    if self.y:\n        return self.x\n", Rung::reindent) ==
             "class A:\n    def f(self):\n        if self.y:\n            return self.x\n");
  BOOST_TEST(applied(deep, "      def f(self):\n          return self.x\n",
                     "      def f(self):\n          return 1\n",
                     Rung::reindent) == "class A:\n    def f(self):\n        return 1\n");
  BOOST_TEST(applied(deep, "\tdef f(self):\n\t\treturn self.x\n",
                     "\tdef f(self):\n\t\tif 1:\n\t\t\treturn 1\n",
                     Rung::reindent) == "class A:\n    def f(self):\n        if 1:\n            return 1\n");
  BOOST_TEST(applied("func f() {\n\tif x {\n\t\treturn\n\t}\n}\n", "    if x {\n        return\n    }\n",
                     "    if y {\n        go()\n        return\n    }\n",
                     Rung::reindent) == "func f() {\n\tif y {\n\t\tgo()\n\t\treturn\n\t}\n}\n");
  BOOST_TEST(applied(deep, "  def f(self):\n    return self.x\n", "  def f(self):\n    return 1\n",
                     Rung::reindent) == "class A:\n    def f(self):\n        return 1\n");
  // Not uniform.
  BOOST_TEST(applied("if a:\n    if b:\n        call(value)\n",
                     " if a:\n     if b:\n           call(value)\n", "x\n")
                 .rfind("refused", 0) == 0);
  // Two places at different depths.
  BOOST_TEST(applied("  one(two, three)\n  end\n    one(two, three)\n    end\n", "one(two, three)\nend\n",
                     "four()\n")
                 .rfind("refused: SEARCH fits 2", 0) == 0);
}

BOOST_AUTO_TEST_CASE(already_applied) {
  BOOST_TEST(applied("a\nnew line\nc\n", "a\nold line\nc\n", "a\nnew line\nc\n") == "already");
  BOOST_TEST(applied("import a\nimport b\n", "import a\n", "import a\nimport b\n") == "already");
  BOOST_TEST(applied("import a\n", "import a\n", "import a\nimport b\n") == "import a\nimport b\n");
  // What adds nothing that tells is applied.
  BOOST_TEST(applied("foo\n}\n", "foo\n", "foo\n}\n") == "foo\n}\n}\n");
  BOOST_TEST(applied("}\n", "nowhere to be found\n", "}\n").rfind("refused", 0) == 0);
}

BOOST_AUTO_TEST_CASE(fuzzy_lines) {
  // A misspelt context line stays as the file has it.
  BOOST_TEST(
      applied(kFile,
              "def second(value):\n    reslt = []\n    for item in value:\n        result.append(item * 2)\n",
              "def second(value):\n    reslt = []\n    for item in value:\n        result.append(item * 3)\n",
              Rung::fuzzy) ==
      "import os\n\n\ndef first(value):\n    total = 0\n    for item in value:\n        total += item\n    "
      "return "
      "total\n\n\ndef second(value):\n    result = []\n    for item in value:\n        result.append(item * "
      "3)\n"
      "    return result\n");
  // A line that the model left out stays.
  const std::string left_out =
      applied(kFile, "def first(value):\n    for item in value:\n        total += item\n    return total\n",
              "def first(value):\n    for item in value:\n        total += item\n    return total + 1\n",
              Rung::fuzzy);
  BOOST_TEST(left_out.find("    total = 0\n    for item") != std::string::npos);
  BOOST_TEST(left_out.find("return total + 1\n") != std::string::npos);
  // A line that is gone right beside the change stays gone; one that came there may be one that was to go.
  const auto body = [](const std::string& middle) {
    return "def f(value):\n    import_all()\n    limit = compute(value)\n" + middle +
           "    check(limit)\n    report(limit)\n    return limit\n";
  };
  const auto twofold = [](std::string text) {
    return text.replace(text.find("compute("), 8, "2 * compute(");
  };
  const std::string wrote = body("    prepare(limit)\n");
  BOOST_TEST(applied(body(""), wrote, twofold(wrote), Rung::fuzzy) == twofold(body("")));
  BOOST_TEST(applied(body(""), wrote, body("    look()\n    prepare(limit)\n"), Rung::fuzzy) ==
             body("    look()\n"));
  const std::string came = body("    log(limit)\n    prepare(limit)\n");
  BOOST_TEST(applied(came, wrote, twofold(wrote)).rfind("refused: the file differs from SEARCH at line", 0) ==
             0);
  // What the file changed in the very line is no longer known.
  BOOST_TEST(applied("def f():\n    setup()\n    limit = compute_limit(30)\n    return limit\n",
                     "def f():\n    setup()\n    limit = compute_limit(20)\n    return limit\n",
                     "def f():\n    setup()\n    limit = compute_limit(45)\n    return limit\n")
                 .rfind("refused: SEARCH is not in the file", 0) == 0);
  // Two places that are alike.
  const std::string twice = kFile + "\n\n" + kFile;
  BOOST_TEST(
      applied(twice,
              "def second(value):\n    reslt = []\n    for item in value:\n        result.append(item * 2)\n",
              "def second(value):\n    x = []\n    for item in value:\n        result.append(item * 2)\n")
          .rfind("refused: SEARCH fits 2", 0) == 0);
}

BOOST_AUTO_TEST_CASE(lines_left_out) {
  const std::string want = "def first(value):\n...\n    return total\n";
  BOOST_TEST(
      applied(kFile, want, "def first(value, start):\n...\n    return total\n", Rung::elided).substr(0, 36) ==
      kFile.substr(0, 27) + ", start):");
  BOOST_TEST(applied(kFile, "import os\n...\n    for item in value:\n",
                     "import sys\n...\n    for item in value:\n") ==
             "refused: SEARCH leaves lines out with \"...\" and fits in several ways");
  BOOST_TEST(applied("x: int\n...\ny\n", "x: int\n...\n", "x: str\n...\n", Rung::exact) ==
             "x: str\n...\ny\n");
}

BOOST_AUTO_TEST_CASE(hints) {
  const std::string text =
      "class A:\n    def f(self):\n        return 1\n\nclass B:\n    def f(self):\n        return 1\n";
  Edit edit;
  edit.headings = {"class B:"};
  BOOST_TEST(
      applied(text, "        return 1\n", "        return 2\n", Rung::exact, edit) ==
      "class A:\n    def f(self):\n        return 1\n\nclass B:\n    def f(self):\n        return 2\n");
  edit.headings = {"class C:"};
  BOOST_TEST(
      applied(text, "        return 1\n", "        return 2\n", Rung::exact, edit).rfind("refused", 0) == 0);
  edit.headings.clear();
  edit.at_end = true;
  BOOST_TEST(applied(text, "        return 1\n", "        return 2\n", Rung::exact, edit).find("return 1") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(refusals_show_the_nearest_lines) {
  Edit edit;
  edit.search =
      lines_of("    total = 1\n    for thing in values:\n        total += thing\n    return total\n");
  edit.replace = {"x"};
  const Text text = split_text(kFile);
  const Match match = Matcher(text).match(edit);
  BOOST_TEST((match.kind == Match::Kind::refused));
  BOOST_REQUIRE(!match.nearest.empty());
  BOOST_TEST(match.nearest[0].line == 5u);
  BOOST_TEST(match.nearest[0].text == "    total = 0");
}

BOOST_AUTO_TEST_CASE(a_divider_that_is_text) {
  Edit edit;
  edit.body = {"Title", "=======", "old", "=======", "new"};
  edit.dividers = {1, 3};
  edit.search = {"Title"};
  edit.replace = {"old", "=======", "new"};
  const std::string text = "Title\n=======\nold\nmore\n";
  const Text parsed = split_text(text);
  const Match match = Matcher(parsed).match(edit);
  // Both partings fit: "Title" alone is there, too.
  BOOST_TEST((match.kind == Match::Kind::refused));
  const std::string other = "Title\n=======\nold\nTitle\n";
  const Text parsed_other = split_text(other);
  const Match only = Matcher(parsed_other).match(edit);
  BOOST_REQUIRE((only.kind == Match::Kind::found));
  BOOST_TEST(apply_splices(other, parsed_other, only.splices) == "new\nTitle\n");
}

/// Whatever is applied is applied where it belongs: the place is known, the way there is not.
BOOST_AUTO_TEST_CASE(never_in_the_wrong_place) {
  std::mt19937 random(7);
  const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
  size_t placed = 0;
  for (int round = 0; round < 4000; ++round) {
    // Few different lines, so that much is alike.
    std::vector<std::string> file;
    for (size_t i = 0; i < 30; ++i) {
      file.push_back(std::string(4 * below(3), ' ') + "call_" + std::to_string(below(6)) + "(value, other_" +
                     std::to_string(below(3)) + ")");
    }
    const size_t size = 1 + below(6), first = below(file.size() - size);
    Edit edit;
    edit.search.assign(file.begin() + static_cast<long>(first),
                       file.begin() + static_cast<long>(first + size));
    edit.replace = edit.search;
    const size_t changed = below(size);
    edit.replace[changed] = "    fresh_line()";
    std::vector<std::string> wanted = file;
    wanted[first + changed] = edit.replace[changed];
    for (auto* lines : {&edit.search, &edit.replace}) {
      if (round % 3 == 1) {
        for (std::string& line : *lines) line = "    " + line;
      } else if (round % 3 == 2 && changed != 0) {
        (*lines)[0].insert((*lines)[0].find("value") + 2, "x");
      }
    }
    const std::string text = join_lines(file, "\n", true);
    const Text parsed = split_text(text);
    Matcher matcher(parsed);
    // By chance, what the model wrote is what stands elsewhere.
    const std::vector<size_t> exact = matcher.exact_places(edit);
    if (exact.size() == 1 && exact[0] != first) continue;
    const Match match = matcher.match(edit);
    if (match.kind != Match::Kind::found) continue;
    ++placed;
    BOOST_TEST_INFO("round " << round << " rung " << to_string(match.rung));
    BOOST_REQUIRE(match.first == first);
    BOOST_REQUIRE(apply_splices(text, parsed, match.splices) == join_lines(wanted, "\n", true));
  }
  BOOST_TEST(placed > 1000u);
}

BOOST_AUTO_TEST_CASE(line_diffs) {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> a, b;
    for (size_t i = random() % 20; i > 0; --i) a.push_back(std::to_string(random() % 5));
    for (size_t i = random() % 20; i > 0; --i) b.push_back(std::to_string(random() % 5));
    std::vector<std::string> made;
    size_t at = 0, cost = 0;
    for (const Change& change : diff_lines(views_of(a), views_of(b))) {
      for (; at < change.a; ++at) made.push_back(a[at]);
      for (size_t i = 0; i < change.b_count; ++i) made.push_back(b[change.b + i]);
      at += change.a_count;
      cost += change.a_count + change.b_count;
    }
    for (; at < a.size(); ++at) made.push_back(a[at]);
    BOOST_REQUIRE(made == b);
    // As short as the longest common subsequence allows.
    std::vector<std::vector<size_t>> lcs(a.size() + 1, std::vector<size_t>(b.size() + 1, 0));
    for (size_t i = 1; i <= a.size(); ++i) {
      for (size_t j = 1; j <= b.size(); ++j)
        lcs[i][j] = a[i - 1] == b[j - 1] ? lcs[i - 1][j - 1] + 1 : std::max(lcs[i - 1][j], lcs[i][j - 1]);
    }
    BOOST_REQUIRE(cost == a.size() + b.size() - 2 * lcs[a.size()][b.size()]);
  }
}
