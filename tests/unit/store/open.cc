// Files that are not as they should be: of another version, damaged, in the wrong place.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "store/store.h"
#include "support/temp_folder.h"

using namespace coder;
using store::Database;
using store::Rows;
using store::Statement;
using test::TempFolder;

namespace {

const Database::Migrations kMigrations = {
    "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX i ON t (b)",
    "INSERT INTO t (b) VALUES ('first')"};

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

int64_t number(Database& database, const std::string& sql) {
  Result<Statement> statement = database.prepare(sql);
  BOOST_REQUIRE(statement.ok());
  Rows rows = statement->query();
  BOOST_REQUIRE(*rows.next());
  return rows.get<int64_t>(0);
}

/// A file with a few pages of content, its journal written back into it.
std::string sound_file(const std::string& path) {
  {
    Database database = *Database::open(path, kMigrations);
    Statement insert = *database.prepare("INSERT INTO t (b) VALUES (?1)");
    for (int i = 0; i < 200; ++i) BOOST_REQUIRE(insert.run(std::to_string(i) + std::string(100, 'x')).ok());
  }
  return bytes_of(path);
}

}  // namespace

BOOST_AUTO_TEST_CASE(migrations_run_once_and_only_the_new_ones) {
  const TempFolder folder;
  const Database::Migrations first(kMigrations.begin(), kMigrations.begin() + 1);
  {
    Database database = *Database::open(folder / "db", first);
    BOOST_TEST(number(database, "SELECT count(*) FROM t") == 0);
  }
  for (int i = 0; i < 3; ++i) {
    Database database = *Database::open(folder / "db", kMigrations);
    BOOST_TEST(number(database, "SELECT count(*) FROM t") == 1);
    BOOST_TEST(number(database, "PRAGMA user_version") == 2);
  }
}

BOOST_AUTO_TEST_CASE(a_migration_that_fails_changes_nothing) {
  const TempFolder folder;
  Database::Migrations broken = kMigrations;
  broken.push_back("CREATE TABLE half (a); INSERT INTO nowhere VALUES (1)");
  const Result<Database> failed = Database::open(folder / "db", broken);
  BOOST_REQUIRE(!failed.ok());
  BOOST_TEST(failed.error().message.find("nowhere") != std::string::npos);
  Database database = *Database::open(folder / "db", kMigrations);
  BOOST_TEST(number(database, "PRAGMA user_version") == 2);
  BOOST_TEST(number(database, "SELECT count(*) FROM sqlite_master WHERE name = 'half'") == 0);
}

BOOST_AUTO_TEST_CASE(a_file_of_a_newer_version_is_refused_and_left_as_it_is) {
  const TempFolder folder;
  Database::Migrations newer = kMigrations;
  newer.push_back("ALTER TABLE t ADD COLUMN c");
  BOOST_REQUIRE(Database::open(folder / "db", newer).ok());
  const std::string before = bytes_of(folder / "db");
  const Result<Database> refused = Database::open(folder / "db", kMigrations);
  BOOST_REQUIRE(!refused.ok());
  BOOST_CHECK(refused.error().kind == ErrorKind::config);
  BOOST_TEST(refused.error().message.find(folder / "db") != std::string::npos);
  BOOST_TEST(refused.error().message.find("newer") != std::string::npos);
  BOOST_TEST(!refused.error().hint.empty());
  BOOST_CHECK(bytes_of(folder / "db") == before);
  BOOST_TEST(Database::open(folder / "db", newer).ok());
}

BOOST_AUTO_TEST_CASE(also_while_its_journal_holds_what_the_file_does_not) {
  const TempFolder folder;
  Database::Migrations newer = kMigrations;
  newer.push_back("ALTER TABLE t ADD COLUMN c");
  // What a process that was killed leaves behind.
  {
    const Database database = *Database::open(folder / "live", newer);
    for (const char* end : {"", "-wal"}) {
      std::filesystem::copy_file(folder / "live" + end, folder / "db" + end);
    }
  }
  const std::string before = bytes_of(folder / "db"), journal = bytes_of(folder / "db-wal");
  BOOST_TEST(!journal.empty());
  const Result<Database> refused = Database::open(folder / "db", kMigrations);
  BOOST_REQUIRE(!refused.ok());
  BOOST_CHECK(refused.error().kind == ErrorKind::config);
  BOOST_CHECK(bytes_of(folder / "db") == before);
  BOOST_CHECK(bytes_of(folder / "db-wal") == journal);
  BOOST_TEST(Database::open(folder / "db", newer).ok());
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_database_is_an_error) {
  const TempFolder folder;
  const std::string file = folder.file("db", std::string(5000, 'n'));
  const Result<Database> refused = Database::open(file, kMigrations);
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST(refused.error().message.find(file) != std::string::npos);
  BOOST_TEST(refused.error().hint.find("Move it away") != std::string::npos);
  BOOST_CHECK(bytes_of(file) == std::string(5000, 'n'));
}

BOOST_AUTO_TEST_CASE(an_empty_file_is_a_new_one) {
  const TempFolder folder;
  BOOST_TEST(Database::open(folder.file("db"), kMigrations).ok());
}

BOOST_AUTO_TEST_CASE(places_where_no_file_can_be_are_errors) {
  const TempFolder folder;
  folder.file("file");
  folder.folder("folder");
  for (const std::string& path :
       {folder / "file/db", folder / "folder", std::string("/proc/nowhere/db"), std::string()}) {
    const Result<Database> refused = Database::open(path, kMigrations);
    BOOST_REQUIRE_MESSAGE(!refused.ok(), path);
    BOOST_TEST(refused.error().message.find(path) != std::string::npos);
    BOOST_TEST(!refused.error().hint.empty());
  }
}

// A damaged file may work as long as nobody looks at the damage; it must never end the process.
BOOST_AUTO_TEST_CASE(damage_is_an_error_at_worst) {
  const TempFolder folder;
  const std::string sound = sound_file(folder / "sound");
  std::mt19937 random(7);
  int errors = 0;
  for (int round = 0; round < 300; ++round) {
    std::string damaged = sound;
    if (round % 3 == 0) damaged.resize(1 + random() % damaged.size());
    for (uint32_t i = 0; i < 1 + random() % 64; ++i) {
      // Half of the hits in the head, where the structure is.
      const size_t within = i % 2 == 0 ? std::min<size_t>(200, damaged.size()) : damaged.size();
      damaged[random() % within] = static_cast<char>(random());
    }
    const std::string file = folder.file("db", damaged);
    std::filesystem::remove(file + "-wal");
    std::filesystem::remove(file + "-shm");
    Result<Database> database = Database::open(file, kMigrations);
    bool good = database.ok();
    if (good) {
      for (const char* sql : {"INSERT INTO t (b) VALUES ('new')", "DELETE FROM t WHERE a % 3 = 0",
                              "UPDATE t SET b = b || b WHERE a < 50"}) {
        good = database->run(sql).ok() && good;
      }
      Result<Statement> select = database->prepare("SELECT a, b FROM t ORDER BY b");
      good = select.ok() && good;
      if (select.ok()) {
        Rows rows = select->query();
        Result<bool> more = rows.next();
        while (more.ok() && *more) more = rows.next();
        good = more.ok() && good;
      }
    }
    if (!good) ++errors;
  }
  BOOST_TEST(errors > 100);
}
