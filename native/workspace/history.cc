#include "workspace/history.h"

#include <algorithm>
#include <cmath>

#include "base/hash.h"
#include "workspace/words.h"

namespace coder::workspace {
namespace {

/// A commit counts half when this many newer ones have come, and less the older it is. Both tuned on the
/// older halves of two repositories, see context/weights.h; between 200 and 2000 commits it hardly matters.
constexpr double kHalfLifeCommits = 400;
/// The same for freshness(), which is about the work at hand.
constexpr double kFreshCommits = 8;
/// BM25 over subjects: they are short and of like length, so length counts little.
constexpr double kK1 = 1.2, kB = 0.4;

struct Sum {
  double weight = 0, asked = 0;
  uint32_t times = 0;
};

}  // namespace

void History::add(const Commit& commit) {
  if (!commit.hash.empty() && !known_.insert(fnv1a(commit.hash)).second) return;
  const auto number = static_cast<uint32_t>(entries_.size());
  Entry entry{commit.time, static_cast<uint32_t>(files_.size()), 0, 0};
  if (commit.files.size() <= kMaxCommitFiles) {
    entry.count = static_cast<uint16_t>(commit.files.size());
    for (const std::string& file : commit.files) {
      const uint32_t path = paths_.add(file);
      if (path >= touched_.size()) touched_.resize(path + 1);
      touched_[path].push_back(number);
      files_.push_back(path);
    }
  }
  for_each_word(commit.subject, [&](std::string_view text) {
    if (entry.words == 0xFFFF) return;
    const uint32_t word = words_.add(stem(text));
    if (word >= said_.size()) said_.resize(word + 1);
    if (said_[word].empty() || said_[word].back().commit != number) said_[word].push_back({number, 0});
    ++said_[word].back().times;
    ++entry.words;
  });
  all_words_ += entry.words;
  entries_.push_back(entry);
  decay_.clear();
}

// By age in commits, not in days: a project that rests forgets nothing.
void History::refresh() const {
  if (decay_.size() == entries_.size()) return;
  std::vector<uint32_t> order(entries_.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [this](uint32_t a, uint32_t b) { return entries_[a].time > entries_[b].time; });
  decay_.resize(entries_.size());
  std::vector<float> fresh(entries_.size());
  size_t age = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    // Those of one second are of one age: which came first, nobody knows.
    if (i > 0 && entries_[order[i]].time != entries_[order[i - 1]].time) age = i;
    decay_[order[i]] = static_cast<float>(1 / (1 + static_cast<double>(age) / kHalfLifeCommits));
    fresh[order[i]] = static_cast<float>(std::exp2(-static_cast<double>(age) / kFreshCommits));
  }
  activity_.assign(paths_.size(), 0);
  freshness_.assign(paths_.size(), 0);
  for (uint32_t path = 0; path < touched_.size(); ++path) {
    for (const uint32_t commit : touched_[path]) {
      activity_[path] += decay(commit);
      freshness_[path] += static_cast<double>(fresh[commit]);
    }
  }
}

double History::decay(uint32_t commit) const { return static_cast<double>(decay_[commit]); }

std::vector<History::Like> History::like(std::string_view text) const {
  std::vector<uint32_t> asked;
  for_each_word(text, [&](std::string_view word) {
    const uint32_t known = words_.find(stem(word));
    if (known != Names::kUnknown) asked.push_back(known);
  });
  std::sort(asked.begin(), asked.end());
  asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
  const auto all = static_cast<double>(entries_.size());
  const double mean = std::max(1.0, static_cast<double>(all_words_) / std::max(1.0, all));
  std::vector<float> scores(asked.empty() ? 0 : entries_.size());
  std::vector<Like> out;
  for (const uint32_t word : asked) {
    const auto holders = static_cast<double>(said_[word].size());
    const double rarity = std::log(1 + (all - holders + 0.5) / (holders + 0.5));
    for (const Said& said : said_[word]) {
      const double length = kK1 * (1 - kB + kB * entries_[said.commit].words / mean);
      const double score = rarity * said.times * (kK1 + 1) / (said.times + length);
      if (scores[said.commit] == 0) out.push_back({said.commit, 0});
      scores[said.commit] += static_cast<float>(score);
    }
  }
  for (Like& one : out) one.score = scores[one.commit];
  return out;
}

