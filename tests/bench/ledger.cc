// What the cost page costs over a large ledger, and what a row costs to write.
//   cmake --preset bench && cmake --build --preset bench --target bench_ledger &&
//   build/bench/tests/bench_ledger [ROWS]
// The database lies in $TMPDIR.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <vector>

#include "../support/temp_folder.h"
#include "app/cost_page.h"
#include "base/clock.h"

using namespace coder;
using namespace coder::ledger;

namespace {

constexpr int kBatch = 2000;
constexpr int kDays = 365;

/// A year of a busy team: 6 models, 8 tasks, 12 projects.
Attempt row(std::mt19937& random) {
  const auto below = [&](uint32_t most) { return static_cast<int64_t>(random() % most); };
  Attempt out;
  const int64_t model = below(6);
  out.about = {below(1u << 30),
               "/home/someone/work/project-" + std::to_string(below(12)),
               "task-" + std::to_string(below(8)),
               model < 2 ? "local" : "cloud",
               "model-" + std::to_string(model),
               "id-" + std::to_string(model),
               "https://relay.example/v1"};
  out.at = wall_ms() - below(kDays) * 86'400'000;
  out.tokens = {below(20'000), below(50'000), 0, below(2000), 0};
  out.cost = below(20'000'000);
  out.price = "0.14/0.014/0.14/0.42";
  out.queue_ms = below(50);
  out.ttft_ms = below(500);
  out.ms = below(9000);
  out.reasons = "mode auto; " + std::to_string(below(500)) + " characters";
  return out;
}

void need(const Result<void>& done) {
  if (done) return;
  std::fprintf(stderr, "%s\n", done.error().text().c_str());
  std::exit(1);
}

template <class Run>
void measure(const char* name, int rounds, Run run) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const TimePoint start = Clock::now();
    run();
    times.push_back(millis_between(start, Clock::now()));
  }
  std::sort(times.begin(), times.end());
  std::printf("%-34s min %8.2f  median %8.2f  p95 %8.2f ms\n", name, times.front(), times[times.size() / 2],
              times[times.size() * 95 / 100]);
}

}  // namespace

int main(int argc, char** argv) {
  const int rows = argc > 1 ? std::atoi(argv[1]) : 1'000'000;
  const test::TempFolder folder;
  const std::string file = folder / "ledger.db";
  std::mt19937 random(5);
  {
    LedgerStore store(file);
    const TimePoint start = Clock::now();
    for (int left = rows; left > 0; left -= kBatch) {
      Batch batch;
      for (int i = 0; i < std::min(left, kBatch); ++i) batch.attempts.push_back(row(random));
      need(store.write(batch, {}));
    }
    const double ms = millis_between(start, Clock::now());
    std::printf("%d rows written in %.1f s, %.1f us each, %.0f MB\n", rows, ms / 1000, ms * 1000 / rows,
                static_cast<double>(std::filesystem::file_size(file)) / 1e6);
  }
  config::Config config;
  const auto page = [&](LedgerStore& store, std::optional<int> since) {
    Result<app::Costs> costs = app::read_costs(store, since, "");
    if (!costs) need(costs.error());
    if (app::cost_lines(*costs, config).size() < 10) std::exit(1);
  };
  measure("the page of this month, file opened", 50, [&] {
    LedgerStore store(file);
    page(store, std::nullopt);
  });
  LedgerStore store(file);
  measure("the page of this month", 50, [&] { page(store, std::nullopt); });
  measure("the page of all the year", 20, [&] { page(store, 20000101); });
  measure("what budgets go by", 50, [&] {
    if (!store.spent(day_of(wall_ms()))) std::exit(1);
  });
  measure("one row", 50, [&] {
    Batch batch;
    batch.attempts.push_back(row(random));
    need(store.write(batch, {}));
  });
}
