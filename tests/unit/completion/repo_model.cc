#include "completion/repo_model/repo_model.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "base/text.h"
#include "completion/repo_model/state.h"

using coder::completion::Gate;
using coder::completion::GateTable;
using coder::completion::RepoBase;
using coder::completion::RepoFile;
using coder::completion::RepoGuess;
using coder::completion::RepoModel;

namespace {

using Lines = std::vector<std::string>;

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

const char* const kHandler =
    "func handle(w http.ResponseWriter, r *http.Request) {\n"
    "\tif err := validate(r); err != nil {\n"
    "\t\thttp.Error(w, err.Error(), http.StatusBadRequest)\n"
    "\t\treturn\n"
    "\t}\n"
    "}\n\n";

RepoModel model_of(std::vector<RepoFile> files) {
  RepoModel out;
  out.set_base(RepoBase::build(std::move(files)), 0);
  return out;
}

/// Lets everything pass: for what is guessed rather than whether.
const GateTable& open_gates() {
  static const GateTable table = [] {
    GateTable out{};
    out.word.direct[coder::completion::kGateAlways] = out.line.direct[coder::completion::kGateAlways] = 4;
    out.bounds = {{{0, 0.5F}, {0, 0.5F}}};
    return out;
  }();
  return table;
}

/// What is guessed at the end of the last of `lines`.
std::optional<RepoGuess> guess_behind(RepoModel& model, const Lines& lines, Gate gate = Gate::eager) {
  model.buffer_set(1, "new.go", lines);
  return model.guess(1, lines.size() - 1, lines.back().size(), gate);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(repo_model)

BOOST_AUTO_TEST_CASE(a_line_that_the_repository_has_is_completed) {
  RepoModel model = model_of({{"a.go", repeated(kHandler, 6)}, {"b.go", repeated(kHandler, 3)}});
  const Lines lines = {"func other() {", "\tif err := validate(r); err != nil {", "\t\thttp.Er"};
  const std::string rest = "ror(w, err.Error(), http.StatusBadRequest)";
  const auto guess = guess_behind(model, lines);
  BOOST_REQUIRE(guess.has_value());
  BOOST_TEST(rest.substr(0, guess->text.size()) == guess->text);
  BOOST_TEST(guess->confidence > 0.5);
  BOOST_TEST(guess->confidence <= 1.0);
  BOOST_TEST(!guess->private_text);
  model.state().gates = &open_gates();
  const auto longer = guess_behind(model, lines);
  BOOST_REQUIRE(longer.has_value());
  BOOST_TEST(longer->text.size() > 10U);
  BOOST_TEST(rest.substr(0, longer->text.size()) == longer->text);
}

BOOST_AUTO_TEST_CASE(what_follows_for_certain_comes_as_lines_with_their_indentation) {
  RepoModel model = model_of({{"a.go", repeated(kHandler, 20)}});
  model.state().gates = &open_gates();
  const auto guess = guess_behind(model, {"func handle(w http.ResponseWriter, r *http.Request) {",
                                          "\tif err := validate(r); err != nil {", "\t\thttp.Error("});
  BOOST_REQUIRE(guess.has_value());
  BOOST_TEST(guess->text.rfind("w, err.Error(), http", 0) == 0U);
  if (guess->kind == RepoGuess::Kind::lines) {
    BOOST_TEST(guess->text.find("\n\t\treturn") != std::string::npos);
    BOOST_TEST(guess->text.back() != '\n');
  }
}

BOOST_AUTO_TEST_CASE(the_buffer_counts_before_the_repository) {
  std::string old;
  for (int i = 0; i < 4; ++i) old += "    value = compute_the_old_result(item)\n    store(value)\n";
  RepoModel model = model_of({{"a.py", old}});
  model.state().gates = &open_gates();
  Lines lines;
  for (int i = 0; i < 6; ++i) {
    lines.emplace_back("    value = compute_newer(item)");
    lines.emplace_back("    store(value)");
  }
  lines.emplace_back("    value = compute_");
  const auto guess = guess_behind(model, lines);
  BOOST_REQUIRE(guess.has_value());
  BOOST_TEST(guess->text.rfind("newer", 0) == 0U);
}

BOOST_AUTO_TEST_CASE(a_guess_starts_with_what_was_typed_and_is_more) {
  RepoModel model = model_of({{"a.go", repeated(kHandler, 6)}});
  const std::string line = "\t\thttp.Error(w, err.Error(), http.StatusBadRequest)";
  for (size_t col = 0; col <= line.size(); ++col) {
    const auto guess = guess_behind(model, {"\tif err := validate(r); err != nil {", line.substr(0, col)});
    if (!guess) continue;
    BOOST_TEST(!guess->text.empty());
    if (col < line.size())
      BOOST_TEST(guess->text.substr(0, line.size() - col) == line.substr(col).substr(0, guess->text.size()));
  }
}

BOOST_AUTO_TEST_CASE(text_behind_the_cursor_is_not_repeated) {
  RepoModel model = model_of({{"a.go", repeated(kHandler, 10)}});
  model.state().gates = &open_gates();
  model.buffer_set(1, "b.go",
                   {"\tif err := validate(r); err != nil {", "\t\thttp.Error(w, err.Error(), http.)"});
  const auto guess = model.guess(1, 1, 34, Gate::eager);
  BOOST_REQUIRE(guess.has_value());
  BOOST_TEST(guess->text == "StatusBadRequest");
  BOOST_TEST(!model.guess(1, 1, 6, Gate::eager).has_value());  // inside of a word
}

BOOST_AUTO_TEST_CASE(private_text_says_so) {
  RepoModel model = model_of({{"a.go", repeated(kHandler, 4)}, {"b.go", repeated(kHandler, 4), true}});
  const Lines lines = {"\tif err := validate(r); err != nil {", "\t\thttp.Er"};
  const auto guess = guess_behind(model, lines);
  BOOST_REQUIRE(guess.has_value());
  BOOST_TEST(guess->private_text);  // one of the places is private: labels join
  RepoModel session = model_of({{"a.go", repeated(kHandler, 4)}});
  BOOST_TEST(!guess_behind(session, lines)->private_text);
  session.put("c.go", repeated(kHandler, 1), true);
  BOOST_TEST(guess_behind(session, lines)->private_text);
  RepoModel open;
  open.state().gates = &open_gates();
  const Lines buffer = {"value = compute(item)", "value = compute(item)", "value = comp"};
  BOOST_REQUIRE(guess_behind(open, buffer).has_value());
  BOOST_TEST(!guess_behind(open, buffer)->private_text);
  open.buffer_set(1, "a.py", buffer, true);
  BOOST_TEST(open.guess(1, 2, 12, Gate::eager)->private_text);
}

BOOST_AUTO_TEST_CASE(a_saved_file_hides_what_the_base_knew_of_it) {
  RepoModel model = model_of({{"a.go", repeated(kHandler, 8)}});
  model.state().gates = &open_gates();
  const auto knows = [&] {
    const auto guess = guess_behind(model, {"\tif err := validate(r); err != nil {", "\t\thttp.Er"});
    return guess && guess->text.find("w, err.Error()") != std::string::npos;
  };
  BOOST_TEST(knows());
  model.remove("a.go");
  BOOST_TEST(!knows());
  model.put("b.go", repeated(kHandler, 8), false);
  BOOST_TEST(knows());
  // A base that was begun before b.go was saved does not know it: it stays.
  const uint64_t before = model.stamp();
  model.put("b.go", repeated(kHandler, 9), false);
  model.set_base(RepoBase::build({{"c.go", "package c\n"}}), before);
  BOOST_TEST(knows());
  model.set_base(RepoBase::build({}), model.stamp());
  BOOST_TEST(!knows());
}

BOOST_AUTO_TEST_CASE(quiet_shows_no_more_than_eager) {
  RepoModel model = model_of({{"a.go", repeated(kHandler, 2)}});
  const std::string line = "\t\thttp.Error(w, err.Error(), http.StatusBadRequest)";
  int quiet = 0, eager = 0;
  for (size_t col = 2; col < line.size(); ++col) {
    const Lines lines = {"\tif err := validate(r); err != nil {", line.substr(0, col)};
    quiet += guess_behind(model, lines, Gate::quiet) ? 1 : 0;
    eager += guess_behind(model, lines, Gate::eager) ? 1 : 0;
  }
  BOOST_TEST(quiet <= eager);
  BOOST_TEST(eager > 0);
}

BOOST_AUTO_TEST_CASE(a_base_is_saved_and_loaded) {
  const auto base = RepoBase::build({{"a.go", repeated(kHandler, 6)}, {"b.go", repeated(kHandler, 2), true}});
  const std::string bytes = base->save();
  auto loaded = RepoBase::load(bytes);
  BOOST_REQUIRE(loaded.ok());
  BOOST_TEST((*loaded)->tokens() == base->tokens());
  BOOST_REQUIRE((*loaded)->files().size() == 2U);
  BOOST_TEST((*loaded)->files()[1].private_text);
  BOOST_TEST((*loaded)->files()[0].hash == base->files()[0].hash);
  RepoModel first, second;
  first.set_base(base, 0);
  second.set_base(*loaded, 0);
  const Lines lines = {"\tif err := validate(r); err != nil {", "\t\thttp.Er"};
  BOOST_TEST(guess_behind(first, lines)->text == guess_behind(second, lines)->text);
  BOOST_TEST(guess_behind(first, lines)->confidence == guess_behind(second, lines)->confidence);
}

BOOST_AUTO_TEST_SUITE_END()
