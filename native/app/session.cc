#include "app/session.h"

#include <unistd.h>

#include <algorithm>

#include "app/commands.h"
#include "base/log.h"
#include "base/text.h"
#include "task/conversation.h"
#include "task/source.h"

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
      completer_(
          loop, dispatcher_.completions(), [&config] { return config.current(); }, completer_host()) {}

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
      event.error =
          rpc::WireError{to_string(result.error().kind), result.error().message, result.error().hint};
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
                       mirrors_.close(buf);  // wiped meanwhile, or not loaded
                       completer_.detach(buf);
                     }
                     if (then) then();
                   });
}

void Session::drop_mirror(int64_t buf) {
  const workspace::Mirror* mirror = mirrors_.find(buf);
  too_large_[buf] = mirror ? mirror->bytes : 0;
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
  switch (mirrors_.apply(buf, std::move(event))) {
    case workspace::Mirrors::Applied::ok:
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

void Session::quote(rpc::QuoteParams params, rpc::Reply<rpc::QuoteResult> reply) {
  // The answer to any request comes after the events of the buf_attach sent before it.
  const int64_t buf = params.buf;
  channel_.request(
      "nvim_buf_get_name", {Value(buf)},
      [this, params,
       reply = std::make_shared<rpc::Reply<rpc::QuoteResult>>(std::move(reply))](Result<Value> name) {
        const workspace::Mirror* mirror = mirrors_.find(params.buf);
        if (!name || !mirror || !mirror->ready) {
          const auto large = too_large_.find(params.buf);
          reply->fail(Error{ErrorKind::usage,
                            large != too_large_.end()
                                ? "this buffer is not read: " + too_large()
                                : "buffer " + std::to_string(params.buf) + " cannot be read",
                            ""});
          return;
        }
        const auto count = static_cast<int64_t>(mirror->lines.size());
        const int64_t first = std::clamp<int64_t>(params.first, 1, std::max<int64_t>(count, 1));
        const int64_t last = std::clamp<int64_t>(params.last, first, std::max<int64_t>(count, 1));
        const privacy::Verdict verdict =
            mirror->path.empty() ? privacy::Verdict{} : config_.current()->path_rules().judge(mirror->path);
        if (verdict.never_send) {
          reply->fail(Error{ErrorKind::policy,
                            mirror->path + " is on the never-send list (rule " + verdict.rule + ")",
                            "files that usually hold secrets enter no prompt"});
          return;
        }
        rpc::QuoteResult result;
        const std::vector<std::string> lines(mirror->lines.begin() + std::min(first - 1, count),
                                             mirror->lines.begin() + std::min(last, count));
        const std::string shown = task::shown_path(mirror->path, privacy::repository_root(mirror->path));
        result.lines = task::quotation(shown, static_cast<size_t>(first), static_cast<size_t>(last), lines);
        result.label = to_string(verdict.label);
        reply->ok(result);
      });
}

// --- conversations ----------------------------------------------------------

void Session::ask(rpc::AskParams params, rpc::Reply<rpc::AskResult> reply) {
  for (const auto& [id, chat] : chats_) {
    if (chat->buffer() == params.chat) {
      return reply.fail(
          Error{ErrorKind::usage, "this conversation is still being answered", "stop it with :CoderStop"});
    }
  }
  // Only a plain "any" is taken for one: the safe side for a word we do not know.
  const privacy::Label label = params.label.value_or("any") == to_string(privacy::Label::any)
                                   ? privacy::Label::any
                                   : privacy::Label::local_only;
  const int64_t id = next_id_++;
  Chat::Deps deps{loop_,
                  channel_,
                  dispatcher_,
                  backlog_,
                  config_.current()->path_rules(),
                  [this](int64_t over, const std::string& summary) {
                    last_answer_ = summary;
                    chats_.erase(over);
                  }};
  chats_[id] = std::make_unique<Chat>(std::move(deps), id, params.chat, label, std::move(reply));

  // Mirrored buffers are current by now: their events came before this call. One that was attached just
  // now is not there yet; the answer to any request comes after its text.
  const workspace::Mirror* chat = mirrors_.find(params.chat);
  const workspace::Mirror* source = params.source ? mirrors_.find(*params.source) : nullptr;
  if (chat && chat->ready && (!source || source->ready)) return start(id, params, chat->lines);
  channel_.request("nvim_buf_get_lines", {Value(params.chat), Value(0), Value(-1), Value(false)},
                   [this, id, params](Result<Value> answer) {
                     if (!chats_.count(id)) return;  // stopped meanwhile
                     if (!answer) return chats_[id]->refuse(std::move(answer.error()));
                     auto lines = codec::decode<std::vector<std::string>>(*answer, "nvim_buf_get_lines");
                     if (!lines) return chats_[id]->refuse(std::move(lines.error()));
                     start(id, params, *lines);
                   });
}

void Session::start(int64_t id, const rpc::AskParams& params, const std::vector<std::string>& lines) {
  chats_[id]->start(lines, [this, params]() -> std::optional<Offered> {
    if (!params.source) return std::nullopt;
    const workspace::Mirror* mirror = mirrors_.find(*params.source);
    const auto large = too_large_.find(*params.source);
    if (!mirror && large == too_large_.end()) return std::nullopt;
    Offered offered;
    offered.line = params.line.value_or(1);
    if (mirror) {
      if (!mirror->ready) return std::nullopt;
      offered.path = mirror->path;
      offered.mirror = mirror;
    } else {
      offered.missing = too_large();
    }
    offered.shown_path = offered.path.empty()
                             ? "unnamed buffer"
                             : task::shown_path(offered.path, privacy::repository_root(offered.path));
    return offered;
  });
}

void Session::stop(rpc::StopParams params, rpc::Reply<rpc::StopResult> reply) {
  std::vector<int64_t> ids;
  for (const auto& [id, chat] : chats_) {
    if (!params.id || *params.id == id) ids.push_back(id);
  }
  for (const int64_t id : ids) {
    if (const auto found = chats_.find(id); found != chats_.end()) found->second->stop();
  }
  reply.ok({static_cast<int64_t>(ids.size())});
}

}  // namespace coder::app
