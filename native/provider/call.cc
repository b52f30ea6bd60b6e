#include "provider/call.h"

#include <ctime>
#include <utility>

#include "provider/answer_reader.h"
#include "provider/attempt.h"
#include "provider/endpoint_request.h"
#include "provider/errors.h"

namespace coder::provider {
namespace {

constexpr Millis kHeaderLocal{120000};
constexpr Millis kHeaderCloud{60000};
constexpr Millis kByteIdleLocal{15000};
constexpr Millis kByteIdleCloud{60000};

/// Does this prompt go where it was cleared for?
bool cleared_for(const privacy::Cleared& cleared, const Endpoint& endpoint) {
  const Result<privacy::Address> address = privacy::parse_address(cleared.destination().address);
  if (!address || address->url != endpoint.address.url ||
      address->unix_socket != endpoint.address.unix_socket) {
    return false;
  }
  return cleared.label() == privacy::Label::any || endpoint.trusted;
}

attempt::Limits limits_for(const Endpoint& endpoint, bool stream) {
  attempt::Limits limits;
  limits.total = endpoint.total_limit;
  limits.first_token = endpoint.first_token_limit.value_or(limits.content_idle);
  // Without a stream everything may come at once, at the very end.
  if (!stream) limits.first_token = limits.total;
  limits.byte_idle = endpoint.local ? kByteIdleLocal : kByteIdleCloud;
  return limits;
}

http::Request make_request(const Endpoint& endpoint, CallSpec spec) {
  http::Request request = request_to(endpoint, "POST", std::move(spec.url));
  const http::Header own[] = {
      {"Content-Type", "application/json"},
      {"Accept", spec.stream ? "text/event-stream, application/json" : "application/json"}};
  request.headers.insert(request.headers.begin(), std::begin(own), std::end(own));
  request.body = std::move(spec.body);
  const Millis header_limit = endpoint.header_limit.value_or(endpoint.local ? kHeaderLocal : kHeaderCloud);
  request.limits.headers = spec.stream ? header_limit : Millis{0};
  // The attempt keeps these two.
  request.limits.byte_idle = Millis{0};
  request.limits.total = Millis{0};
  return request;
}

/// Lives as long as its ChatCall or one of its callbacks that is running.
class Call : public std::enable_shared_from_this<Call> {
 public:
  Call(loop::Loop& loop, const Endpoint& endpoint, const privacy::Cleared& cleared, CallHandlers handlers)
      : loop_(loop), endpoint_(endpoint), messages_(cleared.messages()), handlers_(std::move(handlers)) {}

  void start(http::Client& client, const privacy::Cleared& cleared, Result<CallSpec> spec) {
    if (!cleared_for(cleared, endpoint_)) {
      return fail_later(request_error("the prompt was cleared for another destination; nothing was sent"));
    }
    if (!spec) return fail_later(request_error(spec.error().message));
    model_ = spec->model;
    limits_ = limits_for(endpoint_, spec->stream);

    attempt_ = attempt::begin(loop_.now());
    const std::weak_ptr<Call> weak = weak_from_this();
    timer_ = std::make_unique<loop::Timer>(loop_, [weak] {
      if (const auto self = weak.lock()) self->apply(attempt::TimePassed{});
    });
    http::Handlers handlers;
    handlers.on_head = [weak](const http::Head& head) {
      if (const auto self = weak.lock()) self->take_head(head);
    };
    handlers.on_data = [weak](std::string_view bytes) {
      if (const auto self = weak.lock()) self->take_bytes(bytes);
    };
    handlers.on_done = [weak](http::Done done) {
      if (const auto self = weak.lock()) self->take_done(std::move(done));
    };
    transfer_ = client.start(make_request(endpoint_, std::move(*spec)), std::move(handlers));
    arm();
  }

  /// The owner is gone: no callback from here on, the connection closes.
  void cancel() {
    over_ = true;
    release();
  }

 private:
  void fail_later(ChatError error) {
    loop_.post([weak = weak_from_this(), error = std::move(error)]() mutable {
      const auto self = weak.lock();
      if (self && !self->over_) self->report(std::move(error));
    });
  }

  void take_head(const http::Head& head) {
    head_ = head;
    const bool accepted = head.status >= 200 && head.status < 300;
    if (accepted) {
      const std::string* type = head.find("content-type");
      reader_.emplace(type ? *type : std::string());
    }
    apply(attempt::HeadCame{accepted});
  }

