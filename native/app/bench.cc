// `coder-nvim bench lanes`: the user's own lanes, measured one after the other.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <iostream>

#include "app/bench_lane.h"
#include "app/commands.h"
#include "base/text.h"
#include "codec/json.h"

namespace coder::app {

using codec::Value;

const CommandSpec kBenchSpec{
    "bench",
    "lanes [NAME]…",
    "measure the configured models: start, first token, speed, longest prompt",
    {
        {"--requests", "N", "short requests for the first token (default: 20)"},
        {"--tokens", "N", "length of the answers that are measured for speed (default: 256)"},
        {"--max-context", "N", "how far the longest prompt is looked for, in tokens (default: 131072)"},
        {"--max-usd", "USD", "send nothing that might cost more than this in all (default: 0.50)"},
        {"--yes", nullptr, "look for the longest prompt of paid lanes, too, and do not ask before it"},
        {"--markdown", nullptr, "print the table as Markdown"},
    }};

namespace {

constexpr int kBarWidth = 20;

Result<BenchOptions> read_options(const Args& args) {
  BenchOptions out;
  const auto whole = [&](const char* name, int64_t low, int64_t high, int64_t& value) -> Result<void> {
    const auto text = args.get(name);
    if (!text) return {};
    Result<int64_t> read = parse_whole(name, *text, low, high);
    if (!read) return std::move(read.error());
    value = *read;
    return {};
  };
  if (auto fine = whole("--requests", 1, 10'000, out.requests); !fine) return std::move(fine.error());
  if (auto fine = whole("--tokens", 16, 100'000, out.tokens); !fine) return std::move(fine.error());
  if (auto fine = whole("--max-context", 4'000, 100'000'000, out.max_context); !fine)
    return std::move(fine.error());
  if (const auto text = args.get("--max-usd")) {
    char* end = nullptr;
    out.max_usd = std::strtod(text->c_str(), &end);
    if (text->empty() || *end != '\0' || !(out.max_usd >= 0) || out.max_usd > 1e6) {
      return Error{ErrorKind::usage, "`--max-usd` wants a sum like 0.50, not `" + one_line(*text, 40) + "`",
                   ""};
    }
  }
  out.paid_context = args.has("--yes");
  out.config_file = args.get("--config").value_or("");
  return out;
}

Result<std::vector<const config::Model*>> chosen_models(const Args& args, const config::Config& config) {
  const std::vector<std::string>& words = args.positional();
  if (words.empty() || words[0] != "lanes") {
    return Error{
        ErrorKind::usage,
        words.empty() ? "there is nothing to measure" : "there is no `bench " + one_line(words[0], 40) + "`",
        "coder-nvim bench lanes"};
  }
  if (config.models.empty()) return routing::no_models(config);
  std::vector<const config::Model*> out;
  for (size_t i = 1; i < words.size(); ++i) {
    const config::Model* model = config.find(words[i]);
    if (!model) return routing::no_such_model(config, words[i]);
    out.push_back(model);
  }
  for (const config::Model& model : config.models) {
    if (words.size() == 1 && model.chat) out.push_back(&model);
  }
  if (out.empty()) return Error{ErrorKind::config, "no configured model answers chat", "see `roles`"};
  return out;
}

/// What is going to happen, at most.
std::string plan_of(const std::vector<const config::Model*>& models, const BenchOptions& options) {
  std::string out;
  for (const config::Model* model : models) {
    if (!is_paid(*model)) continue;
    const BenchBound bound = bench_bound(*model, options);
    char usd[48] = "an unknown sum: it has no price";
    if (bound.usd) std::snprintf(usd, sizeof usd, "$%.4f", *bound.usd);
    out += "  " + model->name + ": at most " + std::to_string(bound.requests) + " requests, " +
           std::to_string(bound.input) + " tokens in, " + std::to_string(bound.output) + " out, " + usd +
           "\n";
  }
  char cap[96];
  std::snprintf(cap, sizeof cap, "  stops before it may have cost more than $%.2f in all (--max-usd)\n",
                options.max_usd);
  return out + cap;
}

bool consents() {
  std::fputs("Go on? [y/N] ", stderr);
  std::string line;
  std::getline(std::cin, line);
  return !line.empty() && (line[0] == 'y' || line[0] == 'Y');
}

/// A bar that is drawn anew in a terminal, else a line for each new thing.
class Progress {
 public:
  void show(const std::string& lane, const std::string& what, int64_t done, int64_t of) {
    if (!terminal_) {
      const std::string line = lane + ": " + what;
      if (line != last_) std::fprintf(stderr, "coder-nvim: %s\n", line.c_str());
      last_ = line;
      return;
    }
    const auto full = static_cast<size_t>(of > 0 ? kBarWidth * done / of : 0);
    const std::string bar = std::string(full, '#') + std::string(kBarWidth - full, '.');
    std::fprintf(stderr, "\r\033[K[%s] %s: %s %lld/%lld", bar.c_str(), lane.c_str(), what.c_str(),
                 static_cast<long long>(done), static_cast<long long>(of));
    std::fflush(stderr);
    last_ = "bar";
  }
  void clear() {
    if (terminal_ && !last_.empty()) std::fputs("\r\033[K", stderr);
    last_.clear();
  }

 private:
  bool terminal_ = ::isatty(STDERR_FILENO) != 0;
  std::string last_;
};

/// The lanes one after the other, so that none disturbs another.
class Bench {
 public:
  Bench(std::shared_ptr<const config::Config> config, std::vector<const config::Model*> models,
        BenchOptions options)
      : config_(std::move(config)),
        models_(std::move(models)),
        options_(std::move(options)),
        left_usd_(options_.max_usd),
        dispatcher_(loop_, [this] { return config_; }),
        on_interrupt_(loop_, SIGINT, [this] { interrupt(); }) {}

  /// False: interrupted.
  bool run() {
    next();
    loop_.run();
    progress_.clear();
    return !interrupted_;
  }
  const std::vector<LaneFigures>& lanes() const { return lanes_; }

 private:
  void next() {
    if (lanes_.size() == models_.size()) return dispatcher_.settle([this] { loop_.stop(); });
    const config::Model& model = *models_[lanes_.size()];
    // The implicit lane of [engine]: a block of that name would be the user's own.
    const bool own = config_->engine.written && model.name == "engine" && model.line == config_->engine.line;
    lane_ = std::make_unique<LaneBench>(
        loop_, dispatcher_, model, own, options_, left_usd_,
        LaneBench::Handlers{[this, &model](const std::string& what, int64_t done, int64_t of) {
                              progress_.show(model.name, what, done, of);
                            },
                            [this] {
                              lanes_.push_back(lane_->figures());
                              loop_.post([this] {
                                if (!lane_) return;
                                lane_.reset();
                                next();
                              });
                            }});
  }

  void interrupt() {
    interrupted_ = true;
    if (lane_ && lanes_.size() < models_.size()) lanes_.push_back(lane_->figures());
    lane_.reset();
    dispatcher_.settle([this] { loop_.stop(); });
  }

  std::shared_ptr<const config::Config> config_;
  std::vector<const config::Model*> models_;
  BenchOptions options_;
  double left_usd_;
  bool interrupted_ = false;
  Progress progress_;
  std::vector<LaneFigures> lanes_;
  loop::Loop loop_;
  dispatch::Dispatcher dispatcher_;
  std::unique_ptr<LaneBench> lane_;
  loop::Signal on_interrupt_;
};

}  // namespace

int run_bench(const Args& args) {
  const bool json = args.has("--json");
  Result<BenchOptions> options = read_options(args);
  if (!options) return fail(json, options.error());
  Result<config::Config> loaded = load_config(args);
  if (!loaded) return fail(json, loaded.error());
  const auto config = std::make_shared<const config::Config>(std::move(*loaded));
  Result<std::vector<const config::Model*>> models = chosen_models(args, *config);
  if (!models) return fail(json, models.error());

  bool costs = false;
  for (const config::Model* model : *models) costs = costs || is_paid(*model);
  if (costs && !options->paid_context && ::isatty(STDIN_FILENO) != 0) {
    // Asked for with all that may come; whoever scripts it has the short requests only.
    options->paid_context = true;
    std::fputs(plan_of(*models, *options).c_str(), stderr);
    if (!consents()) return fail(json, Error{ErrorKind::interrupted, "nothing was sent", ""});
  } else if (costs) {
    std::fputs(plan_of(*models, *options).c_str(), stderr);
  }

  Bench bench(config, std::move(*models), *options);
  const bool whole = bench.run();
  const std::vector<LaneFigures>& lanes = bench.lanes();
  const std::vector<std::string> advice = bench_advice(lanes);
  Value::Array list, sentences;
  const Error* first_error = nullptr;
  bool any = false;
  for (const LaneFigures& lane : lanes) {
    Value object = bench_object(lane);
    object.as_map()->emplace_back("error", lane.error ? error_value(*lane.error) : Value());
    list.push_back(std::move(object));
    any = any || !lane.ttft_ms.empty();
    if (lane.error && !first_error) first_error = &*lane.error;
  }
  for (const std::string& sentence : advice) sentences.push_back(Value(sentence));
  Value::Map object{{"lanes", Value(std::move(list))}, {"advice", Value(std::move(sentences))}};
  if (!json) {
    const bool markdown = args.has("--markdown");
    std::string out = markdown ? bench_markdown(lanes) : bench_table(lanes);
    if (!advice.empty()) out += "\n";
    for (const std::string& sentence : advice) out += (markdown ? "- " : "") + sentence + "\n";
    print(out);
  }
  if (!whole) {
    return fail(json, Error{ErrorKind::interrupted, "interrupted: this is what was measured so far", ""},
                std::move(object));
  }
  if (!any && first_error) return fail(json, *first_error, std::move(object));
  if (json) print(codec::dump_json(Value(std::move(object))) + "\n");
  return 0;
}

}  // namespace coder::app
