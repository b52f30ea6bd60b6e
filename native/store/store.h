// SQLite, typed, with errors as values; the only folder that sees <sqlite3.h>.
//
// A Database is one connection. It and all that was made from it (statements, rows, transactions) belong to
// one thread at a time: a job on a worker may use them, and the next job after it (see loop/work.h). Every
// call may block, for the disk and for other processes, so none belongs on the loop's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

struct sqlite3_stmt;

namespace coder::store {

struct Connection;  // the handle and its file's path; alive as long as anything made from it

/// Bytes that are no text. As a value of a query they are copied; as a column they are valid until the next
/// row.
struct Blob {
  std::string_view bytes;
};

/// The rows of a query, a scope: the statement is reset when it goes. At most one for a statement at a time.
class Rows {
 public:
  Rows(Rows&&) = default;
  Rows& operator=(Rows&&) = delete;
  ~Rows();

  /// Goes to the next row, before the first use to the first; false after the last.
  Result<bool> next();

  /// Column 0, 1 … of the row as int64_t, double, std::string or Blob. SQLite converts between types; NULL is
  /// 0 or empty.
  template <class T>
  T get(int column) const;
  bool is_null(int column) const;

 private:
  friend class Statement;
  Rows(std::shared_ptr<Connection> connection, std::shared_ptr<sqlite3_stmt> statement, int bound);
  std::shared_ptr<Connection> connection_;
  std::shared_ptr<sqlite3_stmt> statement_;
  int bound_;  ///< what binding the values came to
};

/// A prepared statement, used again and again with other values for ?1, ?2 …: int64_t, double, text, Blob,
/// std::optional<int64_t>.
class Statement {
 public:
  template <class... Values>
  Rows query(const Values&... values) {
    int index = 0, failed = 0;
    ((failed = failed != 0 ? failed : bind(++index, values)), ...);
    return Rows(connection_, statement_, failed);
  }

  /// For a statement that gives no rows.
  template <class... Values>
  Result<void> run(const Values&... values) {
    Rows rows = query(values...);
    Result<bool> stepped = rows.next();
    if (!stepped.ok()) return stepped.error();
    return {};
  }

 private:
  friend class Database;
  Statement(std::shared_ptr<Connection> connection, sqlite3_stmt* statement);
  int bind(int index, int64_t value);
  int bind(int index, int value) { return bind(index, static_cast<int64_t>(value)); }
  int bind(int index, double value);
  int bind(int index, const std::optional<int64_t>& value);  ///< nullopt: NULL
  int bind(int index, std::string_view value);               ///< copied
  int bind(int index, Blob value);
  std::shared_ptr<Connection> connection_;
  std::shared_ptr<sqlite3_stmt> statement_;
};

/// BEGIN IMMEDIATE as a scope: rolled back unless it was committed.
class Transaction {
 public:
  Transaction(Transaction&&) = default;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Result<void> commit();

 private:
  friend class Database;
  explicit Transaction(std::shared_ptr<Connection> connection);
  std::shared_ptr<Connection> connection_;  ///< null when over
};

/// What a failure means for a file that can be made anew.
enum class Trouble {
  none,
  busy,     ///< another process has it; it may do better later
  damaged,  ///< no database, broken, or its tables are not as they should be
  other,    ///< the disk is full, no permission, …
};

class Database {
 public:
  /// SQL texts, each of one or more statements: text i brings a file from version i (PRAGMA user_version) to
  /// i + 1. Once released, a text never changes; new ones go to the end.
  using Migrations = std::vector<std::string>;

  /// Opens `path`, makes the file (mode 0600) and its folders (0700) where they are not there, and runs the
  /// migrations it lacks, each in a transaction. Journal in WAL where the file system can (see
  /// write_ahead()), synchronous NORMAL: a power cut may lose the last transactions but does not damage the
  /// file. Any call waits at most about `busy` for other processes.
  ///
  /// Errors name the path and what to do. A file of a version that is not ours (newer, or negative): kind
  /// config, and the file is left as it is. Damaged, unwritable, locked for longer, disk full: kind internal,
  /// here and from every other call.
  static Result<Database> open(const std::string& path, const Migrations& migrations,
                               Millis busy = Millis(2000));

  /// The same of a file whose content can be made anew: one that is damaged or of another version is removed
  /// first. `said` then tells what was wrong with it. Other processes that have the old file open go on with
  /// it until they close it.
  static Result<Database> open_anew_if_need_be(const std::string& path, const Migrations& migrations,
                                               std::string& said, Millis busy = Millis(2000));

  /// The journal is a write-ahead log. False where the file system has no memory that processes share, and on
  /// network file systems, where other machines would not see it: readers and writers then wait for each
  /// other.
  bool write_ahead() const;

  /// Of the last failure of this connection.
  Trouble trouble() const;

  /// One or more statements without values and rows.
  Result<void> run(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);
  /// Takes the write lock at once, so that what is read inside is what will be written over.
  Result<Transaction> begin();

 private:
  explicit Database(std::shared_ptr<Connection> connection);
  static Result<Database> open(const std::shared_ptr<Connection>& connection, const Migrations& migrations,
                               Millis busy);
  std::shared_ptr<Connection> connection_;
};

template <>
int64_t Rows::get<int64_t>(int column) const;
template <>
double Rows::get<double>(int column) const;
template <>
std::string Rows::get<std::string>(int column) const;
template <>
Blob Rows::get<Blob>(int column) const;

/// Is this type of file system, as statfs(2) has it, one that other machines write to as well?
bool is_network(int64_t type);

/// Removes a database with its journal's files.
void remove_database(const std::string& path);

}  // namespace coder::store
