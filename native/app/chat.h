// One streamed answer in a chat buffer: from its text to ask_begin, paced
// ask_delta events and one ask_end.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/pacer.h"
#include "app/question_context.h"
#include "dispatch/dispatcher.h"
#include "privacy/paths.h"
#include "routing/route.h"
#include "rpc/dispatch.h"
#include "task/tool_loop.h"
#include "workspace/mirror.h"

namespace coder::app {

/// Context offered with a question: the buffer the user came from.
struct Offered {
  std::string path;
  std::string shown_path;
  privacy::Verdict verdict;
  const workspace::Mirror* mirror = nullptr;  ///< read while the prompt is assembled, not kept
  std::string missing;                        ///< why there is no text, when mirror is null
  int64_t line = 1;
};

/// What a question is besides its text.
struct Asked {
  privacy::Verdict label;  ///< of all the conversation has held so far
  /// Judges a section by what it holds of private files: of what the user wrote more than of an answer.
  std::function<privacy::Verdict(privacy::Role, const std::string& text)> judge;
  routing::Request route;  ///< mode, model, lane to avoid; the rest is read off the text
  std::optional<std::string> model_id;
  std::string folder;  ///< the project's
  std::vector<std::string> repo_markers;
  QuestionContext context;    ///< what goes along, the open file apart
  size_t context_tokens = 0;  ///< most that what was gathered may take
  config::Tools tools;        ///< may the model read more while it answers?
  task::ToolPlace place;      ///< where
};

class Chat {
 public:
  struct Deps {
    loop::Loop& loop;
    rpc::Channel& channel;
    dispatch::Dispatcher& dispatcher;
    std::function<size_t()> backlog;
    /// An answer to private text begins in buffer `buf`.
    unique_function<void(int64_t buf)> on_private;
    /// Runs after ask_end (or after the failed reply); the Chat may be destroyed in it.
    unique_function<void(int64_t id, const std::string& summary)> on_over;
  };

  /// What is being collected before start(); lives as long as the Chat.
  void hold(std::unique_ptr<Collect> collect) { collect_ = std::move(collect); }

  Chat(Deps deps, int64_t id, int64_t buf, rpc::Reply<rpc::AskResult> reply);

  /// The chat buffer's lines have come: send the question. `offer` is called once the lane is known, and
  /// again when another one takes over.
  void start(const std::vector<std::string>& lines, Asked asked,
             std::function<std::optional<Offered>()> offer);

  /// Fails before anything was sent.
  void refuse(Error error);

  /// Ends the answer; what arrived stays.
  void stop();

  int64_t buffer() const { return buf_; }

 private:
  privacy::Prompt assemble(const config::Model& model, const std::vector<privacy::Turn>& turns);
  /// Adds the open file to `sources`, or says in items_ why not.
  void offer_source(const Offered& offered, const config::Model& model, std::vector<task::Source>& sources);
  void phase(dispatch::Phase phase, const std::string& detail);
  void began(const dispatch::Chosen& chosen);
  void called(const task::ToolShown& shown);
  void ended(Result<void> result, const dispatch::Outcome& outcome, const char* stopped);
  /// The best places in the repository as an answer, if nobody could be reached and there are some.
  bool answer_with_places(const Error& error);
  std::string places_instead(const Error& error);

  Deps deps_;
  int64_t id_;
  int64_t buf_;
  std::optional<rpc::Reply<rpc::AskResult>> reply_;  ///< until the answer begins
  std::function<std::optional<Offered>()> offer_;
  std::vector<rpc::ContextItem> items_;
  QuestionContext context_;
  size_t context_tokens_ = 0;
  privacy::Label label_ = privacy::Label::any;  ///< of the conversation
  bool said_ = false;                           ///< some text of an answer has come
  std::unique_ptr<Collect> collect_;
  std::unique_ptr<dispatch::Question> operation_;
  Pacer pacer_;
  rpc::AskWaitEvent wait_;  ///< the phase, told only if it lasts
  loop::Timer wait_timer_;
};

}  // namespace coder::app
