#include "dispatch/lanes.h"

#include <unistd.h>

#include <algorithm>

#include "base/log.h"
#include "provider/engine_state.h"

namespace coder::dispatch {

using config::Model;
using provider::Trouble;

namespace {

constexpr Millis kFirstPoll{250};
constexpr Millis kLongestPoll{2000};
/// Longer than any model takes to load from a slow disk.
constexpr Millis kLongestWarmUp{600000};
constexpr Millis kQueueAge{1000};
constexpr Millis kQueueLimit{100};
/// A server without /metrics may get it by a restart.
constexpr Millis kNoPageAge{300000};
constexpr size_t kMaxSamples = 100;

std::string key_of(const Model& model) {
  return model.address.url + '\n' + model.address.unix_socket + '\n' + model.key.where;
}

std::string seconds(Millis left) { return std::to_string((left.count() + 999) / 1000) + " s"; }

}  // namespace

struct Lanes::Known {
  routing::Objective objective;
  std::string shut;
  std::optional<int64_t> context;
  std::deque<Millis> ttft;
  std::string loading, failure;  ///< of an engine that is kept
  std::optional<size_t> server;  ///< used last, of several
};

struct Lanes::Server {
  explicit Server(loop::Loop& loop, unique_function<void()> on_due) : timer(loop, std::move(on_due)) {}

  routing::Circuit circuit;
  bool warming = false;
  TimePoint warming_since;
  provider::Endpoint endpoint;  ///< while warming
  Millis poll{0};
  loop::Timer timer;
  http::Transfer health;
  std::vector<std::weak_ptr<Waiter*>> waiters;

  int waiting = 0;
  std::optional<TimePoint> asked;  ///< for the queue
  bool has_page = true;
};

class Lanes::Waiter final : public Operation {
 public:
  explicit Waiter(unique_function<void()> on_ready)
      : self(std::make_shared<Waiter*>(this)), on_ready_(std::move(on_ready)) {}
  ~Waiter() override { *self = nullptr; }
  void ready() {
    auto on_ready = std::move(on_ready_);
    if (on_ready) on_ready();  // may destroy this
  }
  std::shared_ptr<Waiter*> self;

 private:
  unique_function<void()> on_ready_;
};

class Lanes::Refresh final : public Operation {
 public:
  http::Transfer transfer;
};

/// Of several servers; over when the last one has answered.
class Lanes::Refreshes final : public Operation {
 public:
  explicit Refreshes(unique_function<void()> done) : done_(std::move(done)) {}
  void one_less() {
    if (--open > 0) return;
    auto done = std::move(done_);
    done();  // may destroy this
  }
  std::vector<std::unique_ptr<Operation>> all;
  int open = 0;

