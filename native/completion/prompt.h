// The texts of a layout as a labelled prompt, cut to what a server's window holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "completion/layout.h"
#include "config/config.h"
#include "privacy/prompt.h"

namespace coder::completion {

/// Tokens a suggestion may have: what people read in a glance, with room for one long line.
inline constexpr int64_t kAnswerTokens = 96;

/// Where a buffer's text comes from.
struct Origin {
  std::string path;  ///< absolute; empty for an unnamed buffer
  privacy::Label label = privacy::Label::any;
  std::string rule;          ///< privacy::Verdict::rule
  std::string name;          ///< shown_name of path; goes into the prompt
  std::string project = {};  ///< the repository around it; may be empty
};

/// Roles extra*, prefix, suffix, middle, in that order. Extras the model may not see are left out.
privacy::Prompt make_prompt(const Texts& texts, const std::vector<Extra>& extras, const Origin& origin,
                            const config::Model& model);

/// The layout's bounds for a window of `context` tokens (nullopt: large enough), kAnswerTokens of them
/// kept for what the model writes. Bytes per token are taken as 2.5, on the safe side for code.
LayoutPolicy layout_policy(std::optional<int64_t> context);

/// Bytes of background that fit beside such a layout.
size_t extras_bytes(std::optional<int64_t> context);

/// `path` relative to the repository around it, else its last component.
std::string shown_name(const std::string& path);

}  // namespace coder::completion
