// The arithmetic of limits.h: what a bucket and a window allow, and the reservations in them. Over values: no
// clock, loop or database; limits_store.h keeps the values where all processes see them.
//
// Why it is never too many: answers are given one after the other (a transaction), so the last one given of
// any that fall into one window saw all the others.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace coder::dispatch {

/// Milliseconds since the epoch by the wall clock, which all processes share.
using WallMs = int64_t;

/// A request goes at most so long after the time that was reserved for it; if it is later (the machine slept,
/// the process was stopped), it asks again.
inline constexpr WallMs kLate = 450;

/// A minute, and what two requests may be off against each other: late by kLate, early by what two clocks
/// drift apart in a minute's wait. So no minute holds more than `rpm`.
inline constexpr WallMs kWindow = 60'000 + kLate + 50;

/// A process holds at most so many reservations ahead of their time, for each bucket and for each window.
/// Each that goes makes room for the next at the end of the line, so processes take turns however many
/// requests each of them has.
inline constexpr int kReserved = 4;

struct Rate {
  double rps = 30;    ///< 0.001 or more
  double burst = 50;  ///< 1 or more
  double interval() const { return 1000 / rps; }
};

/// A token bucket as a generic cell rate algorithm: full when the theoretical arrival time has passed.
struct Bucket {
  double tat = 0;      ///< theoretical arrival time of the next request, ms since the epoch
  WallMs updated = 0;  ///< when it last changed
  bool operator==(const Bucket&) const = default;
};

/// To be called before the others: where `now` is before the last change the clock was set back, and the
/// times move with it.
void refresh(Bucket& bucket, WallMs now);
/// When the next request may go, at least `now`, if `ahead` more are reserved before it.
WallMs earliest(const Bucket& bucket, const Rate& rate, WallMs now, int ahead = 0);
/// Reserves the next request; gives the `tat` that stands for it.
double take(Bucket& bucket, const Rate& rate, WallMs now);
/// Undoes the reservation that stands at `tat` if it was the last.
void give_back(Bucket& bucket, const Rate& rate, double tat);

/// A request in a window: at first a ticket, whose time is when its turn comes; settled when it is about to
/// go.
struct Place {
  int64_t id = 0;
  WallMs at = 0;
  bool settled = false;
  bool operator==(const Place&) const = default;
};

struct Window {
  WallMs updated = 0;
  int64_t next_id = 1;
  std::vector<Place> places;  ///< of the last kWindow and the future, by id
  bool operator==(const Window&) const = default;
};

/// As for a bucket; and drops what is no longer in the window.
void refresh(Window& window, WallMs now);
/// When one more request may go, at least `now`. One that has no place yet comes after all that have; one
/// whose turn has come (`own`) minds only those that are settled.
WallMs earliest(const Window& window, int64_t rpm, std::optional<int64_t> own, WallMs now);
/// Puts the request `own`, or a new one, at `at`; gives its id.
int64_t put(Window& window, std::optional<int64_t> own, WallMs at, bool settled, WallMs now);
void give_back(Window& window, int64_t place, WallMs now);

/// The state of all limits, or the part that a batch needs.
struct Book {
  std::map<std::string, Bucket> buckets;  ///< by key
  std::map<std::string, Window> windows;  ///< by model
};

/// What a request asks to be counted against.
struct Counts {
  std::string key;  ///< empty: no bucket
  Rate rate;
  std::string model;  ///< empty: no window
  int64_t rpm = 0;    ///< 0: no window
  bool has_bucket() const { return !key.empty(); }
  bool has_window() const { return rpm > 0 && !model.empty(); }
};

/// What a request holds.
struct Held {
  std::optional<int64_t> place;  ///< in the window
  std::optional<double> tat;     ///< in the bucket
};

struct Ask {
  Counts counts;
  bool patient = true;
  std::optional<int64_t> place;  ///< it holds one already
};

struct Return {
  Counts counts;
  Held held;
};

/// What a process asks at once.
struct Batch {
  std::vector<Return> returns;
  std::vector<Ask> asks;  ///< oldest first
  /// How many of its reservations have not come to their time: by key, and tickets by model.
  std::map<std::string, int> in_buckets, in_windows;
};

/// It may go at `at` and holds what is needed.
struct Planned {
  WallMs at = 0;
  Held held;
  int ahead = 0;  ///< how many reserved requests go between now and `at`
};
/// The window is full. It holds a ticket and asks again at `at`.
struct Ticket {
  WallMs at = 0;
  int64_t place = 0;
  int ahead = 0;
};
/// Nothing new was reserved, for its process has reserved enough. At `at` about.
struct InLine {
  WallMs at = 0;
  int ahead = 0;
};
/// It would have to wait and is not patient; nothing was reserved.
struct Refused {};
using Answer = std::variant<Planned, Ticket, InLine, Refused>;

/// Answers to the asks, in their order, after the returns were taken back. What `book` lacks is new.
std::vector<Answer> answer(Book& book, const Batch& batch, WallMs now);

}  // namespace coder::dispatch
