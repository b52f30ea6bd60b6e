// The ledger in words and as JSON, for :CoderCost and `coder-nvim cost`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "codec/value.h"
#include "config/config.h"
#include "ledger/reports.h"

namespace coder::app {

struct Costs {
  int today = 0;  ///< 20261231
  int since = 0;  ///< first day of the tables; the month's without a wish
  bool wished = false;
  std::string folder;              ///< the project whose budget counts; may be empty
  ledger::Summary period;          ///< from `since` on
  std::vector<ledger::Line> days;  ///< of the chart and of this month, at least
  ledger::Spent spent;
};

/// Reads what a page needs; blocks. `since`: nullopt is the month.
Result<Costs> read_costs(ledger::LedgerStore& store, std::optional<int> since, const std::string& folder);

/// A page of 80 columns.
std::vector<std::string> cost_lines(const Costs& costs, const config::Config& config);

codec::Value::Map cost_object(const Costs& costs, const config::Config& config);

}  // namespace coder::app
