// Children that live on: their output, their end, and that they go with their object.
#include "loop/child.h"

#include <signal.h>

#include <boost/test/unit_test.hpp>

namespace coder::loop {
namespace {

/// Runs `script` to its end.
struct Run {
  explicit Run(const std::string& script) {
    Child::Options options;
    options.argv = {"sh", "-c", script};
    options.on_output = [&](std::string_view bytes) {
      out += bytes;
      if (on_output) on_output();
    };
    options.on_exit = [&](Child::Exit how) {
      exit = how;
      ++ends;
      loop.stop();
    };
    Result<std::unique_ptr<Child>> started = Child::start(loop, std::move(options));
    BOOST_REQUIRE(started.ok());
    child = std::move(*started);
  }
  Loop loop;
  std::unique_ptr<Child> child;
  std::string out;
  Child::Exit exit;
  int ends = 0;
  unique_function<void()> on_output;
};

BOOST_AUTO_TEST_CASE(gives_all_output_before_the_end) {
  Run run("echo one; echo two >&2; i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; exit 3");
  BOOST_TEST(run.ends == 0);
  run.loop.run();
  BOOST_TEST(run.ends == 1);
  BOOST_TEST(run.exit.status == 3);
  BOOST_TEST(run.exit.signal == 0);
  BOOST_TEST(run.out.rfind("one\ntwo\nline 0\n", 0) == 0u);
  BOOST_TEST(run.out.find("line 2999\n") == run.out.size() - 10);
}

BOOST_AUTO_TEST_CASE(tells_the_signal_that_ended_it) {
  Run run("echo up; exec sleep 600");
  run.on_output = [&] { run.child->signal(SIGTERM); };
  run.loop.run();
  BOOST_TEST(run.exit.signal == SIGTERM);
}

BOOST_AUTO_TEST_CASE(does_not_wait_for_grandchildren_that_hold_its_output) {
  Run run("sleep 600 & echo $!; exit 0");
  run.loop.run();
  BOOST_TEST(run.ends == 1);
  BOOST_TEST(run.exit.status == 0);
  ::kill(std::stoi(run.out), SIGKILL);
}

BOOST_AUTO_TEST_CASE(goes_with_its_object_also_from_its_own_callback) {
  Run run("echo up; exec sleep 600");
  pid_t pid = 0;
  run.on_output = [&] {
    pid = run.child->pid();
    run.child.reset();
  };
  run.loop.run();  // ends when it is reaped, for nothing else is waited for
  BOOST_TEST(run.ends == 0);
  BOOST_TEST(::kill(pid, 0) == -1);
}

BOOST_AUTO_TEST_CASE(a_program_that_is_not_there) {
  Loop loop;
  Child::Options options;
  options.argv = {"/no/such/program"};
  const Result<std::unique_ptr<Child>> started = Child::start(loop, std::move(options));
  BOOST_REQUIRE(!started.ok());
  BOOST_TEST(started.error().message == "cannot run `/no/such/program`: no such file or directory");
  BOOST_TEST(!own_program().empty());
}

}  // namespace
}  // namespace coder::loop
