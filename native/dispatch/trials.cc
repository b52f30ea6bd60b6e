#include "dispatch/trials.h"

#include <cstdio>
#include <ctime>
#include <utility>

#include "base/log.h"

namespace coder::dispatch {

using config::Config;
using config::Model;

namespace {

/// The model the canary would replace: the first of its lane in the file.
const Model* control_of(const Config& config, const Model& canary) {
  for (const Model& model : config.models) {
    if (&model != &canary && model.chat && model.lane == canary.lane) return &model;
  }
  return nullptr;
}

const Model* canary_of(const Config& config) {
  return config.router.canary ? config.find(config.router.canary->model) : nullptr;
}

/// A canary with another id or share is another trial.
std::string arm_of(const Config& config, const Model& model) {
  if (&model != canary_of(config)) return model.name;
  char percent[32];
  std::snprintf(percent, sizeof percent, "%g", config.router.canary->percent);
  return "canary " + model.name + " " + model.model + " " + percent;
}

std::string arm_words(const routing::Arm& arm) {
  char errors[32];
  std::snprintf(errors, sizeof errors, "%.1f", arm.error_percent());
  const std::optional<Millis> p95 = arm.p95();
  return std::to_string(arm.count()) + " calls, p95 " +
         (p95 ? std::to_string(p95->count()) + " ms" : std::string("unknown")) + ", " + errors + " % errors";
}

/// Other processes find something now and then.
constexpr Millis kAge{10000};

}  // namespace

std::vector<std::string> arms_of(const Config& config) {
  const Model* canary = canary_of(config);
  if (!canary) return {};
  std::vector<std::string> names = {arm_of(config, *canary)};
  if (const Model* control = control_of(config, *canary)) names.push_back(arm_of(config, *control));
  return names;
}

std::string rolled_back(const Config& config, const TrialsStore::Arms& arms) {
  const std::vector<std::string> names = arms_of(config);
  if (names.empty()) return "";
  const auto canary = arms.find(names[0]);
  if (canary == arms.end()) return "";
  const auto control = names.size() > 1 ? arms.find(names[1]) : arms.end();
  return routing::rollback_reason(canary->second, control == arms.end() ? routing::Arm() : control->second);
}

class Trials::Reader final : public Operation {
 public:
  explicit Reader(unique_function<void()> done)
      : self(std::make_shared<Reader*>(this)), done_(std::move(done)) {}
  ~Reader() override { *self = nullptr; }
  void end() {
    auto done = std::move(done_);
    if (done) done();  // may destroy this
  }
  std::shared_ptr<Reader*> self;

 private:
  unique_function<void()> done_;
};

std::unique_ptr<Operation> Trials::refresh(const Config& config, unique_function<void()> done) {
  std::vector<std::string> names = arms_of(config);
  if (names.empty()) return nullptr;
  if (names == names_ && read_at_ && loop_.now() - *read_at_ < kAge) return nullptr;
  names_ = std::move(names);
  auto reader = std::make_unique<Reader>(std::move(done));
  readers_.push_back(reader->self);
  next();
  return reader;
}

void Trials::add(const Config& config, const Model& model, bool good, std::optional<Millis> ttft) {
  const Model* canary = canary_of(config);
  if (!canary || (&model != canary && &model != control_of(config, *canary))) return;
  Sample sample{arm_of(config, model), {good, ttft}};
  arms_[sample.arm].add(sample.sample);
  unwritten_.push_back(std::move(sample));
  next();
}

void Trials::settle(unique_function<void()> done) {
  settled_ = std::move(done);
  next();
}

// One job after the other: what was added first, so that a reading holds it.
void Trials::next() {
  if (job_) return;
  if (!unwritten_.empty()) return write();
  if (!readers_.empty()) return read();
  if (settled_) {
    loop_.post([done = std::make_shared<unique_function<void()>>(std::move(settled_))] { (*done)(); });
    settled_ = nullptr;
  }
}

void Trials::write() {
  std::deque<Sample> samples;
  samples.swap(unwritten_);
  job_ = std::make_unique<loop::Work>(
      loop_,
      [store = store_, samples = std::move(samples), now = std::time(nullptr)]() -> Result<void> {
        for (const Sample& sample : samples) {
          if (Result<void> added = store->add(sample.arm, sample.sample, now); !added) return added;
        }
        return {};
      },
      [this](const Result<void>& written) {
        if (!written) note(written.error());
        const std::unique_ptr<loop::Work> over = std::move(job_);
        next();
      });
}

void Trials::read() {
  job_ = std::make_unique<loop::Work>(
      loop_, [store = store_, names = names_, now = std::time(nullptr)] { return store->read(names, now); },
      [this](Result<TrialsStore::Arms> arms) {
        const std::unique_ptr<loop::Work> over = std::move(job_);
        if (arms) {
          arms_ = std::move(*arms);
        } else {
          note(arms.error());
        }
        read_at_ = loop_.now();
        std::vector<std::weak_ptr<Reader*>> readers;
        readers.swap(readers_);
        for (const std::weak_ptr<Reader*>& weak : readers) {
          const std::shared_ptr<Reader*> reader = weak.lock();
          if (reader && *reader) (*reader)->end();
        }
        next();
      });
}

void Trials::note(const Error& error) {
  if (!told_) log::warn("the canary is measured in this process alone: " + error.text());
  told_ = true;
}

std::string Trials::words(const Config& config) const {
  const Model* canary = canary_of(config);
  if (!canary) return "";
  char percent[32];
  std::snprintf(percent, sizeof percent, "%g", config.router.canary->percent);
  std::string out = canary->name + " for " + percent + " % of users";
  if (const auto arm = arms_.find(arm_of(config, *canary)); arm != arms_.end()) {
    out += ": " + arm_words(arm->second);
  }
  if (const Model* control = control_of(config, *canary)) {
    const auto arm = arms_.find(arm_of(config, *control));
    if (arm != arms_.end()) out += "; " + control->name + ": " + arm_words(arm->second);
  }
  const std::string why = rolled_back(config);
  return why.empty() ? out : out + "; rolled back: " + why;
}

}  // namespace coder::dispatch
