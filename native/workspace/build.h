// One pass over all files: list, compare with what is known, read and parse what is new or changed on as many
// workers as there are cores, take in.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/unique_function.h"
#include "loop/loop.h"
#include "workspace/intake.h"
#include "workspace/lane.h"
#include "workspace/look.h"
#include "workspace/shelf.h"

namespace coder::workspace {

/// Jobs that read and parse at once: the cores, but of the pool's threads one stays for the Index and one for
/// others.
size_t parse_jobs();

/// Starts at once; destroying it gives up what has not been taken in.
class Build {
 public:
  struct Progress {
    size_t listed = 0;
    size_t done = 0;
    size_t parsed = 0;      ///< read and parsed, because no facts of them were kept
    double listing_ms = 0;  ///< until it was known what has changed
    bool git = false;
    bool again = false;   ///< something changed meanwhile: another pass is due
    std::string problem;  ///< of the listing; may be empty
  };

  struct Setup {
    Lane* lane = nullptr;
    std::shared_ptr<Intake> intake;  ///< of the jobs of `lane`
    std::shared_ptr<const Selection> selection;
    Shelf* shelf = nullptr;  ///< where facts are kept; may be null
    bool fresh = false;      ///< do not ask the shelf
  };
  /// `stamp`: given just now. `on_done` is called once.
  Build(loop::Loop& loop, Setup setup, uint64_t stamp, unique_function<void()> on_done);
  ~Build();
  Build(const Build&) = delete;

  const Progress& progress() const;
  /// Those that hold listed files, and the folders above them up to the root (""), sorted; when it is done.
  const std::vector<std::string>& folders() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace coder::workspace
