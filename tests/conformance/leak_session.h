// One Neovim's life in a leak test: buffers opened, renamed, pasted into, conversations held and quoted from,
// ghost text asked for, under changing configurations and faults.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "conformance/leak_fleet.h"
#include "conformance/leak_sources.h"
#include "support/fake_neovim.h"

namespace coder::test {

class LeakSession {
 public:
  /// `on_over` runs once, from the loop; the session is to be destroyed after it.
  LeakSession(loop::Loop& loop, LeakFleet& fleet, int number, int questions, std::function<void()> on_over)
      : loop_(loop),
        fleet_(fleet),
        number_(number),
        left_(questions),
        on_over_(std::move(on_over)),
        dice_(Dice::mix(fleet.seed(), "session" + std::to_string(number))),
        neovim_(loop, folder_.file("config.toml", fleet.configuration(dice_))),
        timer_(loop, [this] { act(); }) {
    for (const char* path : {"/client-x/secret.py", "/tight/kept.go"}) {
      hidden_.push_back(neovim_.open(fleet_.project().root() + path, lines_of(dice_, true, 8)));
    }
    for (const std::string& path : fleet_.project().open()) {
      open_.push_back(neovim_.open(path, lines_of(dice_, false, 6)));
    }
    for (int i = 0; i < 2; ++i) open_.push_back(neovim_.open("", lines_of(dice_, false, 3)));
    never_ = neovim_.open(fleet_.project().root() + "/.env", {leak_words()[kPrivateWords]});
    for (const int64_t buf : open_) all_.push_back(buf);
    for (const int64_t buf : hidden_) all_.push_back(buf);
    all_.push_back(never_);
    timer_.start(Millis(5));
  }

 private:
  static constexpr size_t kChats = 4;
  /// Nobody waits longer for an answer.
  static constexpr int kPatience = 120;  // acts

  struct Chat {
    int64_t buf = 0;
    bool asking = false;
    int acts = 0;  ///< since it was asked
  };

  void act() {
    if (left_ == 0 && !crashing_ && refactors_ == 0 &&
        std::none_of(chats_.begin(), chats_.end(), [](const Chat& c) { return c.asking; })) {
      return on_over_();
    }
    timer_.start(Millis(1 + static_cast<int64_t>(dice_.below(6))));
    if (crashing_) return;
    for (Chat& chat : chats_) {
      if (chat.asking && ++chat.acts > kPatience) neovim_.stop_all();
    }
    if (refactors_ > 0 && ++acts_ % kPatience == 0) neovim_.stop_all();
    const size_t what = dice_.below(100);
    if (what < 8) {
      if (left_ > 0) refactor();
    } else if (what < 50) {
      if (left_ > 0) ask();
    } else if (what < 65) {
      complete();
    } else if (what < 78) {
      const int64_t buf = dice_.any(all_);
      neovim_.attach(buf);
      neovim_.cursor(buf, static_cast<int64_t>(dice_.below(neovim_.buffer(buf).lines.size())), 0);
    } else if (what < 86) {
      change_buffer();
    } else if (what < 91) {
      static const std::vector<std::string> kModes = {"auto", "cloud", "local"};
      neovim_.mode(dice_.percent(70) ? dice_.any(kModes) : "",
                   dice_.percent(40) ? dice_.any(LeakFleet::names()) : "");
    } else if (what < 93) {
      neovim_.write_config(fleet_.configuration(dice_));
    } else if (what < 95) {
      neovim_.stop_all();
    } else if (what < 96 && left_ > 0) {
      crash();
    }
  }

