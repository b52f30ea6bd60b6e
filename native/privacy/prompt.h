// Labelled text and the one door through which it may leave.
//
// Every piece of text that could become part of a prompt carries a label from
// where it came from. Joining texts joins labels. Only clear() turns a labelled
// Prompt and a Destination into the Cleared value that the provider room
// accepts, so that no path (retry, failover, tool call …) can send local_only
// text to a lane that is not trusted.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace coder::privacy {

enum class Label {
  any,         ///< may go to any lane
  local_only,  ///< may go to trusted lanes only
};

inline Label join(Label a, Label b) { return a == Label::local_only ? a : b; }
const char* to_string(Label label);

/// Who says a text of a conversation; or what a text of a code completion is: other files' text, what is
/// before the place to fill (`prefix`), after it (`suffix`), and already begun in it (`middle`).
enum class Role { system, user, assistant, tool, extra, prefix, suffix, middle };
const char* to_string(Role role);

/// A piece of a file within a part, for the record of what was sent. Lines are 1-based and inclusive; 0: not
/// known.
struct Piece {
  std::string path;
  int64_t first = 0, last = 0;
  Label label = Label::any;
  std::string text;
};

struct Part {
  std::string text;
  Label label = Label::any;
  std::string origin;              ///< "prompt", or a path; shown in refusals, not sent
  std::string rule = {};           ///< Verdict::rule that made it local_only; shown likewise, may be empty
  std::vector<Piece> pieces = {};  ///< that it is made of; empty: one, `origin`
};

/// A function call a model made, sent back in the next turn as it came.
struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  ///< JSON text
  std::string
      extra_json;  ///< "extra_content" object as JSON text, e.g. Gemini's thought signature; may be empty
};

struct Turn {
  Role role = Role::user;
  std::vector<Part> parts;           ///< sent joined without separator
  std::vector<ToolCall> tool_calls;  ///< assistant only
  std::string tool_call_id;          ///< tool only
  Label call_label = Label::any;     ///< label of tool_calls
  std::string name = {};             ///< extra only: the file's name, sent
};

struct Prompt {
  std::vector<Turn> turns;

  /// The join of all labels in it.
  Label label() const;
  /// Origin of the first local_only part, for the refusal's message.
  std::string private_origin() const;
  /// What it is made of, in order.
  std::vector<Piece> pieces() const;
};

/// Where a request would go.
struct Destination {
  std::string name;     ///< the model block's NAME
  std::string address;  ///< base_url
  bool trusted = false;
  /// Its block writes out neither `lane` nor `trusted`: a refusal then advises to, if the address is private.
  bool trust_unwritten = false;
};

struct Message {
  Role role;
  std::string text;
  std::vector<ToolCall> tool_calls;
  std::string tool_call_id;
  std::string name = {};
};

/// A prompt that may go to exactly one destination. Made by clear() only.
class Cleared {
 public:
  const std::vector<Message>& messages() const { return messages_; }
  const Destination& destination() const { return destination_; }
  Label label() const { return label_; }

 private:
  friend Result<Cleared> clear(const Prompt& prompt, const Destination& destination);
  Cleared() = default;
  std::vector<Message> messages_;
  Destination destination_;
  Label label_ = Label::any;
};

/// The one function that clears a prompt for a lane. Refuses (kind policy) when the prompt holds
/// local_only text and the destination is not trusted; the hint says how to trust it.
Result<Cleared> clear(const Prompt& prompt, const Destination& destination);

}  // namespace coder::privacy
