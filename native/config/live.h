// The configuration in use: follows its file, and keeps the last good state
// when an edit breaks it. Loop thread only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/unique_function.h"
#include "config/config.h"
#include "loop/loop.h"

namespace coder::config {

class Live {
 public:
  /// What a request works with: hold on to it, it never changes.
  using Snapshot = std::shared_ptr<const Config>;

  struct Handlers {
    unique_function<void(const Snapshot&)> on_change;  ///< current() is new; it may hold warnings
    unique_function<void(const Config&)> on_rejected;  ///< the file has errors: these; current() stays
  };

  /// Loads `file` at once (see load()), errors included: there is nothing better yet. The handlers
  /// run from the loop only, when the file was written, replaced, created or removed, also through
  /// a link; the same broken text is told once. They may destroy this object.
  Live(loop::Loop& loop, std::string file, bool must_exist, Handlers handlers);
  ~Live();
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  const Snapshot& current() const { return current_; }

 private:
  void watch();
  void changed();

  loop::Loop& loop_;
  std::string file_;
  bool must_exist_;
  std::shared_ptr<Handlers> handlers_;  ///< outlives this object while one of them runs
  Snapshot current_;
  std::vector<std::string> told_;  ///< problems of the last rejected text
  std::vector<std::unique_ptr<loop::FileWatch>> watches_;
};

}  // namespace coder::config
