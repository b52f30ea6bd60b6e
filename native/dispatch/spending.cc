#include "dispatch/spending.h"

namespace coder::dispatch {
namespace {

std::tm local(std::time_t now) {
  std::tm out{};
  ::localtime_r(&now, &out);
  return out;
}

int day_of(std::time_t now) {
  const std::tm at = local(now);
  return at.tm_year * 400 + at.tm_yday;
}

int month_of(std::time_t now) {
  const std::tm at = local(now);
  return at.tm_year * 12 + at.tm_mon;
}

}  // namespace

void Spending::add(double usd, std::time_t now) {
  today_ = today(now) + usd;
  month_usd_ = this_month(now) + usd;
  day_ = day_of(now);
  month_ = month_of(now);
}

double Spending::today(std::time_t now) const { return day_of(now) == day_ ? today_ : 0; }

double Spending::this_month(std::time_t now) const { return month_of(now) == month_ ? month_usd_ : 0; }

}  // namespace coder::dispatch
