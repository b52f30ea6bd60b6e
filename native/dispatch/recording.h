// One POST, from its sending to its end, for the ledger.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.h"
#include "loop/loop.h"
#include "privacy/prompt.h"
#include "provider/chat.h"

namespace coder::dispatch {

/// The tokens of `usage` by what is paid for them.
ledger::Tokens tokens_of(const provider::Usage& usage);

/// The server's own figure if it gives one, else by price; nullopt without either.
std::optional<ledger::Nano> cost_of(const provider::Usage& usage, const std::optional<config::Price>& price);

/// `usage`, or what it may have been where the server says nothing.
provider::Usage estimated(const provider::Usage& usage, size_t prompt_bytes, size_t output_bytes,
                          size_t reasoning_bytes);

/// Of what is sent, roles and wrapping apart.
size_t bytes_of(const privacy::Cleared& cleared);

class Recording {
 public:
  struct What {
    std::string project, task, model_id;
    std::vector<std::string> reasons;
    privacy::Label label = privacy::Label::any;
    std::vector<privacy::Piece> pieces;
    size_t prompt_bytes = 0;
  };
  /// It goes out now. `ledger`, `loop` must outlive this.
  Recording(ledger::Ledger& ledger, loop::Loop& loop, const config::Model& model, What what);
  /// Without an end: it was cancelled.
  ~Recording();
  Recording(const Recording&) = delete;

  void accepted();  ///< the response's head has come
  void text(size_t bytes);
  void reasoning(size_t bytes);
  void answered(const provider::Usage& usage);
  ledger::Nano failed(const provider::Usage& usage,
                      const std::string& why);  ///< what it cost, as far as is known

 private:
  void content(size_t bytes);
  /// `estimate`: the server has worked on it, so that it costs something.
  ledger::Nano end(ledger::Ending ending, provider::Usage usage, bool estimate);

  ledger::Ledger& ledger_;
  loop::Loop& loop_;
  std::optional<config::Price> price_;
  ledger::Attempt attempt_;
  TimePoint sent_;
  size_t prompt_bytes_ = 0, output_bytes_ = 0, reasoning_bytes_ = 0;
  bool over_ = false;
};

}  // namespace coder::dispatch
