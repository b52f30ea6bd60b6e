#include "engine/keeper_steps.h"

#include <algorithm>
#include <cmath>

namespace coder::engine {
namespace {

/// A speed that differs by less than this share is not worth telling.
constexpr double kSameSpeed = 0.05;

constexpr const char* kNames[] = {"cold", "loading", "warm", "busy", "asleep", "failed"};

std::string how_it_ended(const event::Exited& exited) {
  if (exited.signal != 0) return "was ended by signal " + std::to_string(exited.signal);
  if (exited.status == kAnotherRuns) return "could not start: the one before it has not ended yet";
  return "ended with status " + std::to_string(exited.status);
}

}  // namespace

const char* to_string(State state) { return kNames[static_cast<int>(state)]; }

std::optional<State> state_named(std::string_view name) {
  for (int i = 0; i < 6; ++i) {
    if (name == kNames[i]) return static_cast<State>(i);
  }
  return std::nullopt;
}

KeeperSteps::KeeperSteps(Plan plan, Policy policy, TimePoint now)
    : first_(plan),
      plan_(std::move(plan)),
      policy_(policy),
      used_(now),
      answered_(now),
      begun_(now),
      until_(now) {}

Actions KeeperSteps::step(const Event& event, TimePoint now) {
  if (phase_ == Phase::over) return {};
  return std::visit([&](const auto& one) { return on(one, now); }, event);
}

std::optional<TimePoint> KeeperSteps::due() const {
  switch (phase_) {
    case Phase::waiting:
      return until_;
    case Phase::stopping:
      return killed_ ? std::nullopt : std::optional<TimePoint>(until_);
    case Phase::running:
      return clients_ == 0 && requests_ == 0 && policy_.idle.count() > 0
                 ? std::optional<TimePoint>(used_ + policy_.idle)
                 : std::nullopt;
    default:
      return std::nullopt;
  }
}

Actions KeeperSteps::show(State state) {
  Actions out;
  out.publish = status_.state != state;
  status_.state = state;
  return out;
}

Actions KeeperSteps::launch() {
  phase_ = Phase::running;
  hung_ = killed_ = false;
  status_.percent = 0;
  requests_ = 0;
  activity_.clear();
  Actions out = show(State::loading);
  out.publish = out.launch = true;
  return out;
}

Actions KeeperSteps::stop(TimePoint now) {
  requests_ = 0;
  if (phase_ == Phase::resting || phase_ == Phase::waiting) {
    phase_ = Phase::over;
    Actions out = show(State::cold);
    out.end = true;
    return out;
  }
  if (phase_ == Phase::stopping) return {};
  phase_ = Phase::stopping;
  until_ = now + policy_.grace;
  Actions out = show(State::cold);
  out.terminate = true;
  return out;
}

Actions KeeperSteps::fail(std::string reason, std::string remedy) {
  phase_ = Phase::over;
  status_.reason = std::move(reason);
  status_.remedy = std::move(remedy);
  Actions out = show(State::failed);
  out.publish = out.end = true;
  return out;
}

bool KeeperSteps::idle_over(TimePoint now) const {
  return policy_.idle.count() > 0 && clients_ == 0 && requests_ == 0 && now - used_ >= policy_.idle;
}

Actions KeeperSteps::on(const event::Launched&, TimePoint now) {
  answered_ = begun_ = now;
  return {};
}

Actions KeeperSteps::on(const event::LaunchFailed& failed, TimePoint) {
  return fail(failed.error.message,
              failed.error.hint.empty() ? "correct `command` in [engine]" : failed.error.hint);
}

Actions KeeperSteps::on(const event::Exited& exited, TimePoint now) {
  if (phase_ == Phase::stopping) {
    phase_ = Phase::over;
    Actions out = show(State::cold);
    out.end = true;
    return out;
  }
  if (phase_ != Phase::running) return {};
  // How long it loads says nothing about how well it runs.
  if (status_.state != State::loading && now - begun_ >= policy_.calm) {
    crashes_ = {};
    status_.restarts = 0;
  }
  const std::string ended = hung_ ? "did not answer any more and was ended" : how_it_ended(exited);
  std::optional<Cause> cause;
  if (exited.found) cause = exited.found->cause;
  if (!cause && exited.signal == 9 && !hung_) cause = Cause::killed;
  const std::string reason =
      exited.found ? exited.found->meaning
                   : "the engine " + ended + (cause ? ": probably by the host's OOM killer" : "");
  const std::string remedy = exited.found ? exited.found->remedy
                             : cause ? "a smaller model or context; dmesg tells whether it was the OOM killer"
                                     : "its log says more";
  const Plan last = plan_;
  if (!change_after(plan_, cause, crashes_)) return fail(reason, remedy);
  Millis pause = policy_.first_pause;
  for (int i = 0; i < crashes_.count && i < 4; ++i) pause *= 4;
  ++crashes_.count;
  if (cause == Cause::gpu_fault) ++crashes_.faults;
  ++status_.restarts;
  if (!differences(last, plan_).empty()) pause = policy_.first_pause;  // so the next start is no repetition
  status_.changed = differences(first_, plan_);
  status_.reason = reason;
  status_.remedy = remedy;
  status_.percent = 0;
  phase_ = Phase::waiting;
  until_ = now + pause;
  Actions out = show(State::loading);
  out.publish = true;
  return out;
}

Actions KeeperSteps::on(const event::Answered& answered, TimePoint now) {
  if (phase_ != Phase::running || hung_) return {};
  answered_ = now;
  if (answered.loading) {
    used_ = now;  // who started it waits for it
    return show(State::loading);
  }
  if (status_.state == State::loading) used_ = begun_ = now;
  if (answered.running > 0 || answered.activity != activity_) used_ = now;
  requests_ = answered.running;
  activity_ = answered.activity;
  status_.percent = 100;
  const double speed = answered.tokens_per_s;
  const bool tell = speed > 0 && std::abs(speed - status_.tokens_per_s) > kSameSpeed * speed;
  if (tell) status_.tokens_per_s = speed;
  Actions out = show(answered.asleep ? State::asleep : answered.running > 0 ? State::busy : State::warm);
  out.publish = out.publish || tell;
  return out;
}

Actions KeeperSteps::on(const event::Silent&, TimePoint now) {
  if (phase_ != Phase::running || hung_ || now - answered_ < policy_.silence) return {};
  hung_ = true;
  Actions out;
  out.kill = true;
  return out;
}

Actions KeeperSteps::on(const event::Loaded& loaded, TimePoint) {
  if (!loading() || loaded.percent <= status_.percent) return {};
  status_.percent = std::min(loaded.percent, 99);  // whole when it says so itself
  Actions out;
  out.publish = true;
  return out;
}

Actions KeeperSteps::on(const event::Clients& clients, TimePoint now) {
  const bool changed = clients.count != clients_;
  // The time begins when the last one leaves.
  if (clients.count > 0 || clients_ > 0) used_ = now;
  clients_ = clients.count;
  Actions out;
  out.publish = changed && phase_ == Phase::running;
  return out;
}

Actions KeeperSteps::on(const event::Tick&, TimePoint now) {
  switch (phase_) {
    case Phase::resting:
      return launch();
    case Phase::waiting:
      return now >= until_ ? launch() : Actions{};
    case Phase::running:
      return idle_over(now) ? stop(now) : Actions{};
    case Phase::stopping: {
      if (now < until_ || killed_) return {};
      killed_ = true;
      Actions out;
      out.kill = true;
      return out;
    }
    default:
      return {};
  }
}

Actions KeeperSteps::on(const event::Stop&, TimePoint now) { return stop(now); }

}  // namespace coder::engine
