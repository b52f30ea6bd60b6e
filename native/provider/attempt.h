// The life of one request as a pure state machine: which state follows an event, what is to be done,
// and which deadline is next. It knows no clock, no bytes and no connection; chat.cc tells it what
// happened and carries out what it says.
//
//              head 2xx              content                finish_reason, [DONE]
//    queued ───────────▶ prefilling ─────────▶ streaming ─────────▶ finishing ───▶ done
//      │ head 3xx–5xx        │ a whole JSON body: reading ──▶ end of the body ───▶ done
//      └──────▶ refused ──▶ end of the error's body ───────────────────────────▶ done
//
// llama-server sends its response head when a slot starts on the prompt: up to there a request is
// queued, from there to the first token it prefills. Hence two limits. Connecting and waiting for
// the head are watched over by http's own limits. Silence between bytes counts from the first byte
// of the body only: a server that sends its head early and no comments while it prefills (vLLM) is
// not stalled.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/clock.h"
#include "http/http.h"
#include "provider/chat.h"

namespace coder::provider::attempt {

enum class State {
  queued,      ///< connecting, then waiting for the response head
  prefilling,  ///< accepted; no content yet
  streaming,   ///< content is coming
  finishing,   ///< the answer is whole; usage, [DONE] or the end of the body may follow
  reading,     ///< the body is no event stream: it counts when it has ended
  refused,     ///< an error status; its body is read for the message
  done,
};
const char* to_string(State state);

struct Limits {
  Millis first_token{120000};  ///< response head to first content
  Millis content_idle{120000};
  Millis byte_idle{60000};  ///< between two bytes of the body, comments included
  Millis total{600000};
  /// After finish_reason: usage comes in a chunk of its own.
  Millis after_finish{5000};
  /// After [DONE]: the end of the body is a few bytes away, and a connection whose body has ended is
  /// kept for the next request.
  Millis after_done{250};
  Millis error_body{5000};
};

struct Attempt {
  State state = State::queued;
  TimePoint started;                   ///< of the request
  TimePoint since;                     ///< when the wait that counts in this state began
  std::optional<TimePoint> last_byte;  ///< of the body
  bool saw_done = false;
};

inline Attempt begin(TimePoint now) { return {State::queued, now, now, std::nullopt, false}; }

// What can happen.
struct HeadCame {
  bool accepted = false;  ///< 2xx
};
struct BytesCame {};    ///< of the body; told before what they meant
struct BodyIsWhole {};  ///< what comes is one JSON text or page, not events
struct ContentCame {};  ///< text, reasoning or part of a tool call
struct FinishCame {};   ///< a finish_reason
struct DoneCame {};     ///< [DONE]
struct ErrorCame {};    ///< an error inside the answer
struct TransferEnded {
  http::Failure failure = http::Failure::none;
};
struct TimePassed {};
using Event = std::variant<HeadCame, BytesCame, BodyIsWhole, ContentCame, FinishCame, DoneCame, ErrorCame,
                           TransferEnded, TimePassed>;

// What is to be done.
struct Nothing {};
struct Accept {};  ///< say that the queue is behind us
/// The answer is over; its bytes say whether it is one. `whole`: the body ended by itself.
struct Conclude {
  bool whole = true;
};
struct Refuse {};  ///< status, headers and body so far make the error
struct Abort {
  Trouble trouble = Trouble::timeout;
  std::string what;  ///< empty: the transfer's own words
};
using Action = std::variant<Nothing, Accept, Conclude, Refuse, Abort>;

/// Every action but Nothing and Accept leaves the state done; from there nothing follows.
std::pair<Attempt, Action> step(Attempt attempt, const Event& event, TimePoint now, const Limits& limits);

struct Deadline {
  TimePoint at;
  Action action;  ///< what TimePassed at that point leads to
};

/// The next point at which time alone ends this state; none when done.
std::optional<Deadline> next_deadline(const Attempt& attempt, const Limits& limits);

}  // namespace coder::provider::attempt
