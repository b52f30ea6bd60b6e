#include "engine/keeper.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/replace_file.h"
#include "base/text.h"
#include "codec/json.h"

namespace coder::engine {
namespace {

constexpr Millis kPollLoading{200};
constexpr Millis kPoll{1000};
constexpr Millis kConnect{1000};
constexpr Millis kAnswer{5000};
constexpr Millis kWaitForOther{15'000};
constexpr size_t kMaxBody = 1u << 20;

/// The key in `path`, or a new one: it stays the same while the runtime folder lives, so that clients which
/// read it once can go on after the engine was started anew.
Secret key_in(const std::string& path) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr size_t kLength = 64;
  std::string key = read_small(path);
  while (!key.empty() && key.back() == '\n') key.pop_back();
  if (key.size() == kLength && key.find_first_not_of(kDigits) == std::string::npos)
    return Secret(std::move(key));
  key.clear();
  std::random_device random;  // the system's own
  while (key.size() < kLength) key += kDigits[random() & 15];
  return Secret(std::move(key));
}

}  // namespace

Result<void> make_key(const Paths& paths) {
  if (!read_small(paths.key).empty()) return {};
  return replace_file(paths.key, key_in(paths.key).reveal() + "\n");
}

namespace {

/// The command line for the log; a key that the user put there stays out.
std::string shown(const std::vector<std::string>& argv) {
  std::string out;
  for (size_t i = 0; i < argv.size(); ++i) {
    const bool key = i > 0 && argv[i - 1] == "--api-key";
    out += (i > 0 ? " " : "") + (key ? "…" : argv[i].rfind("--api-key=", 0) == 0 ? "--api-key=…" : argv[i]);
  }
  return out;
}

/// What explains the end of the engine best: a CPU build says "no usable GPU" whatever happens later.
std::optional<Diagnosis> best(const std::vector<Diagnosis>& found) {
  std::optional<Diagnosis> out;
  for (const Diagnosis& one : found) {
    if (one.cause == Cause::no_gpu) continue;
    if (!out) out = one;
  }
  return out;
}

}  // namespace

int become_engine(pid_t parent, const std::string& lock_path, const std::vector<std::string>& argv) {
#ifdef __linux__
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  if (::getppid() != parent) return kAnotherRuns;  // it died before that was set
  FileLock lock = FileLock::take(lock_path, kWaitForOther);
  if (!lock) {
    std::fprintf(stderr, "coder-nvim: another engine has not ended yet\n");
    return kAnotherRuns;
  }
  ::fcntl(lock.fd(), F_SETFD, 0);  // the program holds it from here on
  std::signal(SIGPIPE, SIG_DFL);
  std::vector<char*> args;
  for (const std::string& arg : argv) args.push_back(const_cast<char*>(arg.c_str()));
  args.push_back(nullptr);
  ::execvp(args[0], args.data());
  std::fprintf(stderr, "coder-nvim: cannot run %s: %s\n", args[0], std::strerror(errno));
  return kCannotRun;
}

event::Answered read_metrics(std::string_view metrics) {
  event::Answered out;
  for (const std::string_view line : split(metrics, '\n')) {
    const auto value_of = [&](std::string_view name) -> std::string_view {
      return line.substr(0, name.size()) == name ? trim(line.substr(name.size())) : std::string_view{};
    };
    for (const std::string_view name : {"llamacpp:requests_processing ", "llamacpp:requests_deferred "}) {
      const double value = std::strtod(std::string(value_of(name).substr(0, 32)).c_str(), nullptr);
      if (value > 0 && value < 1e6) out.running += static_cast<int>(value);
    }
    if (const std::string_view value = value_of("llamacpp:predicted_tokens_seconds "); !value.empty()) {
      const double speed = std::strtod(std::string(value.substr(0, 32)).c_str(), nullptr);
      if (speed > 0 && speed < 1e6) out.tokens_per_s = speed;
    }
    for (const std::string_view name :
         {"llamacpp:prompt_tokens_total ", "llamacpp:prompt_tokens_cached_total ",
          "llamacpp:tokens_predicted_total "}) {
      if (const std::string_view value = value_of(name); !value.empty())
        out.activity += std::string(value.substr(0, 32)) + " ";
    }
  }
  return out;
}

Keeper::Keeper(loop::Loop& loop, Options options, FileLock lock, unique_function<void()> on_end)
    : loop_(loop),
      options_(std::move(options)),
      lock_(std::move(lock)),
      on_end_(std::move(on_end)),
      log_(options_.paths.log),
      steps_(options_.plan, options_.policy, loop.now()),
      http_(loop),
      key_(key_in(options_.paths.key)),
      timer_(loop, [this] { poll(); }) {
  lock_.write(std::to_string(::getpid()));
  if (!options_.note.empty()) log_.note(options_.note);
  publish();
  timer_.start(Millis(0));
}

Keeper::~Keeper() = default;

void Keeper::stop() { apply(event::Stop{}); }

void Keeper::apply(const Event& event) {
  if (!ended_) act(steps_.step(event, loop_.now()));
}

void Keeper::act(const Actions& actions) {
  if (actions.launch) launch();
  if (actions.terminate && child_) {
    log_.note("ending the engine");
    child_->signal(SIGTERM);
  }
  if (actions.kill && child_) {
    log_.note("the engine does not react; killing it");
    child_->signal(SIGKILL);
  }
  if (ended_) return;  // the launch failed and has ended all
  if (actions.publish) publish();
  if (actions.end) end();
}

void Keeper::launch() {
  const Plan& plan = steps_.plan();
  doctor_ = Doctor();
  transfer_ = {};
  asking_ = false;
  ::unlink(options_.paths.socket.c_str());  // nobody else of ours lives, so it is a stale one
  if (Result<void> written = replace_file(plan.key_file, key_.reveal() + "\n"); !written)
    return apply(event::LaunchFailed{written.error()});

  std::vector<std::string> argv = options_.launcher;
  const std::vector<std::string> engine = plan.arguments();
  for (const std::string& word : {std::to_string(::getpid()), options_.paths.engine_lock})
    argv.push_back(word);
  argv.insert(argv.end(), engine.begin(), engine.end());
  log_.note("starting " + shown(engine));
  loop::Child::Options child;
  child.argv = std::move(argv);
  child.on_output = [this](std::string_view bytes) {
    log_.write(bytes);
    doctor_.feed(bytes);
  };
  child.on_exit = [this](loop::Child::Exit how) { exited(how); };
  Result<std::unique_ptr<loop::Child>> started = loop::Child::start(loop_, std::move(child));
  if (!started) return apply(event::LaunchFailed{started.error()});
  child_ = std::move(*started);
  apply(event::Launched{});
}

void Keeper::exited(loop::Child::Exit how) {
  child_.reset();
  transfer_ = {};
  asking_ = false;
  doctor_.finish();
  if (how.signal == SIGKILL) {
    log_.note("the engine was ended by SIGKILL");
  } else if (how.signal != 0) {
    log_.note("the engine was ended by signal " + std::to_string(how.signal));
  } else {
    log_.note("the engine ended with status " + std::to_string(how.status));
  }
  if (how.signal == 0 && how.status == kCannotRun && doctor_.diagnoses().empty()) {
    apply(event::LaunchFailed{Error{ErrorKind::config, "cannot run " + steps_.plan().command.front(),
                                    "correct `command` in [engine]"}});
  } else {
    apply(event::Exited{how.status, how.signal, best(doctor_.diagnoses())});
  }
  if (!ended_ && !steps_.running() && !steps_.status().reason.empty())
    log_.note(steps_.status().reason + "; starting it again soon");
  if (!ended_) poll();
}

void Keeper::poll() {
  if (ended_) return;
  if (!lock_.stands_at(options_.paths.keeper_lock)) {
    // Somebody removed the folder: nobody can find us there any more, and another keeper may begin.
    log_.note("the runtime folder is gone");
    apply(event::Stop{});
  }
  clients_ = count_clients(options_.paths);
  apply(event::Clients{clients_});
  if (!ended_ && steps_.loading()) apply(event::Loaded{percent_loaded()});
  if (!ended_ && steps_.running() && !asking_) ask_how_it_is();
  apply(event::Tick{});
  if (ended_) return;
  Millis next = steps_.loading() ? kPollLoading : kPoll;
  if (const std::optional<TimePoint> due = steps_.due()) {
    const auto left = std::chrono::duration_cast<Millis>(*due - loop_.now()) + Millis(1);
    next = std::clamp(left, Millis(1), next);
  }
  timer_.start(next);
}

void Keeper::ask(const char* path, unique_function<void(int, const std::string&)> on_answer) {
  http::Request request;
  const std::string address = steps_.plan().address();
  constexpr std::string_view kUnix = "unix://";
  if (address.rfind(kUnix, 0) == 0) {
    request.unix_socket = address.substr(kUnix.size());
    request.url = std::string("http://localhost") + path;
  } else {
    request.url = address + path;
  }
  request.bearer = key_;
  request.ignore_proxy_environment = true;
  request.limits.connect = kConnect;
  request.limits.total = kAnswer;
  request.limits.max_body_bytes = kMaxBody;
  body_.clear();
  answer_ = 0;
  http::Handlers handlers;
  handlers.on_head = [this](const http::Head& head) { answer_ = head.status; };
  handlers.on_data = [this](std::string_view bytes) { body_ += bytes; };
  handlers.on_done = [this, on_answer = std::move(on_answer)](const http::Done& done) mutable {
    const int status = done.failure == http::Failure::none ? answer_ : 0;
    asking_ = false;
    unique_function<void(int, const std::string&)> call = std::move(on_answer);
    const std::string body = std::move(body_);
    call(status, body);
  };
  asking_ = true;
  transfer_ = http_.start(std::move(request), std::move(handlers));
}

// None of these pages wakes an engine that sleeps, or keeps it from falling asleep.
void Keeper::ask_how_it_is() {
  ask("/metrics", [this](int status, const std::string& body) {
    if (status == 0) return ask_health();
    event::Answered answered = read_metrics(body);
    answered.loading = status == 503;
    if (answered.loading || status != 200) return apply(answered);
    if (steps_.loading()) {
      doctor_ = Doctor();  // what it said while it loaded does not explain what comes later
      log_.note("the engine is ready");
    }
    ask_props(std::move(answered));
  });
}

// Metrics come from the thread that computes: a long prompt holds them up for as long as it takes. Health
// comes from the one that listens.
void Keeper::ask_health() {
  ask("/health", [this](int status, const std::string&) {
    if (status == 0) return apply(event::Silent{});
    event::Answered answered;
    answered.loading = status == 503;
    answered.running = 1;
    apply(answered);
  });
}

void Keeper::ask_props(event::Answered answered) {
  ask("/props", [this, answered = std::move(answered)](int status, const std::string& body) mutable {
    if (status == 200) {
      codec::JsonLimits limits;
      limits.max_bytes = kMaxBody;
      const Result<codec::Value> json = codec::parse_json(body, limits);
      const codec::Value* asleep = json ? json->find("is_sleeping") : nullptr;
      answered.asleep = asleep && asleep->as_bool() && *asleep->as_bool();
    }
    apply(answered);
  });
}

int Keeper::percent_loaded() const {
  if (!child_ || options_.model_bytes <= 0) return 0;
  const std::string process = "/proc/" + std::to_string(child_->pid());
  int64_t bytes = 0;
  // Read from the file, or mapped from it: whichever way the engine loads.
  if (std::ifstream io(process + "/io"); io) {
    std::string name;
    int64_t value = 0;
    if (io >> name >> value) bytes = value;
  }
  if (std::ifstream memory(process + "/statm"); memory) {
    int64_t size = 0, resident = 0;
    if (memory >> size >> resident) bytes = std::max(bytes, resident * ::sysconf(_SC_PAGE_SIZE));
  }
  return static_cast<int>(
      std::clamp<int64_t>(bytes / std::max<int64_t>(1, options_.model_bytes / 100), 0, 99));
}

void Keeper::publish() {
  const Plan& plan = steps_.plan();
  Lease lease;
  lease.keeper = ::getpid();
  lease.engine = child_ ? child_->pid() : 0;
  lease.status = steps_.status();
  lease.address = plan.address();
  lease.key_file = plan.key_file;
  lease.model = plan.model;
  lease.server = plan.command.empty() ? "" : plan.command.front();
  lease.log = options_.paths.log;
  lease.note = options_.note;
  lease.context = plan.slots > 0 ? plan.context / plan.slots : 0;
  lease.slots = plan.slots;
  lease.clients = clients_;
  if (const Result<void> written = replace_file(options_.paths.lease, encode(lease)); !written)
    log_.note(written.error().message);
}

void Keeper::end() {
  if (std::exchange(ended_, true)) return;
  timer_.stop();
  transfer_ = {};
  const Status& status = steps_.status();
  log_.note(status.state == State::failed ? "giving up: " + status.reason : "the engine is off");
  publish();
  ::unlink(options_.paths.socket.c_str());
  // Not from inside the call that brought us here.
  loop_.post([this] { on_end_(); });
}

}  // namespace coder::engine
