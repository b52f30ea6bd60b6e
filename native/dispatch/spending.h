// What this process has spent on cloud lanes today and this month.
#pragma once

#include <ctime>

namespace coder::dispatch {

class Spending {
 public:
  /// `now`: seconds since 1970; days and months are local time.
  void add(double usd, std::time_t now);
  double today(std::time_t now) const;
  double this_month(std::time_t now) const;

 private:
  int day_ = -1;    ///< year × 400 + day of the year
  int month_ = -1;  ///< year × 12 + month
  double today_ = 0;
  double month_usd_ = 0;
};

}  // namespace coder::dispatch
