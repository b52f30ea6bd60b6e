#include "config/live.h"

#include <boost/test/unit_test.hpp>
#include <functional>

#include "support/temp_folder.h"

using namespace coder;
using namespace coder::config;
using test::TempFolder;

namespace {

const std::string kGood =
    "[models.m]\nprovider = \"openai\"\nbase_url = \"http://localhost/v1\"\nmodel = \"x\"\n";
const std::string kBroken = "[models.m]\nprovider = \"openai\"\n";

/// A Live on `file` that records what it says; run() turns the loop until it said something new.
struct Watched {
  explicit Watched(const std::string& file, bool must_exist = false)
      : live(std::make_unique<Live>(
            loop, file, must_exist,
            Live::Handlers{[this](const Live::Snapshot&) {
                             said += "changed ";
                             loop.stop();
                           },
                           [this](const Config& rejected) {
                             said += "rejected:" + std::to_string(rejected.problems.size()) + " ";
                             loop.stop();
                           }})) {}

  /// What was said until it was `wanted` or `limit` passed.
  std::string run(const std::string& wanted, Millis limit = Millis(5000)) {
    const TimePoint end = loop.now() + limit;
    loop::Timer wake(loop, [this] { loop.stop(); });
    while (said != wanted && loop.now() < end) {
      wake.start(Millis(20));
      loop.run();
    }
    std::string out = std::move(said);
    said.clear();
    return out;
  }

  loop::Loop loop;
  std::string said;
  std::unique_ptr<Live> live;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_change_is_taken_and_a_broken_one_is_not) {
  const TempFolder temp;
  const std::string file = temp.file("config.toml", kGood);
  Watched watched(file);
  BOOST_TEST(watched.live->current()->models.size() == 1u);
  const Live::Snapshot before = watched.live->current();

  temp.file("config.toml", "mode = \"local\"\n" + kGood);
  BOOST_TEST(watched.run("changed ") == "changed ");
  BOOST_TEST(to_string(watched.live->current()->mode) == "local");
  BOOST_TEST(to_string(before->mode) == "auto");  // a request in flight keeps what it began with

  temp.file("config.toml", kBroken);
  BOOST_TEST(watched.run("rejected:2 ") == "rejected:2 ");
  BOOST_TEST(to_string(watched.live->current()->mode) == "local");
  temp.file("config.toml", kBroken);  // the same again is not told again
  BOOST_TEST(watched.run("never", Millis(300)) == "");
  temp.file("config.toml", kBroken + "context = 0\n");
  BOOST_TEST(watched.run("rejected:3 ") == "rejected:3 ");

  temp.file("config.toml", kGood + "x = 1\n");  // a warning is no error
  BOOST_TEST(watched.run("changed ") == "changed ");
  BOOST_TEST(watched.live->current()->problems.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_file_replaced_by_rename_is_noticed) {
  const TempFolder temp;
  const std::string file = temp.file("config.toml", kGood);
  Watched watched(file);
  for (int round = 0; round < 2; ++round) {
    const std::string fresh = temp.file("config.toml.new", "mode = \"cloud\"\n" + kGood);
    std::filesystem::rename(fresh, file);
    BOOST_TEST(watched.run("changed ") == "changed ");
    BOOST_TEST(to_string(watched.live->current()->mode) == "cloud");
  }
}

BOOST_AUTO_TEST_CASE(a_file_and_folders_that_come_later_are_noticed) {
  const TempFolder temp;
  Watched watched(temp / "a/b/config.toml");
  BOOST_TEST(watched.live->current()->problems.empty());
  temp.file("a/b/config.toml", kGood);
  BOOST_TEST(watched.run("changed ").find("changed") == 0u);
  if (watched.live->current()->models.empty()) watched.run("changed ");
  BOOST_TEST(watched.live->current()->models.size() == 1u);
  temp.file("a/b/config.toml", "mode = \"local\"\n" + kGood);
  BOOST_TEST(watched.run("changed ") == "changed ");
  BOOST_TEST(to_string(watched.live->current()->mode) == "local");
}

BOOST_AUTO_TEST_CASE(a_removed_file_is_an_empty_one_or_an_error) {
  const TempFolder temp;
  const std::string file = temp.file("config.toml", kGood);
  Watched optional(file), required(file, true);
  std::filesystem::remove(file);
  BOOST_TEST(optional.run("changed ") == "changed ");
  BOOST_TEST(optional.live->current()->models.empty());
  BOOST_TEST(required.run("rejected:1 ") == "rejected:1 ");
  BOOST_TEST(required.live->current()->models.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_file_behind_a_link_is_followed) {
  const TempFolder temp;
  temp.file("dotfiles/coder.toml", kGood);
  const std::string file = temp.link("config/config.toml", temp / "dotfiles/coder.toml");
  Watched watched(file);
  temp.file("dotfiles/coder.toml", "mode = \"local\"\n" + kGood);
  BOOST_TEST(watched.run("changed ") == "changed ");
  BOOST_TEST(to_string(watched.live->current()->mode) == "local");
}

BOOST_AUTO_TEST_CASE(a_broken_start_is_replaced_by_whatever_comes) {
  const TempFolder temp;
  const std::string file = temp.file("config.toml", kBroken);
  Watched watched(file);
  BOOST_TEST(watched.live->current()->has_errors());
  temp.file("config.toml", kBroken + "context = 0\n");
  BOOST_TEST(watched.run("changed ") == "changed ");
  BOOST_TEST(watched.live->current()->problems.size() == 3u);
  temp.file("config.toml", kGood);
  BOOST_TEST(watched.run("changed ") == "changed ");
  BOOST_TEST(!watched.live->current()->has_errors());
}

BOOST_AUTO_TEST_CASE(a_handler_may_destroy_the_object) {
  const TempFolder temp;
  const std::string file = temp.file("config.toml", kGood);
  loop::Loop loop;
  std::unique_ptr<Live> live;
  int calls = 0;
  live = std::make_unique<Live>(loop, file, false,
                                Live::Handlers{[&](const Live::Snapshot&) {
                                                 ++calls;
                                                 live.reset();
                                                 loop.stop();
                                               },
                                               nullptr});
  temp.file("config.toml", "mode = \"local\"\n" + kGood);
  loop::Timer guard(loop, [&] { loop.stop(); });
  guard.start(Millis(5000));
  loop.run();
  BOOST_TEST(calls == 1);
  BOOST_TEST(!live);
}
