#include "app/local_engine.h"

#include "app/engine.h"
#include "base/log.h"
#include "codec/json.h"
#include "engine/keeper.h"
#include "loop/child.h"

namespace coder::app {

using engine::Lease;
using engine::State;

namespace {

/// The lease is watched; a keeper that is killed writes none.
constexpr Millis kLookLoading{300};
constexpr Millis kLook{3000};
/// `engine run --detach` asks the server for its options and devices first.
constexpr Millis kStart{120'000};
/// A keeper that was killed is started again, but never in a loop.
constexpr Millis kStartAgain{5'000};

/// What `engine run` has printed of its failure.
engine::Status failed_status(const Result<loop::ProcessResult>& result) {
  engine::Status status;
  status.state = State::failed;
  status.reason = "the engine's keeper did not start";
  if (!result) {
    status.reason += ": " + result.error().message;
    return status;
  }
  const Result<codec::Value> json = codec::parse_json(result->out);
  const codec::Value* error = json ? json->find("error") : nullptr;
  const auto text = [&](const char* key) {
    const codec::Value* value = error ? error->find(key) : nullptr;
    return value && value->as_string() ? *value->as_string() : std::string();
  };
  if (!text("message").empty()) status.reason = text("message");
  status.remedy = text("hint");
  return status;
}

bool same(const Lease& a, const Lease& b) {
  return a.keeper == b.keeper && a.status.state == b.status.state && a.status.percent == b.status.percent &&
         a.status.reason == b.status.reason && a.status.changed == b.status.changed;
}

}  // namespace

LocalEngine::LocalEngine(loop::Loop& loop, GetConfig config, std::function<void()> changed)
    : loop_(loop),
      config_(std::move(config)),
      changed_(std::move(changed)),
      timer_(loop, [this] { look(); }) {}

void LocalEngine::want() {
  const auto config = config_();
  if (!config->engine.written) return;
  if (!paths_) {
    Result<engine::Paths> paths = engine::Paths::make();
    if (!paths) {
      Lease none;
      none.status.state = State::failed;
      none.status.reason = paths.error().message;
      none.status.remedy = paths.error().hint;
      return take(std::move(none));
    }
    paths_ = std::move(*paths);
    // Requests read it before there is an engine that could have written it.
    if (const Result<void> made = engine::make_key(*paths_); !made) log::warn(made.error().text());
    watch_ = std::make_unique<loop::FileWatch>(loop_, paths_->lease, [this] { look(); });
  }
  if (!client_) client_ = engine::Client::attach(*paths_);
  look();  // what was true three seconds ago may not be now
}

void LocalEngine::again() {
  if (lease_.keeper == 0) {
    lease_ = {};
    stopped_ = false;
    started_.reset();
  }
  want();
  if (client_ && lease_.keeper == 0) start_keeper();
}

void LocalEngine::start_keeper() {
  if (starting_ || (started_ && loop_.now() - *started_ < kStartAgain)) return;
  started_ = loop_.now();
  std::vector<std::string> argv = {loop::own_program(), "engine", "run", "--detach", "--json"};
  if (const std::string& file = config_()->file; !file.empty()) argv.insert(argv.end(), {"--config", file});
  log::info("starting the local engine");
  starting_ = std::make_unique<loop::Process>(
      loop_, argv, kStart, 64 * 1024, [this](Result<loop::ProcessResult> result) {
        const bool well = result && result->exit_status == 0;
        std::optional<engine::Status> failed;
        if (!well) failed = failed_status(result);
        // Not from inside its own callback.
        loop_.post([this, failed = std::move(failed), alive = std::weak_ptr(alive_)] {
          if (alive.expired()) return;
          starting_.reset();
          if (!failed) return look();
          Lease none;
          none.status = *failed;
          none.log = paths_->log;
          take(std::move(none));
        });
      });
  if (changed_) changed_();
}

void LocalEngine::look() {
  if (!paths_) return;
  Lease now = engine::read_lease(*paths_);
  // Why no keeper could be started is not in the lease.
  if (now.keeper == 0 && now.status.state == State::cold && lease_.status.state == State::failed &&
      lease_.keeper == 0)
    now = lease_;
  // What the one before it failed of says nothing about the one that is being started.
  if (now.keeper == 0 && starting_) now.status = {};
  if (now.keeper != 0) {
    stopped_ = false;
  } else if (lease_.keeper != 0 && now.status.state == State::cold) {
    // A keeper that ends in peace says so; while there are clients, it does so only when it is told to.
    const Result<Lease> last = engine::decode_lease(engine::read_small(paths_->lease));
    stopped_ = !last || last->status.state == State::cold;
  }
  take(std::move(now));
  if (client_ && lease_.keeper == 0 && lease_.status.state == State::cold && !stopped_) start_keeper();
  timer_.start(lease_.status.state == State::loading || starting_ ? kLookLoading : kLook);
}

void LocalEngine::take(Lease lease) {
  const bool changes = !same(lease, lease_);
  lease_ = std::move(lease);
  if (changes && changed_) changed_();
}

std::string LocalEngine::loading() const {
  if (!wanted() || !failure().empty()) return "";
  if (lease_.status.state == State::loading && lease_.status.percent > 0)
    return "loading " + std::to_string(lease_.status.percent) + " %";
  if (lease_.status.state == State::loading) return "loading the model";
  // A keeper that has just begun has not launched anything yet.
  const bool begun = lease_.keeper != 0 && lease_.status.state == State::cold;
  return starting_ || begun ? "starting" : "";
}

std::string LocalEngine::failure() const {
  if (stopped_) return "stopped by hand: :CoderEngine start starts it";
  if (lease_.status.state != State::failed) return "";
  return lease_.status.reason + (lease_.status.remedy.empty() ? "" : ": " + lease_.status.remedy);
}

}  // namespace coder::app
