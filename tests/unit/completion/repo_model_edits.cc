// A model that was kept in step with thousands of edits says the same as one that is made of what they led
// to.
#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "completion/repo_model/buffer_tokens.h"
#include "completion/repo_model/repo_model.h"
#include "completion/repo_model/state.h"

using namespace coder::completion;

namespace {

using Lines = std::vector<std::string>;

class Writer {
 public:
  explicit Writer(uint32_t seed) : random_(seed) {}
  size_t below(size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  std::string line() {
    static const Lines kWords = {"value", "result",  "self", "return", "if",    "for", "item",
                                 "items", "compute", "(",    ")",      " = ",   ".",   ", ",
                                 ":",     " ",       "\"",   "_name",  "naïve", "x1"};
    std::string out(below(4) * 4, ' ');
    if (below(6) == 0) return below(2) == 0 ? std::string() : out;
    for (size_t count = 1 + below(8); count > 0; --count) out += kWords[below(kWords.size())];
    return out;
  }
  Lines lines(size_t most) {
    Lines out;
    for (size_t count = below(most + 1); count > 0; --count) out.push_back(line());
    return out;
  }
  std::string text(size_t most) {
    std::string out;
    for (const std::string& one : lines(most)) out += one + "\n";
    return out;
  }

 private:
  std::mt19937 random_;
};

void check_same(const std::optional<RepoGuess>& left, const std::optional<RepoGuess>& right) {
  BOOST_REQUIRE(left.has_value() == right.has_value());
  if (!left) return;
  BOOST_REQUIRE(left->text == right->text);
  BOOST_REQUIRE(left->confidence == right->confidence);
  BOOST_REQUIRE(left->kind == right->kind);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(repo_model_edits)

BOOST_AUTO_TEST_CASE(a_spliced_buffer_has_the_tokens_of_a_fresh_one) {
  Writer writer(11);
  Words words;
  BufferTokens buffer("a.py", false);
  Lines lines;
  for (int edit = 0; edit < 5'000; ++edit) {
    const size_t first = writer.below(lines.size() + 1);
    const size_t last = std::min(lines.size(), first + writer.below(edit % 50 == 0 ? 60 : 3));
    const Lines added = writer.lines(edit % 40 == 0 ? 40 : 2);
    buffer.splice(first, last, added, words);
    lines.erase(lines.begin() + static_cast<long>(first), lines.begin() + static_cast<long>(last));
    lines.insert(lines.begin() + static_cast<long>(first), added.begin(), added.end());
    if (edit % 10 != 0) continue;
    BufferTokens fresh("a.py", false);
    fresh.splice(0, 0, lines, words);
    BOOST_REQUIRE(buffer.tokens() == fresh.tokens());
    for (size_t i = 0; i <= lines.size(); ++i) BOOST_REQUIRE(buffer.begin_of(i) == fresh.begin_of(i));
    for (const Token token : fresh.tokens()) BOOST_REQUIRE(buffer.count(token) == fresh.count(token));
  }
}

BOOST_AUTO_TEST_CASE(a_model_after_edits_guesses_as_a_fresh_one) {
  Writer writer(12);
  std::map<std::string, std::string> files;
  std::vector<RepoFile> first;
  for (int i = 0; i < 20; ++i) {
    const std::string path = "f" + std::to_string(i);
    files[path] = writer.text(60);
    first.push_back({path, files[path]});
  }
  GateTable open{};  // lets everything pass
  open.word.direct[kGateAlways] = open.line.direct[kGateAlways] = 4;
  open.bounds = {{{0, 0.5F}, {0, 0.5F}}};
  RepoModel model;
  model.state().gates = &open;
  auto base = RepoBase::build(first);
  std::map<std::string, std::string> known = files;  // what the base was made of
  model.set_base(base, model.stamp());
  Lines lines = writer.lines(80);
  model.buffer_set(1, "open.py", lines);
  size_t guesses = 0;
  for (int edit = 0; edit < 5'000; ++edit) {
    if (edit % 25 == 0) {
      const std::string path = "f" + std::to_string(writer.below(30));
      if (writer.below(5) == 0) {
        files.erase(path);
        model.remove(path);
      } else {
        files[path] = writer.text(60);
        model.put(path, files[path], false);
      }
    }
    if (edit % 700 == 699) {
      std::vector<RepoFile> all;
      for (const auto& [path, text] : files) all.push_back({path, text});
      base = RepoBase::build(all);
      known = files;
      model.set_base(base, model.stamp());
    }
    const size_t from = writer.below(lines.size() + 1);
    const size_t to = std::min(lines.size(), from + writer.below(3));
    const Lines added = writer.lines(2);
    model.buffer_splice(1, from, to, added);
    lines.erase(lines.begin() + static_cast<long>(from), lines.begin() + static_cast<long>(to));
    lines.insert(lines.begin() + static_cast<long>(from), added.begin(), added.end());
    if (lines.empty()) continue;
    const size_t line = writer.below(lines.size());
    const size_t col = writer.below(lines[line].size() + 1);
    const auto guess = model.guess(1, line, col, Gate::eager);
    guesses += guess ? 1 : 0;
    if (edit % 50 != 0 && !(guess && edit % 7 == 0)) continue;
    // The same base, and every file that differs from it put once.
    RepoModel fresh;
    fresh.state().gates = &open;
    fresh.set_base(base, 0);
    for (const auto& [path, text] : known) {
      if (files.count(path) == 0) fresh.remove(path);
    }
    for (const auto& [path, text] : files) {
      const auto old = known.find(path);
      if (old == known.end() || old->second != text) fresh.put(path, text, false);
    }
    fresh.buffer_set(1, "open.py", lines);
    check_same(guess, fresh.guess(1, line, col, Gate::eager));
  }
  BOOST_TEST(guesses > 40U);
}

BOOST_AUTO_TEST_SUITE_END()
