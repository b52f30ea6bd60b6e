// One question from the choice of a lane to the end of its answer:
//
//   decide ─▶ (read the queue ─▶ decide) ─▶ take a lane ─▶ assemble, clear ─▶ key ─▶ engine warm? ─▶ pin ─▶
//   turn under the limit ─▶ POST ─┬─▶ answered
//                                 └─ failed ─▶ wait, POST again │ take the next lane │ end
//
// At most three POSTs, and none once any content has arrived.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "dispatch/question.h"
#include "dispatch/recording.h"
#include "dispatch/services.h"
#include "dispatch/shadow.h"

namespace coder::dispatch {

class RunningQuestion final : public Question {
 public:
  /// Told which lane takes the question and why, for the status page; again when another one takes over.
  using OnTaken = unique_function<void(const std::string& name, const std::vector<std::string>& reasons)>;
  RunningQuestion(Services& services, Request request, Handlers handlers, OnTaken on_taken);
  ~RunningQuestion() override;

  Outcome outcome() const override;

 private:
  template <class F>
  void later(F f);
  void begin();
  void know_trials();
  void choose();
  void decide();
  bool read_queue();
  void take(size_t candidate, const std::string& instead);
  void got_key(Result<Secret> key);
  void ready();
  void resolve(const provider::ModelList& list);
  void admit();
  void post();
  void watch_queue();
  void content(size_t bytes);
  void answered(provider::ChatResult result);
  void failed(provider::ChatError error);
  void loading(const std::string& words);
  bool take_next(const std::string& words, bool larger);
  bool take_replica(const std::string& words);
  bool replica_left() const;
  bool shrink(const provider::ChatError& error, const std::string& words);
  bool takes_calls() const;
  bool without_calls(const std::string& words);
  bool another_way(const std::string& instead);
  config::Model in_its_window(const config::Model& model) const;
  void give_up(const provider::ChatError& error);
  void advise_on_model(Error error);
  bool phase(Phase phase, const std::string& detail = "");
  void start_shadow();
  void end(Result<void> result);

  Services& services_;
  std::shared_ptr<const config::Config> config_;  ///< held so that models stay valid over a reload
  Request request_;
  Handlers handlers_;
  OnTaken on_taken_;
  std::shared_ptr<RunningQuestion*> alive_;
  loop::Timer retry_timer_;
  loop::Timer queue_timer_;
  routing::Decision decision_;
  size_t candidate_ = 0;
  bool queue_read_ = false;
  config::Model here_;                    ///< the candidate at the server that is asked
  size_t server_ = 0;                     ///< which of its servers that is
  std::set<size_t> tried_;                ///< servers of the candidate that failed
  const config::Model* model_ = nullptr;  ///< here_, once there is one
  std::optional<privacy::Cleared> cleared_;
  provider::Endpoint endpoint_;
  Quota quota_;
  std::unique_ptr<Operation> waiting_;  ///< for a list, a turn, an engine
  std::unique_ptr<Operation> queue_;
  std::unique_ptr<Operation> trials_;
  std::unique_ptr<ledger::Ledger::Refresh> spent_;
  std::vector<privacy::Piece> pieces_;    ///< of the prompt, for the ledger
  std::unique_ptr<Recording> recording_;  ///< of the POST under way
  ledger::Nano last_ = 0, before_ = 0;    ///< what the last POST that failed cost, and those before it
  std::unique_ptr<provider::ChatCall> call_;
  std::weak_ptr<Shadow> shadow_;
  std::string kept_text_;  ///< for the shadow's comparison
  bool in_flight_ = false;
  int posts_here_ = 0;   ///< to this lane
  bool shrunk_ = false;  ///< the prompt was too large once and has been made smaller
  Outcome outcome_;
  provider::Usage usage_;
  size_t prompt_bytes_ = 0;
  size_t output_bytes_ = 0;
  size_t reasoning_bytes_ = 0;
  TimePoint started_;
  TimePoint sent_;
  bool first_token_ = false;    ///< of this POST
  std::optional<Millis> ttft_;  ///< of this POST, without the wait for its turn
};

}  // namespace coder::dispatch
