// Batches: the order and number of requests, the journal, the line of progress.
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/batch_journal.h"
#include "app/batch_progress.h"
#include "app/batch_queue.h"
#include "support/temp_folder.h"

using namespace coder;
using app::BatchJournal;
using app::BatchQueue;
using app::JournalIndex;
using codec::Value;
using Verdict = BatchQueue::Verdict;

BOOST_AUTO_TEST_SUITE(batch_queue)

BOOST_AUTO_TEST_CASE(files_go_in_order_and_so_many_at_once) {
  BatchQueue queue(3, 2);
  const TimePoint now = Clock::now();
  BOOST_TEST(*queue.next(now) == 0u);
  BOOST_TEST(*queue.next(now) == 1u);
  BOOST_TEST(!queue.next(now).has_value());
  queue.answered(1);
  BOOST_TEST(*queue.next(now) == 2u);
  queue.over(0);
  BOOST_TEST(!queue.idle());
  queue.answered(2);
  BOOST_TEST(queue.idle());
  BOOST_TEST(!queue.next_due().has_value());
}

BOOST_AUTO_TEST_CASE(a_failure_that_passes_comes_back_when_the_server_wants_it) {
  BatchQueue queue(2, 1);
  const TimePoint now = Clock::now();
  queue.next(now);
  BOOST_CHECK(queue.failed(0, {true, Millis{5000}}, now) == Verdict::again);
  BOOST_TEST(*queue.next(now) == 1u);
  queue.answered(1);
  BOOST_TEST(!queue.next(now + Millis{4999}).has_value());
  BOOST_CHECK(*queue.next_due() == now + Millis{5000});
  BOOST_TEST(*queue.next(now + Millis{5000}) == 0u);
  queue.answered(0);
  BOOST_TEST(queue.idle());
}

BOOST_AUTO_TEST_CASE(one_file_that_always_fails_ends_alone) {
  BatchQueue queue(1, 1);
  TimePoint now = Clock::now();
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(*queue.next(now) == 0u);
    BOOST_CHECK(queue.failed(0, {}, now) == Verdict::again);
    now += Millis{60000};
  }
  queue.next(now);
  BOOST_CHECK(queue.failed(0, {}, now) == Verdict::failed);
  BOOST_TEST(queue.idle());
}

BOOST_AUTO_TEST_CASE(where_nothing_is_answered_all_pause_and_then_stop) {
  for (const bool ever : {false, true}) {
    BatchQueue queue(1000, 8);
    TimePoint now = Clock::now();
    const TimePoint begun = now;
    if (ever) {
      queue.next(now);
      queue.answered(0);
    }
    int asks = 0;
    Verdict last = Verdict::again;
    while (last != Verdict::stop) {
      BOOST_REQUIRE(asks < 100);
      if (const auto file = queue.next(now)) {
        ++asks;
        last = queue.failed(*file, {true, std::nullopt}, now);
      } else {
        BOOST_REQUIRE(queue.next_due().has_value());
        BOOST_CHECK(*queue.next_due() > now);
        now = *queue.next_due();
      }
    }
    // Four find it out; after each pause one tries.
    BOOST_TEST(asks == (ever ? 10 : 6));
    BOOST_CHECK(now - begun >= std::chrono::seconds(ever ? 61 : 3));
    BOOST_TEST(queue.idle());
    BOOST_TEST(!queue.next(now + Millis{1000000}).has_value());
    BOOST_TEST(queue.left().size() >= 990u);
  }
}

