// Two real processes at one bucket. This test binary is started twice more, each time for one case alone, the
// one that is disabled; it writes down when its requests went.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>

#include "dispatch/limits.h"
#include "support/temp_folder.h"

using namespace coder;
using namespace coder::dispatch;
using test::ScopedEnv;
using test::TempFolder;

namespace {

constexpr int kRequests = 150;
constexpr double kRate = 50, kBurst = 10;
/// How far what a process writes down may be off from when its request was to go. A process that was not let
/// run for a while sends what it missed at once.
constexpr double kToleranceMs =
    450;  // a process may come this late and still go (kLate in dispatch/reserve.h)

/// One process, stopped at a pipe until it is to begin.
class Child {
 public:
  Child(const std::string& state_file, const std::string& out) : out_(out) {
    const ScopedEnv state("CODER_TEST_STATE", state_file), file("CODER_TEST_OUT", out);
    int begin[2], ready[2];
    BOOST_REQUIRE(::pipe2(begin, O_CLOEXEC) == 0 && ::pipe2(ready, O_CLOEXEC) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(begin[0], STDIN_FILENO);
      ::dup2(ready[1], STDOUT_FILENO);
      ::execl("/proc/self/exe", "unit_dispatch", "--run_test=one_of_two_processes", "--log_level=nothing",
              "--report_level=no", static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ::close(begin[0]);
    ::close(ready[1]);
    begin_ = begin[1];
    char byte = 0;
    BOOST_REQUIRE(::read(ready[0], &byte, 1) == 1);
    ready_ = ready[0];
  }
  void begin() { BOOST_REQUIRE(::close(begin_) == 0); }
  std::vector<double> times() {
    int status = -1;
    ::waitpid(pid_, &status, 0);
    ::close(ready_);
    BOOST_REQUIRE(status == 0);
    std::ifstream in(out_);
    std::vector<double> out;
    for (double time = 0; in >> time;) out.push_back(time);
    return out;
  }

 private:
  std::string out_;
  pid_t pid_ = -1;
  int begin_ = -1, ready_ = -1;
};

}  // namespace

BOOST_AUTO_TEST_CASE(one_of_two_processes, *boost::unit_test::disabled()) {
  const char* state = std::getenv("CODER_TEST_STATE");
  const char* out = std::getenv("CODER_TEST_OUT");
  BOOST_REQUIRE(state && out);
  loop::Loop loop;
  std::vector<std::string> notices;
  Limits limits(loop, state, [&](const std::string& notice) { notices.push_back(notice); });
  char byte = 'r';
  BOOST_REQUIRE(::write(STDOUT_FILENO, &byte, 1) == 1);
  BOOST_REQUIRE(::read(STDIN_FILENO, &byte, 1) == 0);
  std::vector<double> times;
  std::vector<std::unique_ptr<Operation>> operations;
  for (int i = 0; i < kRequests; ++i) {
    operations.push_back(limits.admit({"key", kRate, kBurst, "", 0, true}, true,
                                      {nullptr, [&](bool goes) {
                                         BOOST_REQUIRE(goes);
                                         times.push_back(millis_between(TimePoint(), Clock::now()));
                                       }}));
  }
  loop.run();
  BOOST_REQUIRE(notices.empty());
  std::ofstream file(out);
  file.precision(17);
  for (const double time : times) file << time << "\n";
}

BOOST_AUTO_TEST_CASE(two_processes_share_one_bucket_fairly) {
  const TempFolder folder;
  std::vector<Child> children;
  for (const char* name : {"one", "two"}) children.emplace_back(folder / "state/state.db", folder / name);
  for (Child& child : children) child.begin();
  const std::vector<double> one = children[0].times(), two = children[1].times();
  BOOST_REQUIRE(one.size() == static_cast<size_t>(kRequests));
  BOOST_REQUIRE(two.size() == static_cast<size_t>(kRequests));

  std::vector<double> all = one;
  all.insert(all.end(), two.begin(), two.end());
  std::sort(all.begin(), all.end());
  double worst = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t j = i; j < all.size(); ++j) {
      // How many milliseconds too early the last of these went.
      worst = std::max(worst, (static_cast<double>(j - i + 1) - kBurst) * 1000 / kRate - (all[j] - all[i]));
    }
  }
  BOOST_TEST_MESSAGE("at most " << worst << " ms above the rate; all took " << all.back() - all.front()
                                << " ms");
  BOOST_TEST(worst <= kToleranceMs);

  // From the second second on, until one of them has no more.
  const double end = std::min(one.back(), two.back());
  int seconds = 0;
  for (double from = all.front() + 1000; from + 1000 <= end; from += 1000, ++seconds) {
    const auto within = [&](double time) { return time >= from && time < from + 1000; };
    const auto share = std::count_if(one.begin(), one.end(), within);
    const auto total = std::count_if(all.begin(), all.end(), within);
    BOOST_TEST_MESSAGE("second " << seconds + 1 << ": " << share << " of " << total);
    BOOST_TEST(share * 100 >= total * 35);
    BOOST_TEST(share * 100 <= total * 65);
  }
  BOOST_TEST(seconds >= 3);
}
