#include "completion/layout.h"

#include <algorithm>
#include <utility>

#include "completion/layout_window.h"

namespace coder::completion {
namespace {

using Lines = std::vector<std::string>;

// Anchors kept: where the user was before a correction a few lines up, and the correction.
constexpr size_t kRecent = 3;
// So much of an old window's text is looked for to find its start again.
constexpr size_t kTopBytes = 256;

const Lines& no_lines() {
  static const Lines lines(1);
  return lines;
}

const Lines& lines_of(const Place& place) {
  return place.lines == nullptr || place.lines->empty() ? no_lines() : *place.lines;
}

Position cursor_of(const Place& place) {
  const Lines& lines = lines_of(place);
  const size_t line = std::min(place.line, lines.size() - 1);
  return {line, code_point_at(lines[line], place.col)};
}

size_t bytes_between(const Lines& lines, Position from, Position to) {
  if (from.line == to.line) return to.col - from.col;
  size_t bytes = lines[from.line].size() - from.col + 1 + to.col;
  for (size_t i = from.line + 1; i < to.line; ++i) bytes += lines[i].size() + 1;
  return bytes;
}

// Where a window that ends at `end` may begin. It need not be sought again while the text that it holds stays
// between half of the bytes and all of them, or while enough lines are in it and not too many.
Position window_start(const Lines& lines, Position end, const LayoutPolicy& policy) {
  const size_t wanted = end.line > policy.prefix_lines ? end.line - policy.prefix_lines : 0;
  const size_t block = std::max<size_t>(1, policy.block_lines);
  const Position aligned{wanted / block * block, 0};
  const size_t enough = policy.prefix_bytes * 3 / 4;
  Position start{end.line, 0};
  size_t bytes = end.col;
  const auto cut_line = [&] {
    // A line as long as a good part of the window is cut rather than left out.
    start.col = code_point_at(lines[start.line], start.col + (bytes - enough) + 3);
    return start;
  };
  if (bytes > policy.prefix_bytes) return cut_line();
  while (aligned < start) {
    const size_t line_bytes = lines[start.line - 1].size() + 1;
    if (bytes + line_bytes > policy.prefix_bytes) {
      if (bytes > enough / 2) break;
      --start.line;
      bytes += line_bytes;
      return cut_line();
    }
    --start.line;
    bytes += line_bytes;
  }
  if (!(aligned < start)) return start;
  // The bytes are the limit: some are left free, so that the next anchor below can keep this start.
  while (bytes > enough && start.line < end.line) bytes -= lines[start.line++].size() + 1;
  return start;
}

bool still_serves(const Lines& lines, Position start, Position end, const LayoutPolicy& policy) {
  if (end < start) return false;
  const size_t count = end.line - start.line;
  if (count > policy.prefix_lines + 2 * policy.block_lines) return false;
  const size_t bytes = bytes_between(lines, start, end);
  if (bytes > policy.prefix_bytes) return false;
  const bool from_top = start.line == 0 && start.col == 0;
  return from_top || count >= policy.prefix_lines || bytes >= policy.prefix_bytes / 2;
}

}  // namespace

bool Layout::fits(Anchor& anchor, const Place& place, bool ahead) const {
  const Lines& lines = lines_of(place);
  const Position cursor = cursor_of(place);
  if (!goes_on_with(lines, cursor, anchor.suffix, anchor.to_end)) return false;
  const auto holds_at = [&](size_t line) {
    const Position start{line, anchor.col};
    if (line >= lines.size() || cursor < start || start.col > lines[line].size()) return false;
    if (!ahead && cursor.line - line > policy_.middle_lines) return false;
    return ends_with(lines, start, anchor.prefix) &&
           (ahead || bytes_between(lines, start, cursor) <= policy_.middle_bytes);
  };
  // Lines may have come or gone above the window; then the cursor went with them.
  const size_t moved = cursor.line >= anchor.middle_lines ? cursor.line - anchor.middle_lines : 0;
  if (!holds_at(anchor.line)) {
    if (moved == anchor.line || !holds_at(moved)) return false;
    anchor.start_line += moved - anchor.line;
    anchor.line = moved;
  }
  anchor.middle_lines = cursor.line - anchor.line;
  anchor.buffer_lines = lines.size();
  return true;
}

Layout::Anchor Layout::make(const Place& place) const {
  const Lines& lines = lines_of(place);
  const Position cursor = cursor_of(place);
  Anchor anchor;
  Position end{cursor.line, 0};
  if (cursor.col > policy_.middle_bytes) {
    // In a very long line the anchor stands at a multiple of some bytes.
    const size_t step = std::max<size_t>(4, policy_.middle_bytes / 2);
    end.col = code_point_at(lines[end.line], cursor.col / step * step);
  }
  Position start = window_start(lines, end, policy_);
  if (!recent_.empty()) {
    const Anchor& old = recent_.front();
    const std::string_view top = std::string_view(old.prefix).substr(0, kTopBytes);
    // Lines may have come or gone above the window.
    for (const size_t line : {old.start_line, old.start_line + lines.size() - old.buffer_lines}) {
      const Position old_start{line, old.start_col};
      if (top.empty() || line >= lines.size() || old.start_col > lines[line].size()) continue;
      if (!goes_on_with(lines, old_start, top, false) || !still_serves(lines, old_start, end, policy_))
        continue;
      start = old_start;
      break;
    }
  }
  anchor.prefix = text_between(lines, start, end);
  anchor.suffix = text_after(lines, cursor, policy_.suffix_lines, policy_.suffix_bytes, anchor.to_end);
  anchor.start_line = start.line;
  anchor.start_col = start.col;
  anchor.line = end.line;
  anchor.col = end.col;
  anchor.middle_lines = cursor.line - end.line;
  anchor.buffer_lines = lines.size();
  return anchor;
}

Texts Layout::result(const Place& place, const std::string& after_accept, bool anew) {
  const Anchor& anchor = recent_.front();
  Texts texts;
  texts.prefix = anchor.prefix;
  texts.suffix = anchor.suffix;
  texts.middle = text_between(lines_of(place), {anchor.line, anchor.col}, cursor_of(place)) + after_accept;
  texts.anchored_anew = anew;
  texts.line = place.line + static_cast<size_t>(std::count(after_accept.begin(), after_accept.end(), '\n'));
  return texts;
}

Texts Layout::texts(const Place& place, TimePoint now, const std::string& after_accept) {
  last_ = now;
  const bool ahead = !after_accept.empty();
  for (auto anchor = recent_.begin(); anchor != recent_.end(); ++anchor) {
    if (!fits(*anchor, place, ahead)) continue;
    std::rotate(recent_.begin(), anchor, anchor + 1);
    return result(place, after_accept, false);
  }
  anchor(place, now);
  return result(place, after_accept, true);
}

std::optional<TimePoint> Layout::idle_deadline() const {
  if (recent_.empty() || recent_.front().middle_lines <= policy_.idle_lines) return std::nullopt;
  return last_ + policy_.idle;
}

Texts Layout::anchor(const Place& place, TimePoint now) {
  last_ = now;
  Anchor made = make(place);
  ++anchors_;
  if (recent_.size() >= kRecent) recent_.pop_back();
  recent_.insert(recent_.begin(), std::move(made));
  return result(place, {}, true);
}

}  // namespace coder::completion
