#include "config/keys.h"

#include <cstdlib>
#include <set>

#include "base/log.h"
#include "base/text.h"
#include "config/model_block.h"

namespace coder::config {
namespace {

constexpr Millis kCommandTimeout{30000};
constexpr size_t kMaxOutputBytes = 64 * 1024;

Error no_key(const Model& model, const std::string& what, const std::string& hint) {
  return {ErrorKind::config, model.name + ": the key from " + model.key.where + " " + what, hint};
}

/// Programs like pass print the key first and notes after it.
std::string first_line(const std::string& out) {
  const std::string_view text = trim(out);
  return std::string(text.substr(0, text.find('\n')));
}

}  // namespace

// Callbacks run from posted tasks and from the command's end; both hold this
// weakly, and `closed` ends a round of callbacks when one destroys Keys.
struct Keys::Impl : std::enable_shared_from_this<Keys::Impl> {
  struct Waiter {
    Model model;
    Got got;
  };
  struct Run {
    std::unique_ptr<loop::Process> process;
    std::vector<Waiter> waiters;
    TimePoint started;
  };
  /// A command since the n-th forget(): what runs since before is answered, but not kept or shared.
  using RunId = std::pair<uint64_t, std::vector<std::string>>;

  explicit Impl(loop::Loop& l) : loop(l) {}

  /// The key as it can be sent, or what is wrong with it.
  Result<Secret> finished(const Model& model, const std::string& raw) {
    CleanedKey cleaned = clean_key(raw);
    if (cleaned.text.empty())
      return no_key(model, "is empty", "set it, or take it out of [models." + model.name + "]");
    if (!is_key_fit(cleaned.text)) {
      return no_key(model, "holds a space or a character that no key has", "check its value");
    }
    if (cleaned.changed && warned.insert(model.key.where).second) {
      log::warn(model.name + ": the key from " + model.key.where +
                " has spaces, line ends or quotes around it; they are left out");
    }
    return Secret(std::move(cleaned.text));
  }

  void answer_later(Got got, Result<Secret> result) {
    auto held = std::make_shared<std::pair<Got, Result<Secret>>>(std::move(got), std::move(result));
    loop.post([weak = weak_from_this(), held] {
      if (const auto self = weak.lock(); self && !self->closed) held->first(std::move(held->second));
    });
  }

  Result<Secret> command_result(const Model& model, const Result<loop::ProcessResult>& result, bool late) {
    const std::string hint = "run it by hand: it must print the key and exit with 0";
    if (!result)
      return no_key(model, late ? "did not come within 30 s" : "could not be had: no such program", hint);
    if (result->exit_status != 0) {
      return no_key(model, "could not be had: exit status " + std::to_string(result->exit_status), hint);
    }
    return finished(model, first_line(result->out));
  }

  void command_done(const RunId& id, const Result<loop::ProcessResult>& result) {
    const std::shared_ptr<Impl> self = shared_from_this();
    const auto at = runs.find(id);
    const std::unique_ptr<Run> run = std::move(at->second);
    runs.erase(at);
    const bool late = loop.now() - run->started >= kCommandTimeout;
    for (Waiter& waiter : run->waiters) {
      if (closed) return;
      Result<Secret> key = command_result(waiter.model, result, late);
      if (key && id.first == generation) kept.insert_or_assign(id.second, *key);
      waiter.got(std::move(key));
    }
  }

  void run_command(const Model& model, Got got) {
    const RunId id{generation, model.key.command};
    const auto [at, fresh] = runs.try_emplace(id);
    if (fresh) {
      at->second = std::make_unique<Run>();
      at->second->started = loop.now();
      at->second->process = std::make_unique<loop::Process>(
          loop, id.second, kCommandTimeout, kMaxOutputBytes, [weak = weak_from_this(), id](auto result) {
            if (const auto self = weak.lock(); self && !self->closed) self->command_done(id, result);
          });
    }
    at->second->waiters.push_back({model, std::move(got)});
  }

  loop::Loop& loop;
  bool closed = false;
  uint64_t generation = 0;
  std::map<RunId, std::unique_ptr<Run>> runs;
  std::map<std::vector<std::string>, Secret> kept;
  std::set<std::string> warned;
};

Keys::Keys(loop::Loop& loop) : impl_(std::make_shared<Impl>(loop)) {}

Keys::~Keys() {
  impl_->closed = true;
  impl_->runs.clear();  // ends the commands
}

void Keys::get(const Model& model, Got got) {
  const KeySource& source = model.key;
  if (!source.command.empty()) {
    const auto known = impl_->kept.find(source.command);
    if (known == impl_->kept.end()) return impl_->run_command(model, std::move(got));
    return impl_->answer_later(std::move(got), known->second);
  }
  if (!source.env.empty()) {
    const char* value = std::getenv(source.env.c_str());
    if (!value) {
      return impl_->answer_later(std::move(got), no_key(model, "is not there: the variable is not set",
                                                        "export " + source.env + ", or use api_key_cmd"));
    }
    return impl_->answer_later(std::move(got), impl_->finished(model, value));
  }
  impl_->answer_later(std::move(got), source.literal);
}

void Keys::forget() {
  impl_->kept.clear();
  ++impl_->generation;
}

}  // namespace coder::config
