// The body of a 200: decides what it is (event stream, JSON, a page of HTML) and decodes it.
// Content-Type says it; a beginning that cannot be what was announced overrules it, because gateways
// mislabel.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "provider/stream_decoder.h"
#include "sse/sse.h"

namespace coder::provider {

class AnswerReader {
 public:
  /// `content_type` as sent, may be empty.
  explicit AnswerReader(std::string_view content_type);

  /// Bytes of the body, cut anywhere.
  void feed(std::string_view bytes, std::vector<Piece>& out);

  /// The body is over; `whole` is false when the connection broke. Call it once.
  StreamDecoder::Outcome finish(bool whole, std::vector<Piece>& out);

  /// No event stream: the answer comes in one piece at the end.
  bool reads_body() const { return settled_ && form_ != Form::events; }
  const StreamDecoder& decoder() const { return decoder_; }

 private:
  enum class Form { unknown, events, json, html };
  bool settle(bool at_end);
  void take(std::string_view bytes, std::vector<Piece>& out);

  Form form_ = Form::unknown;
  bool settled_ = false;  ///< form_ is final
  size_t mark_ = 0;       ///< bytes of a byte order mark seen before the answer
  std::string head_;      ///< the first bytes that count, while they may yet become a field name
  std::string body_;
  sse::Parser parser_;
  std::vector<sse::Event> events_;
  StreamDecoder decoder_;
};

}  // namespace coder::provider
