#include "provider/attempt.h"

namespace coder::provider::attempt {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

std::string seconds(Millis limit) {
  const auto ms = limit.count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

/// The transfer ended before any response head.
Action never_answered(http::Failure failure) {
  switch (failure) {
    case http::Failure::header_timeout:
    case http::Failure::idle_timeout:
    case http::Failure::total_timeout:
      return Abort{Trouble::timeout, ""};
    case http::Failure::too_large:
      return Abort{Trouble::malformed, ""};
    case http::Failure::none:
      return Abort{Trouble::unreachable, "closed without an answer"};
    default:
      return Abort{Trouble::unreachable, ""};
  }
}

/// The transfer ended in the middle of an accepted answer.
Action broke_off(http::Failure failure) {
  switch (failure) {
    case http::Failure::none:
      return Conclude{true};
    case http::Failure::header_timeout:
    case http::Failure::idle_timeout:
    case http::Failure::total_timeout:
      return Abort{Trouble::timeout, ""};
    case http::Failure::too_large:
      return Abort{Trouble::malformed, ""};
    default:
      return Conclude{false};
  }
}

Action after_transfer(State state, http::Failure failure) {
  switch (state) {
    case State::queued:
      return never_answered(failure);
    case State::refused:
      return Refuse{};
    case State::finishing:
      return Conclude{failure == http::Failure::none};
    default:
      return broke_off(failure);
  }
}

}  // namespace

const char* to_string(State state) {
  switch (state) {
    case State::queued:
      return "queued";
    case State::prefilling:
      return "prefilling";
    case State::streaming:
      return "streaming";
    case State::finishing:
      return "finishing";
    case State::reading:
      return "reading";
    case State::refused:
      return "refused";
    case State::done:
      return "done";
  }
  return "done";
}

std::optional<Deadline> next_deadline(const Attempt& attempt, const Limits& limits) {
  std::optional<Deadline> own;
  switch (attempt.state) {
    case State::done:
      return std::nullopt;
    case State::queued:
    case State::reading:
      break;
    case State::prefilling:
      own = Deadline{attempt.since + limits.first_token,
                     Abort{Trouble::timeout, "no first token within " + seconds(limits.first_token)}};
      break;
    case State::streaming:
      own = Deadline{attempt.since + limits.content_idle,
                     Abort{Trouble::timeout, "the answer stalled for " + seconds(limits.content_idle)}};
      break;
    case State::finishing:
      own = Deadline{attempt.since + (attempt.saw_done ? limits.after_done : limits.after_finish),
                     Conclude{true}};
      break;
    case State::refused:
      own = Deadline{attempt.since + limits.error_body, Refuse{}};
      break;
  }
  Deadline total{attempt.started + limits.total,
                 Abort{Trouble::timeout, "not done within " + seconds(limits.total)}};
  const bool waits_for_bytes = attempt.state == State::prefilling || attempt.state == State::streaming ||
                               attempt.state == State::reading;
  if (waits_for_bytes && attempt.last_byte) {
    const TimePoint silent = *attempt.last_byte + limits.byte_idle;
    if (!own || silent < own->at) {
      own = Deadline{silent, Abort{Trouble::timeout, "nothing received for " + seconds(limits.byte_idle)}};
    }
  }
  // A whole answer and an error that came in time count, however late it is.
  if (attempt.state == State::finishing) total.action = Conclude{true};
  if (attempt.state == State::refused) total.action = Refuse{};
  return own && own->at <= total.at ? own : std::optional(total);
}

std::pair<Attempt, Action> step(Attempt attempt, const Event& event, TimePoint now, const Limits& limits) {
  if (attempt.state == State::done) return {attempt, Nothing{}};
  const auto enter = [&](State state) {
    attempt.state = state;
    attempt.since = now;
  };
  const bool answering = attempt.state == State::prefilling || attempt.state == State::streaming;

  Action action = std::visit(
      Overloaded{
          [&](const HeadCame& head) -> Action {
            if (attempt.state != State::queued) return Nothing{};
            enter(head.accepted ? State::prefilling : State::refused);
            if (head.accepted) return Accept{};
            return Nothing{};
          },
          [&](const BytesCame&) -> Action {
            attempt.last_byte = now;
            return Nothing{};
          },
          [&](const BodyIsWhole&) -> Action {
            if (answering) enter(State::reading);
            return Nothing{};
          },
          [&](const ContentCame&) -> Action {
            if (answering) enter(State::streaming);
            return Nothing{};
          },
          [&](const FinishCame&) -> Action {
            if (answering) enter(State::finishing);
            return Nothing{};
          },
          [&](const DoneCame&) -> Action {
            if (!answering && attempt.state != State::finishing) return Nothing{};
            if (!attempt.saw_done) enter(State::finishing);
            attempt.saw_done = true;
            return Nothing{};
          },
          [&](const ErrorCame&) -> Action {
            if (!answering && attempt.state != State::reading && attempt.state != State::finishing)
              return Nothing{};
            return Conclude{true};
          },
          [&](const TransferEnded& end) -> Action { return after_transfer(attempt.state, end.failure); },
          [&](const TimePassed&) -> Action {
            const std::optional<Deadline> due = next_deadline(attempt, limits);
            if (!due || now < due->at) return Nothing{};
            return due->action;
          },
      },
      event);

  if (!std::holds_alternative<Nothing>(action) && !std::holds_alternative<Accept>(action)) {
    attempt.state = State::done;
  }
  return {attempt, std::move(action)};
}

}  // namespace coder::provider::attempt
