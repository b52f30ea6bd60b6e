#include "provider/attempt.h"

#include <boost/test/unit_test.hpp>

namespace coder::provider::attempt {
namespace {

using namespace std::chrono_literals;

std::string describe(const Action& action) {
  if (std::holds_alternative<Nothing>(action)) return "";
  if (std::holds_alternative<Accept>(action)) return "accept";
  if (const auto* conclude = std::get_if<Conclude>(&action))
    return conclude->whole ? "conclude" : "conclude broken";
  if (std::holds_alternative<Refuse>(action)) return "refuse";
  const auto& abort = std::get<Abort>(action);
  return std::string("abort ") + to_string(abort.trouble) + (abort.what.empty() ? "" : ": " + abort.what);
}

/// An attempt on a clock of its own.
struct Script {
  Limits limits;
  TimePoint start = TimePoint(1000h);
  TimePoint now = start;
  Attempt attempt = begin(start);

  Script() {
    limits.first_token = 10s;
    limits.content_idle = 20s;
    limits.byte_idle = 15s;
    limits.total = 100s;
    limits.after_finish = 5s;
    limits.after_done = 250ms;
    limits.error_body = 4s;
  }
  std::string tell(const Event& event) {
    auto [next, action] = step(attempt, event, now, limits);
    attempt = next;
    return describe(action);
  }
  std::string after(Millis delay, const Event& event) {
    now += delay;
    return tell(event);
  }
  std::string state() const { return to_string(attempt.state); }
  /// Milliseconds from now, and what happens then; checked against what TimePassed does.
  std::string deadline() const {
    const std::optional<Deadline> next = next_deadline(attempt, limits);
    if (!next) return "none";
    BOOST_CHECK(std::holds_alternative<Nothing>(step(attempt, TimePassed{}, next->at - 1ms, limits).second));
    BOOST_CHECK_EQUAL(describe(step(attempt, TimePassed{}, next->at, limits).second), describe(next->action));
    return std::to_string(std::chrono::duration_cast<Millis>(next->at - now).count()) + " " +
           describe(next->action);
  }
};

BOOST_AUTO_TEST_CASE(an_answer_from_queue_to_end) {
  Script s;
  BOOST_CHECK_EQUAL(s.state(), "queued");
  BOOST_CHECK_EQUAL(s.deadline(), "100000 abort timeout: not done within 100 s");
  BOOST_CHECK_EQUAL(s.after(30s, HeadCame{true}), "accept");
  BOOST_CHECK_EQUAL(s.state(), "prefilling");
  BOOST_CHECK_EQUAL(s.deadline(), "10000 abort timeout: no first token within 10 s");
  BOOST_CHECK_EQUAL(s.after(2s, BytesCame{}), "");
  BOOST_CHECK_EQUAL(s.deadline(), "8000 abort timeout: no first token within 10 s");
  BOOST_CHECK_EQUAL(s.tell(ContentCame{}), "");
  BOOST_CHECK_EQUAL(s.state(), "streaming");
  BOOST_CHECK_EQUAL(s.deadline(), "15000 abort timeout: nothing received for 15 s");
  // Comments keep the bytes coming, not the content.
  BOOST_CHECK_EQUAL(s.after(12s, BytesCame{}), "");
  BOOST_CHECK_EQUAL(s.deadline(), "8000 abort timeout: the answer stalled for 20 s");
  BOOST_CHECK_EQUAL(s.after(7s, BytesCame{}), "");
  BOOST_CHECK_EQUAL(s.tell(ContentCame{}), "");
  s.after(6s, BytesCame{});
  BOOST_CHECK_EQUAL(s.deadline(), "14000 abort timeout: the answer stalled for 20 s");
  BOOST_CHECK_EQUAL(s.tell(FinishCame{}), "");
  BOOST_CHECK_EQUAL(s.state(), "finishing");
  BOOST_CHECK_EQUAL(s.deadline(), "5000 conclude");
  BOOST_CHECK_EQUAL(s.after(1s, DoneCame{}), "");
  BOOST_CHECK_EQUAL(s.deadline(), "250 conclude");
  BOOST_CHECK_EQUAL(s.after(100ms, DoneCame{}), "");
  BOOST_CHECK_EQUAL(s.deadline(), "150 conclude");
  BOOST_CHECK_EQUAL(s.tell(TransferEnded{}), "conclude");
  BOOST_CHECK_EQUAL(s.state(), "done");
  BOOST_CHECK_EQUAL(s.deadline(), "none");
}

BOOST_AUTO_TEST_CASE(silence_before_the_first_byte_is_prefill_not_a_stall) {
  Script s;
  s.limits.first_token = 60s;
  s.tell(HeadCame{true});
  BOOST_CHECK_EQUAL(s.deadline(), "60000 abort timeout: no first token within 60 s");
  BOOST_CHECK_EQUAL(s.after(20s, BytesCame{}), "");
  BOOST_CHECK_EQUAL(s.deadline(), "15000 abort timeout: nothing received for 15 s");
}

BOOST_AUTO_TEST_CASE(the_total_limit_rules_every_state) {
  Script s;
  s.limits.total = 30s;
  s.after(25s, HeadCame{true});
  BOOST_CHECK_EQUAL(s.deadline(), "5000 abort timeout: not done within 30 s");
  s.after(1s, ContentCame{});
  BOOST_CHECK_EQUAL(s.deadline(), "4000 abort timeout: not done within 30 s");
  // A whole answer counts even then.
  s.after(1s, FinishCame{});
  BOOST_CHECK_EQUAL(s.deadline(), "3000 conclude");
  Script refused;
  refused.limits.total = 30s;
  refused.after(28s, HeadCame{false});
  BOOST_CHECK_EQUAL(refused.deadline(), "2000 refuse");
}

BOOST_AUTO_TEST_CASE(an_error_status) {
  Script s;
  BOOST_CHECK_EQUAL(s.tell(HeadCame{false}), "");
  BOOST_CHECK_EQUAL(s.state(), "refused");
  BOOST_CHECK_EQUAL(s.deadline(), "4000 refuse");
  BOOST_CHECK_EQUAL(s.tell(TransferEnded{http::Failure::closed}), "refuse");
  BOOST_CHECK_EQUAL(s.state(), "done");
}

BOOST_AUTO_TEST_CASE(a_json_body) {
  Script s;
  s.tell(HeadCame{true});
  s.tell(BytesCame{});
  BOOST_CHECK_EQUAL(s.tell(BodyIsWhole{}), "");
  BOOST_CHECK_EQUAL(s.state(), "reading");
  BOOST_CHECK_EQUAL(s.deadline(), "15000 abort timeout: nothing received for 15 s");
  BOOST_CHECK_EQUAL(s.tell(TransferEnded{}), "conclude");
}

BOOST_AUTO_TEST_CASE(how_a_transfer_can_end) {
  using http::Failure;
  struct Case {
    Failure failure;
    const char* queued;
    const char* streaming;
  };
  const Case cases[] = {
      {Failure::none, "abort unreachable: closed without an answer", "conclude"},
      {Failure::bad_url, "abort unreachable", "conclude broken"},
      {Failure::resolve, "abort unreachable", "conclude broken"},
      {Failure::connect, "abort unreachable", "conclude broken"},
      {Failure::tls, "abort unreachable", "conclude broken"},
      {Failure::proxy, "abort unreachable", "conclude broken"},
      {Failure::connect_timeout, "abort unreachable", "conclude broken"},
      {Failure::closed, "abort unreachable", "conclude broken"},
      {Failure::other, "abort unreachable", "conclude broken"},
      {Failure::header_timeout, "abort timeout", "abort timeout"},
      {Failure::idle_timeout, "abort timeout", "abort timeout"},
      {Failure::total_timeout, "abort timeout", "abort timeout"},
      {Failure::too_large, "abort malformed", "abort malformed"},
  };
  for (const Case& c : cases) {
    Script queued;
    BOOST_CHECK_EQUAL(queued.tell(TransferEnded{c.failure}), c.queued);
    for (const bool content : {false, true}) {
      Script s;
      s.tell(HeadCame{true});
      if (content) s.tell(ContentCame{});
      BOOST_CHECK_EQUAL(s.tell(TransferEnded{c.failure}), c.streaming);
    }
    Script finishing;
    finishing.tell(HeadCame{true});
    finishing.tell(FinishCame{});
    BOOST_CHECK_EQUAL(finishing.tell(TransferEnded{c.failure}),
                      c.failure == Failure::none ? "conclude" : "conclude broken");
  }
}

BOOST_AUTO_TEST_CASE(an_error_inside_ends_every_answering_state) {
  for (const Event& before :
       {Event(TimePassed{}), Event(ContentCame{}), Event(FinishCame{}), Event(BodyIsWhole{})}) {
    Script s;
    s.tell(HeadCame{true});
    s.tell(before);
    BOOST_CHECK_EQUAL(s.tell(ErrorCame{}), "conclude");
    BOOST_CHECK_EQUAL(s.state(), "done");
  }
}

BOOST_AUTO_TEST_CASE(exactly_one_end_whatever_comes) {
  const std::vector<Event> all = {
      HeadCame{true}, HeadCame{false}, BytesCame{}, BodyIsWhole{},   ContentCame{},
      FinishCame{},   DoneCame{},      ErrorCame{}, TransferEnded{}, TransferEnded{http::Failure::closed},
      TimePassed{}};
  // Every sequence of four events, each followed by the end of the transfer.
  for (size_t n = 0; n < all.size() * all.size() * all.size() * all.size(); ++n) {
    Script s;
    int ends = 0;
    const auto tell = [&](const Event& event) {
      const std::string action = s.after(1s, event);
      if (!action.empty() && action != "accept") ++ends;
    };
    for (size_t i = 0, rest = n; i < 4; ++i, rest /= all.size()) tell(all[rest % all.size()]);
    tell(TransferEnded{});
    BOOST_REQUIRE_EQUAL(ends, 1);
    BOOST_REQUIRE_EQUAL(s.state(), "done");
  }
}

}  // namespace
}  // namespace coder::provider::attempt
