// What this process knows of the configured models and their servers: circuits, the latency objective,
// loading engines, queues, windows. Fed by every chat call, read by every decision. Loop thread only.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "config/config.h"
#include "dispatch/operation.h"
#include "http/http.h"
#include "provider/chat.h"
#include "routing/replica.h"
#include "routing/route.h"

namespace coder::dispatch {

class Lanes {
 public:
  /// `notice` takes one line for the user, once for each change of state.
  Lanes(loop::Loop& loop, http::Client& http, std::function<void(const std::string&)> notice);
  ~Lanes();
  Lanes(const Lanes&) = delete;

  /// The lanes as a decision sees them.
  routing::World world(const config::Config& config) const;

  /// Which of a model's servers takes the next request: kept for those that follow. `tried`: by this request,
  /// by index. None: all have been. What calls report is told with the model at that server.
  std::optional<routing::ReplicaPick> pick_server(const config::Model& model, const std::set<size_t>& tried);

  /// A model at one of its servers: cooling after failures.
  bool down(const config::Model& at_server) const;

  // How calls went.
  void begin(const config::Model& model);
  void first_token(const config::Model& model, Millis ttft, const config::Router& router);
  void succeeded(const config::Model& model);
  void failed(const config::Model& model, const provider::ChatError& error, const std::string& words);
  /// Given up by the user, `waited` after it was sent, nothing having come.
  void cancelled(const config::Model& model, std::optional<Millis> waited, const config::Router& router);
  /// The key cannot be had or was refused: not before the configuration changes.
  void shut(const config::Model& model, const std::string& why);

  /// An engine is loading: asks it until it is ready, then calls `on_ready` of everyone who waits (also when
  /// it has gone away, or after ten minutes: the next request will tell).
  std::unique_ptr<Operation> wait_ready(const config::Model& model, const provider::Endpoint& endpoint,
                                        unique_function<void()> on_ready);
  bool warming(const config::Model& model) const;
  /// What its keeper says of the engine behind this lane: that it is not up yet, or why it will not come up;
  /// both empty: it is up, or nobody knows.
  void engine(const config::Model& model, const std::string& loading, const std::string& failure);
  /// Why the engine behind this lane will not come up; empty: it may.
  std::string engine_failure(const config::Model& model) const;

  /// Reads the queue of a local engine if what is known is older than a second; `done` on the loop, after
  /// 100 ms at the latest. nullptr: nothing to ask, `done` is not called.
  std::unique_ptr<Operation> refresh_queue(const config::Model& model, const provider::Endpoint& endpoint,
                                           unique_function<void()> done);
  int waiting(const config::Model& model) const;
  /// The same for all servers of a model at once.
  std::unique_ptr<Operation> refresh_queues(const config::Model& model, const provider::Endpoint& endpoint,
                                            unique_function<void()> done);

  void learn_context(const config::Model& model, int64_t tokens);

  /// Tells the user, once, when a lane is left for another and when it is returned to.
  void note_left(const std::string& name, const std::string& why, const std::string& instead);
  void note_used(const std::string& name);
  /// Tells, once, that the canary is out; `why` empty: it is not, or not any more.
  void note_rollback(const std::string& name, const std::string& why);

  /// "ready", or why it is not: "cooling, again in 4 s: connection refused".
  std::string state_words(const config::Model& model) const;
  /// "p50 120 ms, p95 480 ms to the first token (34 answers)"; empty without a sample.
  std::string latency_words(const config::Model& model) const;

  /// The configuration has changed: what was shut is tried again, circuits are closed.
  void forget();

 private:
  struct Server;
  struct Known;
  class Waiter;
  class Refresh;
  class Refreshes;
  Server& server(const config::Model& model);
  const Server* find_server(const config::Model& model) const;
  std::optional<routing::ReplicaPick> pick(const config::Model& model, const std::set<size_t>& tried) const;
  void ask_again(const std::string& key);
  void wake(Server& server);

  loop::Loop& loop_;
  http::Client& http_;
  std::function<void(const std::string&)> notice_;
  std::map<std::string, std::unique_ptr<Server>> servers_;  ///< by address and where the key comes from
  std::map<std::string, Known> known_;                      ///< by NAME
  std::set<std::string> left_;                              ///< NAMEs the user was told of
  bool rollback_told_ = false;
};

}  // namespace coder::dispatch
