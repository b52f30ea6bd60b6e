#include "store/store.h"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <limits>
#include <thread>
#include <vector>

#include "support/temp_folder.h"

using namespace coder;
using store::Database;
using store::Rows;
using store::Statement;
using store::Transaction;
using test::TempFolder;

namespace {

const Database::Migrations kOne = {"CREATE TABLE t (a, b, c)"};

Database opened(const std::string& path, const Database::Migrations& migrations = kOne,
                Millis busy = Millis(2000)) {
  Result<Database> database = Database::open(path, migrations, busy);
  BOOST_REQUIRE_MESSAGE(database.ok(), (database.ok() ? "" : database.error().text()));
  return std::move(*database);
}

int64_t number(Database& database, const std::string& sql) {
  Statement statement = *database.prepare(sql);
  Rows rows = statement.query();
  BOOST_REQUIRE(*rows.next());
  return rows.get<int64_t>(0);
}

mode_t mode_of(const std::string& path) {
  struct stat info {};
  BOOST_REQUIRE_MESSAGE(::stat(path.c_str(), &info) == 0, path);
  return info.st_mode & 0777;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_file_and_its_folders_are_for_the_user_alone) {
  const TempFolder folder;
  const mode_t before = ::umask(0);
  Database database = opened(folder / "state/coder-nvim/state.db");
  BOOST_TEST(database.run("INSERT INTO t VALUES (1, 2, 3)").ok());
  ::umask(before);
  BOOST_TEST(mode_of(folder / "state") == 0700u);
  BOOST_TEST(mode_of(folder / "state/coder-nvim") == 0700u);
  BOOST_TEST(mode_of(folder / "state/coder-nvim/state.db") == 0600u);
  BOOST_TEST(mode_of(folder / "state/coder-nvim/state.db-wal") == 0600u);
  BOOST_TEST(mode_of(folder / "state/coder-nvim/state.db-shm") == 0600u);
}

BOOST_AUTO_TEST_CASE(nothing_is_another_value_than_zero) {
  const TempFolder folder;
  Database database = opened(folder / "db");
  Statement insert = *database.prepare("INSERT INTO t VALUES (?1, ?2, 0)");
  BOOST_TEST(insert.run(std::optional<int64_t>(), std::optional<int64_t>(0)).ok());
  Statement select = *database.prepare("SELECT a, b FROM t");
  Rows rows = select.query();
  BOOST_REQUIRE(*rows.next());
  BOOST_TEST(rows.is_null(0));
  BOOST_TEST(!rows.is_null(1));
  BOOST_TEST(rows.get<int64_t>(0) == 0);
}

BOOST_AUTO_TEST_CASE(a_write_ahead_log_but_on_network_file_systems) {
  const TempFolder folder;
  BOOST_TEST(opened(folder / "db").write_ahead());
  for (const int64_t type :
       {0x6969L, 0xFF534D42L, static_cast<int64_t>(static_cast<int32_t>(0xFE534D42)), 0x517BL}) {
    BOOST_TEST(store::is_network(type), type);  // NFS, CIFS, SMB2 as a negative number, SMB
  }
  for (const int64_t type : {0xEF53L, 0x01021994L, 0x9123683EL, 0x58465342L, 0x794C7630L}) {
    BOOST_TEST(!store::is_network(type), type);  // ext4, tmpfs, Btrfs, XFS, overlayfs
  }
}

BOOST_AUTO_TEST_CASE(values_come_back_as_they_were) {
  const TempFolder folder;
  Database database = opened(folder / "db");
  Statement insert = *database.prepare("INSERT INTO t VALUES (?1, ?2, ?3)");
  const int64_t least = std::numeric_limits<int64_t>::min();
  const double odd = 1790000000000.0 + 1.0 / 3;
  const std::string text("a\0b \xc3\xa9", 6);
  BOOST_TEST(insert.run(least, odd, text).ok());
  BOOST_TEST(insert.run(7, -0.5, std::string_view()).ok());
  BOOST_TEST(insert.run("words", 2, "").ok());
  Statement select = *database.prepare("SELECT a, b, c FROM t ORDER BY rowid");
  Rows rows = select.query();
  BOOST_REQUIRE(*rows.next());
  BOOST_TEST(rows.get<int64_t>(0) == least);
  BOOST_TEST(rows.get<double>(1) == odd);
  BOOST_TEST(rows.get<std::string>(2) == text);
  BOOST_REQUIRE(*rows.next());
  BOOST_TEST(rows.get<std::string>(2).empty());
  BOOST_REQUIRE(*rows.next());
  BOOST_TEST(rows.get<std::string>(0) == "words");
  BOOST_TEST(rows.get<double>(1) == 2.0);
  BOOST_TEST(!*rows.next());
  BOOST_TEST(number(database, "SELECT count(*) FROM t WHERE c IS NULL") == 0);
}

BOOST_AUTO_TEST_CASE(defects_are_errors) {
  const TempFolder folder;
  Database database = opened(folder / "db");
  BOOST_TEST(!database.prepare("SELEKT 1").ok());
  BOOST_TEST(!database.run("INSERT INTO nowhere VALUES (1)").ok());
  Statement narrow = *database.prepare("INSERT INTO t VALUES (?1, 0, 0)");
  BOOST_TEST(!narrow.run(1, 2).ok());
  BOOST_TEST(narrow.run(1).ok());
  BOOST_TEST(database.run("CREATE UNIQUE INDEX one ON t (a)").ok());
  const Result<void> twice = narrow.run(1);
  BOOST_REQUIRE(!twice.ok());
  BOOST_TEST(twice.error().message.find("UNIQUE") != std::string::npos);
  BOOST_TEST(number(database, "SELECT count(*) FROM t") == 1);
}

BOOST_AUTO_TEST_CASE(what_was_made_may_outlive_what_made_it) {
  const TempFolder folder;
  std::optional<Database> database = opened(folder / "db");
  BOOST_TEST(database->run("INSERT INTO t VALUES (1, 2, 3)").ok());
  std::optional<Statement> select = *database->prepare("SELECT a FROM t");
  Rows rows = select->query();
  database.reset();
  select.reset();
  BOOST_REQUIRE(*rows.next());
  BOOST_TEST(rows.get<int64_t>(0) == 1);
}

BOOST_AUTO_TEST_CASE(a_transaction_is_undone_unless_committed) {
  const TempFolder folder;
  Database database = opened(folder / "db");
  {
    Transaction transaction = *database.begin();
    BOOST_TEST(database.run("INSERT INTO t VALUES (1, 2, 3)").ok());
  }
  BOOST_TEST(number(database, "SELECT count(*) FROM t") == 0);
  {
    Transaction transaction = *database.begin();
    BOOST_TEST(!database.begin().ok());
    BOOST_TEST(database.run("INSERT INTO t VALUES (1, 2, 3)").ok());
    BOOST_TEST(transaction.commit().ok());
  }
  BOOST_TEST(number(database, "SELECT count(*) FROM t") == 1);
}

BOOST_AUTO_TEST_CASE(a_lock_is_waited_for_and_then_an_error) {
  const TempFolder folder;
  Database holder = opened(folder / "db");
  Database other = opened(folder / "db", kOne, Millis(20));
  std::optional<Transaction> held = *holder.begin();
  const Result<Transaction> refused = other.begin();
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST(refused.error().message.find(folder / "db") != std::string::npos);
  BOOST_TEST(refused.error().hint.find("fuser") != std::string::npos);
  BOOST_TEST(number(other, "SELECT count(*) FROM t") == 0);  // readers do not wait
  held.reset();
  BOOST_TEST(other.begin().ok());
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_an_error_and_no_end) {
  const TempFolder folder;
  Database database = opened(folder / "db");
  BOOST_TEST(database.run("PRAGMA max_page_count = 4").ok());
  Statement insert = *database.prepare("INSERT INTO t VALUES (?1, 0, 0)");
  Result<void> last;
  for (int i = 0; i < 20 && last.ok(); ++i) {
    Transaction transaction = *database.begin();
    last = insert.run(std::string(2000, 'x'));
    if (last.ok()) last = transaction.commit();
  }
  BOOST_REQUIRE(!last.ok());
  BOOST_TEST(last.error().message.find("full") != std::string::npos);
  BOOST_TEST(last.error().hint == "Make room on that disk.");
  BOOST_TEST(database.run("PRAGMA max_page_count = 1000").ok());
  BOOST_TEST(insert.run("y").ok());
}

// For the thread sanitizer too: a connection goes from one thread to the next.
BOOST_AUTO_TEST_CASE(threads_may_take_turns) {
  const TempFolder folder;
  Database database = opened(folder / "db");
  Statement insert = *database.prepare("INSERT INTO t VALUES (?1, 0, 0)");
  for (int i = 0; i < 4; ++i) {
    std::thread([&, i] {
      const Result<Transaction> transaction = database.begin();
      if (!insert.run(i).ok()) std::abort();
    }).join();
    BOOST_TEST(insert.run(i).ok());
  }
  BOOST_TEST(number(database, "SELECT count(*) FROM t") == 4);
}

BOOST_AUTO_TEST_CASE(many_may_open_a_new_file_at_once) {
  for (int round = 0; round < 5; ++round) {
    const TempFolder folder;
    const Database::Migrations migrations = {"CREATE TABLE t (n)", "INSERT INTO t VALUES (0)",
                                             "CREATE TABLE u (n)"};
    std::vector<std::thread> threads;
    std::vector<std::string> failed(8);
    for (std::string& error : failed) {
      threads.emplace_back([&] {
        Result<Database> database = Database::open(folder / "db", migrations, Millis(20000));
        if (!database.ok()) {
          error = database.error().text();
          return;
        }
        for (int i = 0; i < 10; ++i) {
          const Result<void> added = database->run("UPDATE t SET n = n + 1");
          if (!added.ok()) error = added.error().text();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::string& error : failed) BOOST_TEST(error == "");
    Database database = opened(folder / "db", migrations);
    BOOST_TEST(number(database, "SELECT sum(n) FROM t") == 80);
  }
}