BOOST_AUTO_TEST_CASE(failures_lower_the_number_at_once_and_answers_raise_it) {
  BatchQueue queue(1000, 8);
  const TimePoint now = Clock::now();
  const auto room = [&] {
    std::vector<size_t> begun;
    while (const auto file = queue.next(now)) begun.push_back(*file);
    return begun;
  };
  std::vector<size_t> first = room();
  BOOST_TEST(first.size() == 8u);
  queue.failed(first[0], {true, Millis{100000}}, now);
  for (size_t i = 1; i < 8; ++i) queue.answered(first[i]);
  const size_t later = room().size();
  BOOST_TEST(later >= 4u);
  BOOST_TEST(later < 8u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(batch_journal)

namespace {
BatchJournal::Record record(const std::string& id, const std::string& sha, const std::string& text) {
  return {id, sha, {{"text", Value(text)}}};
}
}  // namespace

BOOST_AUTO_TEST_CASE(what_was_appended_is_found_again_for_the_same_text_only) {
  const test::TempFolder folder;
  const std::string at = folder.path() + "/state/batches";
  {
    auto journal = BatchJournal::open(at, "x", false);
    BOOST_REQUIRE(journal.ok());
    BOOST_TEST((*journal)->append({record("a", "1", "one\n"), record("b", "2", "two")}).ok());
    BOOST_TEST((*journal)->append({record("a", "3", "later")}).ok());
    auto other = BatchJournal::open(at, "x", false);
    BOOST_REQUIRE(!other.ok());
    BOOST_CHECK(other.error().kind == ErrorKind::usage);
  }
  std::ofstream(at + "/x.jsonl", std::ios::app) << "{\"id\": \"c\", \"sha";
  struct stat info {};
  ::stat((at + "/x.jsonl").c_str(), &info);
  BOOST_TEST((info.st_mode & 0777) == 0600);
  {
    auto journal = BatchJournal::open(at, "x", false);
    BOOST_REQUIRE(journal.ok());
    BOOST_TEST((*journal)->size() == 2u);
    BOOST_TEST(!(*journal)->find("a", "1").has_value());
    BOOST_TEST(*(*journal)->find("a", "3")->front().second.as_string() == "later");
    BOOST_TEST((*journal)->append({record("d", "4", "behind the torn line")}).ok());
    BOOST_TEST((*journal)->forget({"a"}).ok());
  }
  {
    auto journal = BatchJournal::open(at, "x", false);
    BOOST_REQUIRE(journal.ok());
    BOOST_TEST((*journal)->size() == 2u);
    BOOST_TEST((*journal)->find("d", "4").has_value());
    BOOST_TEST((*journal)->forget({"b", "d", "e"}).ok());
    BOOST_TEST(!std::filesystem::exists(at + "/x.jsonl"));
  }
}

BOOST_AUTO_TEST_CASE(fresh_begins_anew_and_old_ones_go) {
  const test::TempFolder folder;
  { BOOST_TEST((*BatchJournal::open(folder.path(), "x", false))->append({record("a", "1", "one")}).ok()); }
  std::ofstream(folder.path() + "/old.jsonl") << "{}\n";
  std::filesystem::last_write_time(
      folder.path() + "/old.jsonl",
      std::filesystem::file_time_type::clock::now() - std::chrono::hours(31 * 24));
  BOOST_TEST((*BatchJournal::open(folder.path(), "x", true))->size() == 0u);
  BOOST_TEST(!std::filesystem::exists(folder.path() + "/old.jsonl"));
}

BOOST_AUTO_TEST_CASE(lines_that_are_no_records_are_passed_over) {
  const std::string whole = "nonsense\n{\"id\":1}\n\n{\"id\":\"a\",\"sha256\":\"1\",\"result\":{}}\n[]\n";
  std::istringstream in(whole + "{\"id\":\"b\",\"sha256\":\"1\",\"result\":{}}");
  const JournalIndex index = JournalIndex::read(in);
  BOOST_TEST(index.entries.size() == 1u);
  BOOST_TEST(index.entries.at("a").at == whole.find("{\"id\":\"a"));
  BOOST_TEST(index.end == whole.size());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(progress_fits_its_line) {
  app::BatchCount count{200, 117, 20, 3, 0.12, 50};
  BOOST_TEST(app::progress_line(count, 200, true) ==
             "▕██████████████▍         ▏ 120/200  3 failed  2.0 files/s  ETA 40 s  $0.12");
  BOOST_TEST(app::progress_line(count, 60, false) ==
             "[######    ] 120/200  3 failed  2.0 files/s  ETA 40 s  $0.12");
  for (size_t columns = 8; columns < 120; ++columns)
    BOOST_TEST(app::progress_line(count, columns, false).size() <= columns);
  BOOST_TEST(app::progress_line({}, 80, false).find("0/0") != std::string::npos);
}
