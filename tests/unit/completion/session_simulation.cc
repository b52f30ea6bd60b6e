#include "unit/completion/session_simulation.h"

#include <algorithm>
#include <utility>

#include "unit/completion/session_script.h"

namespace coder::completion {
namespace {

constexpr size_t kEntries = 24, kBytes = 32u << 10;

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// At most `bytes` of `text`, whole code points.
std::string head(std::string_view text, size_t bytes) {
  bytes = std::min(bytes, text.size());
  while (bytes > 0 && bytes < text.size() && continues(text[bytes])) --bytes;
  return std::string(text.substr(0, bytes));
}

std::string_view tail(std::string_view text, size_t bytes) {
  return text.substr(text.size() - std::min(bytes, text.size()));
}

}  // namespace

Simulation::Simulation(std::function<size_t(size_t)> pick)
    : pick_(std::move(pick)),
      results_(kEntries, kBytes),
      session_(policy_, results_, &pace_),
      now_(std::chrono::hours(1000)),
      lines_{"def f(a):", "    x = 1", "", "    return x", "g(f(2))"} {
  policy_.max_raw_bytes = 120;
  policy_.max_alternatives = 3;
  policy_.request_limit = Millis(1500);
  policy_.paid_per_minute = 120;
  policy_.max_lines = pick_(3) == 0 ? 2 : 0;
  if (pick_(4) == 0) policy_.debounce = Millis(30);
  session_.set_policy(policy_);
  line_ = 2;
}

void Simulation::fail(const std::string& what) {
  if (!trouble_.empty()) return;
  trouble_ = what + " at step " + std::to_string(steps_);
  for (const std::string& line : trace_) trouble_ += "\n  " + line;
}

void Simulation::tell(Event event, std::string_view what) {
  if (!trouble_.empty()) return;
  const bool time = std::holds_alternative<TimePassed>(event);
  const std::vector<Action> actions = session_.step(std::move(event), now_);
  std::string line = std::to_string((now_ - TimePoint(std::chrono::hours(1000))) / Millis(1)) + " " +
                     std::string(what) + ":";
  for (const Action& action : actions) line += " " + describe(action);
  trace_.push_back(std::move(line));
  if (trace_.size() > 25) trace_.pop_front();
  for (const Action& action : actions) check(action);
  check_state();
  const std::optional<TimePoint> due = session_.deadline();
  if (time && due && *due <= now_) fail("a deadline that does not pass");
}

void Simulation::check(const Action& action) {
  if (const auto* ask = std::get_if<Ask>(&action)) {
    if (ask->request <= newest_) return fail("a number used before");
    newest_ = ask->request;
    ++asks_;
    if (!told_) return fail("asked with no one there");
    if (!lane_.available) return fail("asked without a lane");
    for (const int64_t id : live_) {
      if ((requests_[id].purpose == Purpose::ahead) == (ask->purpose == Purpose::ahead)) fail("two requests");
      if (requests_[id].purpose == Purpose::ahead) fail("the one ahead did not go first");
    }
    if (ask->purpose == Purpose::ahead) {
      if (lane_.paid || lane_.busy || !lane_.ahead) fail("ahead on a lane that cannot");
      if (!screen_ || screen_->text != ask->accepted || screen_->more) fail("ahead of nothing");
      if (ask->view.before != told_->before + ask->accepted) fail("ahead of another place");
    } else if (ask->view.before != told_->before || ask->view.changedtick != told_->changedtick) {
      fail("asked for another place");
    }
    if (ask->view.after != told_->after) fail("asked with another suffix");
    Request request;
    request.purpose = ask->purpose;
    request.place = ask->view;
    request.script = script(ask->view);
    requests_.emplace(ask->request, std::move(request));
    live_.push_back(ask->request);
    while (requests_.size() > 5000) requests_.erase(requests_.begin());
  } else if (const auto* over = std::get_if<Cancel>(&action)) {
    ++cancels_;
    Request* request = live(over->request);
    if (request == nullptr) return fail("cancelled what is over");
    request->whole = false;
    this->over(over->request);
  } else if (const auto* show = std::get_if<Show>(&action)) {
    check_show(*show);
  } else {
    if (!screen_) fail("hid what is not there");
    screen_.reset();
  }
}

void Simulation::check_show(const Show& show) {
  if (!told_) return fail("shown with no one there");
  if (accepting_) return fail("shown while the accepted text is on its way");
  if (show.tick != told_->changedtick || show.line != told_->line || show.col != told_->col) {
    return fail("shown for another place");
  }
  if (show.text.find_first_not_of(" \t\n") == std::string::npos) fail("an empty ghost");
  if (show.text.find('\r') != std::string::npos) fail("a CR");
  if (show.index < 1 || show.index > show.count) fail("a number beyond the count");
  if (screen_ && screen_->tick == show.tick && screen_->line == show.line && screen_->col == show.col &&
      screen_->id == show.id) {
    if (!starts_with(show.text, screen_->text)) fail("the ghost did not only grow");
    if (show.more && !screen_->more && show.text == screen_->text) fail("growing after its end");
    if (show.more && now_ < screen_->at + policy_.frame) fail("two shows in a frame");
  }
  const auto request = requests_.find(show.id);
  if (request == requests_.end()) {
    if (!guessed(show)) fail("a ghost from nowhere");
    const bool there = screen_ && screen_->tick == show.tick && screen_->id != show.id;
    if (there && requests_.count(screen_->id) > 0) fail("a guess in place of what a model said");
  } else if (!lane_.available) {
    fail("shown without a lane");
  } else if (!fits(request->second, show)) {
    fail("a ghost that does not fit");
  }
  screen_ = Screen{show.tick, show.line, show.col, show.id, show.text, show.more, now_};
}

/// The buffer, with the ghost in it, is the request's place followed by something it wrote; and if all of it
/// was heard, the ghost is what the cleaning makes of that.
bool Simulation::fits(const Request& request, const Show& show) const {
  const std::string& before = told_->before;
  for (size_t typed = 0; typed <= before.size(); ++typed) {
    const std::string_view then = std::string_view(before).substr(0, before.size() - typed);
    if (tail(then, kWindow) != tail(request.place.before, kWindow)) continue;
    const std::string written = before.substr(then.size());
    for (size_t from = 0; from <= request.raw.size(); ++from) {
      const std::string_view raw = std::string_view(request.raw).substr(from);
      if (!starts_with(raw, written + show.text)) continue;
      if (!after_fits(request.place.after, told_->after, written, raw.substr(written.size()))) continue;
      if (!request.whole || show.more) return true;
      if (screen_ && screen_->tick == show.tick && starts_with(screen_->text, show.text)) return true;
      for (const bool cut_short : {false, true}) {
        const CleanInput input{before, told_->after, raw, true, cut_short, policy_.max_lines, typed};
        if (clean(input).text == show.text) return true;
      }
    }
  }
  return false;
}

/// The buffer, with the ghost in it, is a guess's place followed by that guess.
bool Simulation::guessed(const Show& show) const {
  const std::string& before = told_->before;
  return std::any_of(guesses_.begin(), guesses_.end(), [&](const Guess& one) {
    const std::string whole = one.place.before + one.text;
    return tail(before + show.text, kWindow) == tail(whole, kWindow);
  });
}

void Simulation::check_state() {
  if (!told_ && (screen_ || !live_.empty())) fail("something left behind");
  const bool of_model = screen_ && requests_.count(screen_->id) > 0;
  if (!lane_.available && (of_model || !live_.empty())) fail("something left without a lane");
  if (screen_ &&
      (screen_->tick != told_->changedtick || screen_->line != told_->line || screen_->col != told_->col)) {
    fail("a ghost of the past");
  }
  if (results_.size() > kEntries || results_.bytes() > kBytes) fail("too much kept");
  const Counters& counters = session_.counters();
  if (counters.asked != asks_ || counters.cancelled != cancels_) fail("miscounted");
  if (counters.ahead_used > counters.ahead || counters.ahead > counters.asked) fail("miscounted ahead");
}

Simulation::Request* Simulation::live(int64_t id) {
  return std::find(live_.begin(), live_.end(), id) == live_.end() ? nullptr : &requests_[id];
}

void Simulation::over(int64_t id) { live_.erase(std::find(live_.begin(), live_.end(), id)); }

void Simulation::pass(Millis time) {
  const TimePoint until = now_ + time;
  // The owner's timer, which may be late but does not fail to come.
  const bool late = pick_(5) == 0;
  for (int i = 0; i < 50; ++i) {
    const std::optional<TimePoint> due = session_.deadline();
    if (!due || *due > until) break;
    now_ = late ? until : std::max(now_, *due);
    tell(TimePassed{}, "time");
    if (i == 49) fail("deadlines without end");
  }
  now_ = until;
}

std::string Simulation::script(const View& view) {
  static const char* const kScripts[] = {
      "",
      " ",
      "x",
      "foo(a, b)",
      "foo(a, c)",
      "foo(a)\n    y = bar(x)\n    return y",
      "if x:\n        pass\n    else:\n        z(1)\n",
      "\n    for i in a:\n        print(i)\r\n        x += i\n",
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "a\na\na\na\na\na\na\n",
      "\u00e9t\u00e9 = \u4e2d\u6587\nend",
      "f(g(h(\"s\")))",
      "\t\n\r\n  \n",
  };
  constexpr size_t kCount = std::size(kScripts);
  const size_t which = pick_(kCount + 5);
  if (which < kCount) return kScripts[which];
  const size_t line = view.before.rfind('\n') + 1;
  // The model repeats what stands before the cursor, or what comes after it.
  if (which == kCount) return view.before.substr(line) + "again";
  if (which == kCount + 1) return "one" + view.after;
  if (which == kCount + 2) return std::string(200, 'l');
  std::string text;
  for (size_t i = pick_(30); i > 0; --i) text += "ab (\n)"[pick_(6)];
  return text;
}

void Simulation::move(bool manual) {
  View view = make_view(lines_, line_, col_, tick_);
  line_ = view.line;
  col_ = view.col;
  told_ = view;
  tell(Moved{std::move(view), manual}, (manual ? "manual [" : "move [") + lines_[line_].substr(0, col_) +
                                           "|" + lines_[line_].substr(col_) + "]");
  if (pick_(2) == 0 && session_.wants_guess()) guess();
}

/// The repo model agrees with the model, or does not; or it has nothing to say.
void Simulation::guess() {
  static const char* const kGuesses[] = {"", "foo(a", "foo(a, b)", "bar", "oo", "x:"};
  std::string text = kGuesses[pick_(std::size(kGuesses))];
  guesses_.push_back({*told_, text});
  if (guesses_.size() > 400) guesses_.pop_front();
  tell(Guessed{text}, "guess [" + text + "]");
}

void Simulation::insert(std::string_view text) {
  for (const char byte : text) {
    std::string& line = lines_[line_];
    if (byte == '\n') {
      lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(line_) + 1, line.substr(col_));
      lines_[line_].resize(col_);
      ++line_;
      col_ = 0;
    } else {
      line.insert(col_++, 1, byte);
    }
  }
  ++tick_;
}

