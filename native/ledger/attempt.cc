#include "ledger/attempt.h"

#include <chrono>
#include <cstdio>
#include <ctime>

namespace coder::ledger {
namespace {

/// Noon, so that no change of the clock moves the day.
std::tm at_noon(int day) {
  std::tm out{};
  out.tm_year = day / 10000 - 1900;
  out.tm_mon = day / 100 % 100 - 1;
  out.tm_mday = day % 100;
  out.tm_hour = 12;
  out.tm_isdst = -1;
  return out;
}

int day_of(const std::tm& at) { return (at.tm_year + 1900) * 10000 + (at.tm_mon + 1) * 100 + at.tm_mday; }

}  // namespace

WallMs wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

int day_of(WallMs at) {
  const auto seconds = static_cast<std::time_t>(at / 1000);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return day_of(local);
}

int days_before(int day, int count) {
  std::tm at = at_noon(day);
  at.tm_mday -= count;
  std::mktime(&at);
  return day_of(at);
}

std::string day_words(int day) {
  char out[40];
  std::snprintf(out, sizeof out, "%04d-%02d-%02d", day / 10000, day / 100 % 100, day % 100);
  return out;
}

std::optional<int> day_in_words(const std::string& words) {
  int year = 0, month = 0, day = 0, end = 0;
  if (std::sscanf(words.c_str(), "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3) return std::nullopt;
  if (static_cast<size_t>(end) != words.size() || year < 1970) return std::nullopt;
  const int number = year * 10000 + month * 100 + day;
  // What is out of range comes back as another day.
  std::tm at = at_noon(number);
  std::mktime(&at);
  return day_of(at) == number && day_words(number) == words ? std::optional(number) : std::nullopt;
}

const char* to_string(Source source) {
  switch (source) {
    case Source::none:
      return "none";
    case Source::estimated:
      return "estimated";
    case Source::reported:
      return "reported";
  }
  return "none";
}

const char* to_string(Ending ending) {
  switch (ending) {
    case Ending::answered:
      return "answered";
    case Ending::failed:
      return "failed";
    case Ending::cancelled:
      return "cancelled";
  }
  return "failed";
}

}  // namespace coder::ledger
