#include "app/session.h"

#include <unistd.h>

#include <algorithm>

#include "app/commands.h"
#include "base/log.h"
#include "base/text.h"

namespace coder::app {

using codec::Value;

namespace {

/// Is a buffer that was too large with `then` bytes to be tried with `now`? With any change a line that is
/// too long may have gone. Neovim does not count the last line's end where the file has none.
bool worth_another_try(size_t then, int64_t now) {
  if (now < 0 || now > static_cast<int64_t>(workspace::kMaxMirrorBytes)) return false;
  const auto bytes = static_cast<size_t>(now);
  return bytes != then && bytes + 1 != then;
}

}  // namespace

std::string too_large() {
  return "larger than " + std::to_string(workspace::kMaxMirrorBytes >> 20) + " MiB, or a line longer than " +
         std::to_string(workspace::kMaxLineBytes >> 20) + " MiB";
}

Session::Session(loop::Loop& loop, config::Live& config, std::string log_file,
                 unique_function<void(std::string)> write, std::function<size_t()> backlog,
                 unique_function<void()> on_broken)
    : loop_(loop),
      config_(config),
      log_file_(std::move(log_file)),
      channel_(
          std::move(write),
          {[this](std::string method, Value::Array args, rpc::ReplyOnce reply) {
             on_request(std::move(method), std::move(args), std::move(reply));
           },
           [this](const std::string& method, Value::Array args) { on_notification(method, std::move(args)); },
           [broken = std::make_shared<unique_function<void()>>(std::move(on_broken))](const Error&) {
             (*broken)();
           }}),
      backlog_(std::move(backlog)),
      dispatcher_(
          loop, [&config] { return config.current(); },
          [this](const std::string& text) { notice("info", text); }),
      labels_(
          mirrors_, [&config]() -> const privacy::PathRules& { return config.current()->path_rules(); },
          [this](int64_t buf) { became_private(buf); }),
      workspaces_(
          loop, [&config] { return config.current(); }, mirrors_,
          [this](const std::string& text) { notice("warn", text); }),
      engine_(
          loop, [&config] { return config.current(); }, [this] { engine_changed(); }),
      repo_models_(loop, mirrors_,
                   {[&config] { return config.current(); },
                    [this](const std::string& path) { return workspaces_.root_of(path); },
                    [this](int64_t buf) { return labels_.of(buf); }}),
      completer_(
          loop, dispatcher_.completions(), [&config] { return config.current(); }, completer_host()) {
  workspaces_.watch([this](const std::string& root, const std::vector<std::string>& paths) {
    repo_models_.look_again(root, paths);
  });
}

void Session::on_request(std::string method, Value::Array args, rpc::ReplyOnce reply) {
  rpc::dispatch(*this, method, args, std::move(reply));
}

void Session::on_notification(const std::string& method, Value::Array args) {
  if (method == "nvim_buf_lines_event") return on_lines_event(args);
  if (method == "nvim_buf_changedtick_event") {
    const int64_t* tick = args.size() > 1 ? args[1].as_int() : nullptr;
    if (!tick) return;
    const int64_t buf = rpc::handle_of(args[0]);
    mirrors_.set_tick(buf, *tick);
    return completer_.changed(buf);
  }
  if (method == "nvim_buf_detach_event") {
    // Neovim lets go of a buffer on :edit! and the like: attach again if it still exists.
    const int64_t buf = args.empty() ? -1 : rpc::handle_of(args[0]);
    if (const workspace::Mirror* mirror = mirrors_.find(buf)) {
      const std::string path = mirror->path;
      mirrors_.close(buf);  // what it held is no longer the buffer's text
      mirrors_.open(buf, path);
      attach(buf);
    }
    return;
  }
  if (method == "nvim_error_event") {
    const std::string* text = args.size() > 1 ? args[1].as_string() : nullptr;
    return log::warn("Neovim refused an event: " + (text ? *text : std::string("no reason given")));
  }
  const int64_t* call = args.size() > 1 ? args[1].as_int() : nullptr;
  const std::optional<int64_t> id = call ? std::optional<int64_t>(*call) : std::nullopt;
  rpc::ReplyOnce reply([this, id, method](Result<Value> result) {
    if (!result) log::warn("rpc: " + method + ": " + result.error().text());
    if (!id) return;
    rpc::ReplyEvent event;
    event.call = *id;
    if (result) {
      event.result = std::move(*result);
    } else {
      event.error = rpc::wire(result.error());
    }
    rpc::emit(channel_, event);
  });
  rpc::dispatch(*this, method, args, std::move(reply));
}

void Session::notice(const std::string& level, const std::string& text) {
  rpc::emit(channel_, rpc::NoticeEvent{level, text});
}

// --- buffers ----------------------------------------------------------------

void Session::attach(int64_t buf, unique_function<void()> then) {
  channel_.request("nvim_buf_attach", {Value(buf), Value(true), Value(Value::Map{})},
                   [this, buf, then = std::move(then)](Result<Value> result) mutable {
                     const bool attached = result && result->as_bool() && *result->as_bool();
                     if (!attached) {
                       workspaces_.detached(buf);
                       repo_models_.detached(buf);
                       mirrors_.close(buf);  // wiped meanwhile, or not loaded
                       completer_.detach(buf);
                       labels_.detached(buf);
                     }
                     if (then) then();
                   });
}

void Session::drop_mirror(int64_t buf) {
  const workspace::Mirror* mirror = mirrors_.find(buf);
  too_large_[buf] = mirror ? mirror->bytes : 0;
  workspaces_.detached(buf);
  repo_models_.detached(buf);
  mirrors_.close(buf);
  completer_.detach(buf);
  channel_.request("nvim_buf_detach", {Value(buf)}, [](const Result<Value>&) {});
}

void Session::on_lines_event(Value::Array& args) {
  if (args.size() < 5) return;
  const int64_t buf = rpc::handle_of(args[0]);
  workspace::LinesEvent event;
  if (const int64_t* tick = args[1].as_int()) event.changedtick = *tick;
  const int64_t* first = args[2].as_int();
  const int64_t* last = args[3].as_int();
  Value::Array* lines = args[4].as_array();
  if (!first || !last || !lines) return log::warn("rpc: malformed nvim_buf_lines_event");
  event.first = *first;
  event.last = *last;
  event.lines.reserve(lines->size());
  for (Value& line : *lines) {
    std::string* text = line.as_string();
    event.lines.push_back(text ? std::move(*text) : std::string());
  }
  const bool edit = event.changedtick.has_value();
  const auto from = static_cast<size_t>(std::max<int64_t>(event.first, 0));
  const size_t count = event.lines.size();
  const bool whole = event.last < 0;
  const int64_t first_line = event.first, last_line = event.last;
  switch (mirrors_.apply(buf, std::move(event))) {
    case workspace::Mirrors::Applied::ok:
      if (edit) labels_.changed(buf, from, count);
      workspaces_.changed(buf);
      repo_models_.changed(buf, first_line, last_line, count);
      if (const workspace::Mirror* mirror = mirrors_.find(buf)) {
        for (auto& [id, preview] : previews_) preview->changed(mirror->path);
      }
      if (edit && !whole) edited(buf, from, count);
      return completer_.changed(buf);
    case workspace::Mirrors::Applied::out_of_step:
      log::warn("mirror of buffer " + std::to_string(buf) + " out of step; reading it again");
      return attach(buf);
    case workspace::Mirrors::Applied::too_large:
      return drop_mirror(buf);
  }
}

void Session::buf_attach(rpc::BufAttachParams params, rpc::Reply<rpc::BufAttachResult> reply) {
  const rpc::BufAttachResult refused{false, "this buffer is not read: " + too_large()};
  const auto limit = static_cast<int64_t>(workspace::kMaxMirrorBytes);
  const bool known = mirrors_.find(params.buf) != nullptr;
  const int64_t bytes = params.bytes.value_or(-1);
  if (bytes > limit && !known) too_large_[params.buf] = static_cast<size_t>(bytes);
  if (const auto large = too_large_.find(params.buf); large != too_large_.end()) {
    if (!worth_another_try(large->second, bytes)) return reply.ok(refused);
    too_large_.erase(large);
  }
  mirrors_.open(params.buf, params.path);
  labels_.attached(params.buf, params.path, params.label.value_or("any") != to_string(privacy::Label::any));
  workspaces_.attached(params.buf);
  if (params.filetype) repo_models_.attached(params.buf);
  rpc::BufAttachResult result;
  if (params.filetype) {
    completion::Completer::Attached attached = completer_.attach(params.buf, params.path, *params.filetype);
    result.ghost = attached.ghost;
    if (!attached.ghost) result.why = std::move(attached.why);
  }
  if (known) return reply.ok(result);
  // Neovim answers after it has sent the text: only then it is known whether a line is too long.
  attach(params.buf, [this, buf = params.buf, result, refused, reply = std::move(reply)]() mutable {
    reply.ok(too_large_.count(buf) ? refused : result);
  });
}

}  // namespace coder::app
