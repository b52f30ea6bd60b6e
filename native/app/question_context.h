// What goes along with one question: what its words name, and what a search finds for it. Loop thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "context/gather.h"
#include "rpc/messages.h"
#include "task/named_context.h"

namespace coder::app {

/// Most tokens that may be gathered for a question, about the repository or not; a model's window sets a
/// limit, too.
size_t context_tokens(const config::Config& config, bool repo);

/// How many of them a model's window leaves room for.
size_t gathered_share(const config::Model& model, bool repo);

struct QuestionContext {
  std::vector<task::Source> named;  ///< what the user named counts for the label and the size
  bool repo = false;                ///< #repo
  std::optional<context::Gathered> gathered;
  std::vector<task::Source> examples;  ///< tests nearby: gathered, too
  std::string root;

  /// The system turn with what was named; no turn where that is nothing.
  std::vector<privacy::Turn> named_turns() const;
  using Count = std::function<size_t(std::string_view)>;
  /// What was gathered, for a lane that may see private text or not; empty text: nothing. Costs `budget`
  /// tokens at most, as `count` has them.
  privacy::Part part(bool trusted, size_t budget, const Count& count) const;
  /// For the user: named, gathered and dropped.
  std::vector<rpc::ContextItem> items(bool trusted, size_t budget, const Count& count) const;
  /// The best places as Markdown, for when no model answers.
  std::string best_places() const;
  bool has_private_places() const;

 private:
  privacy::Part found_part(bool trusted, size_t budget, const Count& count) const;
  size_t add_examples(std::vector<rpc::ContextItem>& out, bool trusted, size_t budget,
                      const Count& count) const;
};

/// Collects it. `done` once, from the loop; with an error when a word cannot be resolved.
class Collect {
 public:
  struct Wanted {
    std::vector<task::Mention> mentions;
    task::Surroundings surroundings;
    context::Query query;
    std::vector<std::string> without;  ///< paths below the root
    size_t automatic = 0;              ///< tokens for a question that is not about the repository
    size_t repository = 0;             ///< and for one that is
    bool repo = false;                 ///< it is, without #repo too
    std::vector<task::Source> examples;
    std::function<privacy::Verdict(const std::string& path)> judge;
  };
  Collect(loop::Loop& loop, Wanted wanted, unique_function<void(Result<QuestionContext>)> done);
  ~Collect();
  Collect(const Collect&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace coder::app
