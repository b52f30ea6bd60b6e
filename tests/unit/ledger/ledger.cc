// The ledger on a loop: nobody waits for it, and what it cannot write stays until it can.
#include "ledger/ledger.h"

#include <sys/resource.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "help.h"
#include "ledger/reports.h"
#include "support/temp_folder.h"

using namespace coder;
using namespace coder::ledger;
using test::TempFolder;

namespace {

struct Process {
  loop::Loop loop;
  std::shared_ptr<config::Config> config = std::make_shared<config::Config>();
  std::vector<std::string> notices;
  std::optional<Ledger> ledger;

  explicit Process(const std::string& file) {
    ledger.emplace(Ledger::Deps{loop, [this] { return config; },
                                [this](const std::string& text) { notices.push_back(text); }},
                   file);
  }
  ~Process() { ledger.reset(); }
  void settle() {
    ledger->settle([this] { loop.stop(); });
    loop.run();
  }
};

size_t rows_in(const std::string& file) {
  LedgerStore store(file);
  size_t count = 0;
  BOOST_REQUIRE(each_attempt(store, 0, [&](const Attempt&) { ++count; }).ok());
  return count;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_said_counts_at_once_and_is_written_soon) {
  const TempFolder folder;
  Process process(folder / "ledger.db");
  process.ledger->ended(attempt("relay", "cloud", 10));
  BOOST_TEST(process.ledger->spent().total().today == 10);
  BOOST_TEST(!std::filesystem::exists(folder / "ledger.db"));
  process.settle();
  BOOST_TEST(process.ledger->spent().total().today == 10);
  BOOST_TEST(rows_in(folder / "ledger.db") == 1u);
  BOOST_TEST(process.notices.empty());
}

BOOST_AUTO_TEST_CASE(a_process_that_ends_writes_what_is_left) {
  const TempFolder folder;
  {
    Process process(folder / "ledger.db");
    process.ledger->ended(attempt("relay", "cloud", 10));
  }
  BOOST_TEST(rows_in(folder / "ledger.db") == 1u);
  {
    Process process(folder / "ledger.db");
    process.ledger->ended(attempt("relay", "cloud", 10));
    process.ledger->settle([] {});  // a job is out
    process.ledger->ended(attempt("relay", "cloud", 10));
  }
  BOOST_TEST(rows_in(folder / "ledger.db") == 3u);
}

BOOST_AUTO_TEST_CASE(processes_know_what_others_spend) {
  const TempFolder folder;
  Process one(folder / "ledger.db"), two(folder / "ledger.db");
  two.config->budget.daily_usd = 1.0;
  one.ledger->ended(attempt("relay", "cloud", kDollar));
  one.settle();
  bool called = false;
  const auto refresh = two.ledger->refresh([&] {
    called = true;
    two.loop.stop();
  });
  BOOST_REQUIRE(refresh);
  BOOST_TEST(!called);
  two.loop.run();
  BOOST_TEST(called);
  BOOST_TEST(two.ledger->spent().total().today == kDollar);
  BOOST_TEST(!two.ledger->refresh([] {}));  // read just now
  BOOST_TEST(!one.ledger->refresh([] {}));  // it has no budget
}

BOOST_AUTO_TEST_CASE(limits_are_told_of_once_by_one_process) {
  const TempFolder folder;
  Process one(folder / "ledger.db"), two(folder / "ledger.db");
  one.config->budget.daily_usd = two.config->budget.daily_usd = 1.0;
  one.ledger->ended(attempt("relay", "cloud", kDollar * 79 / 100));
  one.settle();
  BOOST_TEST(one.notices.empty());
  one.ledger->ended(attempt("relay", "cloud", kDollar / 100));
  one.settle();
  BOOST_REQUIRE(one.notices.size() == 1u);
  BOOST_TEST(one.notices[0] == "budget: $0.800 of $1.00 spent today, over 80 %");
  two.settle();
  one.settle();
  BOOST_TEST(two.notices.empty());
  BOOST_TEST(one.notices.size() == 1u);
  two.ledger->ended(attempt("relay", "cloud", kDollar));
  two.settle();
  BOOST_REQUIRE(two.notices.size() == 1u);
  BOOST_TEST(two.notices[0].find("no cloud lane is asked any more") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_a_file_it_counts_in_memory) {
  Process process("");
  process.ledger->ended(attempt("relay", "cloud", 10));
  process.ledger->sent({});
  BOOST_TEST(process.ledger->spent().total().today == 10);
  process.settle();
  BOOST_TEST(process.ledger->spent().total().today == 10);
}

BOOST_AUTO_TEST_CASE(where_it_cannot_write_work_goes_on_with_one_warning) {
  const TempFolder folder;
  folder.file("blocked", "a file where the folder should be");
  Process process(folder / "blocked/ledger.db");
  for (int i = 0; i < 3; ++i) {
    process.ledger->ended(attempt("relay", "cloud", 10));
    process.settle();
  }
  BOOST_TEST(process.ledger->spent().total().today == 30);
  BOOST_REQUIRE(process.notices.size() == 1u);
  BOOST_TEST(process.notices[0].find("the ledger is not written") != std::string::npos);
  // Then it can be used: nothing was lost.
  std::filesystem::remove(folder / "blocked");
  process.settle();
  BOOST_TEST(rows_in(folder / "blocked/ledger.db") == 3u);
  BOOST_TEST(process.notices.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_locked_file_is_written_later) {
  const TempFolder folder;
  LedgerStore other(folder / "ledger.db", Millis(10));
  store::Database* database = *other.database();
  Process process(folder / "ledger.db");
  {
    const Result<store::Transaction> lock = database->begin();
    BOOST_REQUIRE(lock.ok());
    process.ledger->ended(attempt("relay", "cloud", 10));
    process.settle();
    BOOST_TEST(process.notices.size() == 1u);
    BOOST_TEST(process.ledger->spent().total().today == 10);
  }
  process.settle();
  BOOST_TEST(rows_in(folder / "ledger.db") == 1u);
}

BOOST_AUTO_TEST_CASE(a_full_disk_stops_nothing_and_loses_nothing) {
  const TempFolder folder;
  Process process(folder / "ledger.db");
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit none{0, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &none);
  process.ledger->ended(attempt("relay", "cloud", 10));
  process.settle();
  process.settle();
  ::setrlimit(RLIMIT_FSIZE, &before);
  BOOST_TEST(process.notices.size() == 1u);
  BOOST_TEST(process.ledger->spent().total().today == 10);
  process.settle();
  BOOST_TEST(rows_in(folder / "ledger.db") == 1u);
}

BOOST_AUTO_TEST_CASE(a_file_of_a_newer_version_is_left_as_it_is) {
  const TempFolder folder;
  {
    LedgerStore store(folder / "ledger.db");
    BOOST_REQUIRE((*store.database())->run("PRAGMA user_version = 99").ok());
  }
  Process process(folder / "ledger.db");
  process.ledger->ended(attempt("relay", "cloud", 10));
  process.settle();
  process.ledger->ended(attempt("relay", "cloud", 10));
  process.settle();
  BOOST_TEST(process.ledger->spent().total().today == 20);
  BOOST_TEST(process.notices.size() == 1u);
}
