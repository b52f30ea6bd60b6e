// `coder-nvim serve`: msgpack-RPC on standard input and output until Neovim goes.
#include <unistd.h>

#include <csignal>
#include <optional>

#include "app/commands.h"
#include "app/session.h"
#include "base/folders.h"
#include "base/log.h"

namespace coder::app {

const CommandSpec kServeSpec{
    "serve", "", "serve one Neovim over msgpack-RPC on standard input and output", {}};

namespace {

/// Streamed text is held back long before this (PacerPolicy); only a peer that never reads gets here.
constexpr size_t kMaxQueuedBytes = 64u << 20;

std::string log_path() {
  const std::string folder = state_folder();
  return (folder.empty() ? "/tmp/coder-nvim" : folder) + "/serve.log";
}

}  // namespace

int run_serve(const Args& args) {
  const std::string log_file = log_path();
  log::set_level(log::Level::info);
  if (!log::open_file(log_file)) log::warn("cannot write " + log_file + "; logging to standard error");

  loop::Loop loop;
  std::unique_ptr<Session> session;
  std::unique_ptr<loop::ByteStream> stream;
  const std::optional<std::string> named = args.get("--config");
  config::Live config(loop, named.value_or(config::default_path()), named.has_value(),
                      {[&](const config::Live::Snapshot&) { session->config_changed(); },
                       [&](const config::Config& broken) { session->config_rejected(broken); }});

  loop::ByteStream::Handlers handlers;
  handlers.on_data = [&](std::string_view bytes) { session->feed(bytes); };
  handlers.on_end = [&] { loop.stop(); };
  Result<std::unique_ptr<loop::ByteStream>> opened =
      loop::ByteStream::open(loop, STDIN_FILENO, STDOUT_FILENO, std::move(handlers));
  if (!opened) return fail(args.has("--json"), opened.error());
  stream = std::move(*opened);

  int code = 0;
  session = std::make_unique<Session>(
      loop, config, log_file,
      [&](std::string bytes) {
        stream->write(std::move(bytes));
        if (stream->queued_bytes() > kMaxQueuedBytes) {
          log::error("Neovim has stopped reading; ending");
          loop.stop();
        }
      },
      [&] { return stream->queued_bytes(); },
      [&] {
        // Bytes that are no msgpack: this peer is lost, and it is the only one.
        code = exit_code(ErrorKind::usage);
        loop.stop();
      });
  loop::Signal on_terminate(loop, SIGTERM, [&] { loop.stop(); });
  loop::Signal on_interrupt(loop, SIGINT, [&] { loop.stop(); });
  loop.run();
  session.reset();
  stream.reset();
  return code;
}

}  // namespace coder::app
