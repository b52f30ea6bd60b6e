#include "loop/loop.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>

using namespace coder;
using loop::Loop;

namespace {

/// Ends a loop that would wait for ever, so that a failing test fails instead of hanging.
struct Watchdog {
  explicit Watchdog(Loop& loop, Millis after = Millis(5000))
      : timer(loop, [this, &loop] {
          fired = true;
          loop.stop();
        }) {
    timer.start(after);
  }
  bool fired = false;
  loop::Timer timer;
};

}  // namespace

BOOST_AUTO_TEST_CASE(posted_tasks_run_later_in_order) {
  Loop loop;
  std::string order;
  loop.post([&] {
    order += "a";
    loop.post([&] { order += "c"; });
    order += "b";
  });
  BOOST_TEST(order.empty());
  loop.run();
  BOOST_TEST(order == "abc");
}

BOOST_AUTO_TEST_CASE(a_timer_may_destroy_itself_in_its_callback) {
  Loop loop;
  std::unique_ptr<loop::Timer> timer;
  std::string text = "captured and read after the timer is gone";
  bool ran = false;
  timer = std::make_unique<loop::Timer>(loop, [&, text] {
    timer.reset();
    ran = text.size() > 10;
  });
  timer->start(Millis(1));
  loop.run();
  BOOST_TEST(ran);
}

BOOST_AUTO_TEST_CASE(a_stopped_or_moved_timer_keeps_its_word) {
  Loop loop;
  int early = 0, moved = 0;
  loop::Timer stopped(loop, [&] { ++early; });
  loop::Timer later(loop, [&] { ++moved; });
  stopped.start(Millis(5));
  later.start(Millis(1));
  later.start(Millis(10));
  stopped.stop();
  loop.run();
  BOOST_TEST(early == 0);
  BOOST_TEST(moved == 1);
}

namespace {

struct StreamPair {
  StreamPair() { BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0); }
  ~StreamPair() {
    if (ends[1] >= 0) ::close(ends[1]);
  }
  int ends[2];
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_stream_delivers_data_and_its_end) {
  Loop loop;
  Watchdog watchdog(loop);
  StreamPair pair;
  std::string got;
  int ends = 0;
  loop::ByteStream::Handlers handlers;
  handlers.on_data = [&](std::string_view bytes) { got += bytes; };
  handlers.on_end = [&] {
    ++ends;
    loop.stop();
  };
  auto stream = loop::ByteStream::open(loop, pair.ends[0], ::dup(pair.ends[0]), std::move(handlers));
  BOOST_REQUIRE(stream.ok());
  BOOST_TEST(::write(pair.ends[1], "hello", 5) == 5);
  ::close(pair.ends[1]);
  pair.ends[1] = -1;
  loop.run();
  BOOST_TEST(got == "hello");
  BOOST_TEST(ends == 1);
  BOOST_TEST(!watchdog.fired);
}

BOOST_AUTO_TEST_CASE(what_the_reader_does_not_take_is_queued_and_counted) {
  Loop loop;
  Watchdog watchdog(loop);
  StreamPair pair;
  bool drained = false;
  loop::ByteStream::Handlers handlers;
  handlers.on_drained = [&] {
    drained = true;
    loop.stop();
  };
  auto stream = loop::ByteStream::open(loop, pair.ends[0], ::dup(pair.ends[0]), std::move(handlers));
  BOOST_REQUIRE(stream.ok());
  const size_t total = 4u << 20;
  (*stream)->write(std::string(total, 'x'));
  BOOST_TEST((*stream)->queued_bytes() > 0u);
  size_t read = 0;
  loop::Poll reader(loop, pair.ends[1], [&](bool, bool) {
    char buffer[65536];
    const ssize_t n = ::read(pair.ends[1], buffer, sizeof buffer);
    if (n > 0) read += static_cast<size_t>(n);
  });
  reader.set(true, false);
  loop.run();
  BOOST_TEST(drained);
  BOOST_TEST((*stream)->queued_bytes() == 0u);
  while (read < total) {
    char buffer[65536];
    const ssize_t n = ::recv(pair.ends[1], buffer, sizeof buffer, MSG_DONTWAIT);
    if (n <= 0) break;
    read += static_cast<size_t>(n);
  }
  BOOST_TEST(read == total);
}

BOOST_AUTO_TEST_CASE(a_broken_pipe_is_an_end) {
  Loop loop;
  Watchdog watchdog(loop);
  std::signal(SIGPIPE, SIG_IGN);
  StreamPair pair;
  int ends = 0;
  loop::ByteStream::Handlers handlers;
  handlers.on_end = [&] {
    ++ends;
    loop.stop();
  };
  auto stream = loop::ByteStream::open(loop, pair.ends[0], ::dup(pair.ends[0]), std::move(handlers));
  BOOST_REQUIRE(stream.ok());
  ::close(pair.ends[1]);
  pair.ends[1] = -1;
  (*stream)->write(std::string(1u << 20, 'x'));
  loop.run();
  BOOST_TEST(ends == 1);
}

