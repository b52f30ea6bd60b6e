// The same question to a second model, for comparison in the log only: nobody waits for it, nothing is tried
// again, no text is written down.
#pragma once

#include <memory>
#include <string>

#include "dispatch/question.h"
#include "dispatch/recording.h"
#include "dispatch/services.h"

namespace coder::dispatch {

class Shadow {
 public:
  /// Starts it. `what` is for the ledger. Services keep it until both answers have ended.
  static std::shared_ptr<Shadow> start(Services& services, std::shared_ptr<const config::Config> config,
                                       const config::Model& model, privacy::Cleared cleared,
                                       std::optional<int64_t> max_tokens, bool stream, Recording::What what);
  ~Shadow();
  Shadow(Services& services, std::shared_ptr<const config::Config> config, const config::Model& model,
         privacy::Cleared cleared, std::optional<int64_t> max_tokens, bool stream, Recording::What what);

  /// The answer that counts has ended.
  void beside(const Outcome& outcome, bool well, std::string text);

 private:
  void got_key(Secret key);
  void admit();
  void post();
  void failed(std::string why);
  void ended();
  void say();

  struct State;
  std::unique_ptr<State> state_;
};

/// How alike two answers are: the share of their lines that both have, 0 to 100.
int alike_percent(const std::string& a, const std::string& b);

}  // namespace coder::dispatch
