#include "workspace/facts_store.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "support/git_folder.h"
#include "support/indexer_run.h"

using namespace coder;
using namespace coder::workspace;
using test::GitFolder;
using test::IndexerRun;
using test::TempFolder;

namespace {

constexpr int64_t kToday = 20'000;

FactsStore::Entry entry(const std::string& path, const std::string& text, int64_t mtime = 1) {
  const Facts facts = make_facts(syntax::Language::python, text);
  return {path,         Stat{static_cast<int64_t>(text.size()), mtime, 7}, "", facts.hash, facts.language,
          encode(facts)};
}

Wanted wanted(const FactsStore::Entry& entry) { return {entry.path, entry.stat}; }

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(facts_store)

BOOST_AUTO_TEST_CASE(what_is_put_is_found_while_the_stat_is_the_same) {
  const TempFolder folder;
  const FactsStore::Entry a = entry("a.py", "def a(): pass\n"), b = entry("b.py", "def b(): pass\n");
  FactsStore::Entry binary{"c.bin", {3, 4, 5}, "binary", 0, syntax::Language::none, ""};
  FactsStore::Entry racy = entry("d.py", "def d(): pass\n");
  racy.stat = {};
  {
    FactsStore store(folder / "db", "/root", kToday);
    BOOST_TEST(!store.find({wanted(a)})[0].has_value());
    store.put({a, b, binary, racy});
    BOOST_TEST(store.take_notice() == "");
  }
  FactsStore store(folder / "db", "/root", kToday);
  Wanted newer = wanted(b), unknown{"x.py", {1, 1, 1}}, empty{"d.py", {}};
  newer.stat.mtime_ns += 1;
  const auto kept = store.find({wanted(a), newer, wanted(binary), unknown, empty});
  BOOST_REQUIRE(kept.size() == 5U);
  BOOST_REQUIRE(kept[0].has_value());
  BOOST_TEST(kept[0]->facts == a.facts);
  BOOST_TEST(kept[0]->hash == a.hash);
  BOOST_TEST(!kept[1].has_value());
  BOOST_REQUIRE(kept[2].has_value());
  BOOST_TEST(kept[2]->left_out == "binary");
  BOOST_TEST(!kept[3].has_value());
  BOOST_TEST(!kept[4].has_value());
  BOOST_TEST(store.facts(racy.hash, racy.language) == racy.facts);
  BOOST_TEST(store.facts(racy.hash, syntax::Language::rust) == "");
  BOOST_CHECK(store.hashes() == (Hashes{a.hash, b.hash, racy.hash}));
  // Another root has files of its own, and the same facts.
  FactsStore other(folder / "db", "/other", kToday);
  BOOST_TEST(!other.find({wanted(a)})[0].has_value());
  BOOST_TEST(other.facts(a.hash, a.language) == a.facts);
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_made_anew_and_said_once) {
  const TempFolder folder;
  const FactsStore::Entry a = entry("a.py", "def a(): pass\n");
  std::string sound;
  {
    FactsStore store(folder / "made", "/root", kToday);
    std::vector<FactsStore::Entry> many;
    for (int i = 0; i < 300; ++i)
      many.push_back(entry("f" + std::to_string(i), "def f" + std::to_string(i) + "(): pass\n"));
    store.put(many);
  }
  sound = bytes_of(folder / "made");
  std::mt19937 random(2);
  int said = 0;
  for (int round = 0; round < 60; ++round) {
    std::string damaged = sound;
    if (round == 0) {
      damaged = std::string(5000, 'n');
    } else if (round == 1) {
      damaged.resize(damaged.size() / 2);
    } else {
      const size_t at = random() % damaged.size();
      for (size_t i = at; i < std::min(at + 200, damaged.size()); ++i)
        damaged[i] = static_cast<char>(random());
    }
    const std::string file = folder.file("db" + std::to_string(round), damaged);
    FactsStore store(file, "/root", kToday);
    store.find({wanted(a)});
    store.hashes();
    store.put({a});
    store.tidy({"a.py"});
    const std::string notice = store.take_notice();
    if (notice.empty()) continue;  // what was hit holds nothing that was read
    ++said;
    BOOST_TEST(notice.find("made anew") != std::string::npos, notice);
    store.put({a});
    BOOST_TEST(store.find({wanted(a)})[0].has_value());
    BOOST_TEST(store.take_notice() == "");
  }
  BOOST_TEST(said > 5);
}

BOOST_AUTO_TEST_CASE(a_file_of_another_version_is_made_anew) {
  const TempFolder folder;
  const FactsStore::Entry a = entry("a.py", "def a(): pass\n");
  for (const bool newer : {true, false}) {
    const std::string file = folder / (newer ? "newer" : "other");
    FactsStore(file, "/root", kToday).put({a});
    {
      store::Database database = *store::Database::open(file, {"", "SELECT 1"});
      if (!newer) BOOST_REQUIRE(database.run("PRAGMA user_version = 1; UPDATE meta SET value = 999").ok());
    }
    FactsStore store(file, "/root", kToday);
    BOOST_TEST(!store.find({wanted(a)})[0].has_value());
    BOOST_TEST(store.take_notice().find("made anew") != std::string::npos);
    store.put({a});
    BOOST_TEST(FactsStore(file, "/root", kToday).find({wanted(a)})[0].has_value());
    BOOST_TEST(store.take_notice() == "");
  }
}

BOOST_AUTO_TEST_CASE(where_nothing_can_be_written_it_is_done_without_and_said_once) {
  const TempFolder folder;
  const FactsStore::Entry a = entry("a.py", "def a(): pass\n");
  // Below a file nothing can be made, whoever asks.
  FactsStore store(folder.file("file") + "/db", "/root", kToday);
  BOOST_TEST(store.find({wanted(a)}).size() == 1U);
  const std::string notice = store.take_notice();
  BOOST_TEST(notice.find("not kept") != std::string::npos);
  BOOST_TEST(notice.find("/file/db") != std::string::npos);
  store.put({a});
  store.tidy({});
  BOOST_TEST(store.head() == "");
  BOOST_TEST(store.hashes().empty());
  BOOST_TEST(store.take_notice() == "");
}

BOOST_AUTO_TEST_CASE(a_disk_without_room_is_said_once) {
  const TempFolder folder;
  FactsStore store(folder / "db", "/root", kToday);
  store.put({entry("a.py", "def a(): pass\n")});
  BOOST_TEST(store.take_notice() == "");
  // No file may grow: for a process what a full disk is.
  rlimit before{}, none{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  none = before;
  none.rlim_cur = 100 * 1024;
  std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &none);
  std::vector<FactsStore::Entry> many;
  for (int i = 0; i < 2000; ++i)
    many.push_back(entry("f" + std::to_string(i), "def f" + std::to_string(i) + "(): pass\n"));
  store.put(many);
  const std::string notice = store.take_notice();
  store.put(many);
  ::setrlimit(RLIMIT_FSIZE, &before);
  BOOST_TEST(notice.find("not kept") != std::string::npos, notice);
  BOOST_TEST(store.take_notice() == "");
}

BOOST_AUTO_TEST_CASE(commits_are_kept_with_their_head) {
  const TempFolder folder;
  FactsStore store(folder / "db", "/root", kToday);
  BOOST_TEST(store.head() == "");
  const Commit one{"1111", 1'700'000'000, "one: does it", {"a.py", "odd\nname"}}, two{"2222", -5, "", {}};
  store.put_commits("2222", {one, two}, {}, false);
  const auto all = [&store] {
    std::vector<Commit> out;
    for (std::vector<Commit> some = store.commits("", 700); !some.empty();
         some = store.commits(out.back().hash, 700))
      out.insert(out.end(), some.begin(), some.end());
    return out;
  };
  BOOST_TEST(store.head() == "2222");
  BOOST_REQUIRE(all().size() == 2U);
  BOOST_TEST(all()[0].time == one.time);
  BOOST_TEST(all()[0].subject == one.subject);
  BOOST_TEST(all()[0].files == one.files, boost::test_tools::per_element());
  BOOST_TEST(all()[1].time == -5);
  BOOST_TEST(all()[1].files.empty());
  store.put_commits("3333", {{"3333", 1, "x", {}}}, {"1111"}, false);
  BOOST_TEST(all().size() == 2U);
  BOOST_TEST(all()[0].hash == "2222");
  store.put_commits("4444", {{"4444", 1, "x", {}}}, {}, true);
  BOOST_TEST(all().size() == 1U);
  BOOST_TEST(store.head() == "4444");
  std::vector<Commit> many;
  for (int i = 0; i < 2500; ++i) many.push_back({std::to_string(i), i, "s", {"f"}});
  store.put_commits("0", many, {}, true);
  BOOST_TEST(all().size() == 2500U);
}

BOOST_AUTO_TEST_CASE(what_nobody_uses_goes) {
  const TempFolder folder;
  const FactsStore::Entry a = entry("a.py", "def a(): pass\n"), b = entry("b.py", "def b(): pass\n");
  {
    FactsStore store(folder / "db", "/old", kToday);
    store.put({a});
    store.put_commits("1", {{"1", 1, "x", {}}}, {}, true);
    BOOST_TEST(store.untidy());
    store.tidy({"a.py"});
    BOOST_TEST(!store.untidy());
  }
  {
    FactsStore store(folder / "db", "/new", kToday + 20);
    store.put({b, entry("gone.py", "def gone(): pass\n")});
    store.tidy({"b.py"});
    BOOST_TEST(store.facts(a.hash, a.language) != "");
  }
  {
    FactsStore store(folder / "db", "/new", kToday + 40);
    store.tidy({"b.py"});
    BOOST_TEST(store.facts(a.hash, a.language) == "");
    BOOST_TEST(store.find({wanted(b)})[0].has_value());
    BOOST_TEST(store.hashes().size() == 2U);  // of a file that is gone: 30 days more
  }
  FactsStore store(folder / "db", "/new", kToday + 60);
  store.tidy({"b.py"});
  BOOST_TEST(store.hashes().size() == 1U);
  BOOST_TEST(FactsStore(folder / "db", "/old", kToday + 60).head() == "");
  BOOST_TEST(store.take_notice() == "");
}

BOOST_AUTO_TEST_CASE(two_at_once_get_along) {
  const TempFolder folder;
  FactsStore one(folder / "db", "/root", kToday), two(folder / "db", "/root", kToday);
  for (int i = 0; i < 20; ++i) {
    const FactsStore::Entry a = entry("a" + std::to_string(i), "def a(): pass\n" + std::to_string(i));
    one.put({a});
    two.put({a});
    BOOST_TEST(two.find({wanted(a)})[0].has_value());
  }
  BOOST_TEST(one.take_notice() + two.take_notice() == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(indexer_kept)

namespace {

Indexer::Options keeping(const TempFolder& cache) {
  Indexer::Options options;
  options.watch = false;
  options.cache_file = cache / "index.db";
  return options;
}

/// Files that were written long ago, so that their stats can be trusted.
void age(const std::string& root) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.is_regular_file() && entry.path().string().find("/.git/") == std::string::npos)
      std::filesystem::last_write_time(entry.path(),
                                       std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_second_time_nothing_is_parsed) {
  const GitFolder folder;
  const TempFolder cache;
  for (int i = 0; i < 100; ++i)
    folder.file("f" + std::to_string(i) + ".py", "def f" + std::to_string(i) + "(): pass\n");
  folder.file("data.bin", std::string(10, '\0'));
  age(folder.path());
  std::string files;
  {
    IndexerRun run(folder.path(), keeping(cache));
    BOOST_TEST(run.indexer->status().parsed == 100U);
    files = run.files();
    run.loop.run();  // until all is stored
  }
  {
    IndexerRun run(folder.path(), keeping(cache));
    BOOST_TEST(run.indexer->status().parsed == 0U);
    BOOST_TEST(run.files() == files);
    BOOST_TEST(run.defined_in("f7") == "f7.py");
    BOOST_TEST(run.indexer->left_out().size() == 1U);
    BOOST_TEST(run.notices.empty());
  }
  // What its name speaks against is out, whatever is stored.
  Indexer::Options options = keeping(cache);
  options.exclude = {"f7.py"};
  IndexerRun run(folder.path(), std::move(options));
  BOOST_TEST(run.defined_in("f7") == "");
  // Nothing is asked for when all is to be read.
  options = keeping(cache);
  options.fresh = true;
  IndexerRun fresh(folder.path(), std::move(options));
  BOOST_TEST(fresh.indexer->status().parsed == 100U);
}

BOOST_AUTO_TEST_CASE(changed_files_and_files_just_written_are_read) {
  const GitFolder folder;
  const TempFolder cache;
  folder.file("old.py", "def old(): pass\n");
  folder.file("changed.py", "def before(): pass\n");
  age(folder.path());
  folder.file("young.py", "def young(): pass\n");
  {
    IndexerRun run(folder.path(), keeping(cache));
    run.loop.run();
  }
  // Of the same size, and at the same time by the file's own account.
  const auto time = std::filesystem::last_write_time(folder / "young.py");
  folder.file("young.py", "def older(): pass\n");
  std::filesystem::last_write_time(folder / "young.py", time);
  folder.file("changed.py", "def after_(): pass\n");
  IndexerRun run(folder.path(), keeping(cache));
  BOOST_TEST(run.indexer->status().parsed == 2U);
  BOOST_TEST(run.defined_in("older") == "young.py");
  BOOST_TEST(run.defined_in("after_") == "changed.py");
  BOOST_TEST(run.defined_in("old") == "old.py");
}

BOOST_AUTO_TEST_CASE(another_checkout_of_the_same_texts_is_read_but_not_parsed) {
  const GitFolder one, two;
  const TempFolder cache;
  for (int i = 0; i < 400; ++i) {
    for (const GitFolder* folder : {&one, &two})
      folder->file("f" + std::to_string(i) + ".py", "def f" + std::to_string(i) + "(): pass\n");
  }
  {
    IndexerRun run(one.path(), keeping(cache));
    run.loop.run();
  }
  IndexerRun run(two.path(), keeping(cache));
  BOOST_TEST(run.indexer->status().parsed < 200U);  // those that were read before the answer came
  BOOST_TEST(run.defined_in("f99") == "f99.py");
  BOOST_TEST(run.indexer->status().totals.files == 400U);
}

BOOST_AUTO_TEST_CASE(one_text_in_two_languages_is_parsed_in_each) {
  const GitFolder one, two;
  const TempFolder cache;
  for (int i = 0; i < 100; ++i) {
    const std::string text = "int f" + std::to_string(i) + "(void) { return 1; }\n";
    one.file("f" + std::to_string(i) + ".c", text);
    for (const char* const end : {".cpp", ".md", ".c"}) two.file("f" + std::to_string(i) + end, text);
  }
  {
    IndexerRun run(one.path(), keeping(cache));
    run.loop.run();
  }
  IndexerRun run(two.path(), keeping(cache));
  BOOST_TEST(run.indexer->status().totals.files == 300U);
  BOOST_TEST(run.defined_in("f99") == "f99.c f99.cpp");
}

BOOST_AUTO_TEST_CASE(facts_that_do_not_decode_are_made_anew) {
  const GitFolder folder;
  const TempFolder cache;
  for (int i = 0; i < 100; ++i)
    folder.file("f" + std::to_string(i) + ".py", "def f" + std::to_string(i) + "(): pass\n");
  age(folder.path());
  {
    IndexerRun run(folder.path(), keeping(cache));
    run.loop.run();
  }
  {
    Result<store::Database> db = store::Database::open(cache / "index.db", {""});
    BOOST_REQUIRE(db.ok());
    BOOST_REQUIRE(db->run("UPDATE facts SET bytes = x'00112233'").ok());
  }
  {
    IndexerRun run(folder.path(), keeping(cache));
    BOOST_TEST(run.indexer->status().parsed == 100U);
    BOOST_TEST(run.defined_in("f99") == "f99.py");
    run.loop.run();
  }
  IndexerRun run(folder.path(), keeping(cache));
  BOOST_TEST(run.indexer->status().parsed == 0U);
}

BOOST_AUTO_TEST_CASE(files_that_are_gone_do_not_stay_stored) {
  const GitFolder folder;
  const TempFolder cache;
  for (int i = 0; i < 5; ++i) folder.file("f" + std::to_string(i) + ".py", "def f(): pass\n");
  age(folder.path());
  {
    IndexerRun run(folder.path(), keeping(cache));
    run.loop.run();
  }
  for (int i = 0; i < 3; ++i) std::filesystem::remove(folder / ("f" + std::to_string(i) + ".py"));
  const auto count = [&cache](const std::string& sql) {
    Result<store::Database> db = store::Database::open(cache / "index.db", {""});
    BOOST_REQUIRE(db.ok());
    Result<store::Statement> statement = db->prepare(sql);
    BOOST_REQUIRE(statement.ok());
    store::Rows rows = statement->query();
    BOOST_REQUIRE(rows.next().ok());
    return rows.get<int64_t>(0);
  };
  BOOST_TEST(count("SELECT count(*) FROM file") == 5);
  {
    // Tidied today already: not again.
    IndexerRun run(folder.path(), keeping(cache));
    run.loop.run();
  }
  BOOST_TEST(count("SELECT count(*) FROM file") == 5);
  {
    Result<store::Database> db = store::Database::open(cache / "index.db", {""});
    BOOST_REQUIRE(db->run("UPDATE root SET used = used - 1").ok());
  }
  {
    IndexerRun run(folder.path(), keeping(cache));
    run.loop.run();
  }
  BOOST_TEST(count("SELECT count(*) FROM file") == 2);
  BOOST_TEST(count("SELECT count(*) FROM facts") == 1);
}

BOOST_AUTO_TEST_CASE(a_damaged_store_is_said_and_costs_nothing_else) {
  const GitFolder folder;
  const TempFolder cache;
  folder.file("a.py", "def a(): pass\n");
  cache.file("index.db", std::string(4096, 'x'));
  IndexerRun run(folder.path(), keeping(cache));
  BOOST_TEST(run.defined_in("a") == "a.py");
  BOOST_REQUIRE(run.notices.size() == 1U);
  BOOST_TEST(run.notices[0].find("made anew") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_save_is_kept_too) {
  const GitFolder folder;
  const TempFolder cache;
  folder.file("a.py", "def a(): pass\n");
  {
    IndexerRun run(folder.path(), keeping(cache));
    folder.file("a.py", "def b(): pass\n");
    age(folder.path());
    run.indexer->look_again({"a.py"});
    BOOST_TEST(run.defined_in("b") == "a.py");
    run.loop.run();
  }
  IndexerRun run(folder.path(), keeping(cache));
  BOOST_TEST(run.indexer->status().parsed == 0U);
  BOOST_TEST(run.defined_in("b") == "a.py");
}

BOOST_AUTO_TEST_SUITE_END()
