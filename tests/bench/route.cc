// What a request pays before it is sent: the decision where it goes, the judging of a path, the clearing of
// the prompt; and what reads a request's size and marker.
//   cmake --preset bench && cmake --build --preset bench --target bench_route &&
//   build/bench/tests/bench_route
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "privacy/paths.h"
#include "privacy/prompt.h"
#include "routing/route.h"

using namespace coder;

namespace {

/// Microseconds for one of `rounds` calls of `work`, each timed alone; `prepare` before each is not.
template <class Prepare, class Work>
void measure(const std::string& name, int rounds, Prepare prepare, Work work) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    auto input = prepare();
    const TimePoint start = Clock::now();
    work(input);
    times.push_back(millis_between(start, Clock::now()) * 1000);
  }
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) {
    return times[static_cast<size_t>(share * static_cast<double>(times.size() - 1))];
  };
  std::printf("%-66s %8.2f %8.2f %8.2f\n", name.c_str(), at(0), at(0.5), at(0.95));
}

template <class Work>
void measure(const std::string& name, int rounds, Work work) {
  measure(
      name, rounds, [] { return 0; }, [&](int) { work(); });
}

/// Six models, three on each lane.
config::Config six_models() {
  config::Config config;
  config.file = "config.toml";
  for (int i = 0; i < 6; ++i) {
    config::Model model;
    model.name = (i % 2 ? "local-qwen3-" : "cloud-deepseek-") + std::to_string(i);
    model.lane = i % 2 ? privacy::Lane::local : privacy::Lane::cloud;
    model.trusted = i % 2;
    model.base_url = i % 2 ? "http://10.0.0.42:8000/v1" : "https://relay.example/v1";
    model.address = privacy::parse_address(model.base_url).value();
    config.models.push_back(std::move(model));
  }
  config.router.tasks["review"] = config.models[4].name;
  config.router.canary = {config.models[2].name, 10};
  config.router.shadow = "";
  config.router.slo_ttft = Millis(800);
  config.budget.daily_usd = 5;
  return config;
}

void check(bool right) {
  if (!right) std::abort();
}

void measure_route() {
  const TimePoint now(std::chrono::hours(1000));
  const config::Config config = six_models();
  routing::World healthy;
  for (const config::Model& model : config.models) healthy.lanes[model.name];
  routing::World ill = healthy;
  ill.lanes["cloud-deepseek-0"].circuit.trip(now - Millis(1000), "connection refused");
  for (int i = 0; i < 3; ++i) ill.lanes["local-qwen3-1"].objective.sample(now, Millis(2310), Millis(800));
  ill.lanes["local-qwen3-3"].warming = "loading the model";
  ill.lanes["local-qwen3-5"].waiting = 2;

  routing::Request request;
  request.chars = 812;
  request.tokens = 220;
  request.user = "user-1";
  const auto route = [&](const char* name, const routing::World& world, size_t models) {
    size_t reasons = 0;
    measure(std::string("route(), 6 models, ") + name, 20000, [&] {
      const routing::Decision decision = routing::route(request, config, world, now);
      check(decision.models.size() == models);
      reasons = decision.reasons.size();
    });
    std::printf("    (%zu reasons)\n", reasons);
  };
  route("all well", healthy, 5);  // the canary is not for this user
  request.repo_scope = true;
  route("repository-wide, four of them in trouble", ill, 5);
  request.label = privacy::Label::local_only;
  request.label_origin = "client-x/parse.py (rule client-x/**)";
  route("private, and the same trouble", ill, 3);
  routing::World spent = ill;
  spent.spent_today = 5.12;
  request.mode = config::Mode::cloud;
  route("refused", spent, 0);
}

void measure_request() {
  std::string text;
  while (text.size() < 60000) text += "    value = compute(first, 42)  # größer als zuvor\n";
  const std::vector<std::string> markers = config::Router().repo_markers;
  measure("count_chars() of 60 KB", 5000, [&] { check(routing::count_chars(text) > 0); });
  measure("marker_in() of 60 KB without one", 5000,
          [&] { check(routing::marker_in(text, markers).empty()); });
}

