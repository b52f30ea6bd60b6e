// Incremental parser of text/event-stream (WHATWG HTML, "Server-sent events"), pure and bounded.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace coder::sse {

struct Event {
  std::string name;  ///< of an "event:" line; empty when there was none
  std::string data;  ///< "data:" lines joined by LF, invalid UTF-8 replaced
};

struct Limits {
  size_t max_line_bytes = 4u << 20;
  size_t max_event_bytes = 8u << 20;
};

class Parser {
 public:
  explicit Parser(const Limits& limits = {}) : limits_(limits) {}

  /// Takes any piece of the stream and appends the events it completes to `out`. The same events
  /// come out however the stream is cut. An error (kind provider) when a limit is passed; the
  /// parser then ignores what follows.
  Result<void> feed(std::string_view bytes, std::vector<Event>& out);

  /// The stream ended: an event that lacks its blank line, if any, is appended to `out`.
  /// The caller decides whether its data is complete.
  void finish(std::vector<Event>& out);

 private:
  Result<void> take_line(std::string_view line, std::vector<Event>& out);
  void dispatch(std::vector<Event>& out);

  Limits limits_;
  std::string line_;
  Event event_;
  bool has_data_ = false;
  bool after_cr_ = false;
  bool at_start_ = true;
  bool broken_ = false;
};

}  // namespace coder::sse
