#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "store/connection.h"
#include "store/store.h"

namespace coder::store {
namespace {

std::string hint(int code, const std::string& path) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "Make room on that disk.";
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return "Move it away, with " + path + "-wal and -shm if they are there; a new one will be made.";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "Another process holds it: `fuser " + path + "` tells which.";
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return "Make sure that you can write the file and its folder.";
    default:
      return "";
  }
}

Error cannot_make(const std::string& path) {
  return {ErrorKind::internal, "cannot make " + path + ": " + std::strerror(errno),
          hint(SQLITE_CANTOPEN, path)};
}

/// The file with its mode, before SQLite would make it with the umask's; the journal's files take it over. A
/// file that is there is not touched: closing a descriptor of it would drop the locks that other connections
/// of this process hold (fcntl's rule).
Result<void> make(const std::string& path) {
  std::string folder;
  for (const std::filesystem::path& part : std::filesystem::path(path).parent_path()) {
    folder = (std::filesystem::path(folder) / part).string();
    ::mkdir(folder.c_str(), 0700);  // a failure shows at the file
  }
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) {
    ::close(file);
  } else if (errno != EEXIST) {
    return cannot_make(path);
  }
  return {};
}

}  // namespace

Connection::~Connection() { sqlite3_close(handle); }  // statements hold the connection, so none is left

Error Connection::failure(int code) const {
  std::string why =
      handle && sqlite3_extended_errcode(handle) == code ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  const int kind = code & 0xff;
  const int system = handle ? sqlite3_system_errno(handle) : 0;
  if (system != 0 && (kind == SQLITE_CANTOPEN || kind == SQLITE_IOERR)) {
    why += std::string(" (") + std::strerror(system) + ")";
  }
  switch (kind) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      trouble = Trouble::busy;
      break;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:  // a statement that does not fit the file's tables
      trouble = Trouble::damaged;
      break;
    default:
      trouble = Trouble::other;
  }
  return {ErrorKind::internal, "cannot use " + path + ": " + why, hint(code, path)};
}

Result<void> Connection::checked(int code) const {
  if (code == SQLITE_OK) return {};
  return failure(code);
}

namespace {

Result<int64_t> version_of(Database& database) {
  Result<Statement> statement = database.prepare("PRAGMA user_version");
  if (!statement.ok()) return statement.error();
  Rows rows = statement->query();
  const Result<bool> row = rows.next();
  if (!row.ok()) return row.error();
  return rows.get<int64_t>(0);
}

Result<void> known(int64_t version, size_t ours, const std::string& path) {
  if (version >= 0 && static_cast<uint64_t>(version) <= ours) return {};
  return Error{ErrorKind::config,
               path + " was written by a newer coder-nvim (its version is " + std::to_string(version) +
                   ", this one knows up to " + std::to_string(ours) + "); it is left as it is",
               "Update this coder-nvim, or move the file away."};
}

/// The journal that the file has afterwards; SQLite says which one that is.
Result<void> set_journal(Connection& connection, const char* sql) {
  const auto note = [](void* to, int count, char** values, char**) {
    if (count > 0 && values[0]) static_cast<Connection*>(to)->write_ahead = std::string(values[0]) == "wal";
    return 0;
  };
  return connection.checked(sqlite3_exec(connection.handle, sql, note, &connection, nullptr));
}

/// Switching fails at once, without `busy`, while another process is opening the same new file.
Result<void> use_write_ahead(Connection& connection, TimePoint until) {
  struct statfs where {};
  const bool network = ::statfs(connection.path.c_str(), &where) == 0 && is_network(where.f_type);
  for (;;) {
    Result<void> done =
        set_journal(connection, network ? "PRAGMA journal_mode = DELETE" : "PRAGMA journal_mode = WAL");
    if (done.ok() || connection.trouble != Trouble::busy || Clock::now() >= until) return done;
    sqlite3_sleep(5);
  }
}

Result<void> migrate(Database& database, const Database::Migrations& migrations, const std::string& path) {
  for (;;) {
    // Read inside the transaction: another process may be at it too.
    Result<Transaction> transaction = database.begin();
    if (!transaction.ok()) return transaction.error();
    const Result<int64_t> version = version_of(database);
    if (!version.ok()) return version.error();
    if (const Result<void> fits = known(*version, migrations.size(), path); !fits.ok()) return fits.error();
    const auto next = static_cast<size_t>(*version);
    if (next == migrations.size()) return {};
    if (Result<void> done = database.run(migrations[next]); !done.ok()) return done;
    if (Result<void> done = database.run("PRAGMA user_version = " + std::to_string(next + 1)); !done.ok()) {
      return done;
    }
    if (Result<void> done = transaction->commit(); !done.ok()) return done;
  }
}

}  // namespace

