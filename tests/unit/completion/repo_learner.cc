// Learning one root: what is in it, what is not, what changes.
#include "completion/repo_learner.h"

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "completion/repo_kept.h"
#include "support/temp_folder.h"

namespace coder::completion {
namespace {

const std::string kHabit = "outcome = negotiate_terms(partner, deadline)\n";

struct World {
  test::TempFolder temp;
  loop::Loop loop;
  RepoLearner::Options options;
  std::unique_ptr<RepoLearner> learner;

  World() {
    options.root = temp.folder("root");
    for (int i = 0; i < 6; ++i) file("m" + std::to_string(i) + ".py", kHabit + kHabit);
  }
  void file(const std::string& name, const std::string& text) const {
    std::ofstream(options.root + "/" + name, std::ios::binary) << text;
  }
  void start() {
    learner = std::make_unique<RepoLearner>(loop, options, [this] { loop.stop(); });
    loop.run();
  }
  /// Turns of the loop until `done`, two seconds at most.
  bool until(const std::function<bool()>& done) {
    const TimePoint limit = Clock::now() + Millis(1500);
    loop::Timer tick(loop, [this] { loop.stop(); });
    while (!done() && Clock::now() < limit) {
      tick.start(Millis{5});
      loop.run();
    }
    return done();
  }
  std::string guess(const std::string& before) {
    RepoModel& model = learner->model();
    model.buffer_set(1, "new.py", {"import os", "", before});
    const std::optional<RepoGuess> out = model.guess(1, 2, before.size(), Gate::eager);
    return out ? out->text : "";
  }
  bool knows(const std::string& before, const std::string& rest) {
    const std::string text = guess(before);
    return !text.empty() && rest.compare(0, text.size(), text) == 0;
  }
};

BOOST_AUTO_TEST_SUITE(repo_learner)

BOOST_AUTO_TEST_CASE(what_lies_in_the_root_is_known) {
  World world;
  world.start();
  const RepoLearner::Status status = world.learner->status();
  BOOST_TEST(status.ready);
  BOOST_TEST(status.files == 6U);
  BOOST_TEST(status.problem == "");
  BOOST_TEST(world.knows("outcome = negotiate_t", "erms(partner, deadline)"));
}

BOOST_AUTO_TEST_CASE(an_empty_root_and_none) {
  World empty;
  empty.options.root = empty.temp.folder("empty");
  empty.start();
  BOOST_TEST(empty.learner->status().ready);
  BOOST_TEST(empty.guess("outcome = negotiate_t") == "");
  World none;
  none.options.root.clear();
  none.start();
  BOOST_TEST(none.learner->status().ready);
}

BOOST_AUTO_TEST_CASE(what_is_left_out_teaches_nothing) {
  World world;
  world.options.exclude = {"excluded/**"};
  world.options.never_send = {"*.sec"};
  world.temp.folder("root/excluded");
  const std::string many = "zebra_crossing(everywhere)\nzebra_crossing(everywhere)\n";
  for (const char* name : {".env", "excluded/a.py", "b.sec", "c.min.js"}) world.file(name, many + many);
  world.file("binary.py", many + many + std::string("\0", 1));
  world.start();
  BOOST_TEST(world.guess("zebra_cro") == "");
  BOOST_TEST(world.learner->status().files == 6U);
}

BOOST_AUTO_TEST_CASE(private_files_are_not_learned) {
  World world;
  world.temp.folder("root/vault");
  const std::string line = "total = settle_accounts(ledger, quarter)\n";
  for (int i = 0; i < 4; ++i) world.file("vault/v" + std::to_string(i) + ".py", line + line);
  bool hidden = true;
  world.options.is_private = [&](const std::string& path) { return hidden && path.starts_with("vault/"); };
  world.start();
  BOOST_TEST(world.guess("total = settle_acc") == "");
  BOOST_TEST(world.learner->status().files == 6U);
  // Nor when one is saved.
  world.file("vault/v0.py", line + line + line);
  world.learner->look_again({"vault/v0.py"});
  world.until([] { return false; });
  BOOST_TEST(world.guess("total = settle_acc") == "");
  // Other rules: all are judged again.
  hidden = false;
  world.learner->rules_changed();
  BOOST_TEST(world.until([&] { return world.knows("total = settle_acc", "ounts(ledger, quarter)"); }));
  // All of them, where nothing is private.
  world.options.is_private = nullptr;
  world.start();
  BOOST_TEST(world.knows("total = settle_acc", "ounts(ledger, quarter)"));
}

BOOST_AUTO_TEST_CASE(saved_new_and_gone_files) {
  World world;
  world.start();
  const std::string line = "invoice.reconcile_with(statement)\n";
  std::vector<std::string> names;
  for (int i = 0; i < 4; ++i) {
    names.push_back("m" + std::to_string(i) + ".py");
    world.file(names.back(), line + line + line);
  }
  world.learner->look_again(names);
  BOOST_TEST(world.until([&] { return world.knows("invoice.reconcile_w", "ith(statement)"); }));
  for (int i = 0; i < 6; ++i) std::filesystem::remove(world.options.root + "/m" + std::to_string(i) + ".py");
  world.learner->look_again({});
  BOOST_TEST(world.until([&] { return world.guess("invoice.reconcile_w") == ""; }));
}

BOOST_AUTO_TEST_CASE(what_was_learned_is_kept) {
  World world;
  world.options.cache_folder = world.temp / "cache";
  world.start();
  BOOST_TEST(world.until([&] { return !world.learner->status().keeping; }));
  const std::string file = kept_base(world.options.cache_folder, world.options.root);
  BOOST_REQUIRE(std::filesystem::exists(file));
  BOOST_TEST(std::filesystem::file_size(file) > 100U);
  // It is there before the files have been looked at, and what has changed meanwhile is learned.
  world.file("m7.py", "later = imported_afterwards(name)\nlater = imported_afterwards(name)\n");
  world.start();
  BOOST_TEST(world.until([&] { return world.knows("later = imported_a", "fterwards(name)"); }));
  BOOST_TEST(world.knows("outcome = negotiate_t", "erms(partner, deadline)"));
  BOOST_TEST(world.learner->status().files == 7U);
  // A damaged one is made anew.
  std::ofstream(file, std::ios::binary | std::ios::in | std::ios::out).seekp(40) << "damage";
  world.start();
  BOOST_TEST(world.until([&] { return !world.learner->status().keeping; }));
  BOOST_TEST(world.knows("outcome = negotiate_t", "erms(partner, deadline)"));
  BOOST_TEST((load_base(file) != nullptr));
}

BOOST_AUTO_TEST_CASE(a_cache_that_cannot_be_written_is_told) {
  World world;
  world.file("plain", "x");
  world.options.cache_folder = world.options.root + "/plain/cache";
  world.start();
  BOOST_TEST(world.until([&] { return !world.learner->status().keeping; }));
  BOOST_TEST(world.learner->status().problem.find("cannot be kept") != std::string::npos);
  BOOST_TEST(world.knows("outcome = negotiate_t", "erms(partner, deadline)"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace coder::completion
