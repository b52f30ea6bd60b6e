// The guess that stands in until a model has spoken, and when it gives way.
#include <algorithm>
#include <utility>

#include "completion/session.h"

namespace coder::completion {

bool Session::wants_guess() const { return view_ && !accepting_ && (!shown_ || shows_guess()); }

/// The cursor has moved: is it still where the guess leads?
void Session::follow_guess() {
  if (!guess_) return;
  const std::string_view before = view_->before;
  const std::string_view text = guess_->text;
  for (size_t typed = 0; typed < text.size() && typed <= before.size(); ++typed) {
    if (before.substr(before.size() - typed) != text.substr(0, typed)) continue;
    if (!before_fits(guess_->place.before, before, typed)) continue;
    if (!after_fits(guess_->place.after, view_->after, text.substr(0, typed), text.substr(typed))) continue;
    if (typed > guess_->typed && shows_guess()) guess_->agreed = true;
    guess_->typed = typed;
    return;
  }
  guess_.reset();
}

void Session::on(Guessed event, TimePoint, Actions&) {
  if (!view_ || accepting_) return;
  if (guess_ && (shows_guess() || guess_->agreed)) {
    // What is typed along stays as it is, but for what may now be said beyond it.
    const std::string_view rest = std::string_view(guess_->text).substr(guess_->typed);
    if (event.text.size() > rest.size() && event.text.compare(0, rest.size(), rest) == 0)
      guess_->text += event.text.substr(rest.size());
    return;
  }
  guess_.reset();
  if (event.text.empty()) return;
  guess_ = Guess{results_.next_id(), *view_, std::move(event.text), 0, false};
}

/// The guess, where it is what to show although this is at hand.
std::optional<Session::Candidate> Session::guess_instead(const AtHand& at_hand) const {
  if (!guess_) return std::nullopt;
  const std::string rest = guess_->text.substr(guess_->typed);
  const auto begins = [](std::string_view text, std::string_view with) {
    return text.substr(0, with.size()) == with;
  };
  const bool unwanted = std::any_of(at_hand.dropped.begin(), at_hand.dropped.end(),
                                    [&](const std::string& text) { return begins(rest, text); });
  if (unwanted) return std::nullopt;
  const Candidate out{guess_->id, guess_->typed, rest, false};
  if (at_hand.candidates.empty()) return out;
  if (!shows_guess() && !guess_->agreed) return std::nullopt;  // the model was first
  const Candidate& model = at_hand.candidates[chosen_index(at_hand)];
  if (begins(model.text, rest)) return std::nullopt;       // it goes on from there
  if (model.more && begins(rest, model.text)) return out;  // it may yet
  return guess_->agreed ? std::optional<Candidate>(out) : std::nullopt;
}

}  // namespace coder::completion