  /// Lines of a private buffer that the backend has seen, as they are or through a register. After a crash it
  /// sees none until it is used: then nothing is copied.
  std::vector<std::string> copied(bool yanked) {
    const int64_t from = dice_.any(hidden_);
    if (!neovim_.buffer(from).attached) {
      neovim_.attach(from);
      return lines_of(dice_, false, 1);
    }
    const std::vector<std::string>& lines = neovim_.buffer(from).lines;
    const size_t first = dice_.below(lines.size());
    const size_t count = 1 + dice_.below(std::min<size_t>(2, lines.size() - first));
    if (yanked) return neovim_.yank(from, first, count);
    return {lines.begin() + static_cast<int64_t>(first), lines.begin() + static_cast<int64_t>(first + count)};
  }

  /// Labels are kept where they have been heard of.
  void crash() {
    crashing_ = true;
    neovim_.settle([this] {
      loop_.post([this, alive = std::weak_ptr<bool>(alive_)] {
        if (alive.expired()) return;
        crashing_ = false;
        for (Chat& chat : chats_) chat = {};
        refactors_ = 0;
        neovim_.restart_backend();
      });
    });
  }

  void change_buffer() {
    switch (dice_.below(4)) {
      case 0: {  // a copy of private lines in a buffer without a name
        const int64_t buf = neovim_.open("", lines_of(dice_, false, 2));
        neovim_.append(buf, copied(dice_.percent(50)));
        all_.push_back(buf);
        return;
      }
      case 1: {  // a register put into a file of one's own
        const int64_t buf = neovim_.open(path("put"), lines_of(dice_, false, 2));
        neovim_.append(buf, copied(true));
        all_.push_back(buf);
        return;
      }
      case 2: {  // a private file saved under another name
        const int64_t buf =
            neovim_.open(fleet_.project().root() + "/client-x/draft" + std::to_string(++names_) + ".py",
                         lines_of(dice_, true, 4));
        neovim_.rename(buf, path("renamed"));
        all_.push_back(buf);
        return;
      }
      default:
        neovim_.append(dice_.any(open_), lines_of(dice_, false, 1));
    }
  }
  std::string path(const std::string& what) {
    return fleet_.project().root() + "/src/" + what + std::to_string(++names_) + ".py";
  }

  void complete() {
    ++fleet_.totals().asked;
    ++fleet_.totals().completions;
    const int64_t buf = dice_.any(all_);
    neovim_.attach(buf);
    const auto line = static_cast<int64_t>(dice_.below(neovim_.buffer(buf).lines.size()));
    neovim_.complete(buf, line, 0,
                     [this](bool well) { ++(well ? fleet_.totals().answered : fleet_.totals().failed); });
  }

  /// A file changed by a model, some of them asked once more.
  void refactor() {
    if (refactors_ > 0) return;
    --left_;
    ++fleet_.totals().asked;
    ++refactors_;
    std::string instruction =
        "Change it. serial:" + std::to_string(number_) + "." + std::to_string(left_) + ";";
    if (dice_.percent(25)) {
      for (const std::string& line : copied(dice_.percent(50))) instruction += "\n" + line;
    }
    const int64_t source = dice_.any(all_);
    const bool hidden = holds_private(instruction + joined(neovim_.buffer(source).lines));
    if (hidden) ++fleet_.totals().hidden;
    const auto task = dice_.percent(30) ? std::optional<std::string>("test") : std::nullopt;
    const auto over = [this, hidden](const FakeNeovim::Refactored& refactored) {
      LeakTotals& totals = fleet_.totals();
      for (const rpc::RefactorBeginEvent& begin : refactored.begun) {
        BOOST_CHECK(!hidden || begin.private_text);
        BOOST_CHECK(!begin.private_text || begin.lane == "local");
      }
      ++(!refactored.error ? totals.answered : refactored.begun.empty() ? totals.refused : totals.failed);
      if (refactored.id != 0 && dice_.percent(40)) {
        ++totals.asked;
        std::string text = "Otherwise.";
        if (dice_.percent(30)) {
          for (const std::string& line : copied(true)) text += "\n" + line;
        }
        return neovim_.again(refactored.id, text);
      }
      --refactors_;
      if (refactored.id != 0) neovim_.close_refactor(refactored.id);
    };
    neovim_.refactor(instruction, source, over, task);
  }

