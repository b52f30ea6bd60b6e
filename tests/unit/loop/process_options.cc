// A child's environment, output piece by piece, and folders that are watched.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "loop/loop.h"
#include "loop/work.h"
#include "support/temp_folder.h"

using namespace coder;
using loop::Loop;
using loop::Process;

namespace {

std::string output_of(Process::Options options) {
  Loop loop;
  std::string out = "never called";
  options.max_bytes = 1000;
  const Process process(loop, std::move(options), [&](Result<loop::ProcessResult> result) {
    out = result.ok() ? result->out : result.error().message;
  });
  loop.run();
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_child_gets_and_lacks_variables) {
  const test::ScopedEnv kept("CODER_TEST_KEPT", "kept"), lost("CODER_TEST_LOST", "lost");
  Process::Options options;
  options.argv = {"sh", "-c",
                  "printf '%s,%s,%s' \"$CODER_TEST_KEPT\" \"$CODER_TEST_LOST\" \"$CODER_TEST_NEW\""};
  {
    Process::Options plain;
    plain.argv = options.argv;
    BOOST_TEST(output_of(std::move(plain)) == "kept,lost,");
  }
  options.without = {"CODER_TEST_LOST"};
  options.set = {"CODER_TEST_NEW=a=b", "CODER_TEST_KEPT=other"};
  BOOST_TEST(output_of(std::move(options)) == "other,,a=b");
}

BOOST_AUTO_TEST_CASE(output_piece_by_piece_is_bounded_and_not_kept) {
  Loop loop;
  Process::Options options;
  options.argv = {"sh", "-c", "yes | head -c 100000"};
  options.max_bytes = 50'001;
  size_t got = 0;
  options.on_out = [&](std::string_view piece) { got += piece.size(); };
  bool ended = false;
  const Process process(loop, std::move(options), [&](Result<loop::ProcessResult> result) {
    ended = true;
    BOOST_TEST(result.ok());
    BOOST_TEST(result->out == "");
  });
  loop.run();
  BOOST_TEST(ended);
  BOOST_TEST(got == 50'001U);
}

BOOST_AUTO_TEST_CASE(a_process_may_be_given_up_from_its_output) {
  Loop loop;
  std::unique_ptr<Process> process;
  Process::Options options;
  options.argv = {"sh", "-c", "yes"};
  options.max_bytes = size_t{1} << 30;
  options.timeout = Millis(60'000);
  const auto watched = std::make_shared<int>(0);
  options.on_out = [&process, watched](std::string_view) {
    process.reset();
    ++*watched;  // what the callback holds lives on while it runs
  };
  bool called = false;
  process = std::make_unique<Process>(loop, std::move(options),
                                      [&](const Result<loop::ProcessResult>&) { called = true; });
  loop.run();
  BOOST_TEST(*watched == 1);
  BOOST_TEST(!called);
}

BOOST_AUTO_TEST_CASE(a_watched_folder_tells_the_names_of_what_changes_in_it) {
  const test::TempFolder folder;
  folder.file("there", "a");
  folder.folder("sub");
  Loop loop;
  std::set<std::string> names;
  const loop::FolderWatch watch(loop, folder.path(), [&](std::string_view name) { names.emplace(name); });
  BOOST_TEST(watch.active());
  BOOST_TEST(!watch.exhausted());
  folder.file("there", "b");
  folder.file("new");
  folder.file("sub/below");
  std::filesystem::rename(folder / "new", folder / "renamed");
  loop::Timer timer(loop, [&] { loop.stop(); });
  timer.start(Millis(50));
  loop.run();
  BOOST_TEST(names == (std::set<std::string>{"there", "new", "renamed"}), boost::test_tools::per_element());
  const loop::FolderWatch nowhere(loop, folder / "missing", [](std::string_view) {});
  BOOST_TEST(!nowhere.active());
}

BOOST_AUTO_TEST_CASE(the_pool_has_threads) { BOOST_TEST(loop::pool_threads() >= 1U); }