/// A repository of its own below the temporary folder, removed at the end.
struct Repository {
  std::filesystem::path root;
  Repository() {
    std::string folder = (std::filesystem::temp_directory_path() / "coder-bench-XXXXXX").string();
    check(::mkdtemp(folder.data()) != nullptr);
    root = folder;
    std::filesystem::create_directories(root / ".git");
    std::filesystem::create_directories(root / "src/parser/lexer");
  }
  ~Repository() {
    std::error_code ignored;
    std::filesystem::remove_all(root, ignored);
  }
};

void measure_judge() {
  const Repository repository;
  const privacy::PathRules rules({"client-x/**", "**/nda/**", "*.secret.py"}, {"*.token", "vault/**"});
  const std::string open = (repository.root / "src/parser/lexer/tokens.py").string();
  const std::string closed = (repository.root / "client-x/parse.py").string();
  measure("judge() of a path, five folders deep, that is open", 5000,
          [&] { check(rules.judge(open).label == privacy::Label::any); });
  measure("judge() of a path that is private", 5000,
          [&] { check(rules.judge(closed).label == privacy::Label::local_only); });
}

/// `bytes` of prompt: a system text, `sources` quoted files in equal parts, and a question.
privacy::Prompt prompt_of(size_t bytes, size_t sources) {
  privacy::Prompt prompt;
  privacy::Turn system;
  system.role = privacy::Role::system;
  system.parts.push_back({"You answer questions about code.", privacy::Label::any, "ours"});
  prompt.turns.push_back(std::move(system));
  privacy::Turn question;
  for (size_t i = 0; i < sources; ++i) {
    question.parts.push_back({std::string(bytes / sources, 'x'), privacy::Label::any, "src/a.py"});
  }
  question.parts.push_back({"why is this slow?", privacy::Label::any, "prompt"});
  prompt.turns.push_back(std::move(question));
  return prompt;
}

void measure_clear() {
  const privacy::Destination destination{"cloud-deepseek-0", "https://relay.example/v1", false, false};
  for (const size_t sources : {1u, 8u}) {
    const privacy::Prompt prompt = prompt_of(60000, sources);
    const std::string parts = std::to_string(sources) + (sources == 1 ? " source" : " sources");
    measure("clear() of 60 KB in " + parts, 5000, [&] { check(privacy::clear(prompt, destination).ok()); });
    // The share of it that is copying: the same strings, joined and nothing else.
    measure("  joining the same texts", 5000, [&] {
      std::string text;
      for (const privacy::Part& part : prompt.turns[1].parts) text += part.text;
      check(text.size() > 59000);
    });
    measure("  joining them into a string that is large enough", 5000, [&] {
      std::string text;
      text.reserve(61000);
      for (const privacy::Part& part : prompt.turns[1].parts) text += part.text;
      check(text.size() > 59000);
    });
    measure("  deciding alone: Prompt::label()", 5000, [&] { check(prompt.label() == privacy::Label::any); });
  }
}

void measure_both() {
  const TimePoint now(std::chrono::hours(1000));
  const config::Config config = six_models();
  routing::World world;
  for (const config::Model& model : config.models) world.lanes[model.name];
  const privacy::Prompt prompt = prompt_of(60000, 8);
  routing::Request request;
  request.tokens = 17000;
  measure("route() and clear() of 60 KB in 8 sources", 5000, [&] {
    const routing::Decision decision = routing::route(request, config, world, now);
    check(privacy::clear(prompt, decision.models.front()->destination()).ok());
  });
}

}  // namespace

int main() {
  std::printf("%-66s %8s %8s %8s\n", "us", "min", "median", "p95");
  measure_route();
  measure_request();
  measure_judge();
  measure_clear();
  measure_both();
}
