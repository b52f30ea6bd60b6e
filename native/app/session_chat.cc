// The part of a Session that answers questions: quotations, conversations, what goes in with them.
#include <algorithm>
#include <filesystem>
#include <utility>

#include "app/named.h"
#include "app/session.h"
#include "base/text.h"
#include "task/conversation.h"
#include "task/recipes.h"
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
        if (params.first || !params.task) return quote_lines(params, params.first.value_or(1), *reply);
        around(*mirror, params.line.value_or(1), [this, params, reply](std::optional<task::Lines> lines) {
          rpc::QuoteParams place = params;
          if (lines) place.last = lines->last;
          quote_lines(place, lines ? lines->first : 1, *reply);
        });
      });
}

/// From `first` to the last one wanted, or to the end.
void Session::quote_lines(const rpc::QuoteParams& params, int64_t from, rpc::Reply<rpc::QuoteResult>& reply) {
  const workspace::Mirror* mirror = mirrors_.find(params.buf);
  if (!mirror)
    return reply.fail(Error{ErrorKind::usage, "buffer " + std::to_string(params.buf) + " is gone", ""});
  const auto count = static_cast<int64_t>(mirror->lines.size());
  const int64_t first = std::clamp<int64_t>(from, 1, std::max<int64_t>(count, 1));
  const int64_t last = std::clamp<int64_t>(params.last.value_or(count), first, std::max<int64_t>(count, 1));
  const privacy::Verdict verdict = labels_.of(params.buf);
  if (verdict.never_send) {
    return reply.fail(Error{ErrorKind::policy,
                            (mirror->path.empty() ? std::string("this buffer") : mirror->path) +
                                " is on the never-send list (rule " + verdict.rule + ")",
                            "files that usually hold secrets enter no prompt"});
  }
  rpc::QuoteResult result;
  const std::vector<std::string> lines(mirror->lines.begin() + std::min(first - 1, count),
                                       mirror->lines.begin() + std::min(last, count));
  const std::string shown = task::shown_path(mirror->path, privacy::repository_root(mirror->path));
  result.lines = task::quotation(shown, static_cast<size_t>(first), static_cast<size_t>(last), lines);
  result.label = to_string(verdict.label);
  if (const auto recipe = task::recipe_of(params.task.value_or(""), *config_.current())) {
    // The question comes first, where it is seen, and what it is about below it.
    const std::string text =
        task::request_of(*recipe, {{"`" + (shown.empty() ? std::string("this buffer") : shown) + "`"},
                                   params.words.value_or(""),
                                   params.language.value_or("")});
    result.lines.insert(result.lines.begin(), "");
    const std::vector<std::string_view> asked = split(text, '\n');
    result.lines.insert(result.lines.begin(), asked.begin(), asked.end());
  }
  reply.ok(result);
}

/// The innermost definition around a line of a buffer; parsed by a worker.
void Session::around(const workspace::Mirror& mirror, int64_t line,
                     unique_function<void(std::optional<task::Lines>)> done) {
  const auto at = parsing_.emplace(parsing_.end());
  *at = std::make_unique<loop::Work>(
      loop_,
      [path = mirror.path, lines = mirror.lines, line] { return task::lines_around(path, lines, line); },
      [this, at, call = std::move(done)](std::optional<task::Lines> lines) mutable {
        const std::unique_ptr<loop::Work> over = std::move(*at);
        parsing_.erase(at);
        call(lines);
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
  engine_.want();
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
  asked.route.task = params.task.value_or("ask");
  asked.route.user = default_user();
  asked.route.mode = mode_;
  asked.route.model = model_;
  asked.model_id = model_id_;
  asked.route.over_budget = std::exchange(over_budget_, false);
  if (params.avoid) {
    asked.route.model.reset();  // the user asks for another one than that
    asked.model_id.reset();
    asked.route.avoid = *params.avoid == "local" ? privacy::Lane::local : privacy::Lane::cloud;
  }
  asked.repo_markers = config->router.repo_markers;
  asked.tools = config->tools;
  asked.place = tool_place(asked.folder, params.diagnostics);
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
  auto stopped = static_cast<int64_t>(ids.size());
  for (auto& [id, preview] : previews_) {
    if ((!params.id || *params.id == id) && preview->stop()) ++stopped;
  }
  for (auto& [id, review] : reviews_) {
    if (params.id && *params.id != id) continue;
    review->stop();
    ++stopped;
  }
  for (auto& [id, drafting] : drafts_) {
    if (params.id && *params.id != id) continue;
    drafting->stop();
    ++stopped;
  }
  reply.ok({stopped});
}

}  // namespace coder::app
