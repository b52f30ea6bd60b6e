// Code completions: which model they go to, what its server can do (asked once and kept), and one POST each.
// No retry: a suggestion that comes late is worth nothing. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/keys.h"
#include "dispatch/choose.h"
#include "dispatch/limits.h"
#include "dispatch/operation.h"
#include "dispatch/slots.h"
#include "http/http.h"
#include "ledger/ledger.h"
#include "privacy/prompt.h"
#include "provider/fim.h"

namespace coder::dispatch {

/// What is known of the lane a completion would go to now.
struct CompletionLane {
  enum class State { none, unknown, asking, ready, loading, failed };
  State state = State::none;
  std::string model;  ///< NAME; empty with none
  privacy::Lane lane = privacy::Lane::local;
  bool paid = false;  ///< has a price above zero, or is a cloud lane
  std::optional<int64_t> rpm;
  std::string why;  ///< with none, loading and failed
  provider::FimDialect dialect = provider::FimDialect::chat;
  bool ahead = false;  ///< a second slot of our own is at hand
  bool reads = false;  ///< it may read a prompt nobody asked for: free, local, and kept in a cache of ours
};

struct CompletionRequest {
  privacy::Label label = privacy::Label::any;
  std::string folder;                ///< the project it is about; may be empty
  std::optional<std::string> model;  ///< NAME: this one and no other
  /// Makes the prompt: roles extra*, prefix, suffix, middle. Nothing sent when it gives nullopt: the text has
  /// changed meanwhile.
  unique_function<std::optional<privacy::Prompt>(const config::Model&, const provider::FimServer&)> assemble;
  int64_t max_tokens = 64;  ///< 0: only have the server read the prompt, and only if it has nothing to do
  Millis time_limit{1500};  ///< for writing, where the server can be told
  bool ahead = false;       ///< on the second slot
  int64_t alternative = 0;  ///< 0: the most likely; else sampled, this being the seed
};

struct CompletionOutcome {
  std::string model;  ///< NAME
  provider::Finish finish = provider::Finish::stop;
  provider::FimTimings timings;
};

struct CompletionHandlers {
  unique_function<void()> on_accepted;  ///< the server works on it
  unique_function<void(std::string_view)> on_text;
  unique_function<void(Result<void>, CompletionOutcome)> on_done;  ///< once, last
};

class Completions {
 public:
  struct Deps {
    loop::Loop& loop;
    http::Client& http;
    config::Keys& keys;
    std::function<std::shared_ptr<const config::Config>()> config;
    std::function<void(const std::string&)> notice;  ///< one line for the user; may be empty
    Limits& limits;
    ledger::Ledger& ledger;
  };
  explicit Completions(Deps deps);
  ~Completions();
  Completions(const Completions&) = delete;

  /// Cancelled by destroying the operation: its connection closes at once.
  std::unique_ptr<Operation> start(CompletionRequest request, CompletionHandlers handlers);

  /// Finds out what the lane's server can do, so that the first key need not wait for it.
  void warm(privacy::Label label);

  /// What the keeper of the engine behind this lane says: it is not up yet, or will not come up. While it
  /// loads nothing is sent; once it is up its server is asked what it can do.
  void engine(const config::Model& model, const std::string& loading, const std::string& failure);

  CompletionLane lane(privacy::Label label) const;

  /// `on_change` runs (from the loop) when what lane() says may have changed.
  void watch(unique_function<void()> on_change) { on_change_ = std::move(on_change); }

  /// The configuration changed: everything known is forgotten.
  void forget();

 private:
  class Run;
  struct Known;
  const std::shared_ptr<Known>& known(const config::Model& model);
  void find_out(const std::shared_ptr<Known>& known);
  void ready(Known& known, provider::FimServer server);
  void found(Known& known);
  /// Why nothing is sent there now; empty: it is open.
  std::string loading(const config::Model& model) const;
  bool open(const config::Model& model) const;
  Error closed(const config::Model& model);
  void wait_for(Known& known);
  bool next_server(Known& known, const provider::ChatError* cause);
  void failed(Known& known, const Error& error, const provider::ChatError* cause);
  const config::Model* pick(const std::vector<const config::Model*>& models) const;
  void changed();

  Deps deps_;
  struct Kept {
    std::string loading, failure;
    bool operator==(const Kept&) const = default;
  };
  std::map<std::string, std::shared_ptr<Known>> known_;  ///< by NAME
  std::map<std::string, Kept> kept_;                     ///< by NAME; of engines with a keeper
  unique_function<void()> on_change_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace coder::dispatch
