// Locks, clients and the lease between processes.
#include "engine/lease.h"
#include "base/replace_file.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <thread>

#include "engine/engine_log.h"
#include "support/temp_folder.h"

namespace coder::engine {
namespace {

using namespace std::chrono_literals;

/// A runtime folder of its own.
struct World {
  test::TempFolder folder;
  test::ScopedEnv runtime{"XDG_RUNTIME_DIR", folder.path()};
  test::ScopedEnv state{"XDG_STATE_HOME", folder / "state"};
  Paths paths = *Paths::make();
};

/// A process that runs `body`, then sleeps until it is killed. Back when `body` has run.
template <class Body>
pid_t process(Body body) {
  int ready[2];
  BOOST_REQUIRE(::pipe(ready) == 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    const auto kept = body();
    [[maybe_unused]] const ssize_t n = ::write(ready[1], "x", 1);
    while (true) ::pause();
  }
  char byte = 0;
  BOOST_REQUIRE(::read(ready[0], &byte, 1) == 1);
  ::close(ready[0]);
  ::close(ready[1]);
  return pid;
}

void kill_9(pid_t pid) {
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

BOOST_AUTO_TEST_CASE(a_killed_client_does_not_count) {
  World world;
  BOOST_TEST(count_clients(world.paths) == 0);
  const pid_t a = process([&] { return Client::attach(world.paths); });
  const pid_t b = process([&] { return Client::attach(world.paths); });
  {
    const Client mine = Client::attach(world.paths);
    BOOST_TEST(static_cast<bool>(mine));
    BOOST_TEST(count_clients(world.paths) == 3);
    kill_9(a);
    BOOST_TEST(count_clients(world.paths) == 2);
  }
  BOOST_TEST(count_clients(world.paths) == 1);
  kill_9(b);
  BOOST_TEST(count_clients(world.paths) == 0);
  BOOST_TEST(std::filesystem::is_empty(world.paths.clients));
}

BOOST_AUTO_TEST_CASE(a_client_that_comes_while_others_are_counted_is_there) {
  World world;
  const pid_t counter = ::fork();
  if (counter == 0) {
    while (true) count_clients(world.paths);
  }
  for (int i = 0; i < 300; ++i) {
    const Client client = Client::attach(world.paths);
    BOOST_TEST(static_cast<bool>(client));
    BOOST_TEST(count_clients(world.paths) == 1);
  }
  kill_9(counter);
}

BOOST_AUTO_TEST_CASE(one_keeper_at_a_time_and_its_number) {
  World world;
  BOOST_TEST(keeper_of(world.paths) == 0);
  const pid_t keeper = process([&] {
    FileLock lock = FileLock::take(world.paths.keeper_lock, 0ms);
    lock.write(std::to_string(::getpid()));
    return lock;
  });
  BOOST_TEST(keeper_of(world.paths) == keeper);
  BOOST_TEST(!FileLock::take(world.paths.keeper_lock, 0ms));
  BOOST_TEST((read_lease(world.paths).status.state == State::loading));  // it has not said anything yet
  kill_9(keeper);
  BOOST_TEST(keeper_of(world.paths) == 0);
  FileLock mine = FileLock::take(world.paths.keeper_lock, 0ms);
  BOOST_TEST(static_cast<bool>(mine));
  BOOST_TEST(mine.stands_at(world.paths.keeper_lock));
  std::filesystem::remove(world.paths.keeper_lock);
  BOOST_TEST(!mine.stands_at(world.paths.keeper_lock));
}

Lease some_lease() {
  Lease lease;
  lease.keeper = ::getpid();
  lease.engine = 77;
  lease.status = {State::busy, 100, "a \"reason\"", "", 2, "a q8_0 KV cache", 42.5};
  lease.address = "unix:///x.sock";
  lease.model = "/m.gguf";
  lease.context = 8192;
  lease.slots = 2;
  lease.clients = 1;
  return lease;
}

BOOST_AUTO_TEST_CASE(a_lease_counts_while_its_keeper_lives) {
  World world;
  BOOST_TEST((read_lease(world.paths).status.state == State::cold));
  BOOST_REQUIRE(replace_file(world.paths.lease, encode(some_lease())).ok());
  BOOST_TEST((read_lease(world.paths).status.state == State::cold));  // nobody keeps it
  FileLock lock = FileLock::take(world.paths.keeper_lock, 0ms);
  lock.write(std::to_string(::getpid()));
  const Lease now = read_lease(world.paths);
  BOOST_TEST((now.status.state == State::busy));
  BOOST_TEST(now.status.reason == "a \"reason\"");
  BOOST_TEST(now.status.changed == "a q8_0 KV cache");
  BOOST_TEST(now.status.tokens_per_s == 42.5);
  BOOST_TEST(now.address == "unix:///x.sock");
  BOOST_TEST(now.engine == 77);
  lock.write("1234567");  // of another keeper than the lease's
  BOOST_TEST((read_lease(world.paths).status.state == State::loading));
  lock = FileLock();
  // A failure is told after its keeper has gone, too.
  Lease failed = some_lease();
  failed.status = {State::failed, 0, "why", "what", 0, "", 0};
  BOOST_REQUIRE(replace_file(world.paths.lease, encode(failed)).ok());
  const Lease last = read_lease(world.paths);
  BOOST_TEST((last.status.state == State::failed && last.status.remedy == "what" && last.keeper == 0));
}

BOOST_AUTO_TEST_CASE(a_lease_of_anything_is_read_as_cold) {
  World world;
  for (const std::string text :
       {"", "{", "[]", "{\"version\":2}", "{\"version\":1,\"state\":\"odd\"}", "\xff\xfe\0", "null"}) {
    std::ofstream(world.paths.lease) << text;
    BOOST_TEST((read_lease(world.paths).status.state == State::cold), text);
  }
  std::ofstream(world.paths.lease) << std::string(1 << 20, '[');
  BOOST_TEST((read_lease(world.paths).status.state == State::cold));
  std::filesystem::remove(world.paths.lease);
  std::filesystem::create_symlink("/dev/zero", world.paths.lease);
  BOOST_TEST((read_lease(world.paths).status.state == State::cold));
}

BOOST_AUTO_TEST_CASE(a_path_too_long_for_a_socket_is_told) {
  test::TempFolder folder;
  const std::string deep = folder.folder(std::string(90, 'x'));
  const test::ScopedEnv runtime("XDG_RUNTIME_DIR", deep);
  const Result<Paths> paths = Paths::make();
  BOOST_REQUIRE(!paths.ok());
  BOOST_TEST(paths.error().hint.find("XDG_RUNTIME_DIR") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_log_is_cut_at_lines_and_kept_in_two_files) {
  test::TempFolder folder;
  const std::string path = folder / "engine.log";
  {
    EngineLog log(path, 1000);
    log.write("half a");
    log.write(" line\n");
    for (int i = 0; i < 100; ++i) log.write("line " + std::to_string(i) + " of some length\n");
    log.note("a note\nof two lines");
  }
  std::ifstream one(path), before(path + ".1");
  const std::string now{std::istreambuf_iterator<char>(one), {}},
      old{std::istreambuf_iterator<char>(before), {}};
  BOOST_TEST(now.size() <= 1300u);
  BOOST_TEST(old.size() <= 1300u);
  BOOST_TEST(old.size() >= 1000u);
  BOOST_TEST(now.rfind("line ", 0) == 0u);
  BOOST_TEST(old.back() == '\n');
  BOOST_TEST(now.find("coder-nvim: a note of two lines\n") != std::string::npos);
  // A line without an end does not grow a file for ever.
  EngineLog log(path, 1000);
  for (int i = 0; i < 1000; ++i) log.write(std::string(100, 'x'));
  BOOST_TEST(std::filesystem::file_size(path) <= 1400u);
  EngineLog nowhere("/no/such/folder/log");
  nowhere.write("x\n");
}

}  // namespace
}  // namespace coder::engine
