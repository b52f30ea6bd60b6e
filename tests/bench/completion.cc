// What a key costs the backend: one step of the session with the cache full, and a lookup alone.
//   cmake --preset bench && cmake --build --preset bench --target bench_completion &&
//   build/bench/tests/bench_completion
#include <algorithm>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "completion/session.h"

using namespace coder;
using namespace coder::completion;

namespace {

std::vector<std::string> source(size_t lines) {
  std::mt19937 random(1);
  std::vector<std::string> text;
  for (size_t i = 0; i < lines; ++i) {
    text.push_back(std::string(4 * (random() % 4), ' ') + "value_" + std::to_string(random() % 1000) +
                   " = compute(first, " + std::to_string(random() % 100) + ")");
  }
  return text;
}

template <class Work>
void measure(const char* name, int rounds, Work work) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const TimePoint start = Clock::now();
    work(i);
    times.push_back(millis_between(start, Clock::now()) * 1000);
  }
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) { return times[static_cast<size_t>(share * (times.size() - 1))]; };
  std::printf("%-58s %8.1f %8.1f %8.1f\n", name, at(0), at(0.5), at(0.95));
}

struct Bench {
  std::vector<std::string> lines = source(2700);
  Results results;
  Session session{Policy{}, results};
  TimePoint now = TimePoint(std::chrono::hours(1));
  int64_t tick = 0, request = 0;
  size_t line = 1300;

  explicit Bench(size_t raw) {
    for (int64_t id = 1; id <= 256; ++id) {
      const size_t at = static_cast<size_t>(id) * 10;
      results.put(make_view(lines, at, lines[at].size(), 0), {id, std::string(raw, 'r'), true, false});
    }
    session.step(LaneChanged{{true, false, false, false, std::nullopt}}, now);
    lines[line].clear();
  }
  View view() { return make_view(lines, line, lines[line].size(), ++tick); }
  void key(View view) {
    now += Millis(60);
    for (const Action& action : session.step(Moved{std::move(view), false}, now)) {
      if (const auto* ask = std::get_if<Ask>(&action)) request = ask->request;
    }
  }
};

}  // namespace

int main() {
  std::printf("%-58s %8s %8s %8s\n", "us", "min", "median", "p95");
  for (const size_t raw : {100u, 400u, 2000u}) {
    Bench bench(raw);
    const std::string name = ", 256 entries of " + std::to_string(raw) + " bytes";
    std::vector<View> views;
    for (int i = 0; i < 2000; ++i) {
      bench.lines[bench.line] = std::string(static_cast<size_t>(i % 40), 'q');
      views.push_back(bench.view());
    }
    measure(("lookup that finds nothing" + name).c_str(), 2000, [&](int i) {
      if (!bench.results.find(views[static_cast<size_t>(i)]).empty()) std::abort();
    });
    measure(("key that diverges: cancel and ask" + name).c_str(), 2000,
            [&](int i) { bench.key(views[static_cast<size_t>(i)]); });
  }
  {
    Bench bench(400);
    const std::string text =
        "total = sum(compute(first, item) for item in values if item is not None)\n"
        "return total / max(1, len(values))\n";
    std::vector<View> views;
    for (size_t i = 0; i <= 60; ++i) {
      bench.lines[bench.line] = text.substr(0, i);
      views.push_back(bench.view());
    }
    bench.key(views[0]);
    bench.session.step(Wrote{bench.request, text}, bench.now);
    measure("key along a growing ghost", 2000,
            [&](int i) { bench.key(views[1 + static_cast<size_t>(i) % 60]); });
    bench.session.step(Ended{bench.request, false}, bench.now);
    measure("key along a known ghost", 2000,
            [&](int i) { bench.key(views[1 + static_cast<size_t>(i) % 60]); });
    bench.lines[bench.line] = "z";
    bench.key(bench.view());
    measure("piece of a stream", 400, [&](int i) {
      bench.session.step(Wrote{bench.request, i % 8 == 7 ? " b\n" : "word "}, bench.now += Millis(5));
    });
  }
}
