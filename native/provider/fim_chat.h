// Completions from models that can only chat: what they are told, and what of their answers is code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "privacy/prompt.h"
#include "provider/fim_prompt.h"

namespace coder::provider {

/// Two messages: the rules, then the texts with the growing one last. Special tokens are made harmless.
std::vector<privacy::Message> fim_chat_messages(const FimTexts& texts);

/// Takes the code out of a chatty answer while it streams:
///  - a Markdown fence around it, with its language; an inline ``` pair; nothing after a closing fence,
///  - a first line that only announces the code ("Sure, here is the code:"), together with what stands
///    between it and the fence.
/// Monotone: what was given stays; what may yet be taken off is held back, and that is bounded: an
/// announcement of at most kMaxAnnouncement bytes, later a line that may be a closing fence.
class FimChatReply {
 public:
  static constexpr size_t kMaxAnnouncement = 400;

  /// What is clear by now; may be empty. `piece` is whole characters.
  std::string take(std::string_view piece);
  /// The rest, when nothing more comes. Call it once.
  std::string finish();
  bool ended() const { return state_ == State::over; }  ///< nothing that may still come would be given

 private:
  enum class State { opening, fenced, plain, over };
  std::string advance(bool at_end);
  bool open(bool at_end, std::string& out);
  bool open_fence(size_t at, bool at_end, std::string& out);
  void take_lines(bool at_end, std::string& out);
  bool take_line_start(bool at_end, std::string& out);

  State state_ = State::opening;
  std::string held_;
  size_t fence_ = 3;  ///< length of the fence that closes it
  char fence_char_ = '`';
  int nested_ = 0;       ///< fences with a language inside
  bool at_line_ = true;  ///< held_ begins a line, after its line end if it begins with one
};

}  // namespace coder::provider
