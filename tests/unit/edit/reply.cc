#include "edit/reply.h"

#include <boost/test/unit_test.hpp>

#include "base/text.h"
#include "support/splits.h"

using namespace coder::edit;

namespace {

const char* word(Action action) {
  constexpr const char* kWords[] = {"change", "create", "write", "remove", "rename"};
  return kWords[static_cast<size_t>(action)];
}

/// "change a.py@3 [old|lines] -> [new]", one line for each edit.
std::string told(const std::vector<Edit>& edits) {
  std::string out;
  for (const Edit& edit : edits) {
    out += std::string(word(edit.action)) + " " + edit.path + "@" + std::to_string(edit.line);
    if (!edit.to.empty()) out += " to " + edit.to;
    out += " [" + coder::join(edit.search, "|") + "] -> [" + coder::join(edit.replace, "|") + "]";
    if (edit.old_line > 0) out += " at " + std::to_string(edit.old_line);
    for (const std::string& heading : edit.headings) out += " @@" + heading;
    if (edit.unclosed) out += " unclosed";
    if (edit.no_final_newline) out += " open";
    if (edit.dividers.size() > 1) out += " dividers";
    if (!edit.problem.empty()) out += " !" + edit.problem;
    out += "\n";
  }
  return out;
}

std::string read(std::string_view reply) { return told(parse_reply(reply)); }

const std::string kBlock = "<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n";
/// What kBlock is in a.py, beginning in that line of the reply.
std::string block_at(int line) { return "change a.py@" + std::to_string(line) + " [old] -> [new]\n"; }

struct Case {
  const char* name;
  std::string reply;
  std::string edits;
};

void check(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    BOOST_TEST_INFO(one.name);
    BOOST_TEST(read(one.reply) == one.edits);
    BOOST_TEST_INFO(one.name);
    BOOST_TEST(read(one.reply.substr(0, one.reply.size() - 1)) == one.edits);
    std::string crlf;
    for (const char c : one.reply) crlf += c == '\n' ? "\r\n" : std::string(1, c);
    BOOST_TEST_INFO(one.name);
    BOOST_TEST(read(crlf) == one.edits);
    bool same = true;
    coder::test::for_each_split(one.reply, 120, [&](const coder::test::Pieces& pieces) {
      ReplyParser parser;
      std::vector<Edit> edits;
      const auto collect = [&] {
        for (Edit& edit : parser.take()) edits.push_back(std::move(edit));
      };
      for (const std::string_view piece : pieces) parser.feed(piece), collect();
      parser.finish();
      collect();
      same = told(edits) == one.edits;
      return same;
    });
    BOOST_TEST_INFO(one.name);
    BOOST_TEST(same);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(names_of_blocks) {
  std::vector<Case> cases;
  for (const char* line :
       {"a.py", "**a.py**", "`a.py`", "**`a.py`**", "### a.py", "#### `a.py`", "> a.py",
        "a.py:", "File: a.py", "**File:** `a.py`", "<file path=\"a.py\">", "`a.py` (new file)", "1. `a.py`",
        "- a.py", "## 1. a.py", "In `a.py`, rename it:", "Edit `a.py`:"}) {
    cases.push_back({line, std::string(line) + "\n```python\n" + kBlock + "```\n", block_at(3)});
    cases.push_back({line, std::string(line) + "\n\n" + kBlock, block_at(3)});
  }
  for (const char* info :
       {"python path=a.py", "python a.py", "python:a.py", "a.py", "py title=\"a.py\"", "{a.py}"}) {
    if (info[0] != '{')
      cases.push_back({info, std::string("```") + info + "\n" + kBlock + "```\n", block_at(2)});
  }
  cases.push_back({"in the fence", "```\na.py\n" + kBlock + "```\n", block_at(3)});
  cases.push_back({"in the fence, a comment", "```python\n# a.py\n" + kBlock + "```\n", block_at(3)});
  cases.push_back(
      {"in the marker", "<<<<<<< SEARCH a.py\nold\n=======\nnew\n>>>>>>> REPLACE\n", block_at(1)});
  cases.push_back(
      {"heading, then prose", "### a.py\n\nRename the thing.\n\n```\n" + kBlock + "```\n", block_at(6)});
  cases.push_back({"missing on the second", "a.py\n" + kBlock + "and\n" + kBlock, block_at(2) + block_at(8)});
  cases.push_back({"missing on the second, fenced",
                   "a.py\n```\n" + kBlock + "```\nThen:\n```\n" + kBlock + "```\n",
                   block_at(3) + block_at(11)});
  cases.push_back({"none", "Do this:\n" + kBlock, "change @2 [old] -> [new] !it names no file\n"});
  check(cases);
}

BOOST_AUTO_TEST_CASE(mangled_blocks) {
  const std::string name = "a.py\n";
  check({
      {"four backticks", name + "````python\n" + kBlock + "````\n", block_at(3)},
      {"shell fence", name + "```sh\n" + kBlock + "```\n", block_at(3)},
      {"no closing fence", name + "```python\n" + kBlock, block_at(3)},
      {"five marks", name + "<<<<< SEARCH\nold\n=====\nnew\n>>>>> REPLACE\n", block_at(2)},
      {"nine marks", name + "<<<<<<<<< SEARCH\nold\n=========\nnew\n>>>>>>>>> REPLACE\n", block_at(2)},
      {"uneven marks", name + "<<<<<<< SEARCH\nold\n========\nnew\n>>>>>> REPLACE\n", block_at(2)},
      {"original, updated", name + "<<<<<<< ORIGINAL\nold\n=======\nnew\n>>>>>>> UPDATED\n", block_at(2)},
      {"bare end", name + "<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>>\n", block_at(2)},
      {"dashes", name + "------- SEARCH\nold\n=======\nnew\n+++++++ REPLACE\n", block_at(2)},
      {"quoted", "> a.py\n> <<<<<<< SEARCH\n> old\n> =======\n> new\n> >>>>>>> REPLACE\n", block_at(2)},
      {"two in a fence", name + "```\n" + kBlock + "\n" + kBlock + "```\n", block_at(3) + block_at(9)},
      {"fences inside", "a.py\n```\n<<<<<<< SEARCH\n```\nold\n```\n=======\nnew\n>>>>>>> REPLACE\n```\n",
       "change a.py@3 [```|old|```] -> [new]\n"},
      {"new file", name + "<<<<<<< SEARCH\n=======\nnew\n>>>>>>> REPLACE\n", "change a.py@2 [] -> [new]\n"},
      {"deletion of lines", name + "<<<<<<< SEARCH\nold\n=======\n>>>>>>> REPLACE\n",
       "change a.py@2 [old] -> []\n"},
      {"truncated", name + "<<<<<<< SEARCH\nold\n=======\nnew\n",
       "change a.py@2 [old] -> [new] !the reply ends before >>>>>>> REPLACE\n"},
      {"the next begins", name + "<<<<<<< SEARCH\nold\n=======\nnew\n" + kBlock,
       "change a.py@2 [old] -> [new] !there is no >>>>>>> REPLACE before the next block\n" + block_at(6)},
      {"no divider", name + "<<<<<<< SEARCH\nold\n>>>>>>> REPLACE\n",
       "change a.py@2 [old] -> [] !there is no ======= between what to search and what to put there\n"},
      {"a heading of =", name + "<<<<<<< SEARCH\nT\n=======\nold\n=======\nnew\n>>>>>>> REPLACE\n",
       "change a.py@2 [T] -> [old|=======|new] dividers\n"},
      {"a heading of fewer =", name + "<<<<<<< SEARCH\nT\n=====\nold\n=======\nnew\n>>>>>>> REPLACE\n",
       "change a.py@2 [T|=====|old] -> [new]\n"},
      {"conflict markers are text", name + "<<<<<<< HEAD\nold\n=======\nnew\n>>>>>>> branch\n", ""},
  });
}

BOOST_AUTO_TEST_CASE(prose_is_no_edit) {
  check({
      {"prose", "Nothing to change.\n\nReally, a.py is fine.\n", ""},
      {"code without a path", "Run this:\n```python\nprint(1)\n```\n", ""},
      {"mentioned, not named", "This is what `a.py` does:\n```python\nprint(1)\n```\n", ""},
      {"commands about a file", "a.py\n```sh\npython a.py\n```\n", ""},
      {"a quotation of lines", "```12:15:a.py\nprint(1)\n```\n", ""},
      {"a diff of nothing known", "```diff\n-old\n+new\n```\n", ""},
      {"a rule and a list", "---\n- one\n+ two\n", ""},
      {"a heading, then prose, then code", "### a.py\n\nIt says:\n\n```python\nx\n```\n", ""},
  });
}

BOOST_AUTO_TEST_CASE(whole_files) {
  check({
      {"path line", "a.py\n```python\none\n\ntwo\n```\nDone.\n", "write a.py@2 [] -> [one||two]\n"},
      {"path in the fence", "```python path=src/a.py\none\n```\n", "write src/a.py@1 [] -> [one]\n"},
      {"bold, blank line", "**src/a.py**\n\n```\none\n```\n", "write src/a.py@3 [] -> [one]\n"},
      {"two", "a.py\n```\none\n```\nb.py\n```\ntwo\n```\n",
       "write a.py@2 [] -> [one]\nwrite b.py@6 [] -> [two]\n"},
      {"no closing fence", "a.py\n```\none\n", "write a.py@2 [] -> [one] unclosed\n"},
      {"shell script", "run.sh\n```sh\nls\n```\n", "write run.sh@2 [] -> [ls]\n"},
      {"nested", "R.md\n````md\n# T\n```py\nx\n```\n````\n", "write R.md@2 [] -> [# T|```py|x|```]\n"},
      {"nested with words", "R.md\n```md\n# T\n```py\nx\n```\nend\n```\n",
       "write R.md@2 [] -> [# T|```py|x|```|end]\n"},
      {"nested, unsure", "R.md\n```md\n# T\n```\nx\n```\nend\n```\n",
       "write R.md@2 [] -> [# T] !its own code fences look like its end: it needs a fence of four or more "
       "marks\n"},
      {"tildes", "a.py\n~~~\none\n```\n~~~\n", "write a.py@2 [] -> [one|```]\n"},
  });
}

BOOST_AUTO_TEST_CASE(unified_diffs) {
  const std::string head = "--- a/x.py\n+++ b/x.py\n";
  const std::string hunk = "@@ -3,2 +3,2 @@ def f():\n one\n-two\n+zwei\n";
  const std::string change = " [one|two] -> [one|zwei] at 3 @@def f():\n";
  check({
      {"bare", head + hunk, "change x.py@3" + change},
      {"fenced", "```diff\n" + head + hunk + "```\n", "change x.py@4" + change},
      {"prose behind", head + hunk + "That is all.\n", "change x.py@3" + change},
      {"git", "diff --git a/x.py b/x.py\nindex 1..2 100644\n" + head + hunk, "change x.py@5" + change},
      {"two hunks", head + hunk + "@@ -9 +9 @@\n-a\n+b\n",
       "change x.py@3" + change + "change x.py@7 [a] -> [b] at 9\n"},
      {"two files", head + hunk + "--- a/y.py\n+++ b/y.py\n@@ -1 +1 @@\n-a\n+b\n",
       "change x.py@3" + change + "change y.py@9 [a] -> [b] at 1\n"},
      {"two files, the second renamed", head + hunk + "--- a/y.py\n+++ b/z.py\n@@ -1 +1 @@\n-a\n+b\n",
       "change x.py@3" + change + "rename y.py@7 to z.py [] -> []\nchange y.py@9 [a] -> [b] at 1\n"},
      {"only the new name, known", "x.py\n```diff\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b\n```\n",
       "change x.py@4 [a] -> [b] at 1\n"},
      {"a new line of plusses", "x.py\n```diff\n a\n+++ b\n```\n", "change x.py@3 [a] -> [a|++ b]\n"},
      {"it begins with a line of plusses", "x.py\n```diff\n+++ b\n a\n```\n",
       "change x.py@3 [a] -> [++ b|a]\n"},
      {"wrong counts", head + "@@ -3,9 +3,9 @@\n one\n-two\n+zwei\n",
       "change x.py@3 [one|two] -> [one|zwei] at 3\n"},
      {"no numbers", head + "@@ ... @@\n-two\n+zwei\n", "change x.py@3 [two] -> [zwei]\n"},
      {"lost blanks", head + "@@ -1,4 +1,4 @@\n one\n\n-two\n+zwei\n\n",
       "change x.py@3 [one||two] -> [one||zwei] at 1\n"},
      {"dashes in the text", head + "@@ -1,2 +1,2 @@\n one\n--- two\n+++ zwei\n",
       "change x.py@3 [one|-- two] -> [one|++ zwei] at 1\n"},
      {"new file", "--- /dev/null\n+++ b/n.py\n@@ -0,0 +1,2 @@\n+one\n+two\n",
       "create n.py@3 [] -> [one|two]\n"},
      {"removed", "--- a/n.py\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-one\n-two\n",
       "remove n.py@3 [one|two] -> [] at 1\n"},
      {"removed without text", "diff --git a/n.py b/n.py\ndeleted file mode 100644\nindex 1..0\n",
       "remove n.py@1 [] -> []\n"},
      {"renamed", "diff --git a/x.py b/y.py\nsimilarity index 100%\nrename from x.py\nrename to y.py\n",
       "rename x.py@1 to y.py [] -> []\n"},
      {"renamed and changed",
       "diff --git a/x.py b/y.py\nrename from x.py\nrename to y.py\n--- a/x.py\n+++ b/y.py\n@@ -1 +1 "
       "@@\n-a\n+b\n",
       "rename x.py@1 to y.py [] -> []\nchange x.py@6 [a] -> [b] at 1\n"},
      {"no final newline",
       head + "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n",
       "change x.py@3 [a] -> [b] at 1 open\n"},
      {"headerless, the fence below a path", "x.py\n```diff\n@@ -1 +1 @@\n-a\n+b\n```\n",
       "change x.py@3 [a] -> [b] at 1\n"},
      {"no header at all", "x.py\n```diff\n-a\n+b\n```\n", "change x.py@3 [a] -> [b]\n"},
      {"only insertions", head + "@@ -1,0 +2 @@\n+b\n",
       "change x.py@3 [] -> [b] at 1 !there are no lines to find its place by\n"},
      {"cut off in a fence", "```diff\n" + head + "@@ -1,3 +1,3 @@\n one\n-two\n",
       "change x.py@4 [one|two] -> [one] at 1 !the reply ends within this hunk\n"},
  });
}

BOOST_AUTO_TEST_CASE(patches) {
  const std::string begin = "*** Begin Patch\n", end = "*** End Patch\n";
  check({
      {"update", begin + "*** Update File: x.py\n@@ class A\n@@ def f():\n one\n-two\n+zwei\n" + end,
       "change x.py@3 [one|two] -> [one|zwei] @@class A @@def f():\n"},
      {"no @@", begin + "*** Update File: x.py\n one\n-two\n+zwei\n" + end,
       "change x.py@3 [one|two] -> [one|zwei]\n"},
      {"two hunks", begin + "*** Update File: x.py\n@@\n-a\n+b\n@@\n-c\n+d\n" + end,
       "change x.py@3 [a] -> [b]\nchange x.py@6 [c] -> [d]\n"},
      {"add", begin + "*** Add File: n.py\n+one\n+\n+two\n" + end, "create n.py@2 [] -> [one||two]\n"},
      {"delete", begin + "*** Delete File: n.py\n" + end, "remove n.py@2 [] -> []\n"},
      {"move", begin + "*** Update File: x.py\n*** Move to: y.py\n@@\n-a\n+b\n" + end,
       "rename x.py@2 to y.py [] -> []\nchange x.py@4 [a] -> [b]\n"},
      {"several",
       begin + "*** Update File: x.py\n@@\n-a\n+b\n*** Delete File: y.py\n*** Add File: z.py\n+z\n" + end,
       "change x.py@3 [a] -> [b]\nremove y.py@6 [] -> []\ncreate z.py@7 [] -> [z]\n"},
      {"fenced", "```\n" + begin + "*** Delete File: n.py\n" + end + "```\nDone.\n",
       "remove n.py@3 [] -> []\n"},
      {"cut off", begin + "*** Update File: x.py\n@@\n-a\n+b\n",
       "change x.py@3 [a] -> [b] !the reply ends before *** End Patch\n"},
      {"a line of nothing", begin + "*** Update File: x.py\n@@\n-a\nb\n",
       "change x.py@3 [a] -> [] !a line of it begins with none of blank, + and -\n"},
  });
}

BOOST_AUTO_TEST_CASE(a_block_is_given_out_with_its_last_line) {
  ReplyParser parser;
  parser.feed("a.py\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE");
  BOOST_TEST(parser.take().empty());
  parser.feed("\n");
  BOOST_TEST(told(parser.take()) == block_at(2));
  parser.feed("```python path=b.py\none\n```\n");
  BOOST_TEST(told(parser.take()) == "write b.py@7 [] -> [one]\n");
}

BOOST_AUTO_TEST_CASE(too_much) {
  ReplyParser parser;
  const std::string much(kMaxReplyBytes, 'x');
  parser.feed(much);
  BOOST_TEST(parser.problem().empty());
  parser.feed("y");
  BOOST_TEST(!parser.problem().empty());
  parser.finish();
}
