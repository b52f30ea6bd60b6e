#include "context/question.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "workspace/words.h"

namespace coder::context {
namespace {

/// English and the verbs of tasks: code does not hold them often, so they would count as rare.
constexpr std::array<std::string_view, 94> kCommon = {
    "a",       "about",   "add",    "added",   "adding", "after",  "all",    "allow",   "also",   "an",
    "and",     "are",     "as",     "at",      "be",     "before", "but",    "by",      "can",    "change",
    "changed", "code",    "could",  "do",      "does",   "doing",  "don",    "each",    "fix",    "fixed",
    "fixes",   "fixing",  "for",    "from",    "get",    "had",    "has",    "have",    "how",    "i",
    "if",      "improve", "in",     "instead", "into",   "is",     "it",     "its",     "let",    "made",
    "make",    "me",      "more",   "my",      "need",   "new",    "no",     "not",     "now",    "of",
    "on",      "only",    "or",     "our",     "out",    "please", "remove", "removed", "should", "so",
    "some",    "support", "than",   "that",    "the",    "their",  "them",   "then",    "there",  "these",
    "this",    "to",      "update", "updated", "use",    "used",   "using",  "was",     "we",     "what",
    "when",    "where",   "which",  "with"};

constexpr double kAroundWeight = 0.3;
constexpr double kRecentWeight = 0.4;
/// Terms beyond this many say nothing new and cost time.
constexpr size_t kMaxTerms = 64;
constexpr size_t kMaxCalled = 32;

bool is_common(std::string_view word) { return std::binary_search(kCommon.begin(), kCommon.end(), word); }

class Terms {
 public:
  explicit Terms(const workspace::Index& index) : index_(index) {}
  void take(std::string_view text, double weight) {
    workspace::for_each_word(text, [&](std::string_view word) {
      const uint32_t known = index_.name(workspace::stem(word));
      if (known == workspace::Names::kUnknown) return;
      const double counts = weight * (is_common(word) ? kCommonWeight : 1);
      for (Term& term : terms_) {
        if (term.word != known) continue;
        term.weight = std::max(term.weight, counts);
        return;
      }
      terms_.push_back({known, std::string(word), counts, rarity(index_.size(), index_.holders(known))});
    });
  }
  std::vector<Term> rarest() {
    std::stable_sort(terms_.begin(), terms_.end(),
                     [](const Term& a, const Term& b) { return a.weight * a.rarity > b.weight * b.rarity; });
    if (terms_.size() > kMaxTerms) terms_.resize(kMaxTerms);
    return std::move(terms_);
  }

 private:
  const workspace::Index& index_;
  std::vector<Term> terms_;
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// How much a name looks like one of code rather than an English word: 1 with two parts, less of one.
double looks_like_code(std::string_view name, bool quoted) {
  if (quoted) return 1;
  bool lower = false, inner_upper = false, underscore = false;
  for (size_t i = 0; i < name.size(); ++i) {
    const bool upper = name[i] >= 'A' && name[i] <= 'Z';
    lower = lower || (name[i] >= 'a' && name[i] <= 'z');
    inner_upper = inner_upper || (upper && i > 0 && lower);
    underscore = underscore || (name[i] == '_' && i > 0);
  }
  if (inner_upper || underscore) return 1;
  const bool capital = name[0] >= 'A' && name[0] <= 'Z';
  return capital ? 0.6 : 0.3;
}

void find_called(const workspace::Index& index, std::string_view text, std::vector<Called>& out) {
  for (size_t at = 0; at < text.size() && out.size() < kMaxCalled;) {
    if (!is_letter(text[at])) {
      ++at;
      continue;
    }
    const size_t begin = at;
    while (at < text.size() && (is_letter(text[at]) || is_digit(text[at]))) ++at;
    const std::string_view name = text.substr(begin, at - begin);
    const bool quoted = (begin > 0 && text[begin - 1] == '`') || (at < text.size() && text[at] == '(');
    if (name.size() < 3 || (!quoted && is_common(lower_ascii(name)))) continue;
    const uint32_t known = index.name(name);
    const uint32_t definers = index.definers(known);
    if (known == workspace::Names::kUnknown || definers == 0) continue;
    if (std::any_of(out.begin(), out.end(), [&](const Called& one) { return one.name == known; })) continue;
    out.push_back({known, looks_like_code(name, quoted) / std::sqrt(definers)});
  }
}

void find_files(std::string_view text, std::vector<std::string>& out) {
  const auto belongs = [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '/' || c == '-'; };
  for (size_t at = 0; at < text.size();) {
    if (!belongs(text[at])) {
      ++at;
      continue;
    }
    const size_t begin = at;
    while (at < text.size() && belongs(text[at])) ++at;
    std::string_view word = text.substr(begin, at - begin);
    while (!word.empty() && (word.back() == '.' || word.back() == '/')) word.remove_suffix(1);
    while (!word.empty() && (word.front() == '.' || word.front() == '/')) word.remove_prefix(1);
    const size_t mark = word.find_first_of("./");
    if (word.size() < 4 || mark == std::string_view::npos) continue;
    out.push_back(lower_ascii(word));
  }
}

void add_seed(const workspace::Index& index, const Place& place, double weight, std::vector<Seed>& out) {
  if (place.path.empty()) return;
  for (Seed& known : out) {
    if (known.path != place.path) continue;
    if (known.line == 0) known.line = place.line;
    known.weight = std::max(known.weight, weight);
    return;
  }
  out.push_back({index.find(place.path), place.path, place.line, weight});
}

}  // namespace

double rarity(size_t all, size_t holders) {
  const auto n = static_cast<double>(all), h = static_cast<double>(holders);
  return std::log(1 + (n - h + 0.5) / (h + 0.5));
}

Question read_query(const workspace::Corpus& corpus, const Query& query, const Signals& signals) {
  Question out;
  Terms terms(corpus.index);
  terms.take(query.text, 1);
  terms.take(query.around, kAroundWeight);
  if (signals.recent) {
    double weight = kRecentWeight;
    for (size_t i = 0; i < query.recent.size() && i < 20; ++i, weight *= 0.85) {
      terms.take(query.recent[i], weight);
    }
  }
  out.terms = terms.rarest();
  find_called(corpus.index, query.text, out.called);
  find_files(query.text, out.files);
  for (const Place& seed : query.seeds) add_seed(corpus.index, seed, 1, out.seeds);
  if (signals.places) {
    // What is on the user's screen is a weaker word than what they named.
    for (const Place& one : query.definitions) add_seed(corpus.index, one, 0.5, out.seeds);
    for (const Place& one : query.diagnostics) add_seed(corpus.index, one, 0.4, out.seeds);
    double weight = 0.3;
    for (size_t i = 0; i < query.jumps.size() && i < 8; ++i, weight *= 0.8)
      add_seed(corpus.index, query.jumps[i], weight, out.seeds);
    weight = 0.3;
    for (size_t i = 0; i < query.open.size() && i < 8; ++i, weight *= 0.8)
      add_seed(corpus.index, {query.open[i], 0}, weight, out.seeds);
  }
  std::stable_sort(out.seeds.begin(), out.seeds.end(),
                   [](const Seed& a, const Seed& b) { return a.weight > b.weight; });
  if (out.seeds.size() > 16) out.seeds.resize(16);
  return out;
}

}  // namespace coder::context
