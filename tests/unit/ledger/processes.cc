// Several processes at one file, some of them killed. This test binary is started again for the one case that
// is disabled.
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "help.h"
#include "ledger/ledger.h"
#include "ledger/reports.h"
#include "support/temp_folder.h"

using namespace coder;
using namespace coder::ledger;
using test::ScopedEnv;
using test::TempFolder;

namespace {

constexpr int kProcesses = 8;
constexpr int kRows = 1000;

pid_t start_writer(const std::string& file, int rows) {
  const ScopedEnv state("CODER_TEST_LEDGER", file), count("CODER_TEST_ROWS", std::to_string(rows));
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::execl("/proc/self/exe", "unit_ledger", "--run_test=one_writer", "--log_level=nothing",
            "--report_level=no", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  return pid;
}

std::vector<Attempt> rows_of(const std::string& file) {
  LedgerStore store(file);
  std::vector<Attempt> out;
  BOOST_REQUIRE(each_attempt(store, 0, [&](const Attempt& one) { out.push_back(one); }).ok());
  const Summary got = summary(store, 0).value();
  BOOST_TEST(got.all.requests == static_cast<int64_t>(out.size()));
  Nano sum = 0;
  for (const Attempt& one : out) sum += one.cost.value_or(0);
  BOOST_TEST(got.all.cost == sum);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_writer, *boost::unit_test::disabled()) {
  const char* file = std::getenv("CODER_TEST_LEDGER");
  const char* count = std::getenv("CODER_TEST_ROWS");
  BOOST_REQUIRE(file && count);
  loop::Loop loop;
  const auto config = std::make_shared<const config::Config>();
  std::vector<std::string> notices;
  Ledger ledger(
      {loop, [config] { return config; }, [&](const std::string& text) { notices.push_back(text); }}, file);
  int left = std::atoi(count);
  const std::string name = "writer-" + std::to_string(::getpid());
  loop::Timer timer(loop, [&] {
    for (int i = 0; i < 20 && left > 0; ++i, --left) ledger.ended(attempt(name, "cloud", left));
    if (left > 0) return timer.start(Millis(1));
    ledger.settle([&] { loop.stop(); });
  });
  timer.start(Millis(0));
  loop.run();
  BOOST_TEST(notices.empty());
}

BOOST_AUTO_TEST_CASE(eight_processes_lose_nothing) {
  const TempFolder folder;
  std::vector<pid_t> pids;
  for (int i = 0; i < kProcesses; ++i) pids.push_back(start_writer(folder / "ledger.db", kRows));
  for (const pid_t pid : pids) {
    int status = -1;
    ::waitpid(pid, &status, 0);
    BOOST_TEST(status == 0);
  }
  std::map<std::string, std::pair<int, Nano>> by_writer;
  for (const Attempt& one : rows_of(folder / "ledger.db")) {
    ++by_writer[one.about.model].first;
    by_writer[one.about.model].second += one.cost.value();
  }
  BOOST_TEST(by_writer.size() == static_cast<size_t>(kProcesses));
  for (const auto& [name, what] : by_writer) {
    BOOST_TEST(what.first == kRows);
    BOOST_TEST(what.second == Nano{kRows} * (kRows + 1) / 2);
  }
}

BOOST_AUTO_TEST_CASE(a_killed_process_leaves_whole_batches_and_a_sound_file) {
  const TempFolder folder;
  size_t before = 0;
  for (int round = 0; round < 6; ++round) {
    const pid_t pid = start_writer(folder / "ledger.db", 1'000'000);
    // Until it has written something, then some time more.
    for (size_t now = before; now == before;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      BOOST_REQUIRE(::waitpid(pid, nullptr, WNOHANG) == 0);
      LedgerStore store(folder / "ledger.db");
      const auto read = summary(store, 0);
      if (read.ok()) now = static_cast<size_t>(read->all.requests);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(7 * round));
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    const std::vector<Attempt> rows = rows_of(folder / "ledger.db");
    BOOST_TEST(rows.size() > before);
    // Each writer counts down by one: what is there has no gap.
    for (size_t i = before + 1; i < rows.size(); ++i) BOOST_TEST(*rows[i].cost == *rows[i - 1].cost - 1);
    before = rows.size();
  }
}
