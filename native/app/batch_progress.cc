#include "app/batch_progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/text.h"

namespace coder::app {
namespace {

constexpr Millis kFrame{200};
constexpr Millis kTold{10'000};
constexpr size_t kWidestBar = 24, kNarrowestBar = 6;

std::string formatted(const char* format, double number) {
  char out[48];
  std::snprintf(out, sizeof out, format, number);
  return out;
}

std::string duration(double seconds) {
  const auto whole = static_cast<int64_t>(std::ceil(std::min(seconds, 1e9)));
  if (whole < 120) return std::to_string(whole) + " s";
  if (whole < 7200) return std::to_string((whole + 59) / 60) + " min";
  return std::to_string((whole + 3599) / 3600) + " h";
}

std::string bar(double share, size_t cells, bool utf8) {
  static constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<size_t>(share * static_cast<double>(cells) * 8);
  const size_t full = std::min(cells, eighths / 8);
  std::string out = utf8 ? "▕" : "[";
  for (size_t i = 0; i < full; ++i) out += utf8 ? "█" : "#";
  size_t drawn = full;
  if (const size_t rest = utf8 && full < cells ? eighths % 8 : 0; rest > 0) {
    out += kEighths[rest];
    ++drawn;
  }
  out.append(cells - drawn, ' ');
  return out + (utf8 ? "▏" : "]");
}

bool is_utf8() {
  for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (!value || !*value) continue;
    const std::string lower = lower_ascii(value);
    return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
  }
  return false;
}

bool is_terminal() {
  const char* term = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) && term && std::string_view(term) != "dumb";
}

size_t tenths(const BatchCount& count) {
  return count.files == 0 ? 0 : (count.done + count.failed) * 10 / count.files;
}

size_t columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string progress_words(const BatchCount& count, size_t columns) {
  const size_t over = count.done + count.failed;
  std::string out = std::to_string(over) + "/" + std::to_string(count.files);
  const auto add = [&](const std::string& part) {
    if (out.size() + 2 + part.size() <= columns) out += "  " + part;
  };
  if (count.failed > 0) add(std::to_string(count.failed) + " failed");
  const double asked = static_cast<double>(over - std::min(over, count.resumed));
  if (asked > 0 && count.seconds > 0) {
    const double rate = asked / count.seconds;
    add(formatted(rate < 0.1 ? "%.2f files/s" : "%.1f files/s", rate));
    if (over < count.files) add("ETA " + duration(static_cast<double>(count.files - over) / rate));
  }
  if (count.usd) add(formatted(*count.usd < 0.1 ? "$%.4f" : "$%.2f", *count.usd));
  return out;
}

std::string progress_line(const BatchCount& count, size_t columns, bool utf8) {
  const std::string words = progress_words(count, columns);
  const size_t left = columns > words.size() + 3 ? columns - words.size() - 3 : 0;
  if (left < kNarrowestBar) return words;
  const size_t over = count.done + count.failed;
  const double share = count.files == 0 ? 1 : static_cast<double>(over) / static_cast<double>(count.files);
  return bar(share, std::min(kWidestBar, left), utf8) + " " + words;
}

BatchProgress::BatchProgress(loop::Loop& loop, std::function<BatchCount()> count)
    : count_(std::move(count)),
      terminal_(is_terminal()),
      utf8_(is_utf8()),
      timer_(loop, [this] { terminal_ ? draw() : tell(count_()); }) {
  timer_.start(terminal_ ? kFrame : kTold);
}

BatchProgress::~BatchProgress() { clear(); }

void BatchProgress::changed() {
  if (terminal_) return;  // drawn again in a moment
  const BatchCount count = count_();
  if (tenths(count) > told_tenths_) tell(count);
}

void BatchProgress::clear() {
  if (!drawn_) return;
  std::fputs("\r\033[K", stderr);
  drawn_ = false;
}

void BatchProgress::say(const std::string& line) {
  clear();
  std::fprintf(stderr, "coder-nvim: %s\n", line.c_str());
}

void BatchProgress::draw() {
  // The last column stays free: some terminals begin a new line there.
  std::fprintf(stderr, "\r%s\033[K", progress_line(count_(), columns() - 1, utf8_).c_str());
  drawn_ = true;
  timer_.start(kFrame);
}

void BatchProgress::tell(const BatchCount& count) {
  told_tenths_ = tenths(count);
  std::fprintf(stderr, "coder-nvim: %s\n", progress_words(count, SIZE_MAX).c_str());
  timer_.start(kTold);
}

}  // namespace coder::app
