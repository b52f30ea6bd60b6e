// Limits on a loop: what is called when, what happens to those that are given up, and what it does without
// its database.
#include "dispatch/limits.h"

#include <sys/resource.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <future>

#include "dispatch/state.h"
#include "loop/work.h"
#include "support/temp_folder.h"

using namespace coder;
using namespace coder::dispatch;
using test::TempFolder;

namespace {

/// One at once, and the next in 100 s: whether a request waits does not depend on the machine's speed.
const Quota kOne{"key", 0.01, 1, "", 0, true};

struct Client {
  loop::Loop loop;
  std::vector<std::string> notices;
  std::optional<Limits> limits;
  std::string log;  ///< w: waits, g: goes, s: stays; then the request's number
  std::vector<std::unique_ptr<Operation>> operations;
  Millis last_wait{0};
  int last_ahead = 0, waiting_for = 0;

  explicit Client(const std::string& state_file) {
    limits.emplace(loop, state_file, [this](const std::string& text) { notices.push_back(text); });
  }
  ~Client() {
    operations.clear();
    limits.reset();
  }

  void admit(const Quota& quota, bool patient = true) {
    const std::string name = std::to_string(operations.size());
    const size_t before = log.size();
    operations.push_back(limits->admit(quota, patient,
                                       {[this, name](int ahead, Millis wait) {
                                          last_ahead = ahead;
                                          last_wait = wait;
                                          note("w" + name);
                                        },
                                        [this, name](bool goes) { note((goes ? "g" : "s") + name); }}));
    BOOST_TEST(log.size() == before);  // never inside the call
  }
  void note(const std::string& what) {
    log += what + " ";
    if (--waiting_for == 0) loop.stop();
  }
  /// Runs until so many calls have come.
  void run(int calls) {
    loop::Timer watchdog(loop, [this] {
      log += "too late ";
      loop.stop();
    });
    watchdog.start(Millis(20'000));
    waiting_for = calls;
    loop.run();
  }
  std::string take() { return std::exchange(log, ""); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(requests_go_in_order_and_wait_where_they_must) {
  const TempFolder folder;
  Client client(folder / "state/state.db");
  const Quota quota{"key", 0.01, 3, "", 0, true};
  for (int i = 0; i < 4; ++i) client.admit(quota);
  client.admit(quota, false);
  client.run(5);
  BOOST_TEST(client.take() == "g0 g1 g2 w3 s4 ");
  BOOST_TEST(client.last_ahead == 1);
  BOOST_CHECK(client.last_wait > Millis(90'000) && client.last_wait <= Millis(100'000));
  client.admit(quota, false);
  client.admit({"other", 0.01, 1, "", 0, true}, false);
  client.run(2);
  BOOST_TEST(client.take() == "s5 g6 ");
  BOOST_TEST(client.notices.empty());
  BOOST_TEST(std::filesystem::exists(folder / "state/state.db"));
}

BOOST_AUTO_TEST_CASE(who_waits_goes_in_the_end) {
  const TempFolder folder;
  Client client(folder / "state.db");
  const Quota quota{"key", 50, 1, "", 0, true};
  for (int i = 0; i < 8; ++i) client.admit(quota);
  // How often each is told that it waits depends on how fast this machine is.
  std::string gone;
  while (gone.size() < 8 && client.log.find("too late") == std::string::npos) {
    client.run(1);
    gone.clear();
    for (size_t at = client.log.find('g'); at != std::string::npos; at = client.log.find('g', at + 1)) {
      gone += client.log[at + 1];
    }
  }
  BOOST_TEST(gone == "01234567");
  BOOST_TEST(client.log.find("w0") == std::string::npos);
  BOOST_TEST(client.log.find("too late") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(processes_share_the_bucket_and_the_window) {
  const TempFolder folder;
  Client one(folder / "state.db"), two(folder / "state.db");
  one.admit(kOne);
  one.run(1);
  two.admit(kOne, false);
  two.run(1);
  BOOST_TEST(two.take() == "s0 ");
  const Quota model{"another", 1000, 1000, "model", 2, true};
  one.admit(model);
  one.run(1);
  two.admit(model);
  two.admit(model);
  two.run(2);
  BOOST_TEST(two.take() == "g1 w2 ");
  BOOST_CHECK(two.last_wait > Millis(50'000) && two.last_wait < Millis(61'000));
}

BOOST_AUTO_TEST_CASE(who_is_destroyed_is_not_called_and_gives_its_place_up) {
  const TempFolder folder;
  Client client(folder / "state.db");
  client.admit(kOne);
  client.admit(kOne);
  client.admit(kOne);
  client.operations[2].reset();  // before it was asked
  client.run(2);
  BOOST_TEST(client.take() == "g0 w1 ");
  client.operations[1].reset();  // while it waits
  client.operations[0].reset();  // after it went: nothing
  client.admit(kOne);
  client.run(1);
  BOOST_TEST(client.take() == "w3 ");
  BOOST_CHECK(client.last_wait <= Millis(100'000));
}

BOOST_AUTO_TEST_CASE(callbacks_may_end_requests_and_the_limits) {
  const TempFolder folder;
  for (const bool shared : {true, false}) {
    Client client(folder / "state.db");
    Quota quota{"key", 1000, 1000, "", 0, shared};
    client.operations.resize(3);
    std::string text = "captured, and read when the operation is gone";
    client.operations[0] = client.limits->admit(quota, true, {nullptr, [&, text](bool) {
                                                                client.operations[0].reset();
                                                                client.operations[1].reset();
                                                                client.log +=
                                                                    std::to_string(text.size()) + " ";
                                                              }});
    client.operations[1] =
        client.limits->admit(quota, true, {nullptr, [&](bool) { client.log += "must not be called "; }});
    client.operations[2] = client.limits->admit(quota, true, {nullptr, [&](bool) {
                                                                client.limits.reset();
                                                                client.loop.stop();
                                                              }});
    auto last = client.limits->admit(quota, true, {nullptr, [&](bool) { client.log += "nor this "; }});
    client.loop.run();
    BOOST_TEST(client.log == std::to_string(text.size()) + " ");
    last.reset();  // outlives the limits
  }
}

BOOST_AUTO_TEST_CASE(local_lanes_know_no_rate_and_no_file) {
  const TempFolder folder;
  Client client(folder / "state/state.db");
  for (int i = 0; i < 5; ++i) client.admit({"key", 0.01, 1, "", 0, false});
  client.run(5);
  BOOST_TEST(client.take() == "g0 g1 g2 g3 g4 ");
  for (int i = 0; i < 3; ++i) client.admit({"key", 0.01, 1, "model", 2, false}, i < 2);
  client.run(3);
  BOOST_TEST(client.take() == "g5 g6 s7 ");
  BOOST_TEST(!std::filesystem::exists(folder / "state"));
}

BOOST_AUTO_TEST_CASE(without_a_place_for_the_file_it_counts_in_memory) {
  Client client("");
  client.admit(kOne);
  client.admit(kOne);
  client.run(2);
  BOOST_TEST(client.take() == "g0 w1 ");
  BOOST_TEST(client.notices.empty());
}

BOOST_AUTO_TEST_CASE(a_database_that_cannot_be_used_is_told_once_and_loses_nobody) {
  const TempFolder folder;
  folder.file("file");
  folder.file("damaged", std::string(5000, 'x'));
  {
    store::Database newer = *open_state(folder / "newer");
    BOOST_TEST(newer.run("PRAGMA user_version = 99").ok());
  }
  for (const std::string& path : {folder / "file/state.db", folder / "damaged", folder / "newer"}) {
    Client client(path);
    client.admit(kOne);
    client.admit(kOne);
    client.admit(kOne, false);
    client.run(3);
    BOOST_TEST(client.take() == "g0 w1 s2 ");
    BOOST_REQUIRE(client.notices.size() == 1u);
    BOOST_TEST(client.notices[0].find("in this process alone") != std::string::npos);
    BOOST_TEST(client.notices[0].find(path) != std::string::npos);
    client.admit({"another", 0.01, 1, "", 0, true});
    client.run(1);
    BOOST_TEST(client.take() == "g3 ");
    BOOST_TEST(client.notices.size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(a_disk_that_takes_no_more_is_told_once) {
  const TempFolder folder;
  Client client(folder / "state.db");
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit none{0, before.rlim_max};
  client.admit(kOne);
  ::setrlimit(RLIMIT_FSIZE, &none);
  client.run(1);
  ::setrlimit(RLIMIT_FSIZE, &before);
  BOOST_TEST(client.take() == "g0 ");
  BOOST_TEST(client.notices.size() == 1u);
}

BOOST_AUTO_TEST_CASE(in_memory_it_goes_on_from_what_it_saw_last) {
  const TempFolder folder;
  Client client(folder / "state.db");
  const Quota model{"another", 1000, 1000, "model", 1, true};
  client.admit(kOne);
  client.admit(model);
  client.run(2);
  BOOST_TEST(client.take() == "g0 g1 ");
  store::Database other = *open_state(folder / "state.db");
  BOOST_TEST(other.run("DROP TABLE limit_bucket").ok());
  client.admit(kOne, false);
  client.admit(model, false);
  client.run(2);
  BOOST_TEST(client.take() == "s2 s3 ");
  BOOST_TEST(client.notices.size() == 1u);
}

// These two wait for the time limits themselves.

BOOST_AUTO_TEST_CASE(a_lock_that_is_held_for_long_blocks_no_loop) {
  const TempFolder folder;
  Client client(folder / "state.db");
  store::Database holder = *open_state(folder / "state.db");
  const store::Transaction held = *holder.begin();
  client.admit(kOne);
  int ticks = 0;
  std::unique_ptr<loop::Timer> timer;
  timer = std::make_unique<loop::Timer>(client.loop, [&] {
    ++ticks;
    timer->start(Millis(10));
  });
  timer->start(Millis(10));
  client.run(1);
  timer.reset();
  BOOST_TEST(client.take() == "g0 ");
  BOOST_TEST(client.notices.size() == 1u);
  BOOST_TEST(ticks > 20);
}

BOOST_AUTO_TEST_CASE(nor_do_threads_that_others_hold) {
  const TempFolder folder;
  Client client(folder / "state.db");
  std::promise<void> end;
  const std::shared_future<void> ended(end.get_future());
  std::vector<std::unique_ptr<loop::Work>> others;
  for (int i = 0; i < 128; ++i) {
    others.push_back(std::make_unique<loop::Work>(
        client.loop,
        [ended] {
          ended.wait();
          return 0;
        },
        [](int) {}));
  }
  client.admit(kOne);
  client.run(1);
  end.set_value();
  BOOST_TEST(client.take() == "g0 ");
  BOOST_REQUIRE(client.notices.size() == 1u);
  BOOST_TEST(client.notices[0].find(folder / "state.db") != std::string::npos);
}
