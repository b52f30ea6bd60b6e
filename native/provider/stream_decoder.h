// Events of a stream, or one JSON body, to text, reasoning, tool calls, usage and an end. Pure: what came
// of an answer depends on its bytes alone, not on how they arrived. It reads three shapes: chat
// (choices[].delta or .message), completions (choices[].text), and llama-server's own /completion and
// /infill ({"content", "stop"}, where stop: true is the end of the stream).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "provider/chat.h"
#include "provider/fim.h"
#include "provider/server_error.h"
#include "provider/surrogates.h"
#include "provider/tool_calls.h"
#include "sse/sse.h"

namespace coder::provider {

/// A piece of the answer: valid UTF-8, never empty.
struct Piece {
  bool reasoning = false;
  std::string text;
};

/// Why an answer is none. The message in `error` is the server's, or ours where `ours` is set.
struct Failure {
  Trouble trouble = Trouble::server;
  ServerError error;
  bool ours = false;
};

class StreamDecoder {
 public:
  using Outcome = std::variant<ChatResult, Failure>;

  /// One event. After an error or [DONE], later ones are ignored.
  void take(const sse::Event& event, std::vector<Piece>& out);

  /// The event that the end of the stream left without its blank line: taken if its JSON is complete.
  void take_unfinished(const sse::Event& event, std::vector<Piece>& out);

  /// A whole JSON answer. Cut-off JSON counts as truncated when `whole` is false (the connection
  /// broke), else as malformed.
  void take_body(std::string_view json, bool whole, std::vector<Piece>& out);

  /// The bytes are no such answer at all (a page of HTML, a limit passed). Ignored after [DONE].
  void fail(Failure failure);

  /// Nothing more will come. Gives the text that was held back and says what came of it all:
  /// success needs a finish_reason, or content and [DONE]. Call it once.
  Outcome finish(std::vector<Piece>& out);

  /// How many deltas brought text, reasoning or part of a tool call.
  size_t content_count() const { return content_count_; }
  bool saw_content() const { return content_count_ > 0; }
  bool saw_finish() const { return finish_ || bad_finish_; }  ///< any finish_reason
  bool saw_done() const { return saw_done_; }                 ///< [DONE], or llama-server's last event
  bool failed() const { return failure_.has_value(); }        ///< an error: nothing more counts
  const Usage& usage() const { return usage_; }
  const FimTimings& timings() const { return timings_; }  ///< all zero where the server gives none

 private:
  void take_data(const sse::Event& event, bool unfinished, std::vector<Piece>& out);
  void take_object(const codec::Value& root, bool shielded, bool body, std::vector<Piece>& out);
  void take_choice(const codec::Value& choice, bool shielded, std::vector<Piece>& out);
  void take_completion(const codec::Value& root, bool stopped, bool shielded, std::vector<Piece>& out);
  void take_message(const codec::Value& message, bool shielded, std::vector<Piece>& out);
  void take_finish_reason(const std::string& reason);
  void emit(bool reasoning, std::string_view text, bool shielded, std::vector<Piece>& out);

  SurrogateJoiner text_, reasoning_;
  ToolCallAssembler calls_;
  Usage usage_;
  FimTimings timings_;
  std::string model_;
  std::optional<Finish> finish_;
  std::optional<Failure> bad_finish_;  ///< a finish_reason that is a failure; usage may still follow
  std::optional<Failure> failure_;
  size_t content_count_ = 0;
  bool saw_done_ = false;
};

}  // namespace coder::provider