void Simulation::erase(size_t bytes) {
  for (; bytes > 0 && (col_ > 0 || line_ > 0); --bytes) {
    if (col_ > 0) {
      do {
        lines_[line_].erase(--col_, 1);
      } while (col_ > 0 && continues(lines_[line_][col_]));
    } else {
      col_ = lines_[line_ - 1].size();
      lines_[line_ - 1] += lines_[line_];
      lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(line_));
      --line_;
    }
  }
  ++tick_;
}

void Simulation::accept() {
  const std::string text = screen_->text;
  const bool all = pick_(2) == 0;
  // The editor may not have seen the newest growth yet.
  const std::string taken = head(text, all && pick_(4) != 0 ? text.size() : 1 + pick_(text.size()));
  if (taken.empty()) return;
  accepting_ = all;
  const int64_t id = screen_->id;
  if (all) screen_.reset();
  tell(Accepted{id, taken.size(), all}, all ? "accept all" : "accept");
  for (size_t i = pick_(3); i > 0; --i) {
    pass(Millis(pick_(40)));
    model();
  }
  accepting_ = false;
  if (!told_) return;
  insert(taken);
  move();
}

void Simulation::change_lane() {
  lane_.available = pick_(6) != 0;
  lane_.paid = pick_(4) == 0;
  lane_.busy = pick_(4) == 0;
  lane_.ahead = pick_(2) == 0;
  lane_.per_minute = pick_(3) == 0 ? std::optional<int>(static_cast<int>(pick_(200))) : std::nullopt;
  tell(LaneChanged{lane_}, "lane");
}