 private:
  unique_function<void()> done_;
};

Lanes::Lanes(loop::Loop& loop, http::Client& http, std::function<void(const std::string&)> notice)
    : loop_(loop), http_(http), notice_(std::move(notice)) {}
Lanes::~Lanes() = default;

Lanes::Server& Lanes::server(const Model& model) {
  const std::string key = key_of(model);
  std::unique_ptr<Server>& at = servers_[key];
  if (!at) at = std::make_unique<Server>(loop_, [this, key] { ask_again(key); });
  return *at;
}

const Lanes::Server* Lanes::find_server(const Model& model) const {
  const auto found = servers_.find(key_of(model));
  return found == servers_.end() ? nullptr : found->second.get();
}

routing::World Lanes::world(const config::Config& config) const {
  routing::World world;
  const TimePoint now = loop_.now();
  for (const Model& model : config.models) {
    // Of several servers the one counts that would be asked.
    const auto at = model.servers() > 1 ? pick(model, {}) : std::nullopt;
    const Server* server = find_server(at ? model.at_server(at->index) : model);
    const auto known = known_.find(model.name);
    if (!server && known == known_.end()) continue;
    routing::LaneState& lane = world.lanes[model.name];
    if (server) {
      lane.circuit = server->circuit;
      if (server->warming) lane.warming = "loading the model";
      // What was read long ago says nothing about now.
      if (server->asked && now - *server->asked <= kQueueAge) lane.waiting = server->waiting;
    }
    if (known != known_.end()) {
      lane.objective = known->second.objective;
      lane.shut = known->second.failure.empty() ? known->second.shut : known->second.failure;
      if (!known->second.loading.empty()) lane.warming = known->second.loading;
      lane.context = known->second.context;
    }
  }
  return world;
}

std::optional<routing::ReplicaPick> Lanes::pick(const Model& model, const std::set<size_t>& tried) const {
  std::vector<routing::ReplicaState> all(model.servers());
  for (size_t i = 0; i < all.size(); ++i) {
    all[i].tried = tried.count(i) > 0;
    const Server* at = find_server(model.at_server(i));
    if (!at) continue;
    all[i].circuit = at->circuit;
    all[i].warming = at->warming;
    if (at->asked && loop_.now() - *at->asked <= kQueueAge) all[i].waiting = at->waiting;
  }
  const auto known = known_.find(model.name);
  const std::optional<size_t> last = known == known_.end() ? std::nullopt : known->second.server;
  return routing::pick_replica(all, last, static_cast<size_t>(::getpid()), loop_.now());
}

std::optional<routing::ReplicaPick> Lanes::pick_server(const Model& model, const std::set<size_t>& tried) {
  if (model.servers() == 1) return tried.empty() ? std::optional(routing::ReplicaPick{}) : std::nullopt;
  auto picked = pick(model, tried);
  if (picked) known_[model.name].server = picked->index;
  return picked;
}

bool Lanes::down(const Model& at_server) const {
  const Server* at = find_server(at_server);
  return at && at->circuit.state(loop_.now()) == routing::Circuit::State::open;
}

void Lanes::begin(const Model& model) { server(model).circuit.begin(loop_.now()); }

void Lanes::first_token(const Model& model, Millis ttft, const config::Router& router) {
  Known& known = known_[model.name];
  known.ttft.push_back(ttft);
  if (known.ttft.size() > kMaxSamples) known.ttft.pop_front();
  if (router.slo_ttft) known.objective.sample(loop_.now(), ttft, *router.slo_ttft);
}

void Lanes::succeeded(const Model& model) {
  server(model).circuit.succeeded(loop_.now());
  known_[model.name].shut.clear();  // the key or the balance was mended where it comes from
}

void Lanes::failed(const Model& model, const provider::ChatError& error, const std::string& words) {
  Server& at = server(model);
  const TimePoint now = loop_.now();
  switch (error.trouble) {
    case Trouble::auth:
    case Trouble::payment:
    case Trouble::model_not_found:
      at.circuit.succeeded(now);  // it answers; what is wrong is the key, the balance or the name
      return shut(model, words);
    case Trouble::loading:
      at.circuit.succeeded(now);
      return;
    case Trouble::rate_limit:
      if (error.retry_after) return at.circuit.pause(now, *error.retry_after, words);
      return at.circuit.failed(now, words);
    case Trouble::unreachable:
      if (model.lane == privacy::Lane::local && error.hopeless) return at.circuit.trip(now, words);
      return at.circuit.failed(now, words);
    case Trouble::server:
    case Trouble::timeout:
    case Trouble::truncated:
    case Trouble::malformed:
      if (error.retry_after) return at.circuit.pause(now, *error.retry_after, words);
      return at.circuit.failed(now, words);
    case Trouble::bad_request:
    case Trouble::not_found:
    case Trouble::context_overflow:
      return at.circuit.succeeded(now);
  }
}

void Lanes::cancelled(const Model& model, std::optional<Millis> waited, const config::Router& router) {
  server(model).circuit.cancelled(loop_.now());
  // Whoever gives up before the objective was passed says nothing about the lane.
  if (waited && router.slo_ttft && *waited > *router.slo_ttft) {
    known_[model.name].objective.sample(loop_.now(), *waited, *router.slo_ttft);
  }
}

void Lanes::shut(const Model& model, const std::string& why) { known_[model.name].shut = why; }

void Lanes::learn_context(const Model& model, int64_t tokens) { known_[model.name].context = tokens; }

// --- loading engines ----------------------------------------------------------

std::unique_ptr<Operation> Lanes::wait_ready(const Model& model, const provider::Endpoint& endpoint,
                                             unique_function<void()> on_ready) {
  Server& at = server(model);
  auto waiter = std::make_unique<Waiter>(std::move(on_ready));
  at.waiters.push_back(waiter->self);
  if (!at.warming) {
    at.warming = true;
    at.warming_since = loop_.now();
    at.endpoint = endpoint;
    at.poll = kFirstPoll;
    at.timer.start(at.poll);
    log::info("lane " + model.name + ": the engine is loading");
  }
  return waiter;
}

bool Lanes::warming(const Model& model) const {
  const Server* at = find_server(model);
  const auto known = known_.find(model.name);
  return (at && at->warming) || (known != known_.end() && !known->second.loading.empty());
}

void Lanes::engine(const Model& model, const std::string& loading, const std::string& failure) {
  Known& known = known_[model.name];
  const bool up = !known.loading.empty() && loading.empty();
  known.loading = loading;
  known.failure = failure;
  if (!up) return;
  // What failed while there was none says nothing about the one there is now.
  Server& at = server(model);
  at.circuit = {};
  known.shut.clear();
  if (at.warming) at.timer.start(Millis(0));
}

std::string Lanes::engine_failure(const Model& model) const {
  const auto known = known_.find(model.name);
  return known == known_.end() ? "" : known->second.failure;
}

void Lanes::ask_again(const std::string& key) {
  Server& at = *servers_.at(key);
  at.health = provider::ask_readiness(http_, at.endpoint, [this, key](provider::Readiness now) {
    Server& server = *servers_.at(key);
    const bool patient = loop_.now() - server.warming_since < kLongestWarmUp;
    const auto known = known_.find(server.endpoint.name);
    const bool kept = known != known_.end() && !known->second.loading.empty();
    if ((kept || now == provider::Readiness::loading) && patient) {
      server.poll = std::min(server.poll * 3 / 2, kLongestPoll);
      return server.timer.start(server.poll);
    }
    log::info("lane " + server.endpoint.name + ": done with loading after " +
              seconds(std::chrono::duration_cast<Millis>(loop_.now() - server.warming_since)));
    wake(server);
  });
}

void Lanes::wake(Server& server) {
  server.warming = false;
  server.timer.stop();
  std::vector<std::weak_ptr<Waiter*>> waiters;
  waiters.swap(server.waiters);
  // Not from inside the transfer's own callback, which may be what is destroyed.
  loop_.post([waiters] {
    for (const std::weak_ptr<Waiter*>& weak : waiters) {
      const std::shared_ptr<Waiter*> waiter = weak.lock();
      if (waiter && *waiter) (*waiter)->ready();
    }
  });
}

// --- queues ---------------------------------------------------------------------

std::unique_ptr<Operation> Lanes::refresh_queue(const Model& model, const provider::Endpoint& endpoint,
                                                unique_function<void()> done) {
  Server& at = server(model);
  const TimePoint now = loop_.now();
  if (at.asked && now - *at.asked < (at.has_page ? kQueueAge : kNoPageAge)) return nullptr;
  at.asked = now;
  auto refresh = std::make_unique<Refresh>();
  refresh->transfer = provider::ask_queue(http_, endpoint, kQueueLimit,
                                          [this, key = key_of(model), done = std::move(done)](
                                              std::optional<provider::Queue> queue, bool has_page) mutable {
                                            const auto found = servers_.find(key);
                                            if (found != servers_.end()) {
                                              found->second->waiting = queue ? queue->waiting : 0;
                                              found->second->has_page = has_page;
                                            }
                                            done();
                                          });
  return refresh;
}

std::unique_ptr<Operation> Lanes::refresh_queues(const Model& model, const provider::Endpoint& endpoint,
                                                 unique_function<void()> done) {
  auto all = std::make_unique<Refreshes>(std::move(done));
  for (size_t i = 0; i < model.servers(); ++i) {
    const Model at = model.at_server(i);
    provider::Endpoint there = endpoint;
    there.address = at.address;
    auto one = refresh_queue(at, there, [round = all.get()] { round->one_less(); });
    if (one) all->all.push_back(std::move(one));
  }
  all->open = static_cast<int>(all->all.size());
  if (all->all.empty()) return nullptr;
  return all;
}

int Lanes::waiting(const Model& model) const {
  const Server* at = find_server(model);
  return at && at->asked && loop_.now() - *at->asked <= kQueueAge ? at->waiting : 0;
}

// --- telling ----------------------------------------------------------------------

void Lanes::note_left(const std::string& name, const std::string& why, const std::string& instead) {
  if (!left_.insert(name).second || !notice_) return;
  // Errors of calls begin with the lane's name.
  const bool named = why.compare(0, name.size() + 2, name + ": ") == 0;
  notice_("leaving " + name + " for " + instead + ": " + (named ? why.substr(name.size() + 2) : why));
}

void Lanes::note_used(const std::string& name) {
  if (left_.erase(name) > 0 && notice_) notice_("back on " + name);
}

void Lanes::note_rollback(const std::string& name, const std::string& why) {
  if (!why.empty() && !rollback_told_ && notice_) notice_("canary " + name + " is rolled back: " + why);
  rollback_told_ = !why.empty();
}

std::string Lanes::state_words(const Model& model) const {
  const auto known = known_.find(model.name);
  if (known != known_.end() && !known->second.failure.empty()) return known->second.failure;
  if (known != known_.end() && !known->second.loading.empty()) return known->second.loading;
  if (known != known_.end() && !known->second.shut.empty()) return "shut: " + known->second.shut;
  const TimePoint now = loop_.now();
  if (const Server* at = find_server(model)) {
    if (at->warming) return "loading the model";
    switch (at->circuit.state(now)) {
      case routing::Circuit::State::open:
        return "cooling, again in " + seconds(at->circuit.left(now)) + ": " + at->circuit.why();
      case routing::Circuit::State::half_open:
      case routing::Circuit::State::probing:
        return "on probation after: " + at->circuit.why();
      case routing::Circuit::State::closed:
        break;
    }
  }
  if (known != known_.end() && known->second.objective.slow(now))
    return "slow: " + known->second.objective.why();
  const int queue = waiting(model);
  if (queue > 0) return std::to_string(queue) + " waiting there";
  return known != known_.end() && !known->second.ttft.empty() ? "ready" : "not asked yet";
}

std::string Lanes::latency_words(const Model& model) const {
  const auto known = known_.find(model.name);
  if (known == known_.end() || known->second.ttft.empty()) return "";
  std::vector<Millis> sorted(known->second.ttft.begin(), known->second.ttft.end());
  std::sort(sorted.begin(), sorted.end());
  const auto at = [&](size_t percent) {
    return std::to_string(sorted[std::min(sorted.size() - 1, sorted.size() * percent / 100)].count()) + " ms";
  };
  return "p50 " + at(50) + ", p95 " + at(95) + " to the first token (" + std::to_string(sorted.size()) +
         (sorted.size() == 1 ? " answer)" : " answers)");
}

void Lanes::forget() {
  for (auto& [key, server] : servers_) {
    server->circuit = {};
    server->asked.reset();
    server->has_page = true;
    server->health = {};
    if (server->warming) wake(*server);
  }
  for (auto& [name, known] : known_) {
    known.shut.clear();
    known.objective = {};
  }
}

}  // namespace coder::dispatch
