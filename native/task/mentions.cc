#include "task/mentions.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace coder::task {
namespace {

struct Word {
  const char* text;
  Mention::Kind kind;
  bool named;
};

constexpr Word kWords[] = {{"buffer", Mention::Kind::buffer, false},
                           {"selection", Mention::Kind::selection, false},
                           {"file:", Mention::Kind::file, true},
                           {"symbol:", Mention::Kind::symbol, true},
                           {"diagnostics", Mention::Kind::diagnostics, false},
                           {"diff", Mention::Kind::diff, false},
                           {"repo", Mention::Kind::repo, false}};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// The name at the beginning of `text`.
std::string name_at(std::string_view text) {
  if (!text.empty() && text[0] == '"') {
    const size_t end = text.find('"', 1);
    return end == std::string_view::npos ? "" : std::string(text.substr(1, end - 1));
  }
  std::string_view name = text.substr(0, text.find_first_of(" \t"));
  while (!name.empty() && std::string_view(".,;:!?)]}'\"").find(name.back()) != std::string_view::npos)
    name.remove_suffix(1);
  return std::string(name);
}

void mentions_in_line(std::string_view line, std::vector<Mention>& out) {
  bool code = false;
  for (size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '`') code = !code;
    if (line[at] != '#' || code) continue;
    if (at > 0 && std::string_view(" \t([{").find(line[at - 1]) == std::string_view::npos) continue;
    const std::string_view rest = line.substr(at + 1);
    for (const Word& word : kWords) {
      const std::string_view text = word.text;
      if (rest.substr(0, text.size()) != text) continue;
      Mention mention{word.kind, word.named ? name_at(rest.substr(text.size())) : ""};
      if (word.named ? mention.name.empty() : rest.size() > text.size() && is_word(rest[text.size()]))
        continue;
      if (std::find(out.begin(), out.end(), mention) == out.end()) out.push_back(std::move(mention));
      break;
    }
  }
}

}  // namespace

std::vector<Mention> mentions_in(std::string_view text) {
  std::vector<Mention> out;
  size_t fence = 0;  // its length while inside of one
  for (const std::string_view line : split(text, '\n')) {
    const std::string_view bare = trim(line);
    const size_t ticks = std::min(bare.find_first_not_of('`'), bare.size());
    if (ticks >= 3 && (fence == 0 || (ticks >= fence && ticks == bare.size()))) {
      fence = fence == 0 ? ticks : 0;
      continue;
    }
    if (fence == 0) mentions_in_line(line, out);
  }
  return out;
}

std::string to_string(const Mention& mention) {
  for (const Word& word : kWords) {
    if (word.kind != mention.kind) continue;
    const bool quoted = mention.name.find_first_of(" \t") != std::string::npos;
    return std::string("#") + word.text + (quoted ? '"' + mention.name + '"' : mention.name);
  }
  return "";
}

const std::vector<std::string>& mention_words() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> out;
    for (const Word& word : kWords) out.push_back(std::string("#") + word.text);
    return out;
  }();
  return words;
}

}  // namespace coder::task
