#include "task/test_request.h"

#include <algorithm>

#include "base/text.h"
#include "task/conversation.h"

namespace coder::task {
namespace {

/// Less of an example shows nothing.
constexpr size_t kLeastTokens = 120;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (const std::string_view line : split(text, '\n')) out.emplace_back(line);
  if (!out.empty() && out.back().empty()) out.pop_back();
  return out;
}

struct Shown {
  std::string text;                ///< as it stands in the prompt; empty: there is no room
  std::vector<std::string> lines;  ///< of the file that are in it
};

/// As many lines as go into `budget` tokens.
Shown shown(const Source& source, size_t budget, const std::function<size_t(std::string_view)>& count) {
  Shown out{"", lines_of(source.text)};
  while (!out.lines.empty()) {
    const size_t last = source.first + out.lines.size() - 1;
    out.text = join(quotation(source.shown_path, source.first, last, out.lines), "\n") + "\n\n";
    const size_t tokens = count(out.text);
    if (tokens <= budget) return out;
    if (budget < kLeastTokens) break;
    out.lines.resize(std::min(out.lines.size() * budget / tokens, out.lines.size() - 1));
  }
  return {};
}

}  // namespace

std::string test_request(const TestPlace& place, const std::string& lines, const std::string& words) {
  std::string out = "Write tests for " + (lines.empty() ? place.source : "these lines of " + place.source) +
                    " with " + place.framework.name + ".";
  if (!lines.empty())
    out += "\n\n" + lines + "\n\n";
  else
    out += " ";
  if (place.inside) {
    out += "They stand in " + place.file +
           " itself, in its module of tests: add to it, or add `#[cfg(test)] "
           "mod tests` at the end of the file. Change nothing else there, and no other file.";
  } else if (place.exists) {
    out += "They belong into " + place.file +
           ": add to it, in the manner of the tests that are there, and "
           "repeat none of them. Change only " +
           place.file + ".";
  } else {
    out += "They belong into a new file, " + place.file +
           ": one block with an empty SEARCH. Change no other "
           "file.";
  }
  out +=
      " Cover ordinary use, limits and errors, each test one thing, with what the code really does; leave "
      "out what the language sees to. Tests use no network and leave nothing behind.";
  if (!words.empty()) out += "\n\n" + words;
  return out;
}

privacy::Part examples_part(const std::vector<Source>& examples, bool trusted, size_t budget,
                            const std::function<size_t(std::string_view)>& count,
                            std::vector<const Source*>* used) {
  privacy::Part part;
  part.origin = "tests nearby";
  const std::string head = "Tests of this project, as examples of how they are written here:\n\n";
  size_t left = budget > count(head) ? budget - count(head) : 0;
  for (const Source& one : examples) {
    const bool open = one.label == privacy::Label::any;
    if (!open && !trusted) continue;
    const Shown now = shown(one, left, count);
    if (now.text.empty()) continue;
    left -= std::min(left, count(now.text));
    part.text += now.text;
    part.label = join(part.label, one.label);
    if (part.rule.empty()) part.rule = one.rule;
    const auto first = static_cast<int64_t>(one.first);
    part.pieces.push_back({one.shown_path, first, first + static_cast<int64_t>(now.lines.size()) - 1,
                           one.label, join(now.lines, "\n")});
    if (used) used->push_back(&one);
  }
  if (!part.text.empty()) part.text.insert(0, head);
  return part;
}

std::optional<size_t> tests_begin(const std::string& text) {
  const size_t at = text.find("#[cfg(test)]");
  if (at == std::string::npos) return std::nullopt;
  return static_cast<size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

}  // namespace coder::task
