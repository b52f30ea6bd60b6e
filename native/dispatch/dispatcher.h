// The only caller of provider: choose a model, clear the prompt for it, get its
// key, send, retry, and say what it cost. One Dispatcher per process, on the loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "config/config.h"
#include "config/keys.h"
#include "dispatch/choose.h"
#include "dispatch/completions.h"
#include "dispatch/operation.h"
#include "dispatch/retry.h"
#include "http/http.h"
#include "privacy/prompt.h"
#include "provider/chat.h"

namespace coder::dispatch {

struct Request {
  privacy::Label label = privacy::Label::any;  ///< of what the user named: it decides which lanes are open
  /// Makes the prompt for the chosen model. What was gathered automatically and that lane may not see
  /// is left out here; what the user named must be in it, with its label.
  unique_function<privacy::Prompt(const config::Model&)> assemble;
  Wish wish;
  bool stream = true;
  std::optional<int64_t> max_tokens;
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
};

enum class Phase { connecting, queued, prefill, retry };
const char* to_string(Phase phase);

struct Handlers {
  /// The choice is made and the prompt cleared; before anything is sent.
  unique_function<void(const config::Model&, privacy::Label of_prompt)> on_chosen;
  /// `detail` says why in a retry, else empty.
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

class Dispatcher {
 public:
  using GetConfig = std::function<std::shared_ptr<const config::Config>()>;
  /// `notice` takes one line for the user, from the loop.
  Dispatcher(loop::Loop& loop, GetConfig config, std::function<void(const std::string&)> notice = {});
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;

  std::unique_ptr<Question> ask(Request request, Handlers handlers);

  using GotModels = unique_function<void(Result<provider::ModelList>)>;
  /// The live list of one model's server.
  std::unique_ptr<Operation> models(const config::Model& model, GotModels got);

  Completions& completions() { return completions_; }

  /// Keys from commands are asked anew, and servers what they can do.
  void config_changed();

 private:
  class Ask;
  class Models;
  loop::Loop& loop_;
  GetConfig config_;
  http::Client http_;
  config::Keys keys_;
  RetryBudget budget_;
  Completions completions_;
};

/// ⌈bytes / 3.6⌉, the estimate where no tokenizer is at hand.
int64_t estimate_tokens(size_t bytes);

/// USD of `usage`: the server's own figure if it gives one, else by price; nullopt without either.
std::optional<double> cost_of(const provider::Usage& usage, const std::optional<config::Price>& price);

}  // namespace coder::dispatch
