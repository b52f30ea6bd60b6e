#include "app/ask_tests.h"

#include <cstdio>

#include "app/find_tests.h"
#include "task/test_request.h"

namespace coder::app {

Result<std::optional<AskedTests>> ask_tests(const task::Recipe* recipe,
                                            const std::vector<task::Source>& sources, const std::string& root,
                                            const config::Config& config) {
  const std::optional<AskedTests> none;
  if (!recipe || std::string_view(recipe->name) != "test" || sources.size() != 1) return none;
  const std::string& path = sources.front().shown_path;
  if (task::family_of(path) == task::Family::none || path.starts_with("/")) return none;
  loop::Loop loop;
  std::optional<Result<task::TestPlace>> place;
  FindTests find(loop, root, path, [&](Result<task::TestPlace> found) {
    place.emplace(std::move(found));
    loop.stop();
  });
  loop.run();
  if (!*place) return std::move(place->error());
  if ((*place)->of_test) return none;

  AskedTests out;
  out.place = std::move(**place);
  const privacy::PathRules& rules = config.path_rules();
  const std::string full = root + "/" + out.place.file;
  out.file = rules.judge(full);
  if (out.file.never_send) {
    return Error{ErrorKind::policy,
                 out.place.file + " is on the never-send list (rule " + out.file.rule + ")",
                 "that is where the tests would belong"};
  }
  if (out.place.exists && !out.place.inside) {
    Result<task::Source> source = task::read_source(full, root, rules);
    if (!source) return std::move(source.error());
    out.named.push_back(std::move(*source));
  }
  out.examples = labelled_examples(
      out.place, root, [&](const std::string& one) { return rules.judge(one); }, rules);
  std::fprintf(stderr, "coder-nvim: tests: %s\n", task::in_words(out.place).c_str());
  return std::optional(std::move(out));
}

void with_tests(const AskedTests& tests, const std::string& words, privacy::Part& question) {
  question.text = task::test_request(tests.place, "", words);
  question.label = join(question.label, tests.file.label);
  if (question.rule.empty()) question.rule = tests.file.rule;
}

}  // namespace coder::app