std::vector<History::Related> History::related(std::string_view path, const std::vector<Like>& like) const {
  std::vector<Related> out;
  const uint32_t number = paths_.find(path);
  if (number == Names::kUnknown) return out;
  refresh();
  std::vector<float> likeness(like.empty() ? 0 : entries_.size());
  for (const Like& one : like) likeness[one.commit] = one.score;
  std::vector<Sum> sums(paths_.size());
  std::vector<uint32_t> found;
  for (const uint32_t commit : touched_[number]) {
    const Entry& entry = entries_[commit];
    if (entry.count < 2) continue;
    const double weight = decay(commit) / (entry.count - 1);
    const double asked = likeness.empty() ? 0 : weight * static_cast<double>(likeness[commit]);
    for (uint32_t i = 0; i < entry.count; ++i) {
      const uint32_t other = files_[entry.files + i];
      if (other == number) continue;
      Sum& sum = sums[other];
      if (sum.times == 0) found.push_back(other);
      sum.weight += weight;
      sum.asked += asked;
      ++sum.times;
    }
  }
  out.reserve(found.size());
  for (const uint32_t other : found) {
    out.push_back({paths_.text(other), sums[other].weight, sums[other].asked, sums[other].times});
  }
  std::sort(out.begin(), out.end(), [](const Related& a, const Related& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.path < b.path;
  });
  return out;
}

std::vector<History::Past> History::changed_for(std::string_view text, size_t at_most) const {
  return changed_for(like(text), at_most);
}

std::vector<History::Past> History::changed_for(const std::vector<Like>& like, size_t at_most) const {
  refresh();
  std::vector<double> sums(paths_.size());
  std::vector<uint32_t> found;
  for (const Like& one : like) {
    const Entry& entry = entries_[one.commit];
    // A subject that shares little weighs little: the square keeps the many of one common word down.
    const auto score = static_cast<double>(one.score);
    const double weight = decay(one.commit) * score * score / std::max<int>(1, entry.count);
    for (uint32_t i = 0; i < entry.count; ++i) {
      const uint32_t path = files_[entry.files + i];
      if (sums[path] == 0) found.push_back(path);
      sums[path] += weight;
    }
  }
  std::vector<Past> out;
  out.reserve(found.size());
  for (const uint32_t path : found) out.push_back({paths_.text(path), sums[path]});
  std::sort(out.begin(), out.end(), [](const Past& a, const Past& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.path < b.path;
  });
  if (out.size() > at_most) out.resize(at_most);
  return out;
}

std::vector<History::Past> History::companions_of(const std::vector<Related>& related, size_t at_most) const {
  refresh();
  std::vector<double> sums(paths_.size());
  std::vector<uint32_t> found;
  for (size_t r = 0; r < related.size() && r < at_most; ++r) {
    const uint32_t path = paths_.find(related[r].path);
    if (path == Names::kUnknown) continue;
    const double share = related[r].weight / (activity_[path] + 1);
    for (const uint32_t commit : touched_[path]) {
      const Entry& entry = entries_[commit];
      if (entry.count < 2) continue;
      const double weight = share * decay(commit) / (entry.count - 1);
      for (uint32_t i = 0; i < entry.count; ++i) {
        const uint32_t other = files_[entry.files + i];
        if (other == path) continue;
        if (sums[other] == 0) found.push_back(other);
        sums[other] += weight;
      }
    }
  }
  std::vector<Past> out;
  out.reserve(found.size());
  for (const uint32_t path : found) out.push_back({paths_.text(path), sums[path]});
  return out;
}

double History::activity(std::string_view path) const {
  const uint32_t number = paths_.find(path);
  if (number == Names::kUnknown) return 0;
  refresh();
  return activity_[number];
}

double History::freshness(std::string_view path) const {
  const uint32_t number = paths_.find(path);
  if (number == Names::kUnknown) return 0;
  refresh();
  return freshness_[number];
}

size_t History::memory() const {
  const auto held = [](const auto& list) { return list.capacity() * sizeof(list[0]); };
  size_t sum = paths_.bytes() + words_.bytes() + held(entries_) + held(files_) + held(touched_) +
               held(said_) + held(decay_) + held(activity_) + known_.size() * 32;
  for (const auto& list : touched_) sum += held(list);
  for (const auto& list : said_) sum += held(list);
  return sum;
}

}  // namespace coder::workspace
