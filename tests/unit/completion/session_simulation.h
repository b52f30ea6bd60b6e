// An editor, a user and a model around a session, driven by random choices: what must hold at every moment is
// checked against a screen and a list of requests that know nothing of the session's inside.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "completion/session.h"

namespace coder::completion {

class Simulation {
 public:
  /// `pick(n)` gives a number below n, n > 0.
  explicit Simulation(std::function<size_t(size_t)> pick);

  /// One thing happens. False: an invariant is broken, see trouble().
  bool run();
  /// The user goes; nothing may be left.
  bool finish();

  const std::string& trouble() const { return trouble_; }
  const Counters& counters() const { return session_.counters(); }
  int64_t steps() const { return steps_; }

 private:
  struct Request {
    Purpose purpose = Purpose::now;
    View place;
    std::string script;  ///< what the model will write
    std::string raw;     ///< what it wrote, without CR
    bool whole = true;   ///< all it wrote was heard
  };
  struct Screen {
    int64_t tick = 0;
    size_t line = 0, col = 0;
    int64_t id = 0;
    std::string text;
    bool more = false;
    TimePoint at;
  };
  struct Snapshot {
    std::vector<std::string> lines;
    size_t line = 0, col = 0;
  };

  void tell(Event event, std::string_view what);
  void check(const Action& action);
  void check_show(const Show& show);
  bool fits(const Request& request, const Show& show) const;
  bool guessed(const Show& show) const;
  void check_state();
  void fail(const std::string& what);
  void pass(Millis time);

  void user();
  void model();
  void move(bool manual = false);
  void guess();
  void insert(std::string_view text);
  void erase(size_t bytes);
  void accept();
  void change_lane();
  std::string script(const View& view);
  Request* live(int64_t id);
  void over(int64_t id);

  std::function<size_t(size_t)> pick_;
  Policy policy_;
  Results results_;
  Pace pace_;
  Session session_;
  TimePoint now_;
  Lane lane_;
  std::vector<std::string> lines_;
  size_t line_ = 0, col_ = 0;
  int64_t tick_ = 1;
  std::optional<View> told_;  ///< the newest place the session knows of
  std::optional<Screen> screen_;
  bool accepting_ = false;  ///< everything was accepted, the edit is to come
  std::string accepted_;
  struct Guess {
    View place;
    std::string text;
  };
  std::deque<Guess> guesses_;  ///< told of late
  std::map<int64_t, Request> requests_;
  std::vector<int64_t> live_;  ///< neither ended nor failed nor cancelled
  std::deque<Snapshot> past_;
  std::deque<std::string> trace_;
  std::string trouble_;
  int64_t steps_ = 0, asks_ = 0, cancels_ = 0, newest_ = 0;
};

}  // namespace coder::completion
