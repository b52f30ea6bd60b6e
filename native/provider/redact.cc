// Taking keys and prompt text out of what servers say.
#include <unordered_set>

#include "base/text.h"
#include "provider/errors.h"

namespace coder::provider {
namespace {

/// Shorter "keys" are placeholders; removing "x" everywhere would leave no message.
constexpr size_t kMinSecretBytes = 4;
/// Header values that are as long may be keys.
constexpr size_t kMinHeaderSecretBytes = 8;
/// Runs of the prompt shorter than this are words anybody uses.
constexpr size_t kPromptRunBytes = 24;
/// Of a server's message at most this much is looked at.
constexpr size_t kMaxConsideredBytes = 4096;

void remove_all(std::string& text, std::string_view secret) {
  for (size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
    text.replace(at, secret.size(), "[key]");
  }
}

/// Replaces every run of at least kPromptRunBytes that also occurs in what was sent.
std::string without_prompt(const std::string& text, const std::vector<privacy::Message>& messages) {
  if (text.size() < kPromptRunBytes) return text;
  const std::string_view view = text;
  std::unordered_set<std::string_view> windows, sent;
  for (size_t i = 0; i + kPromptRunBytes <= view.size(); ++i) windows.insert(view.substr(i, kPromptRunBytes));
  const auto collect = [&](std::string_view source) {
    for (size_t i = 0; i + kPromptRunBytes <= source.size(); ++i) {
      const auto found = windows.find(source.substr(i, kPromptRunBytes));
      if (found != windows.end()) sent.insert(*found);
    }
  };
  for (const privacy::Message& message : messages) {
    collect(message.text);
    for (const privacy::ToolCall& call : message.tool_calls) collect(call.arguments);
  }
  if (sent.empty()) return text;

  std::string out;
  size_t hidden_to = 0;
  for (size_t i = 0; i < view.size(); ++i) {
    if (i + kPromptRunBytes <= view.size() && sent.contains(view.substr(i, kPromptRunBytes))) {
      if (i >= hidden_to) out += "[prompt text]";
      hidden_to = i + kPromptRunBytes;
    }
    if (i >= hidden_to) out += view[i];
  }
  return out;
}

}  // namespace

std::string safe_words(const ErrorContext& context, std::string_view text, size_t max_bytes) {
  std::string words(text);
  // Keys go first and from the whole text: a clipped key would not be recognised.
  if (const std::string& key = context.endpoint.key.reveal(); key.size() >= kMinSecretBytes)
    remove_all(words, key);
  for (const http::Header& header : context.endpoint.headers) {
    if (header.second.size() >= kMinHeaderSecretBytes) remove_all(words, header.second);
  }
  words.resize(clip_utf8(words, kMaxConsideredBytes).size());
  if (context.messages) words = without_prompt(words, *context.messages);
  return one_line(trim(words), max_bytes);
}

}  // namespace coder::provider