void Simulation::user() {
  if (past_.size() > 20) past_.pop_front();
  past_.push_back({lines_, line_, col_});
  // A buffer that stays small is come back to.
  if (lines_.size() > 40 || lines_[line_].size() > 200) {
    lines_ = past_.front().lines;
    line_ = past_.front().line;
    col_ = past_.front().col;
    if (lines_.size() > 40 || lines_[line_].size() > 200) lines_ = {"x = ", "y"}, line_ = 0, col_ = 4;
    ++tick_;
    return move();
  }
  switch (pick_(16)) {
    case 0:
    case 1:
    case 2:
    case 3:
      // Along the ghost.
      if (screen_) insert(head(screen_->text, 1 + pick_(4)));
      return move();
    case 4: {
      // As the model is going to write.
      if (!live_.empty()) insert(head(requests_[live_[0]].script, 1 + pick_(3)));
      return move();
    }
    case 5:
    case 6:
      insert(std::string(1, "ab (\n)x"[pick_(7)]));
      return move();
    case 7:
      insert("(");
      lines_[line_].insert(col_, ")");
      return move();
    case 8:
    case 9:
      erase(1 + pick_(3));
      return move();
    case 10:
      line_ = pick_(lines_.size());
      col_ = pick_(lines_[line_].size() + 1);
      return move();
    case 11: {
      const Snapshot& old = past_[pick_(past_.size())];
      lines_ = old.lines;
      line_ = old.line;
      col_ = old.col;
      ++tick_;
      return move();
    }
    case 12:
      if (pick_(2) == 0) ++tick_;
      return move(pick_(2) == 0);
    case 13:
      if (screen_) accept();
      return;
    case 14:
      if (told_) {
        tell(Cycled{tick_ - (pick_(8) == 0 ? 1 : 0), pick_(3) == 0 ? -1 : 1}, "cycle");
      }
      return;
    default:
      if (pick_(3) == 0) {
        const bool dismissed = pick_(2) == 0;
        told_.reset();
        tell(Closed{dismissed}, dismissed ? "dismiss" : "close");
      } else if (pick_(4) == 0) {
        change_lane();
      }
      return;
  }
}

