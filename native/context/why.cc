#include "context/why.h"

#include <algorithm>
#include <unordered_set>

#include "base/text.h"
#include "context/weights.h"

namespace coder::context {
namespace {

using workspace::Index;
using workspace::Slot;

constexpr size_t kMaxReasons = 3;
constexpr size_t kMaxWords = 4;
/// What adds less than this share of the strongest reason is none.
constexpr double kLeastShare = 0.15;

/// Features that are told in the same words; `none` ones are told by nothing.
enum class Reason : uint8_t {
  named,
  words,
  defines_said,
  uses_said,
  defines,
  uses,
  near_uses,
  alike,
  together,
  near_together,
  subjects,
  lately,
  path,
  folder,
  name,
  test,
  count
};

Reason reason_of(Feature feature) {
  switch (feature) {
    case Feature::said_file:
      return Reason::named;
    case Feature::bm25_file:
    case Feature::bm25_chunk:
    case Feature::symbol_words:
      return Reason::words;
    case Feature::said_names:
      return Reason::defines_said;
    case Feature::said_uses:
      return Reason::uses_said;
    case Feature::uses_out:
      return Reason::defines;
    case Feature::uses_in:
      return Reason::uses;
    case Feature::uses_walk:
      return Reason::near_uses;
    case Feature::alike:
      return Reason::alike;
    case Feature::together:
    case Feature::bound:
    case Feature::asked:
      return Reason::together;
    case Feature::spread:
      return Reason::near_together;
    case Feature::subjects:
      return Reason::subjects;
    case Feature::fresh:
      return Reason::lately;
    case Feature::path_words:
    case Feature::name_words:
      return Reason::path;
    case Feature::same_folder:
    case Feature::near_folder:
    case Feature::folder_head:
      return Reason::folder;
    case Feature::twin:
    case Feature::same_stem:
    case Feature::path_alike:
      return Reason::name;
    case Feature::test_pair:
      return Reason::test;
    default:
      return Reason::count;
  }
}

std::string words_in(const Question& question, const std::vector<uint32_t>& words) {
  const std::unordered_set<uint32_t> held(words.begin(), words.end());
  std::string out;
  size_t count = 0;
  for (const Term& term : question.terms) {  // the most telling first
    if (!held.count(term.word) || count == kMaxWords) continue;
    out += (count++ ? " " : "") + term.text;
  }
  return out;
}

std::string name_at(const Index& index, const std::unordered_map<Slot, uint32_t>& names, Slot slot) {
  const auto found = names.find(slot);
  return found == names.end() ? "" : std::string(index.text(found->second));
}

std::string called_by(const Index& index, const Question& question, Slot slot, bool defines) {
  for (const Called& called : question.called) {
    bool here = false;
    if (defines) {
      index.definitions(called.name, [&](const Index::Definition& one) { here = here || one.slot == slot; });
    } else {
      index.uses(called.name, [&](const Index::Using& one) { here = here || one.slot == slot; });
    }
    if (here) return std::string(index.text(called.name));
  }
  return "";
}

/// Empty: there is nothing to tell.
std::string told(const Index& index, const Measured& measured, Slot slot, Reason reason) {
  const auto with = [](const char* what, const std::string& name) { return name.empty() ? "" : what + name; };
  switch (reason) {
    case Reason::named:
      return "named in the question";
    case Reason::words:
      return with("words: ", words_in(measured.question, index.file(slot).words));
    case Reason::defines_said:
      return with("defines ", called_by(index, measured.question, slot, true));
    case Reason::uses_said:
      return with("uses ", called_by(index, measured.question, slot, false));
    case Reason::defines:
      return with("defines ", name_at(index, measured.defines, slot));
    case Reason::uses:
      return with("uses ", name_at(index, measured.uses, slot));
    case Reason::near_uses:
      return "near in the graph of uses";
    case Reason::alike:
      return "shares rare words";
    case Reason::together: {
      const auto found = measured.times.find(slot);
      if (found == measured.times.end()) return "";
      return found->second == 1 ? "changed together once"
                                : "changed together " + std::to_string(found->second) + " times";
    }
    case Reason::near_together:
      return "changes with files that change together";
    case Reason::subjects:
      return "changed in commits like this";
    case Reason::lately:
      return "changed lately";
    case Reason::path:
      return with("path: ", words_in(measured.question, index.file(slot).path_words));
    case Reason::folder:
      return "near folder";
    case Reason::name:
      return "path alike";
    case Reason::test:
      return "test and tested";
    case Reason::count:
      break;
  }
  return "";
}

}  // namespace

std::vector<std::string> explain(const workspace::Corpus& corpus, const Measured& measured, Slot slot) {
  struct Part {
    double sum = 0;
    size_t reason = 0;
  };
  std::vector<Part> parts(static_cast<size_t>(Reason::count));
  for (size_t i = 0; i < parts.size(); ++i) parts[i].reason = i;
  for (const Weight& weight : kWeights) {
    const Reason reason = reason_of(weight.feature);
    const std::vector<float>& column = measured.sheet.known(weight.feature);
    if (reason == Reason::count || column.empty()) continue;
    parts[static_cast<size_t>(reason)].sum += contribution(
        weight, measured.given, column[slot], measured.largest[static_cast<size_t>(weight.feature)]);
  }
  std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.sum > b.sum; });
  std::vector<std::string> out;
  for (const Part& part : parts) {
    if (out.size() == kMaxReasons || part.sum <= 0 || part.sum < kLeastShare * parts.front().sum) break;
    std::string text = told(corpus.index, measured, slot, static_cast<Reason>(part.reason));
    if (!text.empty() && std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
  }
  return out;
}

}  // namespace coder::context
