// The limits' values in their database: the same answers as in memory, through any number of connections.
#include "dispatch/limits_store.h"

#include <boost/test/unit_test.hpp>
#include <random>

#include "dispatch/limits.h"
#include "dispatch/state.h"
#include "support/temp_folder.h"

using namespace coder;
using namespace coder::dispatch;
using test::TempFolder;

namespace {

WallMs now = 1'790'000'000'000;
WallMs test_clock() { return now; }

std::string text(const Held& held) {
  return "[" + (held.place ? std::to_string(*held.place) : "") + "|" +
         (held.tat ? std::to_string(*held.tat) : "") + "]";
}

std::string text(const std::vector<Answer>& answers) {
  std::string out;
  for (const Answer& answer : answers) {
    if (const auto* planned = std::get_if<Planned>(&answer)) {
      out += "planned " + std::to_string(planned->at) + text(planned->held) + std::to_string(planned->ahead);
    } else if (const auto* ticket = std::get_if<Ticket>(&answer)) {
      out += "ticket " + std::to_string(ticket->at) + " " + std::to_string(ticket->place);
    } else if (const auto* in_line = std::get_if<InLine>(&answer)) {
      out += "in line " + std::to_string(in_line->at) + " " + std::to_string(in_line->ahead);
    } else {
      out += "refused";
    }
    out += "\n";
  }
  return out;
}

Batch one(const Counts& counts, bool patient = true) {
  Batch batch;
  batch.asks = {{counts, patient, std::nullopt}};
  return batch;
}

const Counts kSlow{"key", {1, 1}, "", 0};

}  // namespace

