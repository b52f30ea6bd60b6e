// Wires one completion: encode, one call, the answer put right on its way.
#include "provider/fim.h"

#include <initializer_list>
#include <utility>

#include "base/text.h"
#include "provider/call.h"
#include "provider/fim_body.h"
#include "provider/fim_chat.h"
#include "provider/fim_specials.h"

namespace coder::provider {
namespace {

/// The special tokens that end an answer, as text: servers that do not stop at them write them out.
std::vector<std::string> ends_of(const FimParams& params) {
  std::vector<std::string> out;
  const FimFamily* family = params.server.family;
  if (params.dialect != FimDialect::raw || !family) return out;
  const auto add = [&out](std::string_view token) {
    constexpr std::string_view kSpace = "▁";
    if (token.starts_with(kSpace)) token.remove_prefix(kSpace.size());
    if (!token.empty()) out.emplace_back(token);
  };
  for (const char* token : {family->prefix, family->suffix, family->middle, family->file, family->repository})
    add(token);
  for (const char* token : family->ends) add(token);
  return out;
}

/// One completion. Lives as long as its handle or a callback that is running.
class Fim : public std::enable_shared_from_this<Fim> {
 public:
  Fim(const FimParams& params, bool mended, FimHandlers handlers)
      : handlers_(std::move(handlers)),
        silent_(params.max_tokens <= 0),
        chatty_(params.dialect == FimDialect::chat),
        reply_(mended, ends_of(params)) {}

  void start(http::Client& client, loop::Loop& loop, const Endpoint& endpoint,
             const privacy::Cleared& cleared, Result<CallSpec> spec) {
    const std::weak_ptr<Fim> weak = weak_from_this();
    CallHandlers inner;
    inner.on_accepted = [weak] {
      const auto self = weak.lock();
      if (self && !self->over_ && self->handlers_.on_accepted) self->handlers_.on_accepted();
    };
    inner.on_text = [weak](std::string_view text) {
      if (const auto self = weak.lock()) self->take(text);
    };
    inner.on_result = [weak](ChatResult result, FimTimings timings) {
      if (const auto self = weak.lock()) self->end(std::move(result), timings);
    };
    inner.on_error = [weak](ChatError error) {
      const auto self = weak.lock();
      if (!self || self->over_) return;
      self->over_ = true;
      if (self->handlers_.on_error) self->handlers_.on_error(std::move(error));
    };
    call_ = start_call(client, loop, endpoint, cleared, std::move(spec), std::move(inner));
  }

  void cancel() {
    over_ = true;
    call_.reset();
  }

 private:
  void take(std::string_view text) {
    if (over_ || silent_) return;
    std::string clear = reply_.take(text);
    if (chatty_) clear = chat_.take(clear);
    give(clear);
    if (over_ || !(reply_.ended() || chat_.ended())) return;
    // The rest would be thrown away: the engine may stop.
    if (chatty_ && !chat_.ended()) give(chat_.finish());
    if (over_) return;
    over_ = true;
    call_.reset();
    if (handlers_.on_result) handlers_.on_result({});
  }

  void end(ChatResult result, const FimTimings& timings) {
    if (over_) return;
    if (!silent_) {
      std::string rest = reply_.finish();
      if (chatty_) {
        rest = chat_.take(rest);
        rest += chat_.finish();
      }
      give(rest);
      if (over_) return;
    }
    over_ = true;
    if (handlers_.on_result) handlers_.on_result({result.finish, std::move(result.usage), timings});
  }

  void give(std::string_view text) {
    if (!text.empty() && handlers_.on_text) handlers_.on_text(text);
  }

  FimHandlers handlers_;
  const bool silent_;  ///< the prompt was only to be read
  const bool chatty_;
  FimReply reply_;
  FimChatReply chat_;
  std::unique_ptr<ChatCall> call_;
  bool over_ = false;  ///< a final callback ran, or the owner is gone
};

class FimHandle final : public ChatCall {
 public:
  explicit FimHandle(std::shared_ptr<Fim> fim) : fim_(std::move(fim)) {}
  ~FimHandle() override { fim_->cancel(); }

 private:
  std::shared_ptr<Fim> fim_;
};

bool has_any(const std::string& text, std::initializer_list<const char*> words) {
  for (const char* word : words) {
    if (text.find(word) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

std::unique_ptr<ChatCall> start_fim(http::Client& client, loop::Loop& loop, const Endpoint& endpoint,
                                    const privacy::Cleared& cleared, const FimParams& params,
                                    FimHandlers handlers) {
  Result<FimRequest> request = encode_fim(cleared.messages(), params, endpoint);
  const bool mended = request && request->mended;
  Result<CallSpec> spec = request
                              ? Result<CallSpec>(CallSpec{std::move(request->url), std::move(request->body),
                                                          params.server.model, true})
                              : Result<CallSpec>(std::move(request.error()));
  auto fim = std::make_shared<Fim>(params, mended, std::move(handlers));
  fim->start(client, loop, endpoint, cleared, std::move(spec));
  return std::make_unique<FimHandle>(std::move(fim));
}

bool wrong_dialect(const ChatError& error, FimDialect dialect) {
  if (dialect == FimDialect::chat || error.content_seen || error.trouble == Trouble::context_overflow)
    return false;
  const std::string words = lower_ascii(error.message);
  switch (error.status) {
    case 501:
    case 405:
      return true;
    case 404:
      // A missing model is missing in every dialect; a model "not supported in the v1/completions
      // endpoint" (OpenAI) is not.
      return error.trouble != Trouble::model_not_found ||
             has_any(words, {"not supported", "chat model", "completions"});
    case 400:
    case 422:
      return has_any(words, {"suffix", "prompt\"", "input_prefix", "infill", "insert", "not supported",
                             "unsupported", "not support", "chat model", "extra_forbidden", "extra inputs",
                             "unknown field", "unrecognized", "not permitted"});
    case 500:
      // llama-server's JSON library, when an older one meets a prompt of ids and strings.
      return has_any(words, {"json.exception", "type must be"});
    default:
      // A 200 that is something else altogether.
      return error.trouble == Trouble::malformed && error.status == 200;
  }
}

}  // namespace coder::provider
