// Which suggestion is the ghost: what is at hand for the cursor, which of it is chosen, what is on screen.
#include <algorithm>
#include <utility>

#include "completion/session.h"

namespace coder::completion {
namespace {

/// Suggestions cleaned per step. Every key may have left one along the line; the nearest are the best.
constexpr int kMostCleaned = 6;

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

}  // namespace

Session::AtHand Session::look() {
  AtHand at_hand;
  std::vector<std::string>& dropped = at_hand.dropped;
  std::vector<Candidate> found;
  int cleaned = 0;
  for (const Match& match : results_.find(*view_, scope_)) {
    if (match.typed == 0) at_hand.known = true;
    if (cleaned >= kMostCleaned && match.id != chosen_) continue;
    ++cleaned;
    std::string rest = clean({view_->before, view_->after, match.raw, match.complete, match.cut_short,
                              policy_.max_lines, match.typed})
                           .text;
    if (rest.empty()) continue;
    if (match.dropped) {
      dropped.push_back(std::move(rest));
    } else {
      found.push_back({match.id, match.typed, std::move(rest), !match.complete});
    }
  }
  if (foreground_ && foreground_->standing.fit == Fit::along) {
    const Standing& standing = foreground_->standing;
    if (!standing.text.empty()) found.push_back({foreground_->id, standing.typed, standing.text, true});
  }
  std::sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) { return a.id < b.id; });

  const auto unwanted = [&](const Candidate& candidate) {
    return candidate.id != insisted_ &&
           std::any_of(dropped.begin(), dropped.end(), [&](const std::string& text) {
             return starts_with(candidate.text, text) ||
                    (candidate.more && starts_with(text, candidate.text));
           });
  };
  // Of two alike the chosen one stays, else the older; one still growing may yet turn out alike.
  const auto repeats = [&](const Candidate& candidate) {
    return candidate.id != chosen_ && std::any_of(found.begin(), found.end(), [&](const Candidate& other) {
             if (other.id == candidate.id) return false;
             if (candidate.more) return starts_with(other.text, candidate.text);
             return other.text == candidate.text &&
                    (other.id == chosen_ || (!other.more && other.id < candidate.id));
           });
  };
  for (const Candidate& candidate : found) {
    if (!unwanted(candidate) && !repeats(candidate)) at_hand.candidates.push_back(candidate);
  }
  return at_hand;
}

void Session::choose(const AtHand& at_hand) {
  const std::vector<Candidate>& all = at_hand.candidates;
  if (all.empty()) return;
  if (std::any_of(all.begin(), all.end(), [&](const Candidate& c) { return c.id == chosen_; })) return;
  chosen_ = std::min_element(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
              return a.typed < b.typed;
            })->id;
  alternatives_ = 0;
  cycling_ = false;
}

size_t Session::chosen_index(const AtHand& at_hand) const {
  const auto& all = at_hand.candidates;
  const auto chosen =
      std::find_if(all.begin(), all.end(), [&](const Candidate& c) { return c.id == chosen_; });
  return chosen == all.end() ? 0 : static_cast<size_t>(chosen - all.begin());
}

void Session::show(const Candidate& chosen, size_t index, size_t count, TimePoint now, Actions& out) {
  std::string text = chosen.text;
  if (shown_ && shown_->tick == view_->changedtick && shown_->line == view_->line &&
      shown_->col == view_->col && shown_->id == chosen.id) {
    // On screen it only grows until the next key, whatever the end of the answer changed.
    if (!starts_with(text, shown_->text)) text = shown_->text;
    if (text == shown_->text && chosen.more == shown_->more && index == shown_->index &&
        count == shown_->count) {
      return;
    }
    if (chosen.more && now < shown_->at + policy_.frame) {
      growing_ = true;
      return;
    }
  }
  shown_ =
      Shown{view_->changedtick, view_->line, view_->col, chosen.id, text, chosen.more, index, count, now};
  out.emplace_back(
      Show{shown_->tick, shown_->line, shown_->col, chosen.id, std::move(text), chosen.more, index, count});
  if (chosen.id == last_shown_) return;
  last_shown_ = chosen.id;
  ++counters_.shown;
  if (guess_ && chosen.id == guess_->id) ++counters_.guessed;
  if (chosen.id == last_ahead_) {
    ++counters_.ahead_used;
    last_ahead_ = 0;
  }
}

void Session::hide(Actions& out) {
  if (!shown_) return;
  out.emplace_back(Hide{view_ ? view_->changedtick : shown_->tick});
  shown_.reset();
}

bool Session::more_alternatives(size_t at_hand, TimePoint now) const {
  const size_t asked = std::max(static_cast<size_t>(alternatives_) + 1, at_hand);
  return asked < policy_.max_alternatives && affordable(now);
}

void Session::continue_cycle(const AtHand& at_hand, TimePoint now, Actions& out) {
  const std::vector<Candidate>& all = at_hand.candidates;
  if (all.empty()) {
    cycling_ = false;
    return;
  }
  if (another_ != 0 && another_ != chosen_ &&
      std::any_of(all.begin(), all.end(), [&](const Candidate& c) { return c.id == another_; })) {
    chosen_ = another_;
    cycling_ = false;
    return;
  }
  if (foreground_) return;
  // What came was one that is there already: the next, but a paid one is not bought twice per key.
  if (more_alternatives(all.size(), now) && (another_ == 0 || !lane_.paid)) {
    alternatives_ = std::max<int64_t>(alternatives_, static_cast<int64_t>(all.size()) - 1) + 1;
    ask(Purpose::another, *view_, {}, alternatives_, now, out);
    return;
  }
  chosen_ = all[(chosen_index(at_hand) + 1) % all.size()].id;
  cycling_ = false;
}

}  // namespace coder::completion
