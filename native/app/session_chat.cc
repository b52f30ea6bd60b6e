// The part of a Session that answers questions: quotations, conversations, what goes in with them.
#include <algorithm>
#include <filesystem>

#include "app/named.h"
#include "app/session.h"
#include "task/conversation.h"
#include "task/source.h"

namespace coder::app {

using codec::Value;

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
        const privacy::Verdict verdict = labels_.of(params.buf);
        if (verdict.never_send) {
          reply->fail(Error{ErrorKind::policy,
                            (mirror->path.empty() ? std::string("this buffer") : mirror->path) +
                                " is on the never-send list (rule " + verdict.rule + ")",
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
  const int64_t id = next_id_++;
  Chat::Deps deps{loop_,
                  channel_,
                  dispatcher_,
                  backlog_,
                  [this](int64_t buf) { labels_.answered_privately(buf); },
                  [this](int64_t over, const std::string& summary) {
                    last_answer_ = summary;
                    chats_.erase(over);
                  }};
  chats_[id] = std::make_unique<Chat>(std::move(deps), id, params.chat, std::move(reply));

  with_lines(params, [this, id, params](Result<std::vector<std::string>> lines) {
    if (!chats_.count(id)) return;  // stopped meanwhile
    if (!lines) return chats_[id]->refuse(std::move(lines.error()));
    collect(id, params, std::move(*lines));
  });
}

void Session::start(int64_t id, const rpc::AskParams& params, const std::vector<std::string>& lines,
                    QuestionContext context) {
  const auto config = config_.current();
  Asked asked;
  asked.label = labels_.of(params.chat);
  // Only a plain "any" is taken for one: the safe side for a word we do not know.
  if (params.label.value_or("any") != to_string(privacy::Label::any)) {
    asked.label =
        privacy::stricter(asked.label, {privacy::Label::local_only, false, "held private text before"});
  }
  asked.folder = folder_of(params);
  asked.context_tokens = context_tokens(*config, context.repo);
  asked.context = std::move(context);
  asked.judge = [this, folder = asked.folder](privacy::Role role, const std::string& text) {
    return role == privacy::Role::user ? labels_.of_text(text, folder) : labels_.of_answer(text, folder);
  };
  asked.route.task = "ask";
  asked.route.user = default_user();
  asked.route.mode = mode_;
  asked.route.model = model_;
  asked.model_id = model_id_;
  if (params.avoid) {
    asked.route.model.reset();  // the user asks for another one than that
    asked.model_id.reset();
    asked.route.avoid = *params.avoid == "local" ? privacy::Lane::local : privacy::Lane::cloud;
  }
  asked.repo_markers = config->router.repo_markers;
  chats_[id]->start(lines, std::move(asked), [this, params] { return offer(params); });
  dispatcher_.learn_windows();
}

std::optional<Offered> Session::offer(const rpc::AskParams& params) const {
  if (!params.source) return std::nullopt;
  const workspace::Mirror* mirror = mirrors_.find(*params.source);
  if (!mirror && !too_large_.count(*params.source)) return std::nullopt;
  Offered offered;
  offered.line = params.line.value_or(1);
  offered.verdict = labels_.of(*params.source);
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
