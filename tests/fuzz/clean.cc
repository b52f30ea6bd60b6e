// Any text before and after a cursor and any output of a model: what is shown only grows while the output
// comes byte by byte, holds no control characters, and nothing is added after `stop`. The parts of the input
// are separated by the byte 0x1E; the first one's first byte is max_lines.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "completion/clean.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using coder::completion::clean;
  using coder::completion::Cleaned;
  using coder::completion::CleanInput;
  const std::string_view all(reinterpret_cast<const char*>(data), size < 400 ? size : 400);
  const size_t first = all.find('\x1E');
  if (first == 0 || first == std::string_view::npos) return 0;
  const size_t second = all.find('\x1E', first + 1);
  if (second == std::string_view::npos) return 0;

  CleanInput input;
  input.max_lines = static_cast<uint8_t>(all[0]) % 4;
  input.before = all.substr(1, first - 1);
  input.after = all.substr(first + 1, second - first - 1);
  const std::string_view raw = all.substr(second + 1);
  Cleaned last;
  const auto grows = [&](const Cleaned& now) {
    return now.text.compare(0, last.text.size(), last.text) == 0 && (!last.stop || now.text == last.text);
  };
  for (size_t end = 0; end <= raw.size(); ++end) {
    input.raw = raw.substr(0, end);
    Cleaned now = clean(input);
    if (!grows(now) || now.from > end) std::abort();
    if (now.text.find_first_of(std::string_view("\r\0\x1B\x7F", 4)) != std::string::npos) std::abort();
    last = std::move(now);
  }
  input.complete = true;
  if (!grows(clean(input))) std::abort();
  input.cut_short = true;
  if (!grows(clean(input))) std::abort();
  // Typed along for some way.
  for (size_t typed = 1; typed <= raw.size(); typed += 7) {
    const std::string before = std::string(input.before) + std::string(raw.substr(0, typed));
    clean({before, input.after, raw, true, false, input.max_lines, typed});
  }
  return 0;
}
