// Sorting by reversed context. By the nearest token with a radix sort; then each group of equal ones for
// itself, by two tokens at a time, until they differ: most do after four to six. Groups are shared out to two
// threads.
#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "completion/repo_model/base_data.h"

namespace coder::completion {
inline namespace repo_model {
namespace {

struct Entry {
  uint64_t key;
  uint32_t place;
};

class Sorter {
 public:
  explicit Sorter(const std::vector<Token>& tokens) : tokens_(tokens) {}

  /// Sorts places that agree in `depth` tokens.
  void sort(uint32_t* places, size_t count, size_t depth) {
    if (count < 2) return;
    if (depth >= kMaxMatch) {
      std::sort(places, places + count);
      return;
    }
    if (count <= 12) {
      std::sort(places, places + count, [&](uint32_t a, uint32_t b) { return before(a, b, depth); });
      return;
    }
    std::vector<Entry>& entries = scratch_[depth / 2];
    entries.resize(count);
    for (size_t i = 0; i < count; ++i) entries[i] = {key(places[i], depth), places[i]};
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return a.key != b.key ? a.key < b.key : a.place < b.place;
    });
    for (size_t i = 0; i < count; ++i) places[i] = entries[i].place;
    // The deeper levels use scratch of their own, so the entries stay.
    for (size_t begin = 0; begin < count;) {
      size_t end = begin + 1;
      while (end < count && entries[end].key == entries[begin].key) ++end;
      sort(places + begin, end - begin, depth + 2);
      begin = end;
    }
  }

 private:
  uint64_t key(uint32_t place, size_t depth) const {
    const uint64_t first = place > depth ? tokens_[place - 1 - depth] : 0;
    const uint64_t second = place > depth + 1 ? tokens_[place - 2 - depth] : 0;
    return first << 32 | second;
  }
  bool before(uint32_t a, uint32_t b, size_t depth) const {
    for (; depth < kMaxMatch; ++depth) {
      const Token left = a > depth ? tokens_[a - 1 - depth] : 0;
      const Token right = b > depth ? tokens_[b - 1 - depth] : 0;
      if (left != right) return left < right;
    }
    return a < b;
  }

  const std::vector<Token>& tokens_;
  std::array<std::vector<Entry>, kMaxMatch / 2 + 1> scratch_;
};

struct Pair {
  Token token;
  uint32_t place;
};

/// By the token before each place; stable.
std::vector<Pair> by_nearest(const std::vector<Token>& tokens) {
  constexpr int kBits = 11;
  constexpr size_t kDigits = size_t{1} << kBits;
  std::vector<Pair> from(tokens.size() - 1), to(from.size());
  std::array<std::vector<uint32_t>, 3> counts;
  for (auto& count : counts) count.assign(kDigits, 0);
  for (size_t i = 0; i < from.size(); ++i) {
    from[i] = {tokens[i], static_cast<uint32_t>(i + 1)};
    for (int pass = 0; pass < 3; ++pass) ++counts[pass][(tokens[i] >> (pass * kBits)) & (kDigits - 1)];
  }
  for (int pass = 0; pass < 3; ++pass) {
    uint32_t sum = 0;
    for (uint32_t& count : counts[pass]) sum += std::exchange(count, sum);
    for (const Pair& pair : from) to[counts[pass][(pair.token >> (pass * kBits)) & (kDigits - 1)]++] = pair;
    from.swap(to);
  }
  return from;
}

}  // namespace

void sort_places(RepoBase::Data& data) {
  const std::vector<Token>& tokens = data.tokens;
  data.places.clear();
  if (tokens.size() < 2) return;
  struct Group {
    uint32_t begin, end;
  };
  std::vector<Group> groups;
  {
    const std::vector<Pair> pairs = by_nearest(tokens);
    data.places.resize(pairs.size());
    for (uint32_t i = 0; i < pairs.size(); ++i) {
      data.places[i] = pairs[i].place;
      if (i == 0 || pairs[i].token != pairs[i - 1].token) {
        groups.push_back({i, i});
      }
      groups.back().end = i + 1;
    }
  }
  // The largest first, so that both threads end at about the same time.
  std::sort(groups.begin(), groups.end(),
            [](const Group& a, const Group& b) { return a.end - a.begin > b.end - b.begin; });
  std::atomic<size_t> taken{0};
  const auto work = [&] {
    Sorter sorter(tokens);
    for (size_t i; (i = taken.fetch_add(1)) < groups.size();) {
      sorter.sort(data.places.data() + groups[i].begin, groups[i].end - groups[i].begin, 1);
    }
  };
  if (tokens.size() > 100'000) {
    std::thread other(work);
    work();
    other.join();
  } else {
    work();
  }
}

}  // namespace repo_model
}  // namespace coder::completion
