#include "completion/prompt.h"

#include <algorithm>

#include "privacy/paths.h"

namespace coder::completion {
namespace {

constexpr size_t kExtrasBytes = 16u << 10;

/// Bytes for prompt text in a window, or none where the defaults fit anyway.
std::optional<size_t> room(std::optional<int64_t> context) {
  if (!context) return std::nullopt;
  constexpr int64_t kSpecialTokens = 64;
  const int64_t tokens = std::max<int64_t>(*context - kAnswerTokens - kSpecialTokens, 64);
  const LayoutPolicy whole;
  const size_t wanted = whole.prefix_bytes + whole.suffix_bytes + whole.middle_bytes + kExtrasBytes;
  const auto bytes = static_cast<size_t>(tokens) * 5 / 2;
  return bytes < wanted ? std::optional<size_t>(bytes) : std::nullopt;
}

}  // namespace

privacy::Prompt make_prompt(const Texts& texts, const std::vector<Extra>& extras, const Origin& origin,
                            const config::Model& model) {
  privacy::Prompt prompt;
  for (const Extra& extra : extras) {
    if (extra.label == privacy::Label::local_only && !model.trusted) continue;
    privacy::Turn turn;
    turn.role = privacy::Role::extra;
    turn.name = extra.name;
    turn.parts.push_back({extra.text, extra.label, extra.origin});
    prompt.turns.push_back(std::move(turn));
  }
  const std::string from = origin.path.empty() ? "unnamed buffer" : origin.path;
  const auto breaks = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
  const auto add = [&](privacy::Role role, const std::string& text, int64_t first) {
    privacy::Turn turn;
    turn.role = role;
    if (role == privacy::Role::prefix) turn.name = origin.name;
    turn.parts.push_back({text, origin.label, from, origin.rule});
    if (!text.empty()) {
      // A line break at the end is still of the line before it.
      const int64_t last = first + breaks(text) - (text.back() == '\n' ? 1 : 0);
      turn.parts.back().pieces.push_back({from, std::max<int64_t>(first, 1), last, origin.label, text});
    }
    prompt.turns.push_back(std::move(turn));
  };
  const auto cursor = static_cast<int64_t>(texts.line) + 1;
  const int64_t anchor = cursor - breaks(texts.middle);
  add(privacy::Role::prefix, texts.prefix, anchor - breaks(texts.prefix));
  add(privacy::Role::suffix, texts.suffix, cursor);
  add(privacy::Role::middle, texts.middle, anchor);
  return prompt;
}

LayoutPolicy layout_policy(std::optional<int64_t> context) {
  LayoutPolicy policy;
  if (const std::optional<size_t> bytes = room(context)) {
    policy.prefix_bytes = *bytes / 2;
    policy.suffix_bytes = *bytes / 5;
    policy.middle_bytes = *bytes / 10;
  }
  return policy;
}

size_t extras_bytes(std::optional<int64_t> context) {
  const std::optional<size_t> bytes = room(context);
  return bytes ? *bytes / 5 : kExtrasBytes;
}

std::string shown_name(const std::string& path) {
  const std::string root = privacy::repository_root(path);
  if (!root.empty() && path.size() > root.size() + 1 && path.compare(0, root.size(), root) == 0) {
    return path.substr(root.size() + 1);
  }
  return path.substr(path.rfind('/') + 1);
}

}  // namespace coder::completion
