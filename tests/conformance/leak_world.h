// One Dispatcher's life in a leak test: a hundred questions and completions, several at a time, under
// changing configurations and faults, each checked when it chooses a lane and when it ends.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "conformance/leak_fleet.h"
#include "conformance/leak_requests.h"
#include "dispatch/dispatcher.h"

namespace coder::test {

class LeakWorld {
 public:
  /// `on_over` runs once, from the loop; the world is to be destroyed after it.
  LeakWorld(loop::Loop& loop, LeakFleet& fleet, int number, int requests, std::function<void()> on_over)
      : loop_(loop),
        fleet_(fleet),
        number_(number),
        left_(requests),
        on_over_(std::move(on_over)),
        dice_(Dice::mix(fleet.seed(), "world" + std::to_string(number))),
        config_(new_config()),
        editor_(fleet.project(), dice_, [this] { return config_; }),
        maker_(fleet, editor_),
        dispatcher_(std::make_unique<dispatch::Dispatcher>(
            loop, [this] { return config_; }, [](const std::string&) {})),
        pump_(loop, [this] { fill(); }) {
    pump_.start(Millis(0));
  }

 private:
  static constexpr size_t kAtOnce = 12;
  /// Nobody waits longer for an answer.
  static constexpr int kPatienceMs = kSlow ? 3000 : 600;

  inline static const std::vector<dispatch::Phase> kPhases = {
      dispatch::Phase::connecting, dispatch::Phase::queued, dispatch::Phase::prefill, dispatch::Phase::retry,
      dispatch::Phase::warming};

  struct Flight {
    Flight(loop::Loop& loop, std::function<void()> cancel) : timer(loop, std::move(cancel)) {}
    Expected expected;
    bool stop_at_text = false;
    bool stop_at_choice = false;
    std::optional<dispatch::Phase> stop_at_phase;
    int chosen = 0;
    bool last_trusted = false;  ///< of the models chosen
    loop::Timer timer;
    std::unique_ptr<dispatch::Operation> operation;  ///< before what its callbacks use
  };

  std::shared_ptr<const config::Config> new_config() {
    auto config =
        std::make_shared<const config::Config>(config::parse(fleet_.configuration(dice_), "config.toml"));
    for (const config::Problem& problem : config->problems) {
      BOOST_REQUIRE_MESSAGE(problem.severity != config::Severity::error, problem.text());
    }
    for (const config::Model& model : config->models) {
      BOOST_REQUIRE_MESSAGE(model.trusted == fleet_.is_trusted_place(model), config::describe(model));
    }
    return config;
  }

  /// As many more as may be under way; the end of the world when there is nothing left.
  void fill() {
    while (left_ > 0 && flights_.size() < kAtOnce) {
      if (dice_.percent(4)) change_config();
      --left_;
      launch();
    }
    if (left_ > 0 || !flights_.empty()) return;
    if (lingered_) return on_over_();
    lingered_ = true;  // shadows may still be under way
    pump_.start(Millis(dice_.below(30)));
  }

  void change_config() {
    config_ = new_config();
    editor_.rules_changed();
    dispatcher_->config_changed();
  }

  void launch() {
    LeakTotals& totals = fleet_.totals();
    const std::string serial = "serial:" + std::to_string(number_) + "." + std::to_string(left_) + ";";
    Dice dice(Dice::mix(fleet_.seed(), serial));
    const int id = ++last_id_;
    auto flight = std::make_unique<Flight>(loop_, [this, id] { cancel(id); });
    Flight& it = *flight;
    const bool impatient = dice.percent(15);
    it.stop_at_text = impatient && dice.percent(30);
    it.stop_at_choice = impatient && dice.percent(15);
    if (impatient && dice.percent(30)) it.stop_at_phase = dice.any(kPhases);
    it.timer.start(Millis(impatient ? static_cast<int>(dice.below(40)) : kPatienceMs));
    ++totals.asked;
    if (dice.percent(25)) {
      ++totals.completions;
      std::optional<Completion> made = maker_.completion(dice, serial, *config_);
      if (!made) {
        ++totals.never_sent;
        return;
      }
      start(id, it, std::move(*made));
    } else {
      Result<Question> made = maker_.question(dice, serial, *config_);
      if (!made) {
        BOOST_CHECK(made.error().kind == ErrorKind::policy);
        ++totals.never_sent;
        return;
      }
      const routing::Decision decision = dispatcher_->decide(made->request.route, *config_);
      for (const config::Model* model : decision.models) {
        BOOST_CHECK_MESSAGE(!made->expected.hidden || model->trusted,
                            made->expected.kind << " would go to " << model->name);
      }
      start(id, it, std::move(*made));
    }
    ++totals.kinds[it.expected.kind];
    if (it.expected.hidden) ++totals.hidden;
    flights_.emplace_back(id, std::move(flight));
  }

