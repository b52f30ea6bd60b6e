// The ledger's file: what goes in comes out, and the sums of each day are those of the rows.
#include <boost/test/unit_test.hpp>
#include <map>

#include "help.h"
#include "ledger/ledger_store.h"
#include "ledger/reports.h"
#include "support/temp_folder.h"

using namespace coder;
using namespace coder::ledger;
using test::TempFolder;

namespace {

void write(LedgerStore& store, Batch batch, const config::Ledger& keep = {}) {
  const Result<void> done = store.write(batch, keep);
  const std::string why = done.ok() ? "" : done.error().text();
  BOOST_REQUIRE_MESSAGE(done.ok(), why);
}

std::vector<Attempt> rows(LedgerStore& store, int since = 0) {
  std::vector<Attempt> out;
  BOOST_REQUIRE(each_attempt(store, since, [&](const Attempt& one) { out.push_back(one); }).ok());
  return out;
}

std::vector<SentRow> sent(LedgerStore& store) {
  std::vector<SentRow> out;
  BOOST_REQUIRE(each_sent(store, 0, [&](const SentRow& one) { out.push_back(one); }).ok());
  return out;
}

Sent some(const std::string& text, WallMs at = wall_ms()) {
  Sent out;
  out.about = {7, "/p", "ask", "cloud", "relay", "id", "https://relay/v1"};
  out.at = at;
  out.label = privacy::Label::any;
  out.pieces = {{"src/a.py", 3, 9, privacy::Label::any, text}, {"prompt", 0, 0, privacy::Label::any, "why?"}};
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_row_comes_back_as_it_was) {
  const TempFolder folder;
  Attempt one = attempt("relay", "cloud", 1234);
  one.ttft_ms = 8;
  one.ending = Ending::cancelled;
  one.source = Source::estimated;
  one.reasons = "mode auto; \"quoted\", ü";
  Attempt two = attempt("box", "local", std::nullopt);
  {
    LedgerStore store(folder / "deep/ledger.db");
    write(store, {{}, {one, two}});
  }
  LedgerStore store(folder / "deep/ledger.db");
  const std::vector<Attempt> back = rows(store);
  BOOST_REQUIRE(back.size() == 2u);
  const Attempt& got = back[0];
  BOOST_TEST(got.about.project == "/p");
  BOOST_TEST(got.about.task == "ask");
  BOOST_TEST(got.about.lane == "cloud");
  BOOST_TEST(got.about.model == "relay");
  BOOST_TEST(got.about.model_id == "relay-id");
  BOOST_TEST(got.about.address == "http://127.0.0.1:1/v1");
  BOOST_TEST(got.at == one.at);
  BOOST_TEST(got.cost.value() == 1234);
  BOOST_TEST(got.queue_ms.value() == 3);
  BOOST_TEST(got.ttft_ms.value() == 8);
  BOOST_TEST(got.tokens.written == 1);
  BOOST_TEST(got.tokens.reasoning == 2);
  BOOST_CHECK(got.ending == Ending::cancelled && got.source == Source::estimated);
  BOOST_TEST(got.reasons == one.reasons);
  BOOST_TEST(!back[1].cost.has_value());
  BOOST_TEST(!back[1].ttft_ms.has_value());
}

BOOST_AUTO_TEST_CASE(sums_of_rows_are_the_totals) {
  const TempFolder folder;
  std::mt19937 random(11);
  LedgerStore store(folder / "ledger.db");
  for (int batch = 0; batch < 40; ++batch) {
    Batch one;
    for (size_t i = random() % 60; i > 0; --i) one.attempts.push_back(random_attempt(random));
    write(store, one);
  }
  const int today = day_of(wall_ms());
  for (const int since : {0, days_before(today, 20), month_of(today), today}) {
    Sums all;
    std::map<std::string, Nano> models, tasks, projects;
    for (const Attempt& one : rows(store, since)) {
      const bool unknown = !one.cost && one.about.lane == "cloud";
      all.add({1, one.ending == Ending::answered, unknown, one.cost.value_or(0), one.tokens});
      models[one.about.model + one.about.lane] += one.cost.value_or(0);
      tasks[one.about.task] += one.cost.value_or(0);
      projects[one.about.project] += one.cost.value_or(0);
    }
    const Summary got = summary(store, since).value();
    BOOST_TEST(got.all.requests == all.requests);
    BOOST_TEST(got.all.answered == all.answered);
    BOOST_TEST(got.all.unknown == all.unknown);
    BOOST_TEST(got.all.cost == all.cost);
    BOOST_TEST(got.all.tokens.fresh == all.tokens.fresh);
    BOOST_TEST(got.all.tokens.cached == all.tokens.cached);
    BOOST_TEST(got.all.tokens.written == all.tokens.written);
    BOOST_TEST(got.all.tokens.output == all.tokens.output);
    BOOST_TEST(got.all.tokens.reasoning == all.tokens.reasoning);
    BOOST_TEST(got.models.size() == models.size());
    for (const Line& line : got.models) BOOST_TEST(line.sums.cost == models.at(line.name + line.lane));
    for (const Line& line : got.tasks) BOOST_TEST(line.sums.cost == tasks.at(line.name));
    for (const Line& line : got.projects) BOOST_TEST(line.sums.cost == projects.at(line.name));
    Nano by_day = 0;
    for (const Line& line : got.days) by_day += line.sums.cost;
    BOOST_TEST(by_day == all.cost);
  }
  // What budgets go by.
  Spent expected;
  expected.day = today;
  for (const Attempt& one : rows(store)) expected.add(one);
  const Spent got = store.spent(today).value();
  BOOST_TEST(got.total().today == expected.total().today);
  BOOST_TEST(got.total().month == expected.total().month);
  BOOST_TEST(got.total("cloud").month == expected.total("cloud").month);
}

BOOST_AUTO_TEST_CASE(what_was_sent_by_file_lines_label_and_hash) {
  const TempFolder folder;
  LedgerStore store(folder / "ledger.db");
  write(store, {{some("abc")}, {}});
  Sent more = some("x");
  more.label = more.pieces[0].label = privacy::Label::local_only;
  write(store, {{more}, {}}, {90, true});
  const std::vector<SentRow> back = sent(store);
  BOOST_REQUIRE(back.size() == 2u);
  BOOST_TEST(back[0].address == "https://relay/v1");
  BOOST_REQUIRE(back[0].chunks.size() == 2u);
  const SentRow::Chunk& chunk = back[0].chunks[0];
  BOOST_TEST(chunk.file == "src/a.py");
  BOOST_TEST(chunk.first == 3);
  BOOST_TEST(chunk.last == 9);
  BOOST_TEST(chunk.bytes == 3);
  BOOST_TEST(chunk.hash == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(!chunk.text.has_value());
  BOOST_CHECK(back[1].label == privacy::Label::local_only);
  BOOST_TEST(back[1].chunks[0].text.value() == "x");
}

BOOST_AUTO_TEST_CASE(what_was_sent_long_ago_is_forgotten_what_it_cost_is_not) {
  const TempFolder folder;
  Attempt old = attempt("relay", "cloud", 5);
  old.at -= WallMs{40} * 86'400'000;
  {
    LedgerStore store(folder / "ledger.db");
    write(store, {{some("old", old.at), some("new")}, {old}}, {0, false});
    BOOST_TEST(sent(store).size() == 2u);
  }
  LedgerStore store(folder / "ledger.db");
  write(store, {{}, {attempt("relay", "cloud", 1)}}, {30, false});
  BOOST_TEST(sent(store).size() == 1u);
  BOOST_TEST(rows(store).size() == 2u);
  // Once a day is enough.
  write(store, {{some("old", old.at)}, {}}, {30, false});
  BOOST_TEST(sent(store).size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_thing_is_told_by_one_and_once_in_a_period) {
  const TempFolder folder;
  LedgerStore one(folder / "ledger.db"), two(folder / "ledger.db");
  BOOST_TEST(one.first_to_tell("budget 80", 20261201).value());
  BOOST_TEST(!two.first_to_tell("budget 80", 20261201).value());
  BOOST_TEST(!one.first_to_tell("budget 80", 20261201).value());
  BOOST_TEST(two.first_to_tell("budget 100", 20261201).value());
  BOOST_TEST(two.first_to_tell("budget 80", 20270101).value());
}

BOOST_AUTO_TEST_CASE(days_as_people_write_them) {
  BOOST_TEST(day_in_words("2026-12-31").value() == 20261231);
  BOOST_TEST(day_in_words("2024-02-29").value() == 20240229);
  for (const char* wrong :
       {"", "2026-02-30", "2026-13-01", "20261231", "2026-12-31x", "2026-1-1", "31.12.2026"}) {
    BOOST_TEST(!day_in_words(wrong).has_value(), wrong);
  }
  BOOST_TEST(days_before(20260301, 1) == 20260228);
  BOOST_TEST(days_before(20260101, 31) == 20251201);
  BOOST_TEST(month_of(20261231) == 20261201);
}
