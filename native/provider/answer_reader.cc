#include "provider/answer_reader.h"

#include <utility>

#include "base/text.h"
#include "provider/page.h"

namespace coder::provider {
namespace {

constexpr size_t kMaxJsonBytes = 16u << 20;
constexpr size_t kMaxPageBytes = 64u << 10;  ///< enough for a title
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

Failure malformed(std::string message) {
  Failure failure;
  failure.trouble = Trouble::malformed;
  failure.error.message = std::move(message);
  failure.ours = true;
  return failure;
}

}  // namespace

AnswerReader::AnswerReader(std::string_view content_type) {
  const std::string type = lower_ascii(content_type);
  if (type.find("text/event-stream") != std::string::npos) {
    form_ = Form::events;
  } else if (type.find("json") != std::string::npos) {
    form_ = Form::json;
  } else if (type.find("html") != std::string::npos) {
    form_ = Form::html;
  }
}

/// Looks at head_ and says whether the form is final.
bool AnswerReader::settle(bool at_end) {
  if (head_.starts_with('{') || head_.starts_with('[')) {
    form_ = Form::json;
  } else if (head_.starts_with('<')) {
    form_ = Form::html;
  } else if (form_ != Form::events && !head_.empty()) {
    for (const std::string_view field : {":", "data:", "event:", "id:", "retry:"}) {
      if (head_.starts_with(field)) {
        form_ = Form::events;
        return true;
      }
      if (!at_end && field.starts_with(head_)) return false;
    }
    if (form_ == Form::unknown) form_ = Form::json;  // whatever it is, it will be called malformed
  }
  return true;
}

void AnswerReader::feed(std::string_view bytes, std::vector<Piece>& out) {
  if (settled_) return take(bytes, out);
  // Blank lines before the answer are a way to keep the connection alive.
  while (head_.empty() && !bytes.empty()) {
    if (mark_ < kByteOrderMark.size() && bytes.front() == kByteOrderMark[mark_]) {
      ++mark_;
    } else if (!trim(bytes.substr(0, 1)).empty()) {
      break;
    }
    bytes.remove_prefix(1);
  }
  head_ += bytes;
  if (head_.empty() || !settle(false)) return;
  settled_ = true;
  take(std::exchange(head_, {}), out);
}

void AnswerReader::take(std::string_view bytes, std::vector<Piece>& out) {
  if (bytes.empty() || decoder_.failed()) return;
  if (form_ != Form::events) {
    const size_t limit = form_ == Form::html ? kMaxPageBytes : kMaxJsonBytes;
    body_.append(bytes.substr(0, limit - body_.size()));
    if (form_ == Form::json && body_.size() == limit) {
      decoder_.fail(malformed("the answer is larger than " + std::to_string(limit >> 20) + " MiB"));
    }
    return;
  }
  events_.clear();
  const Result<void> parsed = parser_.feed(bytes, events_);
  for (const sse::Event& event : events_) decoder_.take(event, out);
  if (!parsed) decoder_.fail(malformed(parsed.error().message));
}

StreamDecoder::Outcome AnswerReader::finish(bool whole, std::vector<Piece>& out) {
  if (!settled_) {
    settled_ = settle(true);
    take(std::exchange(head_, {}), out);
  }
  if (form_ == Form::events) {
    events_.clear();
    parser_.finish(events_);
    for (const sse::Event& event : events_) decoder_.take_unfinished(event, out);
  } else if (form_ == Form::html) {
    decoder_.fail(malformed(describe_page(body_) + " instead of an answer"));
  } else {
    decoder_.take_body(body_, whole, out);
  }
  return decoder_.finish(out);
}

}  // namespace coder::provider