Result<Database> Database::open(const std::string& path, const Migrations& migrations, Millis busy) {
  return open(std::make_shared<Connection>(path), migrations, busy);
}

Result<Database> Database::open_anew_if_need_be(const std::string& path, const Migrations& migrations,
                                                std::string& said, Millis busy) {
  const auto connection = std::make_shared<Connection>(path);
  Result<Database> opened = open(connection, migrations, busy);
  const bool unusable =
      connection->trouble == Trouble::damaged || (!opened.ok() && opened.error().kind == ErrorKind::config);
  if (opened.ok() || !unusable) return opened;
  said = opened.error().message;
  remove_database(path);
  return open(path, migrations, busy);
}

bool is_network(int64_t type) {
  // linux/magic.h and the file systems' own sources; FUSE may be sshfs as well as a local one.
  switch (static_cast<uint32_t>(type)) {
    case 0x6969:      // NFS
    case 0x517B:      // SMB
    case 0xFF534D42:  // CIFS
    case 0xFE534D42:  // SMB2
    case 0x01021997:  // 9P
    case 0x5346414F:  // AFS
    case 0x73757245:  // Coda
    case 0x00C36400:  // Ceph
    case 0x0BD00BD0:  // Lustre
    case 0x47504653:  // GPFS
    case 0x7461636F:  // OCFS2
    case 0x01161970:  // GFS2
    case 0x65735546:  // FUSE
      return true;
    default:
      return false;
  }
}

void remove_database(const std::string& path) {
  for (const char* end : {"", "-wal", "-shm", "-journal"}) ::unlink((path + end).c_str());
}

Result<Database> Database::open(const std::shared_ptr<Connection>& connection, const Migrations& migrations,
                                Millis busy) {
  const std::string& path = connection->path;
  if (const Result<void> made = make(path); !made.ok()) return made.error();
  const TimePoint until = Clock::now() + busy;
  const int code = sqlite3_open_v2(path.c_str(), &connection->handle,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) return connection->failure(code);
  sqlite3_extended_result_codes(connection->handle, 1);
  sqlite3_busy_timeout(connection->handle, static_cast<int>(busy.count()));
  // Until it is known to be ours, closing it must not write the journal's content into the file.
  sqlite3_db_config(connection->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  Database database(connection);
  const Result<int64_t> version = version_of(database);
  if (!version.ok()) return version.error();
  if (const Result<void> fits = known(*version, migrations.size(), path); !fits.ok()) return fits.error();
  // Where the file system has no shared memory (some network file systems), it stays a rollback journal.
  if (const Result<void> done = use_write_ahead(*connection, until); !done.ok()) return done.error();
  if (const Result<void> done = database.run("PRAGMA synchronous = NORMAL"); !done.ok()) return done.error();
  if (static_cast<size_t>(*version) < migrations.size()) {
    if (const Result<void> done = migrate(database, migrations, path); !done.ok()) return done.error();
  }
  sqlite3_db_config(connection->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  return database;
}

}  // namespace coder::store
