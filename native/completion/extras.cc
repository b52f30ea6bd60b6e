#include "completion/extras.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/text.h"

namespace coder::completion {
namespace {

using std::string_view;
using Lines = std::unordered_map<string_view, size_t>;

// Lines that are not blank, without indentation, and how often each comes.
Lines lines_of(string_view text) {
  Lines lines;
  for (const string_view line : split(text, '\n')) {
    const string_view solid = trim(line);
    if (!solid.empty()) ++lines[solid];
  }
  return lines;
}

bool is_nearly_in(const Lines& lines, const Lines& piece) {
  size_t all = 0, there = 0;
  for (const auto& [line, times] : lines) {
    all += times;
    const auto found = piece.find(line);
    if (found != piece.end()) there += std::min(times, found->second);
  }
  return there * 10 >= all * 9;
}

}  // namespace

Extras::Extras(size_t max_pieces, size_t max_bytes)
    : max_pieces_(std::max<size_t>(1, max_pieces)), max_bytes_(max_bytes) {}

void Extras::add(Extra extra) {
  if (extra.text.size() > max_bytes_ / 2) {
    const string_view clipped = clip_utf8(extra.text, max_bytes_ / 2);
    const size_t line_end = clipped.rfind('\n');
    extra.text.resize(line_end == string_view::npos ? clipped.size() : line_end + 1);
  }
  const Lines lines = lines_of(extra.text);
  if (lines.empty()) return;
  size_t bytes = extra.text.size();
  for (const Extra& piece : pieces_) {
    if (is_nearly_in(lines, lines_of(piece.text))) return;
    bytes += piece.text.size();
  }
  while (!pieces_.empty() && (pieces_.size() >= max_pieces_ || bytes > max_bytes_)) {
    const auto middle = pieces_.begin() + static_cast<std::ptrdiff_t>((pieces_.size() + 1) / 2);
    for (auto piece = pieces_.begin(); piece != middle; ++piece) bytes -= piece->text.size();
    pieces_.erase(pieces_.begin(), middle);
  }
  pieces_.push_back(std::move(extra));
  ++version_;
}

}  // namespace coder::completion
