// Shared by the files of this room only.
#pragma once

#include <string>

#include "base/result.h"
#include "store/store.h"

struct sqlite3;

namespace coder::store {

struct Connection {
  sqlite3* handle = nullptr;
  std::string path;
  bool write_ahead = false;
  mutable Trouble trouble = Trouble::none;  ///< of the last failure

  explicit Connection(std::string file) : path(std::move(file)) {}
  ~Connection();
  Connection(const Connection&) = delete;

  /// What the last call, which gave SQLite's `code`, failed of.
  Error failure(int code) const;
  Result<void> checked(int code) const;
};

}  // namespace coder::store
