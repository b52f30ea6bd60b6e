// `coder-nvim engine run`: the keeper, and what becomes the engine under it.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>

#include "app/engine.h"
#include "engine/keeper.h"
#include "loop/child.h"

namespace coder::app {
namespace {

constexpr Millis kLockPatience{1500};  // readers hold it for a moment when they look

/// Goes on as a child that no terminal and no shell knows of; what calls it ends well. False: that failed.
bool detach() {
  const pid_t pid = ::fork();
  if (pid < 0) return false;
  if (pid > 0) ::_exit(0);
  ::setsid();
  const int null = ::open("/dev/null", O_RDWR);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, fd);
  if (null > STDERR_FILENO) ::close(null);
  return ::chdir("/") == 0;
}

}  // namespace

int engine_run(const Args& args) {
  const bool json = args.has("--json");
  const Result<engine::Paths> paths = engine::Paths::make();
  if (!paths) return fail(json, paths.error());
  engine::FileLock lock = engine::FileLock::take(paths->keeper_lock, kLockPatience);
  if (!lock) {
    if (json) {
      print("{\"already\":true}\n");
    } else {
      std::fprintf(stderr, "coder-nvim: the engine has a keeper already\n");
    }
    return 0;
  }
  // At once: whoever looks must not take what the last one left there for ours.
  lock.write(std::to_string(::getpid()));
  Result<Prepared> prepared = prepare_engine(args, *paths);
  if (!prepared) return fail(json, prepared.error());
  engine::Keeper::Options options;
  options.plan = std::move(prepared->plan);
  options.policy.idle = prepared->idle;
  options.paths = *paths;
  options.note = prepared->note;
  options.model_bytes = prepared->facts.file_bytes;
  options.launcher = {loop::own_program(), "engine", "exec", "--"};
  if (args.has("--detach") && !detach())
    return fail(json, Error{ErrorKind::internal, "cannot go to the background", ""});

  loop::Loop loop;
  std::unique_ptr<engine::Keeper> keeper;
  const auto stop = [&] { keeper->stop(); };
  const loop::Signal term(loop, SIGTERM, stop), interrupt(loop, SIGINT, stop), hangup(loop, SIGHUP, stop);
  keeper = std::make_unique<engine::Keeper>(loop, std::move(options), std::move(lock), [&] { loop.stop(); });
  loop.run();
  const engine::Status status = keeper->status();
  keeper.reset();
  if (status.state != engine::State::failed) return 0;
  return fail(json, Error{ErrorKind::provider, status.reason, status.remedy});
}

int engine_exec(const std::vector<std::string>& words) {
  pid_t parent = 0;
  std::from_chars(words[1].data(), words[1].data() + words[1].size(), parent);
  return engine::become_engine(parent, words[2], {words.begin() + 3, words.end()});
}

}  // namespace coder::app
