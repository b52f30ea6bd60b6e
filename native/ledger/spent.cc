#include "ledger/spent.h"

namespace coder::ledger {
namespace {

/// Is `folder` the project or below it?
bool within(const std::string& folder, const std::string& project) {
  return folder == project || folder.rfind(project + "/", 0) == 0;
}

template <class Wanted>
Spent::Sums sum(const Spent& spent, Wanted wanted) {
  Spent::Sums out;
  for (const auto& [of, sums] : spent.sums) {
    if (!wanted(of)) continue;
    out.today += sums.today;
    out.month += sums.month;
  }
  return out;
}

void add(const config::Allowance& allowance, Limit::Scope scope, const std::string& name,
         const Spent::Sums& sums, std::vector<Limit>& out) {
  if (allowance.daily_usd) out.push_back({scope, name, true, nano_of(*allowance.daily_usd), sums.today});
  if (allowance.monthly_usd) out.push_back({scope, name, false, nano_of(*allowance.monthly_usd), sums.month});
}

}  // namespace

void Spent::add(const Attempt& attempt) {
  if (!attempt.cost) return;
  const int when = day_of(attempt.at);
  if (month_of(when) != month_of(day)) return;
  Sums& to = sums[{attempt.about.model, attempt.about.lane, attempt.about.project}];
  to.month += *attempt.cost;
  if (when == day) to.today += *attempt.cost;
}

Spent Spent::on(int today) const {
  if (today == day) return *this;
  Spent out;
  out.day = today;
  if (month_of(today) != month_of(day)) return out;
  out.sums = sums;
  for (auto& [of, one] : out.sums) one.today = 0;
  return out;
}

Spent::Sums Spent::total(const std::string& lane) const {
  return sum(*this, [&](const Of& of) { return lane.empty() || of.lane == lane; });
}

std::string Limit::words() const {
  std::string out = dollars(spent) + " of " + dollars(limit) + " spent " + (daily ? "today" : "this month");
  switch (scope) {
    case Scope::all:
      return out;
    case Scope::model:
      return out + " by " + name;
    case Scope::lane:
      return out + " on the " + name + " lane";
    case Scope::project:
      return out + " in " + name;
  }
  return out;
}

std::vector<Limit> limits_of(const config::Budget& budget, const Spent& spent, const std::string& project) {
  std::vector<Limit> out;
  add(budget, Limit::Scope::all, "", spent.total("cloud"), out);
  for (const auto& [name, allowance] : budget.models) {
    add(allowance, Limit::Scope::model, name,
        sum(spent, [&name = name](const Spent::Of& of) { return of.model == name; }), out);
  }
  for (const auto& [name, allowance] : budget.lanes) {
    add(allowance, Limit::Scope::lane, name, spent.total(name), out);
  }
  for (const auto& [name, allowance] : budget.projects) {
    if (!within(project, name)) continue;
    add(allowance, Limit::Scope::project, name,
        sum(spent, [&name = name](const Spent::Of& of) { return within(of.project, name); }), out);
  }
  return out;
}

std::string stopped(const config::Budget& budget, const Spent& spent, const std::string& project,
                    const config::Model& model) {
  if (budget.empty()) return "";
  for (const Limit& limit : limits_of(budget, spent, project)) {
    if (limit.reached() && applies(limit, model)) return limit.words();
  }
  return "";
}

bool applies(const Limit& limit, const config::Model& model) {
  switch (limit.scope) {
    case Limit::Scope::all:
    case Limit::Scope::project:
      return model.lane == privacy::Lane::cloud;
    case Limit::Scope::model:
      return model.name == limit.name;
    case Limit::Scope::lane:
      return privacy::to_string(model.lane) == limit.name;
  }
  return false;
}

}  // namespace coder::ledger
