#include "edit/line_diff.h"

#include <algorithm>
#include <cstdint>
#include <unordered_map>

namespace coder::edit {
namespace {

/// Steps of the search for one middle; a text of which more than this is new is not worth more.
constexpr int kMaxCost = 2000;

/// Myers' O(ND) algorithm, divide and conquer: the middle of a shortest path is searched from both ends.
class Myers {
 public:
  Myers(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b)
      : a_(a), b_(b), from_a(a.size(), false), from_b(b.size(), false) {
    const size_t size = 2 * (a.size() + b.size()) + 4;
    forward_.resize(size);
    backward_.resize(size);
  }

  void run(int a0, int a1, int b0, int b1) {
    while (a0 < a1 && b0 < b1 && same(a0, b0)) ++a0, ++b0;
    while (a0 < a1 && b0 < b1 && same(a1 - 1, b1 - 1)) --a1, --b1;
    if (a0 == a1 || b0 == b1) {
      std::fill(from_a.begin() + a0, from_a.begin() + a1, true);
      std::fill(from_b.begin() + b0, from_b.begin() + b1, true);
      return;
    }
    int x = 0, y = 0;
    if (!middle(a0, a1, b0, b1, x, y)) {
      std::fill(from_a.begin() + a0, from_a.begin() + a1, true);
      std::fill(from_b.begin() + b0, from_b.begin() + b1, true);
      return;
    }
    run(a0, x, b0, y);
    run(x, a1, y, b1);
  }

  bool deleted(size_t at) const { return from_a[at]; }
  bool inserted(size_t at) const { return from_b[at]; }

 private:
  bool same(int i, int j) const { return a_[static_cast<size_t>(i)] == b_[static_cast<size_t>(j)]; }

  /// A point on a shortest path, not a corner of the box; false: too costly.
  bool middle(int a0, int a1, int b0, int b1, int& x, int& y) {
    const int n = a1 - a0, m = b1 - b0, delta = n - m;
    const bool odd = (delta & 1) != 0;
    const int offset = n + m + 1;
    const auto f = [&](int k) -> int& { return forward_[static_cast<size_t>(k + offset)]; };
    const auto r = [&](int k) -> int& { return backward_[static_cast<size_t>(k + offset)]; };
    f(1) = 0;
    r(1) = 0;
    for (int d = 0; d <= std::min((n + m + 1) / 2, kMaxCost); ++d) {
      for (int k = -d; k <= d; k += 2) {
        int i = k == -d || (k != d && f(k - 1) < f(k + 1)) ? f(k + 1) : f(k - 1) + 1;
        int j = i - k;
        if (i > n || j > m || j < 0) {
          f(k) = i;
          continue;
        }
        while (i < n && j < m && same(a0 + i, b0 + j)) ++i, ++j;
        f(k) = i;
        const int back = delta - k;
        if (odd && back >= -(d - 1) && back <= d - 1 && i + r(back) >= n) return give(a0 + i, b0 + j, x, y);
      }
      for (int k = -d; k <= d; k += 2) {
        int i = k == -d || (k != d && r(k - 1) < r(k + 1)) ? r(k + 1) : r(k - 1) + 1;
        int j = i - k;
        if (i > n || j > m || j < 0) {
          r(k) = i;
          continue;
        }
        while (i < n && j < m && same(a1 - 1 - i, b1 - 1 - j)) ++i, ++j;
        r(k) = i;
        const int front = delta - k;
        if (!odd && front >= -d && front <= d && i + f(front) >= n) return give(a1 - i, b1 - j, x, y);
      }
    }
    return false;
  }

  static bool give(int i, int j, int& x, int& y) {
    x = i;
    y = j;
    return true;
  }

  const std::vector<uint32_t>&a_, &b_;
  std::vector<bool> from_a, from_b;
  std::vector<int> forward_, backward_;
};

}  // namespace

std::vector<Change> diff_lines(const Lines& a, const Lines& b) {
  size_t head = 0, tail = 0;
  const size_t shorter = std::min(a.size(), b.size());
  while (head < shorter && a[head] == b[head]) ++head;
  while (tail < shorter - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;

  std::unordered_map<std::string_view, uint32_t> numbers;
  const auto numbered = [&](const Lines& lines) {
    std::vector<uint32_t> out;
    out.reserve(lines.size() - head - tail);
    for (size_t i = head; i < lines.size() - tail; ++i)
      out.push_back(numbers.emplace(lines[i], static_cast<uint32_t>(numbers.size())).first->second);
    return out;
  };
  const std::vector<uint32_t> x = numbered(a), y = numbered(b);
  Myers myers(x, y);
  myers.run(0, static_cast<int>(x.size()), 0, static_cast<int>(y.size()));

  std::vector<Change> out;
  for (size_t i = 0, j = 0; i < x.size() || j < y.size();) {
    Change change{head + i, 0, head + j, 0};
    while (i < x.size() && myers.deleted(i)) ++i, ++change.a_count;
    while (j < y.size() && myers.inserted(j)) ++j, ++change.b_count;
    if (change.a_count + change.b_count > 0) {
      out.push_back(change);
    } else {
      ++i, ++j;
    }
  }
  return out;
}

Lines views_of(const std::vector<std::string>& lines) { return Lines(lines.begin(), lines.end()); }

}  // namespace coder::edit
