// A question to a chat model: what goes in, what comes back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_function.h"
#include "config/config.h"
#include "dispatch/operation.h"
#include "privacy/prompt.h"
#include "provider/chat.h"
#include "routing/route.h"

namespace coder::dispatch {

struct Request {
  /// What decides where it goes. Its label is that of what the user named; max_tokens is sent, too.
  routing::Request route;
  /// The project it is about: its .coder.toml may lower budgets. May be empty.
  std::string folder;
  /// Makes the prompt for one model; called again when another lane takes over. What was gathered
  /// automatically and that lane may not see is left out here; what the user named must be in it, labelled.
  unique_function<privacy::Prompt(const config::Model&)> assemble;
  bool stream = true;
  /// What the model may call; sent to models that take calls (Dispatcher::call_form). No shadow then.
  std::vector<provider::ToolSpec> tools;
  std::string tool_choice;  ///< as of provider::ChatParams
  /// JSON schema that the answer is to follow, as text; empty: none. A server that knows no such thing is
  /// asked without.
  std::string answer_schema;
  std::optional<std::string> model_id;  ///< with route.model: asked for instead of the configured id
};

/// What a finished call came to; partial figures on errors.
struct Outcome {
  std::string model;     ///< the block's NAME
  std::string model_id;  ///< what the server was asked for
  privacy::Lane lane = privacy::Lane::cloud;
  provider::Finish finish = provider::Finish::stop;
  provider::Usage usage;      ///< estimated from the text where the server says nothing
  std::optional<double> usd;  ///< nullopt: price unknown
  double ms = 0;              ///< from ask() to the end
  std::optional<double> ttft_ms;
  int posts = 0;
  std::vector<privacy::ToolCall> tool_calls;
  std::vector<std::string> reasons;  ///< of the choice, what failed on the way included
  /// Of the last POST that failed, where the end is a failure.
  std::optional<provider::Trouble> trouble;
  std::optional<Millis> retry_after;
};

/// What two calls for one request came to: the words of the later one, the figures of both, the time to the
/// first token of the first. A call of which nothing was sent adds nothing.
Outcome together(const Outcome& before, Outcome later);

/// What is waited for. limited: a turn under the rate limit; warming: an engine that loads its model.
enum class Phase { connecting, limited, queued, prefill, retry, warming };
const char* to_string(Phase phase);

/// A model was chosen and the prompt cleared for it; nothing is sent yet.
struct Chosen {
  const config::Model& model;
  privacy::Label label;  ///< of the prompt
  const std::vector<std::string>& reasons;
  /// Not empty: it takes over from a lane that failed before it had said anything. What happened, in words.
  std::string instead;
};

struct Handlers {
  unique_function<void(const Chosen&)> on_chosen;
  /// `detail`, where there is one, is for the user: why there is a retry, the place in a queue.
  unique_function<void(Phase, const std::string& detail)> on_phase;
  unique_function<void(std::string_view)> on_text;
  unique_function<void(std::string_view)> on_reasoning;
  /// Once, last. With an error the Outcome tells what is known.
  unique_function<void(Result<void>, Outcome)> on_done;
};

/// A running question.
class Question : public Operation {
 public:
  /// Figures so far, for a call about to be cancelled.
  virtual Outcome outcome() const = 0;
};

}  // namespace coder::dispatch
