// The part of a Session that tells what was spent.
#include <utility>

#include "app/cost_page.h"
#include "app/session.h"
#include "base/text.h"

namespace coder::app {

void Session::tell_spent() {
  constexpr ledger::Nano kCent = ledger::kDollar / 100;
  const ledger::Nano today = dispatcher_.ledger().spent().total().today;
  const int64_t cents = (today + kCent / 2) / kCent;
  if (std::exchange(told_cents_, cents) == cents) return;
  rpc::emit(channel_, rpc::SpentEvent{static_cast<double>(cents) / 100});
}

void Session::cost(rpc::CostParams params, rpc::Reply<rpc::CostResult> reply) {
  std::optional<int> since;
  if (params.since) {
    since = ledger::day_in_words(*params.since);
    if (!since) {
      return reply.fail(Error{
          ErrorKind::usage, "a day is written as 2026-12-31, not `" + one_line(*params.since, 40) + "`", ""});
    }
  }
  const int64_t id = next_id_++;
  costs_[id] = nullptr;
  // What this process has spent itself is written first.
  dispatcher_.ledger().settle(
      [this, id, since, held = std::make_shared<rpc::Reply<rpc::CostResult>>(std::move(reply))] {
        costs_[id] = std::make_unique<loop::Work>(
            loop_,
            [file = dispatcher_.ledger().file(), since]() -> Result<Costs> {
              if (file.empty())
                return Error{ErrorKind::internal, "there is no home for the ledger", "set HOME"};
              ledger::LedgerStore store(file);
              return read_costs(store, since, "");
            },
            [this, id, held](Result<Costs> costs) {
              const auto over = costs_.extract(id);
              if (!costs) return held->fail(std::move(costs.error()));
              held->ok({cost_lines(*costs, *config_.current())});
            });
      });
}

void Session::cost_continue(rpc::Nothing, rpc::Reply<rpc::Nothing> reply) {
  over_budget_ = true;
  reply.ok({});
}

}  // namespace coder::app
