// Ghost text for all buffers of one Neovim: feeds the pure sessions with what happens, and carries out what
// they say. Loop thread only.
//
//   cursor ─▶ View ─▶ Session::step ─▶ Ask ─▶ Layout ─▶ prompt ─▶ dispatch::Completions ─▶ text ─▶
//   Session::step ─▶ Show
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "completion/layout.h"
#include "completion/once.h"
#include "completion/prompt.h"
#include "completion/repo_model/repo_model.h"
#include "completion/results.h"
#include "completion/session.h"
#include "completion/warmth.h"
#include "config/config.h"
#include "dispatch/completions.h"
#include "workspace/mirror.h"

namespace coder::completion {

/// What ghost text is doing, for a statusline.
struct GhostState {
  std::string state;  ///< "off", "idle", "asking", "loading", "failed"
  std::string model;
  std::string lane;
  std::string text;  ///< why it is off or has failed, or how far the engine is
  bool operator==(const GhostState& other) const = default;
};

class Completer {
 public:
  /// What it needs of the editor's side.
  struct Host {
    std::function<const workspace::Mirror*(int64_t buf)> mirror;
    std::function<privacy::Verdict(int64_t buf)> verdict;  ///< what is known of its privacy
    std::function<void(int64_t buf, const Show& show)> show;
    std::function<void(int64_t buf, int64_t tick)> hide;
    std::function<void(const GhostState& state)> state;
    std::function<bool()> may_read;  ///< an engine may read ahead of the user: by configuration and power
    /// What the repository suggests at this place of a buffer, uncleaned; may be empty. In well under a
    /// millisecond.
    std::function<std::string(int64_t buf, size_t line, size_t col, Gate gate)> guess;
  };
  using GetConfig = std::function<std::shared_ptr<const config::Config>()>;

  Completer(loop::Loop& loop, dispatch::Completions& completions, GetConfig config, Host host);
  ~Completer();
  Completer(const Completer&) = delete;

  struct Attached {
    bool ghost = false;
    std::string why;  ///< why not
  };
  /// A buffer is mirrored from now on, or has another name or filetype.
  Attached attach(int64_t buf, const std::string& path, const std::string& filetype);
  /// It is gone, or not mirrored any more.
  void detach(int64_t buf);
  /// What is known of its privacy has changed.
  void relabel(int64_t buf);
  /// Its mirror has changed.
  void changed(int64_t buf);

  /// A piece of another file that is worth knowing where the user is. It goes along from the next anchor on.
  void offer(Extra extra) { extras_.add(std::move(extra)); }

  void cursor(int64_t buf, int64_t tick, size_t line, size_t col, bool manual);
  /// The user is here outside of insert mode: an engine with nothing to do reads what the first key needs.
  void rest(int64_t buf, size_t line, size_t col);
  /// The engine has freed its model, and with it all that it had read.
  void engine_slept() { read_ = -1; }
  void accept(int64_t buf, int64_t id, size_t bytes, bool all);
  void cycle(int64_t buf, int64_t tick, int step);
  void close(int64_t buf, bool dismissed);

  using Done = unique_function<void(Result<Suggested>)>;
  /// One whole suggestion, of the past where it fits; a later call for the same buffer ends an earlier one
  /// with an empty text.
  void once(int64_t buf, int64_t tick, size_t line, size_t col, Done done);

  void config_changed();

  /// Lines for the status page.
  std::vector<std::string> status() const;

 private:
  struct Buffer;
  struct Cursor {
    int64_t tick = 0;
    size_t line = 0, col = 0;
    bool manual = false;
  };

  Buffer* find(int64_t buf);
  void label(Buffer& buffer);
  Attached judge(const Buffer& buffer) const;
  void step(Buffer& buffer, Event event);
  void perform(Buffer& buffer, const Ask& ask);
  void update_lane(Buffer& buffer);
  void move(Buffer& buffer, const Cursor& cursor);
  std::optional<Gate> gate(const Buffer& buffer) const;
  std::string guess(const Buffer& buffer, const View& view, bool manual) const;
  void leave(Buffer& buffer);
  std::optional<privacy::Prompt> prompt_for(int64_t buf, const Cursor& at, const std::string& accepted,
                                            const config::Model& model, const provider::FimServer& server,
                                            bool anchor_anew = false);
  void prefill(Buffer& buffer);
  void read_ahead(Buffer& buffer);
  void read(Buffer& buffer, const Cursor& at, bool anchor_anew);
  void lane_changed();
  void arm();
  void due();
  void tell_state();
  Policy policy() const;

  loop::Loop& loop_;
  dispatch::Completions& completions_;
  GetConfig config_;
  Host host_;
  Results results_;
  Pace pace_;
  Warmth warmth_;
  int64_t read_ = -1;   ///< the buffer whose prompt the engine has in its cache, as far as we know
  bool ready_ = false;  ///< the lane was, when last seen
  int64_t reads_ = 0, read_tokens_ = 0;
  Extras extras_;
  std::map<int64_t, std::unique_ptr<Buffer>> buffers_;
  int64_t current_ = -1;  ///< buffer of the newest cursor
  std::unique_ptr<dispatch::Operation> prefill_;
  GhostState told_;
  loop::Timer timer_;
};

}  // namespace coder::completion
