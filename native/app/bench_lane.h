// Measures one lane: start, first tokens, speed alone and with two at once, longest prompt. Loop thread only.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "app/bench_figures.h"
#include "dispatch/dispatcher.h"
#include "engine/lease.h"

namespace coder::app {

struct BenchOptions {
  int64_t requests = 20;          ///< short ones, for the first token
  int64_t tokens = 256;           ///< of an answer that is measured for its speed
  int64_t max_context = 131'072;  ///< tokens; the search goes no further
  double max_usd = 0.5;           ///< of all lanes together; a request that might pass it is not sent
  bool paid_context = false;      ///< the longest prompt of a lane that costs something is looked for, too
  std::string config_file;        ///< for the engine's start; may be empty
};

/// What a lane may come to at most, for the user's consent.
struct BenchBound {
  int64_t requests = 0, input = 0, output = 0;
  std::optional<double> usd;  ///< nullopt: price unknown
};
BenchBound bench_bound(const config::Model& model, const BenchOptions& options);

/// It may cost something: a cloud lane, or one with a price.
bool is_paid(const config::Model& model);

class LaneBench {
 public:
  struct Handlers {
    std::function<void(const std::string& what, int64_t done, int64_t of)> on_progress;
    unique_function<void()> on_done;  ///< once, from the loop
  };
  /// `own_engine`: coder-nvim's own engine is behind it, which can be stopped and started if nobody else uses
  /// it. `left_usd` is what may still be spent; it is lowered by what was.
  LaneBench(loop::Loop& loop, dispatch::Dispatcher& dispatcher, const config::Model& model, bool own_engine,
            const BenchOptions& options, double& left_usd, Handlers handlers);
  ~LaneBench();
  LaneBench(const LaneBench&) = delete;

  /// What is known by now.
  const LaneFigures& figures() const { return figures_; }

 private:
  struct Running;
  using Answered = std::function<void(Result<BenchAnswer>)>;
  void next();
  void ask(const std::string& prompt, int64_t max_tokens, Answered answered);
  void ended(Running& running, Result<void> result, const dispatch::Outcome& outcome);
  void progress(const std::string& what, int64_t done, int64_t of) const;
  bool affordable(int64_t input, int64_t output);
  void give_up(Error error);

  void start_engine();
  void engine_command(const char* action, unique_function<void(bool well)> then);
  void cold();
  void warm();
  void alone();
  void two();
  void first_context();
  void try_context(int64_t tokens);
  void context_tried(int64_t tokens, const Result<BenchAnswer>& answer);

  loop::Loop& loop_;
  dispatch::Dispatcher& dispatcher_;
  const config::Model& model_;
  bool own_engine_;
  const BenchOptions& options_;
  double& left_usd_;
  Handlers handlers_;
  LaneFigures figures_;

  enum class Stage { engine, cold, warm, alone, two, context, done };
  Stage stage_ = Stage::engine;
  TimePoint begun_ = Clock::now();
  std::list<std::unique_ptr<Running>> running_;
  int rounds_ = 0;
  int failures_ = 0;  ///< one after the other
  std::optional<Millis> start_took_;
  std::optional<engine::Paths> paths_;
  engine::Client client_;  ///< keeps the engine from ending while it is measured
  std::unique_ptr<loop::Process> process_;

  // The search for the longest prompt.
  int64_t sent_bytes_ = 0;
  int64_t last_input_ = 0;  ///< tokens of the last answer, by the server's count
  double bytes_per_token_ = 3.6;
  int64_t works_ = 0, fails_ = 0;  ///< tokens; 0: not known
  int tries_ = 0;
  int64_t told_ = 0;        ///< tried because the server has told its window
  bool uncounted_ = false;  ///< the server's own counts are of no use
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace coder::app