  void start(int id, Flight& flight, Question made) {
    flight.expected = made.expected;
    dispatch::Handlers handlers;
    handlers.on_chosen = [this, id, &flight](const dispatch::Chosen& chosen) {
      chose(flight, chosen.model, chosen.label);
      if (!chosen.instead.empty()) ++fleet_.totals().failed_over;
      if (flight.stop_at_choice) cancel(id);
    };
    handlers.on_phase = [this, id, &flight](dispatch::Phase phase, const std::string&) {
      if (flight.stop_at_phase == phase) cancel(id);
    };
    handlers.on_text = [this, id, &flight](std::string_view) {
      if (flight.stop_at_text) cancel(id);
    };
    handlers.on_done = [this, id, &flight](Result<void> result, const dispatch::Outcome& outcome) {
      ended(id, flight, result, outcome.posts > 0);
    };
    flight.operation = dispatcher_->ask(std::move(made.request), std::move(handlers));
  }

  void start(int id, Flight& flight, Completion made) {
    flight.expected = made.expected;
    dispatch::CompletionHandlers handlers;
    handlers.on_text = [this, id, &flight](std::string_view) {
      if (flight.stop_at_text) cancel(id);
    };
    handlers.on_done = [this, id, &flight](Result<void> result, const dispatch::CompletionOutcome&) {
      ended(id, flight, result, flight.chosen > 0);
    };
    auto assemble = std::move(made.request.assemble);
    made.request.assemble = [this, &flight, assemble = std::move(assemble)](
                                const config::Model& model, const provider::FimServer& server) mutable {
      chose(flight, model, flight.expected.hidden ? Label::local_only : Label::any);
      return assemble(model, server);
    };
    flight.operation = dispatcher_->completions().start(std::move(made.request), std::move(handlers));
  }

  /// A model was chosen: for private text one that may see it, in what its block says and where it leads.
  void chose(Flight& flight, const config::Model& model, Label label) {
    ++flight.chosen;
    flight.last_trusted = fleet_.is_trusted_place(model);
    BOOST_CHECK_MESSAGE(!flight.expected.hidden || label == Label::local_only,
                        "label lost: " << flight.expected.kind);
    if (label == Label::any) return;
    BOOST_CHECK_MESSAGE(model.trusted && flight.last_trusted,
                        flight.expected.kind << " was given to " << model.name << " at " << model.base_url);
  }

  void ended(int id, Flight& flight, const Result<void>& result, bool sent) {
    LeakTotals& totals = fleet_.totals();
    if (result) {
      ++totals.answered;
    } else if (const ErrorKind kind = result.error().kind; kind == ErrorKind::policy) {
      ++totals.refused;
      if (flight.expected.careless) ++totals.stopped_at_the_door;
    } else {
      ++totals.failed;
      // Refused by privacy, or failed on a lane that may see it, or there was none at all.
      BOOST_CHECK_MESSAGE(!flight.expected.hidden || !sent || flight.last_trusted, result.error().text());
    }
    remove(id);
  }

  void cancel(int id) {
    const auto at = find(id);
    if (at == flights_.end()) return;
    ++fleet_.totals().cancelled;
    remove(id);
  }

  std::vector<std::pair<int, std::unique_ptr<Flight>>>::iterator find(int id) {
    return std::find_if(flights_.begin(), flights_.end(), [&](const auto& each) { return each.first == id; });
  }

  /// Also from inside one of its own callbacks.
  void remove(int id) {
    const auto at = find(id);
    if (at == flights_.end()) return;
    std::unique_ptr<Flight> flight = std::move(at->second);
    flights_.erase(at);
    flight->operation.reset();
    flight->timer.stop();
    // Its callback may be running: what that holds is let go of later.
    loop_.post([flight = std::move(flight)] {});
    pump_.start(Millis(0));
  }

  loop::Loop& loop_;
  LeakFleet& fleet_;
  int number_;
  int left_;
  std::function<void()> on_over_;
  Dice dice_;
  std::shared_ptr<const config::Config> config_;
  LeakEditor editor_;
  LeakRequests maker_;
  std::unique_ptr<dispatch::Dispatcher> dispatcher_;
  std::vector<std::pair<int, std::unique_ptr<Flight>>> flights_;  ///< before the Dispatcher they use
  loop::Timer pump_;
  int last_id_ = 0;
  bool lingered_ = false;
};

}  // namespace coder::test
