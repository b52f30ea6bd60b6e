// What was called and read in one answer so far, and how it goes into the next prompt.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "config/config.h"
#include "privacy/prompt.h"
#include "task/tool_run.h"

namespace coder::task {

class ToolHistory {
 public:
  struct Answered {
    privacy::ToolCall call;
    ToolResult result;
  };
  struct Round {
    std::string text;                            ///< what the model said besides
    privacy::Label label = privacy::Label::any;  ///< of what it had seen when it called
    std::vector<Answered> answered;
  };

  /// The newest round.
  Round& add(std::string text, privacy::Label label);
  bool empty() const { return rounds_.empty(); }
  Round& last() { return rounds_.back(); }

  /// Was the very same call made before? Remembers it.
  bool repeated(const privacy::ToolCall& call);

  /// Adds the rules and the rounds to a question's own prompt. `form`: how this model asks. Results of more
  /// than `max_bytes` in all lose the oldest. `last`: it may call nothing any more.
  privacy::Prompt with(privacy::Prompt prompt, config::ToolForm form, size_t max_bytes, bool last) const;

  size_t bytes() const;  ///< of all results
  privacy::Label label() const;
  /// What made it local_only, for the reasons.
  std::string origin() const;

 private:
  std::vector<Round> rounds_;
  std::set<std::string> made_;
};

}  // namespace coder::task
