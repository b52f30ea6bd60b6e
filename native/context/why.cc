#include "context/why.h"

#include <algorithm>

#include "base/text.h"
#include "context/weights.h"

namespace coder::context {
namespace {

using workspace::Index;
using workspace::Slot;

constexpr size_t kMaxReasons = 3;
constexpr size_t kMaxWords = 4;
/// What adds less than this share of the strongest reason is none.
constexpr double kLeastShare = 0.05;

/// Features that are told in the same words; `count`: told by nothing.
enum class Reason : uint8_t {
  named,
  words,
  defines_said,
  uses_said,
  defines,
  uses,
  together,
  subjects,
  path,
  test,
  // From here on they say little to a person, and come only after the others, however much they add.
  near_uses,
  alike,
  near_together,
  lately,
  folder,
  name,
  count
};

constexpr bool is_vague(size_t reason) { return reason >= static_cast<size_t>(Reason::near_uses); }

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

template <class Has>
std::string words_that(const std::vector<Held>& held, Has has) {
  std::string out;
  size_t count = 0;
  for (const Held& one : held) {
    if (count == kMaxWords) break;
    if (!has(one)) continue;
    if (count++) out += ' ';
    out += one.text;
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
std::string told(const Index& index, const Measured& measured, const std::vector<Held>& held, Slot slot,
                 Reason reason) {
  const auto with = [](const char* what, const std::string& name) { return name.empty() ? "" : what + name; };
  switch (reason) {
    case Reason::named:
      return "named in the question";
    case Reason::words:
      return with("words: ", words_that(held, [&](const Held& one) { return one.slots[slot]; }));
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
      return with("path: ", words_that(held, [&](const Held& one) {
                    const std::vector<uint32_t>& words = index.file(slot).path_words;
                    return std::find(words.begin(), words.end(), one.word) != words.end();
                  }));
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

std::vector<Held> words_held(const Index& index, const Question& question) {
  std::vector<Held> out;
  for (const Term& term : question.terms) {
    if (term.weight <= kCommonWeight) continue;
    Held held{term.text, term.word, std::vector<bool>(index.slots())};
    index.postings(term.word, [&](const Index::Posting& one) { held.slots[one.slot] = true; });
    out.push_back(std::move(held));
  }
  return out;
}

std::vector<std::string> explain(const workspace::Corpus& corpus, const Measured& measured,
                                 const std::vector<Held>& held, Slot slot) {
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
  double most = 0;
  for (const Part& part : parts) most = std::max(most, part.sum);
  std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
    return is_vague(a.reason) != is_vague(b.reason) ? is_vague(b.reason) : a.sum > b.sum;
  });
  std::vector<std::string> out;
  for (const Part& part : parts) {
    if (out.size() == kMaxReasons) break;
    if (part.sum <= 0 || part.sum < kLeastShare * most) continue;
    std::string text = told(corpus.index, measured, held, slot, static_cast<Reason>(part.reason));
    if (!text.empty() && std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
  }
  return out;
}

}  // namespace coder::context
