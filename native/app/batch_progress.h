// How far a batch is, on standard error: one line that is redrawn on a terminal, else a line now and then.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "loop/loop.h"

namespace coder::app {

struct BatchCount {
  size_t files = 0;
  size_t done = 0;     ///< resumed ones included
  size_t resumed = 0;  ///< from an earlier run
  size_t failed = 0;
  std::optional<double> usd;  ///< nullopt: nothing known
  double seconds = 0;         ///< since the first request
};

/// "120/200  3 failed  2.1 files/s  ETA 38 s  $0.12", as much of it as goes into so many columns.
std::string progress_words(const BatchCount& count, size_t columns);

/// The same behind a bar "▕████▏", where there is room for one; in ASCII without `utf8`.
std::string progress_line(const BatchCount& count, size_t columns, bool utf8);

class BatchProgress {
 public:
  /// `count` is asked whenever something is drawn.
  BatchProgress(loop::Loop& loop, std::function<BatchCount()> count);
  ~BatchProgress();  ///< takes its line away
  BatchProgress(const BatchProgress&) = delete;

  /// The count has changed.
  void changed();
  /// Takes the line away for what else is to be written; it comes again by itself.
  void clear();
  /// A line of its own, above.
  void say(const std::string& line);

 private:
  void draw();
  void tell(const BatchCount& count);

  std::function<BatchCount()> count_;
  bool terminal_, utf8_;
  bool drawn_ = false;
  loop::Timer timer_;
  size_t told_tenths_ = 0;
};

}  // namespace coder::app