BOOST_AUTO_TEST_CASE(a_file_is_no_stream) {
  Loop loop;
  const int file = ::open("/dev/null", O_RDWR);
  auto stream = loop::ByteStream::open(loop, file, file, {});
  BOOST_REQUIRE(!stream.ok());
  BOOST_TEST((stream.error().kind == ErrorKind::usage));
  ::close(file);
}

namespace {

Result<loop::ProcessResult> run_process(const std::vector<std::string>& argv, Millis timeout = Millis(5000),
                                        size_t max_bytes = 1000) {
  Loop loop;
  Result<loop::ProcessResult> got = Error{ErrorKind::internal, "never called", ""};
  std::unique_ptr<loop::Process> process;
  process =
      std::make_unique<loop::Process>(loop, argv, timeout, max_bytes, [&](Result<loop::ProcessResult> r) {
        got = std::move(r);
        process.reset();
      });
  loop.run();
  return got;
}

}  // namespace

BOOST_AUTO_TEST_CASE(processes_give_output_and_status) {
  const auto result = run_process({"sh", "-c", "printf out; printf err >&2; exit 3"});
  BOOST_REQUIRE(result.ok());
  BOOST_TEST(result->out == "out");
  BOOST_TEST(result->err == "err");
  BOOST_TEST(result->exit_status == 3);
  const auto killed = run_process({"sh", "-c", "kill -9 $$"});
  BOOST_TEST(killed->exit_status == 128 + 9);
}

BOOST_AUTO_TEST_CASE(process_output_is_bounded) {
  const auto result = run_process({"sh", "-c", "yes | head -c 100000"});
  BOOST_REQUIRE(result.ok());
  BOOST_TEST(result->out.size() == 1000u);
}

BOOST_AUTO_TEST_CASE(a_missing_program_is_an_error_value) {
  const auto result = run_process({"/nowhere/to/be/found"});
  BOOST_REQUIRE(!result.ok());
  BOOST_TEST(result.error().message.find("/nowhere/to/be/found") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_slow_process_is_ended_with_its_children) {
  const TimePoint before = Clock::now();
  const auto result = run_process({"sh", "-c", "sleep 30 & sleep 30"}, Millis(50));
  BOOST_TEST(!result.ok());
  BOOST_TEST(millis_between(before, Clock::now()) < 5000);
}

BOOST_AUTO_TEST_CASE(destroying_a_process_ends_it_without_a_call) {
  Loop loop;
  bool called = false;
  auto process =
      std::make_unique<loop::Process>(loop, std::vector<std::string>{"sleep", "30"}, Millis(60000), 10,
                                      [&](const Result<loop::ProcessResult>&) { called = true; });
  loop::Timer timer(loop, [&] { process.reset(); });
  timer.start(Millis(20));
  const TimePoint before = Clock::now();
  loop.run();
  BOOST_TEST(!called);
  BOOST_TEST(millis_between(before, Clock::now()) < 5000);
}

BOOST_AUTO_TEST_CASE(a_watched_file_is_noticed_however_it_is_written) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("coder-watch-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const fs::path file = folder / "config.toml";
  std::ofstream(file) << "a";
  Loop loop;
  Watchdog watchdog(loop);
  int step = 0;
  loop::FileWatch watch(loop, file.string(), [&] {
    ++step;
    if (step == 1) {  // replaced by rename, as editors do
      std::ofstream(folder / "tmp") << "b";
      fs::rename(folder / "tmp", file);
    } else if (step == 2) {
      fs::remove(file);
    } else {
      loop.stop();
    }
  });
  BOOST_TEST(watch.active());
  loop.post([&] { std::ofstream(file, std::ios::app) << "more"; });
  loop.run();
  BOOST_TEST(step == 3);
  BOOST_TEST(!watchdog.fired);
  fs::remove_all(folder);
  loop::FileWatch nowhere(loop, "/nowhere/at/all/x", [] {});
  BOOST_TEST(!nowhere.active());
}

BOOST_AUTO_TEST_CASE(signals_arrive_on_the_loop) {
  Loop loop;
  Watchdog watchdog(loop);
  int got = 0;
  loop::Signal signal(loop, SIGUSR1, [&] {
    ++got;
    loop.stop();
  });
  loop.post([] { std::raise(SIGUSR1); });
  loop.run();
  BOOST_TEST(got == 1);
}
