// What the user types next, guessed from the repository's own text: no weights from outside, no network, no
// threads, well under a millisecond. See repo_base.h for what is learned, mixer.h for how it is weighed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "completion/repo_model/repo_base.h"

namespace coder::completion {
inline namespace repo_model {

/// How sure a guess has to be. quiet: nine of ten guesses shown are right; eager: four of five.
enum class Gate { quiet, eager };

struct RepoGuess {
  enum class Kind {
    word,   ///< the rest of the word, and on as far as it is as sure; ends at a word's boundary
    line,   ///< the rest of the line
    lines,  ///< the rest of the line and lines below, joined by '\n', without a line end
  };
  std::string text;  ///< to be inserted at the cursor; never empty
  Kind kind = Kind::word;
  double confidence = 0;      ///< the share of such guesses that are right, 0 to 1
  bool private_text = false;  ///< some place that it was taken from is private
};

/// The model as one thread holds it: a base, the files that changed since (the session), the open buffers.
/// Passive, not thread-safe; nothing here blocks or reads a file.
class RepoModel {
 public:
  RepoModel();
  ~RepoModel();
  RepoModel(RepoModel&&) noexcept;
  RepoModel& operator=(RepoModel&&) noexcept;

  /// Counts the changes of the session: taken when a worker starts to read files for a new base, given to
  /// set_base with that base.
  uint64_t stamp() const;
  /// Swaps the base; files put or removed after `stamp` stay on top of it, older ones are forgotten (the base
  /// knows them). A base that was loaded: stamp 0, then put() what differs from base->files().
  void set_base(std::shared_ptr<const RepoBase> base, uint64_t stamp);
  const RepoBase* base() const;

  /// A file was saved or made; hides the base's version of it. ≤ 5 ms for 512 KiB. What is not worth learning
  /// from counts as removed.
  void put(const std::string& path, std::string_view text, bool private_text);
  void remove(const std::string& path);
  /// The session has outgrown what a query may cost: time for a worker to make a new base.
  bool wants_rebuild() const;

  /// A buffer, whole. `path` is relative to the root, empty for a buffer without a name. Of lines over 4 KiB
  /// only the start is learned from.
  void buffer_set(int64_t buf, const std::string& path, const std::vector<std::string>& lines,
                  bool private_text = false);
  /// Lines [first, last), 0-based, became `lines`, as on_lines has it. A range outside of the buffer is cut
  /// to it; an unknown buffer is ignored.
  void buffer_splice(int64_t buf, size_t first, size_t last, const std::vector<std::string>& lines);
  void buffer_drop(int64_t buf);

  /// At byte `col` of `line`, both 0-based. nullopt where nothing is sure enough, and where the place is not
  /// in the buffer.
  std::optional<RepoGuess> guess(int64_t buf, size_t line, size_t col, Gate gate) const;

  size_t bytes() const;  ///< of memory, without the base, roughly

  struct State;
  const State& state() const { return *state_; }
  State& state() { return *state_; }  ///< for measuring and training only

 private:
  std::unique_ptr<State> state_;
};

}  // namespace repo_model
}  // namespace coder::completion
