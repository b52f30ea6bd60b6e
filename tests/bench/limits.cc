// What an admission costs a request that need not wait: from admit() to on_go.
//   cmake --preset bench && cmake --build --preset bench --target bench_limits &&
//   build/bench/tests/bench_limits
// The database lies in $TMPDIR.
#include "dispatch/limits.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "../support/temp_folder.h"

using namespace coder;
using namespace coder::dispatch;

namespace {

constexpr double kNoLimit = 1e9;

void complain(const std::string& notice) {
  std::fprintf(stderr, "%s\n", notice.c_str());
  std::exit(1);
}

struct Bench {
  test::TempFolder folder;
  std::string file = folder / "state.db";
  loop::Loop loop;
  Limits limits{loop, file, complain};

  /// Milliseconds until `count` requests that begin together may all go.
  double admit(const Quota& quota, int count) {
    const TimePoint start = Clock::now();
    TimePoint end = start;
    int left = count;
    std::vector<std::unique_ptr<Operation>> operations;
    for (int i = 0; i < count; ++i) {
      operations.push_back(limits.admit(quota, true, {nullptr, [&](bool) {
                                                        if (--left > 0) return;
                                                        end = Clock::now();
                                                        loop.stop();
                                                      }}));
    }
    loop.run();
    return millis_between(start, end);
  }

  void measure(const char* name, const Quota& quota, int count, int rounds) {
    std::vector<double> times;
    for (int i = 0; i < rounds + 20; ++i) {
      const double time = admit(quota, count) * 1000;
      if (i >= 20) times.push_back(time);
    }
    std::sort(times.begin(), times.end());
    const auto at = [&](double share) {
      return times[static_cast<size_t>(share * static_cast<double>(times.size() - 1))];
    };
    std::printf("%-58s %8.1f %8.1f %8.1f %8.1f\n", name, at(0), at(0.5), at(0.95), at(0.99));
  }
};

}  // namespace

int main() {
  std::printf("%-58s %8s %8s %8s %8s\n", "us", "min", "median", "p95", "p99");
  const Quota bucket{"key", kNoLimit, kNoLimit, "", 0, true};
  Bench().measure("one request, shared bucket", bucket, 1, 3000);
  Bench().measure("50 requests at once, shared bucket", bucket, 50, 500);
  {
    // Another process that asks for one after the other without a pause.
    Bench bench;
    bench.admit(bucket, 1);
    std::atomic<bool> end = false;
    std::thread other([&] {
      loop::Loop loop;
      Limits limits(loop, bench.file, complain);
      std::unique_ptr<Operation> operation;
      std::function<void()> next = [&] {
        operation = limits.admit(bucket, true, {nullptr, [&](bool) {
                                                  if (!end) next();
                                                }});
      };
      next();
      loop.run();
    });
    bench.measure("one request, shared bucket, another process at it too", bucket, 1, 3000);
    end = true;
    other.join();
  }
  Bench().measure("one request, local lane", {"key", kNoLimit, kNoLimit, "", 0, false}, 1, 3000);
  Bench().measure("50 requests at once, local lane", {"key", kNoLimit, kNoLimit, "", 0, false}, 50, 500);
  Quota window = bucket;
  window.model = "model";
  window.rpm = 1'000'000;
  {
    Bench bench;
    bench.measure("one request, shared bucket and window of up to 100", window, 1, 80);
  }
  {
    Bench bench;
    bench.admit(window, 2000);
    bench.measure("one request, shared bucket and window of 2000 and more", window, 1, 500);
  }
  window.shared = false;
  Bench().measure("one request, local lane's window of up to 3000", window, 1, 3000);
}
