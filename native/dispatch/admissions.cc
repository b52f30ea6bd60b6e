#include "dispatch/admissions.h"

#include <algorithm>
#include <utility>

namespace coder::dispatch {
namespace {

/// How many that are in line already are asked again in one batch: room in a line is rarely for more.
constexpr int kAgain = 64;

int reserved(const std::map<std::string, int>& line, const std::string& name) {
  const auto found = line.find(name);
  return found == line.end() ? 0 : found->second;
}

}  // namespace

Admissions::Id Admissions::add(Counts counts, bool patient) {
  Request request;
  request.counts = std::move(counts);
  request.patient = patient;
  requests_.emplace(next_id_, std::move(request));
  return next_id_++;
}

void Admissions::give_up(Id id) {
  const auto found = requests_.find(id);
  if (found == requests_.end()) return;
  Request& request = found->second;
  // One that is being asked gives back what the answer brings.
  if (request.state != State::asked && (request.held.place || request.held.tat)) {
    returns_.push_back({std::move(request.counts), request.held});
  }
  requests_.erase(found);
}

bool Admissions::may_ask(const Request& request, const Batch& batch) const {
  // Who is new is told its place in line; who is not patient, that it cannot go.
  if (!request.told || !request.patient) return true;
  const Counts& counts = request.counts;
  if (counts.has_bucket() && reserved(batch.in_buckets, counts.key) >= kReserved) return false;
  return !counts.has_window() || request.held.place || reserved(batch.in_windows, counts.model) < kReserved;
}

std::optional<Batch> Admissions::next_batch() {
  if (out_) return std::nullopt;
  Out out;
  for (const auto& [id, request] : requests_) {
    if (request.state == State::waits_to_go && request.counts.has_bucket()) {
      ++out.batch.in_buckets[request.counts.key];
    } else if (request.state == State::waits_for_window) {
      ++out.batch.in_windows[request.counts.model];
    }
  }
  int again = 0;
  for (auto& [id, request] : requests_) {
    if (request.state != State::queued || !may_ask(request, out.batch)) continue;
    if (request.told && ++again > kAgain) continue;
    request.state = State::asked;
    out.ids.push_back(id);
    out.batch.asks.push_back({request.counts, request.patient, request.held.place});
  }
  if (out.ids.empty() && returns_.empty()) return std::nullopt;
  out.batch.returns = std::exchange(returns_, {});
  out_ = std::move(out);
  return out_->batch;
}

std::vector<Admissions::Action> Admissions::answered(const std::vector<Answer>& answers, WallMs answered_at,
                                                     Moment now) {
  const Out out = std::move(*out_);
  out_.reset();
  answered_at_ = answered_at;
  for (size_t i = 0; i < answers.size(); ++i) {
    const auto request = requests_.find(out.ids[i]);
    if (request != requests_.end()) {
      std::visit([&](const auto& answer) { apply(answer, request, now); }, answers[i]);
      continue;
    }
    // Given up meanwhile.
    Held held{out.batch.asks[i].place, std::nullopt};
    if (const auto* planned = std::get_if<Planned>(&answers[i])) held = planned->held;
    if (const auto* ticket = std::get_if<Ticket>(&answers[i])) held.place = ticket->place;
    if (held.place || held.tat) returns_.push_back({out.batch.asks[i].counts, held});
  }
  return std::exchange(actions_, {});
}

void Admissions::unanswered() {
  Out out = std::move(*out_);
  out_.reset();
  for (size_t i = 0; i < out.ids.size(); ++i) {
    const auto request = requests_.find(out.ids[i]);
    if (request != requests_.end()) {
      request->second.state = State::queued;
    } else if (out.batch.asks[i].place) {
      returns_.push_back({out.batch.asks[i].counts, {out.batch.asks[i].place, std::nullopt}});
    }
  }
  returns_.insert(returns_.end(), out.batch.returns.begin(), out.batch.returns.end());
}

void Admissions::apply(const Planned& planned, Requests::iterator request, Moment now) {
  request->second.held = planned.held;
  if (left_until(planned.at, now) > Millis(0)) {
    wait(request, State::waits_to_go, planned.at, planned.ahead, now);
  } else {
    request->second.at = planned.at;
    request->second.due = now.steady;
    let_go(request, now);
  }
}

void Admissions::apply(const Ticket& ticket, Requests::iterator request, Moment now) {
  request->second.held.place = ticket.place;
  wait(request, State::waits_for_window, ticket.at, ticket.ahead, now);
}

void Admissions::apply(const InLine& in_line, Requests::iterator request, Moment now) {
  request->second.state = State::queued;
  if (std::exchange(request->second.told, true)) return;
  actions_.push_back(Wait{request->first, in_line.ahead, left_until(in_line.at, now)});
}

void Admissions::apply(const Refused&, Requests::iterator request, Moment) {
  actions_.push_back(End{request->first, false});
  requests_.erase(request);
}

/// A clock that was set back since the answer makes no wait longer.
Millis Admissions::left_until(WallMs at, Moment now) const {
  return Millis(std::max<WallMs>(0, std::min(at - now.wall, at - answered_at_)));
}

void Admissions::wait(Requests::iterator request, State state, WallMs at, int ahead, Moment now) {
  const Millis left = left_until(at, now);
  request->second.state = state;
  request->second.told = true;
  request->second.at = at;
  request->second.due = now.steady + left;
  actions_.push_back(Wait{request->first, ahead, left});
}

void Admissions::let_go(Requests::iterator request, Moment now) {
  if (now.wall - request->second.at > kLate || now.steady - request->second.due > Millis(kLate)) {
    request->second.held.tat.reset();
    request->second.state = State::queued;
    return;
  }
  actions_.push_back(End{request->first, true});
  requests_.erase(request);
}

std::vector<Admissions::Action> Admissions::time_passed(Moment now) {
  for (auto next = requests_.begin(); next != requests_.end();) {
    const auto request = next++;
    if (request->second.due > now.steady) continue;
    if (request->second.state == State::waits_for_window) request->second.state = State::queued;
    if (request->second.state == State::waits_to_go) let_go(request, now);
  }
  return std::exchange(actions_, {});
}

std::optional<TimePoint> Admissions::next_due() const {
  std::optional<TimePoint> due;
  for (const auto& [id, request] : requests_) {
    if (request.state != State::waits_for_window && request.state != State::waits_to_go) continue;
    if (!due || request.due < *due) due = request.due;
  }
  return due;
}

}  // namespace coder::dispatch
