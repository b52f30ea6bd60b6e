#include "sse/sse.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace coder::sse {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

Error too_long(const char* what, size_t limit) {
  return {ErrorKind::provider,
          std::string("the event stream has ") + what + " of more than " + std::to_string(limit) + " bytes",
          ""};
}

}  // namespace

Result<void> Parser::feed(std::string_view bytes, std::vector<Event>& out) {
  while (!bytes.empty() && !broken_) {
    // The LF of a CRLF whose CR ended the line before, maybe in an earlier piece.
    if (std::exchange(after_cr_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    if (line_.size() + end > limits_.max_line_bytes) {
      broken_ = true;
      return too_long("a line", limits_.max_line_bytes);
    }
    if (end == bytes.size()) {
      line_.append(bytes);
      break;
    }
    after_cr_ = bytes[end] == '\r';
    Result<void> taken;
    if (line_.empty()) {
      taken = take_line(bytes.substr(0, end), out);
    } else {
      line_.append(bytes.substr(0, end));
      taken = take_line(line_, out);
      line_.clear();
    }
    if (!taken) return taken;
    bytes.remove_prefix(end + 1);
  }
  return {};
}

void Parser::finish(std::vector<Event>& out) {
  if (broken_) return;
  // A last line without its end counts as a line; its limits were checked when it came in.
  if (!line_.empty() && !take_line(std::exchange(line_, {}), out)) return;
  dispatch(out);
}

Result<void> Parser::take_line(std::string_view line, std::vector<Event>& out) {
  if (std::exchange(at_start_, false) && line.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    line.remove_prefix(kByteOrderMark.size());
  }
  if (line.empty()) {
    dispatch(out);
    return {};
  }
  // A line that begins with a colon is a comment: its field name is empty.
  const size_t colon = std::min(line.find(':'), line.size());
  const std::string_view field = line.substr(0, colon);
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  if (!value.empty() && value.front() == ' ') value.remove_prefix(1);

  if (field == "data") {
    const std::string text = to_valid_utf8(value);
    if (event_.data.size() + has_data_ + text.size() > limits_.max_event_bytes) {
      broken_ = true;
      return too_long("an event", limits_.max_event_bytes);
    }
    if (has_data_) event_.data += '\n';
    event_.data += text;
    has_data_ = true;
  } else if (field == "event") {
    event_.name = to_valid_utf8(value);
  }
  return {};
}

void Parser::dispatch(std::vector<Event>& out) {
  if (std::exchange(has_data_, false)) out.push_back(std::move(event_));
  event_ = {};
}

}  // namespace coder::sse