  void ask() {
    Chat& chat = chats_[dice_.below(kChats)];
    if (chat.asking) return;
    if (chat.buf == 0 || dice_.percent(40)) chat.buf = neovim_.new_chat();
    --left_;
    ++fleet_.totals().asked;
    chat.asking = true;
    chat.acts = 0;
    const size_t index = static_cast<size_t>(&chat - chats_.data());
    std::vector<std::string> question = {"Why? serial:" + std::to_string(number_) + "." +
                                         std::to_string(left_) + ";"};
    const size_t what = dice_.below(100);
    if (what < 20) {
      const int64_t from = dice_.any(all_);
      neovim_.quote(chat.buf, from, 0, neovim_.buffer(from).lines.size(),
                    [this, index, from, question](bool well) {
                      BOOST_CHECK(!well || from != never_);
                      if (!well) ++fleet_.totals().never_sent;
                      send(index, question);
                    });
      return;
    }
    if (what < 35) {
      for (const std::string& line : copied(dice_.percent(50))) question.push_back(line);
    } else if (what < 45 && neovim_.buffer(open_[0]).attached) {
      // Some names are private by a project file, which is known with a buffer of its repository.
      for (const std::string& line : split_lines(diff_of(dice_, true))) question.push_back(line);
    } else if (what < 50) {
      // An answer of an earlier question, of this conversation or another.
      const Chat& other = dice_.any(chats_);
      if (other.buf != 0 && neovim_.buffer(other.buf).attached) {
        const size_t size = neovim_.buffer(other.buf).lines.size();
        for (const std::string& line : neovim_.yank(other.buf, size / 2, size - size / 2)) {
          if (line.compare(0, 3, "## ") != 0) question.push_back(line);
        }
      }
    }
    for (const std::string& line : lines_of(dice_, false, dice_.below(6))) question.push_back(line);
    send(index, question);
  }

  void send(size_t index, const std::vector<std::string>& question) {
    const int64_t buf = chats_[index].buf;
    neovim_.append(buf, question);
    const bool hidden = holds_private(joined(neovim_.buffer(buf).lines));
    if (hidden) ++fleet_.totals().hidden;
    std::optional<int64_t> source;
    if (dice_.percent(50)) source = dice_.any(all_);
    std::optional<std::string> avoid;
    if (dice_.percent(10)) avoid = dice_.percent(50) ? "local" : "cloud";
    neovim_.ask(buf, source, avoid, [this, index, buf, hidden](const FakeNeovim::Answered& answered) {
      LeakTotals& totals = fleet_.totals();
      chats_[index].asking = false;
      for (const rpc::AskBeginEvent& begin : answered.begun) {
        BOOST_CHECK_MESSAGE(!hidden || begin.private_text, "private text unnoticed by "
                                                               << begin.model << " in\n"
                                                               << joined(neovim_.buffer(buf).lines));
        BOOST_CHECK(!begin.private_text || begin.lane == "local");
      }
      if (answered.begun.size() > 1) ++totals.failed_over;
      if (!answered.error) {
        ++totals.answered;
      } else {
        ++(answered.begun.empty() ? totals.refused : totals.failed);
      }
    });
  }

  loop::Loop& loop_;
  LeakFleet& fleet_;
  int number_;
  int left_;
  std::function<void()> on_over_;
  Dice dice_;
  TempFolder folder_;
  FakeNeovim neovim_;
  std::vector<int64_t> hidden_, open_, all_;
  int64_t never_ = 0;
  int names_ = 0;
  int refactors_ = 0;  ///< under way
  int acts_ = 0;
  bool crashing_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::vector<Chat> chats_ = std::vector<Chat>(kChats);
  loop::Timer timer_;
};

}  // namespace coder::test
