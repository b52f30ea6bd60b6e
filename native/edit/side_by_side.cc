#include "edit/side_by_side.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

namespace coder::edit {

void side_by_side(size_t count, size_t helpers, const std::function<void(size_t)>& piece) {
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < count;) piece(i);
  };
  const size_t others = std::max(std::thread::hardware_concurrency(), 1u) - 1;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < std::min(helpers, others) && i + 1 < count; ++i) {
    try {
      threads.emplace_back(work);
    } catch (const std::system_error&) {
      break;  // no thread to be had: those that there are do it
    }
  }
  work();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace coder::edit