  void take_bytes(std::string_view bytes) {
    if (over_) return;
    if (!reader_) {
      error_body_.append(bytes.substr(0, kMaxErrorBodyBytes - error_body_.size()));
      return;
    }
    apply(attempt::BytesCame{});
    std::vector<Piece> pieces;
    reader_->feed(bytes, pieces);
    const StreamDecoder& decoder = reader_->decoder();
    if (reader_->reads_body()) apply(attempt::BodyIsWhole{});
    if (decoder.content_count() != content_count_) {
      content_count_ = decoder.content_count();
      apply(attempt::ContentCame{});
    }
    deliver(pieces);
    if (decoder.saw_finish()) apply(attempt::FinishCame{});
    if (decoder.saw_done()) apply(attempt::DoneCame{});
    if (decoder.failed()) apply(attempt::ErrorCame{});
  }

  void take_done(http::Done done) {
    done_ = std::move(done);
    apply(attempt::TransferEnded{done_.failure});
  }

  void apply(const attempt::Event& event) {
    if (over_) return;
    auto [next, action] = attempt::step(attempt_, event, loop_.now(), limits_);
    attempt_ = next;
    if (std::holds_alternative<attempt::Accept>(action)) {
      if (handlers_.on_accepted) handlers_.on_accepted();
    } else if (const auto* conclude = std::get_if<attempt::Conclude>(&action)) {
      return this->conclude(conclude->whole);
    } else if (std::holds_alternative<attempt::Refuse>(action)) {
      return report(response_error(context(), head_, error_body_, std::time(nullptr)));
    } else if (const auto* abort = std::get_if<attempt::Abort>(&action)) {
      return report(transfer_error(context(), abort->trouble, done_.failure, head_.status,
                                   abort->what.empty() ? done_.detail : abort->what));
    }
    arm();
  }

  void arm() {
    if (over_) return;
    const std::optional<attempt::Deadline> next = attempt::next_deadline(attempt_, limits_);
    if (!next) return timer_->stop();
    // Rounded up: a timer that fires early would only be set again.
    const auto wait = std::chrono::ceil<Millis>(next->at - loop_.now());
    timer_->start(std::max(wait, Millis{0}));
  }

  void conclude(bool whole) {
    std::vector<Piece> pieces;
    StreamDecoder::Outcome outcome = reader_->finish(whole, pieces);
    deliver(pieces);
    if (over_) return;
    if (const Failure* failure = std::get_if<Failure>(&outcome)) {
      return report(answer_error(context(), head_.status, *failure));
    }
    over_ = true;
    release();
    if (handlers_.on_result) {
      handlers_.on_result(std::move(std::get<ChatResult>(outcome)), reader_->decoder().timings());
    }
  }

  void deliver(const std::vector<Piece>& pieces) {
    for (const Piece& piece : pieces) {
      if (over_) return;  // the owner may leave in any callback
      auto& handler = piece.reasoning ? handlers_.on_reasoning : handlers_.on_text;
      if (handler) handler(piece.text);
    }
  }

  void report(ChatError error) {
    if (reader_) {
      error.content_seen = reader_->decoder().saw_content();
      error.usage = reader_->decoder().usage();
    }
    over_ = true;
    release();
    if (handlers_.on_error) handlers_.on_error(std::move(error));
  }

  void release() {
    timer_.reset();
    transfer_ = {};
  }

  ErrorContext context() const { return {endpoint_, model_, &messages_}; }

  loop::Loop& loop_;
  const Endpoint endpoint_;
  const std::vector<privacy::Message> messages_;  ///< to recognise it in what the server says
  std::string model_;
  CallHandlers handlers_;
  attempt::Limits limits_;
  attempt::Attempt attempt_;
  http::Head head_;
  std::optional<AnswerReader> reader_;  ///< of an accepted answer
  std::string error_body_;
  http::Done done_;
  size_t content_count_ = 0;
  std::unique_ptr<loop::Timer> timer_;
  http::Transfer transfer_;
  bool over_ = false;  ///< a final callback ran, or the owner is gone
};

class CallHandle final : public ChatCall {
 public:
  explicit CallHandle(std::shared_ptr<Call> call) : call_(std::move(call)) {}
  ~CallHandle() override { call_->cancel(); }

 private:
  std::shared_ptr<Call> call_;
};

}  // namespace

std::unique_ptr<ChatCall> start_call(http::Client& client, loop::Loop& loop, const Endpoint& endpoint,
                                     const privacy::Cleared& cleared, Result<CallSpec> spec,
                                     CallHandlers handlers) {
  auto call = std::make_shared<Call>(loop, endpoint, cleared, std::move(handlers));
  call->start(client, cleared, std::move(spec));
  return std::make_unique<CallHandle>(std::move(call));
}

}  // namespace coder::provider
