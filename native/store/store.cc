#include "store/store.h"

#include <sqlite3.h>

#include <utility>

#include "store/connection.h"

namespace coder::store {

Rows::Rows(std::shared_ptr<Connection> connection, std::shared_ptr<sqlite3_stmt> statement, int bound)
    : connection_(std::move(connection)), statement_(std::move(statement)), bound_(bound) {}

Rows::~Rows() {
  if (statement_) sqlite3_reset(statement_.get());
}

Result<bool> Rows::next() {
  const int code = bound_ != SQLITE_OK ? bound_ : sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return connection_->failure(code);
}

bool Rows::is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

template <>
int64_t Rows::get<int64_t>(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

template <>
double Rows::get<double>(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

template <>
std::string Rows::get<std::string>(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_.get(), column);
  const int bytes = sqlite3_column_bytes(statement_.get(), column);
  return text ? std::string(reinterpret_cast<const char*>(text), static_cast<size_t>(bytes)) : std::string();
}

template <>
Blob Rows::get<Blob>(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {bytes ? std::string_view(static_cast<const char*>(bytes), static_cast<size_t>(size)) : ""};
}

Statement::Statement(std::shared_ptr<Connection> connection, sqlite3_stmt* statement)
    : connection_(std::move(connection)), statement_(statement, sqlite3_finalize) {}

int Statement::bind(int index, int64_t value) { return sqlite3_bind_int64(statement_.get(), index, value); }
int Statement::bind(int index, double value) { return sqlite3_bind_double(statement_.get(), index, value); }
int Statement::bind(int index, const std::optional<int64_t>& value) {
  return value ? bind(index, *value) : sqlite3_bind_null(statement_.get(), index);
}
int Statement::bind(int index, std::string_view value) {
  // A null pointer would bind NULL.
  const char* text = value.data() ? value.data() : "";
  return sqlite3_bind_text64(statement_.get(), index, text, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

int Statement::bind(int index, Blob value) {
  const char* bytes = value.bytes.data() ? value.bytes.data() : "";
  return sqlite3_bind_blob64(statement_.get(), index, bytes, value.bytes.size(), SQLITE_TRANSIENT);
}

Transaction::Transaction(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

Transaction::~Transaction() {
  // Some errors have rolled back already; then there is nothing to undo.
  if (connection_ && sqlite3_get_autocommit(connection_->handle) == 0) {
    sqlite3_exec(connection_->handle, "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

Result<void> Transaction::commit() {
  Result<void> done =
      connection_->checked(sqlite3_exec(connection_->handle, "COMMIT", nullptr, nullptr, nullptr));
  if (done.ok()) connection_.reset();
  return done;
}

Database::Database(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

bool Database::write_ahead() const { return connection_->write_ahead; }

Trouble Database::trouble() const { return connection_->trouble; }

Result<void> Database::run(const std::string& sql) {
  return connection_->checked(sqlite3_exec(connection_->handle, sql.c_str(), nullptr, nullptr, nullptr));
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection_->handle, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return connection_->failure(code);
  return Statement(connection_, statement);
}

Result<Transaction> Database::begin() {
  if (const Result<void> begun = run("BEGIN IMMEDIATE"); !begun.ok()) return begun.error();
  return Transaction(connection_);
}

}  // namespace coder::store