void Simulation::model() {
  if (requests_.empty()) return;
  int64_t id = 0;
  if (live_.empty() || pick_(8) == 0) {
    // One that is over speaks all the same, or one that never was.
    id = pick_(5) == 0
             ? newest_ + 1000
             : std::next(requests_.begin(), static_cast<std::ptrdiff_t>(pick_(requests_.size())))->first;
  } else {
    id = live_[pick_(live_.size())];
  }
  const std::string name = " " + std::to_string(id);
  Request* request = live(id);
  switch (pick_(8)) {
    case 0:
      return tell(Began{id}, "began" + name);
    case 1:
      if (pick_(4) != 0) break;
      if (request != nullptr) {
        request->whole = false;
        over(id);
      }
      return tell(Failed{id}, "failed" + name);
    default:
      break;
  }
  if (request == nullptr)
    return tell(pick_(2) == 0 ? Event(Wrote{id, "late"}) : Event(Ended{id}), "late" + name);
  if (request->script.empty()) {
    over(id);
    return tell(Ended{id, pick_(4) == 0}, "ended" + name);
  }
  const std::string text = head(request->script, 4 + pick_(20));
  request->script.erase(0, text.size());
  for (const char byte : text) {
    if (byte != '\r') request->raw.push_back(byte);
  }
  tell(Wrote{id, text}, "wrote" + name + " [" + text + "]");
}

bool Simulation::run() {
  ++steps_;
  if (steps_ == 1) {
    lane_ = {true, false, false, true, std::nullopt};
    tell(LaneChanged{lane_}, "lane");
  }
  pass(Millis(pick_(6) == 0 ? pick_(600) : pick_(25)));
  if (pick_(3) == 0) {
    user();
  } else {
    model();
  }
  return trouble_.empty();
}

bool Simulation::finish() {
  told_.reset();
  tell(Closed{}, "close");
  if (session_.deadline()) fail("a deadline left");
  return trouble_.empty();
}

}  // namespace coder::completion