BOOST_AUTO_TEST_CASE(the_database_answers_as_memory_does) {
  const TempFolder folder;
  std::mt19937 random(11);
  std::vector<LimitsStore> stores;
  for (int i = 0; i < 3; ++i) stores.emplace_back(folder / "state.db");
  Book book;
  const std::vector<Counts> kinds = {{"one", {10, 3}, "", 0},   {"one", {10, 3}, "a", 4},
                                     {"two", {0.3, 2}, "b", 2}, {"two", {7.7, 1}, "a", 9},
                                     {"", {}, "b", 3},          {"", {}, "", 0}};
  std::vector<Return> held;
  std::vector<Ask> tickets;
  for (int round = 0; round < 600; ++round) {
    now += random() % 4 == 0 ? random() % 20'000 : random() % 100;
    if (random() % 40 == 0) now -= random() % 400'000;
    Batch batch;
    for (uint32_t i = random() % 6; i > 0; --i) {
      batch.asks.push_back({kinds[random() % kinds.size()], random() % 3 != 0, std::nullopt});
    }
    if (!tickets.empty() && random() % 2 == 0) {
      batch.asks.push_back(tickets.back());
      tickets.pop_back();
    }
    if (!held.empty() && random() % 3 == 0) {
      batch.returns.push_back(held.back());
      held.pop_back();
    }
    const Result<LimitsStore::Reply> reply = stores[random() % stores.size()].run(batch, test_clock);
    BOOST_REQUIRE_MESSAGE(reply.ok(), (reply.ok() ? "" : reply.error().text()));
    BOOST_REQUIRE_EQUAL(text(reply->answers), text(answer(book, batch, now)));
    BOOST_TEST(reply->at == now);
    for (const auto& [key, bucket] : reply->book.buckets) BOOST_CHECK(bucket == book.buckets[key]);
    for (const auto& [model, window] : reply->book.windows) BOOST_CHECK(window == book.windows[model]);
    for (size_t i = 0; i < batch.asks.size(); ++i) {
      if (const auto* planned = std::get_if<Planned>(&reply->answers[i])) {
        held.push_back({batch.asks[i].counts, planned->held});
      } else if (const auto* ticket = std::get_if<Ticket>(&reply->answers[i])) {
        tickets.push_back({batch.asks[i].counts, true, ticket->place});
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_was_reserved_outlives_the_process) {
  const TempFolder folder;
  BOOST_TEST(LimitsStore(folder / "state.db").run(one(kSlow), test_clock).ok());
  const Result<LimitsStore::Reply> refused =
      LimitsStore(folder / "state.db").run(one(kSlow, false), test_clock);
  BOOST_TEST(text(refused->answers) == "refused\n");
}

BOOST_AUTO_TEST_CASE(places_leave_the_file_with_the_window) {
  const TempFolder folder;
  LimitsStore store(folder / "state.db");
  for (int i = 0; i < 50; ++i) {
    now += 10'000;
    BOOST_TEST(store.run(one({"", {}, "model", 100}), test_clock).ok());
  }
  store::Database database = *open_state(folder / "state.db");
  store::Statement count = *database.prepare("SELECT count(*) FROM limit_place");
  store::Rows rows = count.query();
  BOOST_REQUIRE(*rows.next());
  BOOST_TEST(rows.get<int64_t>(0) <= 7);
}

BOOST_AUTO_TEST_CASE(values_no_process_would_write_do_no_harm) {
  const TempFolder folder;
  store::Database database = *open_state(folder / "state.db");
  for (const char* sql :
       {"REPLACE INTO limit_bucket VALUES ('key', 'words', 9223372036854775807)",
        "REPLACE INTO limit_bucket VALUES ('key', 9e999, -9223372036854775808)",
        "REPLACE INTO limit_window VALUES ('model', -9223372036854775808, 9223372036854775807)",
        "REPLACE INTO limit_place VALUES ('model', 9223372036854775807, 9223372036854775807, 'x')",
        "REPLACE INTO limit_place VALUES ('model', -9223372036854775808, -9223372036854775808, 2)",
        "REPLACE INTO limit_window VALUES ('model', 9223372036854775807, 'words')"}) {
    BOOST_TEST(database.run(sql).ok());
    LimitsStore store(folder / "state.db");
    const Result<LimitsStore::Reply> reply = store.run(one({"key", {1, 1}, "model", 5}), test_clock);
    BOOST_REQUIRE(reply.ok());
    BOOST_TEST(std::get_if<Planned>(&reply->answers[0]) != nullptr);
    now += 100'000;
  }
}

BOOST_AUTO_TEST_CASE(a_lock_that_stays_is_an_error_and_nothing_was_reserved) {
  const TempFolder folder;
  LimitsStore store(folder / "state.db", Millis(20));
  BOOST_TEST(store.run(one({"other", {1, 1}, "", 0}), test_clock).ok());
  store::Database holder = *open_state(folder / "state.db");
  {
    const store::Transaction held = *holder.begin();
    const Result<LimitsStore::Reply> failed = store.run(one(kSlow), test_clock);
    BOOST_REQUIRE(!failed.ok());
    BOOST_TEST(failed.error().message.find(folder / "state.db") != std::string::npos);
  }
  BOOST_TEST(std::get_if<Planned>(&store.run(one(kSlow, false), test_clock)->answers[0]) != nullptr);
}

BOOST_AUTO_TEST_CASE(the_state_file_follows_the_environment) {
  const test::ScopedEnv home("HOME", "/home/user");
  {
    const test::ScopedEnv state("XDG_STATE_HOME", "/elsewhere");
    BOOST_TEST(state_file() == "/elsewhere/coder-nvim/state.db");
  }
  for (const std::optional<std::string>& value :
       {std::optional<std::string>(), std::optional<std::string>(""),
        std::optional<std::string>("relative")}) {
    const test::ScopedEnv state("XDG_STATE_HOME", value);
    BOOST_TEST(state_file() == "/home/user/.local/state/coder-nvim/state.db");
    const test::ScopedEnv nowhere("HOME", std::nullopt);
    BOOST_TEST(state_file() == "");
  }
}
