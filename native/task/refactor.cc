#include "task/refactor.h"

#include <algorithm>

namespace coder::task {
namespace {

using edit::Outcome;
using edit::Status;

/// Lines of a file shown for one refused edit, and edits told of: a model that erred more often starts anew.
constexpr size_t kMaxNearest = 12;
constexpr size_t kMaxTold = 20;

// Small models keep to an example more than to a rule, so there is one, with what they get wrong most: the
// path alone on its line, whole lines with their indentation, nothing left out.
const char* const kRules =
    "You change source code. Answer with edit blocks, one for each place to change, and at most a sentence "
    "of prose before them.\n\n"
    "An edit block is the file's path alone on a line, then a fenced block like this:\n\n"
    "src/counter.py\n"
    "```python\n"
    "<<<<<<< SEARCH\n"
    "    def add(self, n):\n"
    "        self.total += n\n"
    "=======\n"
    "    def add(self, n: int) -> None:\n"
    "        self.total += n\n"
    ">>>>>>> REPLACE\n"
    "```\n\n"
    "Rules:\n"
    "- SEARCH holds whole lines, copied exactly from the file, with their indentation.\n"
    "- SEARCH must fit in one place only: take a line more before or after where it would fit several.\n"
    "- Keep blocks small: the lines that change and one or two around them. Leave nothing out with \"...\".\n"
    "- Write the path in every block.\n"
    "- For a new file leave SEARCH empty. To delete lines leave REPLACE empty.\n"
    "- Change nothing that was not asked for.\n";

}  // namespace

std::string edit_rules() { return kRules; }

std::string edit_request(const std::string& instruction, const std::vector<std::string>& files) {
  if (files.empty()) return instruction;
  std::string text = instruction + "\n\nChange only ";
  for (size_t i = 0; i < files.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == files.size() ? " and " : ", ") + files[i];
  }
  return text + ", or add new files.";
}

std::string edit_wish(const std::string& words, bool written) {
  return words +
         (written ? "\n\nSome of your blocks were applied; the files above are as they are now. "
                  : "\n\nNothing was applied yet. ") +
         "Send all blocks that are wanted, for the files as they are.";
}

std::string edit_feedback(const std::vector<Outcome>& outcomes) {
  std::string out;
  size_t told = 0;
  for (const Outcome& one : outcomes) {
    if (one.status != Status::refused || !one.own || told == kMaxTold) continue;
    ++told;
    out += "\n- The block for " + (one.file.empty() ? std::string("no file") : one.file) + " at line " +
           std::to_string(one.in_reply) + " of your answer: " + one.reason + ".\n";
    if (one.nearest.empty()) continue;
    out += "  The nearest lines there are:\n```\n";
    for (size_t i = 0; i < one.nearest.size() && i < kMaxNearest; ++i) out += one.nearest[i].text + "\n";
    out += "```\n";
  }
  if (out.empty()) return out;
  return "Nothing was applied yet, because these blocks do not fit:\n" + out +
         "\nSend these blocks again, corrected, and no others.";
}

std::vector<edit::Edit> with_corrections(std::vector<edit::Edit> first, const std::vector<Outcome>& outcomes,
                                         std::vector<edit::Edit> second) {
  std::vector<edit::Edit> out;
  for (size_t i = 0; i < first.size(); ++i) {
    const Outcome* outcome = i < outcomes.size() ? &outcomes[i] : nullptr;
    const bool corrected = std::any_of(second.begin(), second.end(),
                                       [&](const edit::Edit& one) { return one.path == first[i].path; });
    if (outcome && outcome->status == Status::refused && outcome->own && corrected) continue;
    out.push_back(std::move(first[i]));
  }
  for (edit::Edit& one : second) out.push_back(std::move(one));
  return out;
}

}  // namespace coder::task
