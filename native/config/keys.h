// Keys on demand: from the file, the environment or a command, which is run
// once, lazily, on the loop, and never at start-up.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/unique_function.h"
#include "config/config.h"
#include "loop/loop.h"

namespace coder::config {

class Keys {
 public:
  explicit Keys(loop::Loop& loop);
  ~Keys();

  using Got = unique_function<void(Result<Secret>)>;

  /// Calls `got` once, on the loop, never inside this call: an empty Secret when the model has no
  /// key, the cleaned key otherwise. Errors (kind config) name the source and what to do, never the
  /// key: variable not set, command missing, failed, timed out (30 s) or printed nothing. A command's
  /// result is kept for the life of this object, and requests made while it runs share it.
  /// A key that had to be cleaned is logged once as a warning.
  void get(const Model& model, Got got);

  /// Forget what commands gave (after a 401, or when the configuration changed).
  void forget();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace coder::config
