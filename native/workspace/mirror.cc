#include "workspace/mirror.h"

#include <algorithm>
#include <iterator>

namespace coder::workspace {

std::string Mirror::text(size_t first, size_t last) const {
  std::string out;
  for (size_t i = first; i < std::min(last, lines.size()); ++i) out.append(lines[i]).push_back('\n');
  return out;
}

void Mirrors::open(int64_t buf, const std::string& path) { mirrors_[buf].path = path; }

Mirrors::Applied Mirrors::apply(int64_t buf, LinesEvent event) {
  const auto found = mirrors_.find(buf);
  if (found == mirrors_.end() || !event.changedtick) return Applied::ok;
  Mirror& mirror = found->second;
  const auto size = static_cast<int64_t>(mirror.lines.size());
  const int64_t last = event.last < 0 ? size : event.last;
  if (event.first < 0 || event.first > last || last > size) return Applied::out_of_step;

  const auto begin = mirror.lines.begin() + event.first;
  const auto end = mirror.lines.begin() + last;
  for (auto line = begin; line != end; ++line) mirror.bytes -= line->size() + 1;
  size_t longest = 0;
  for (const std::string& line : event.lines) {
    mirror.bytes += line.size() + 1;
    longest = std::max(longest, line.size());
  }
  if (longest > kMaxLineBytes || mirror.bytes > kMaxMirrorBytes) return Applied::too_large;

  // Replace in place as far as both reach, then insert or erase the rest: a key costs one string.
  const auto common = std::min<std::ptrdiff_t>(end - begin, static_cast<std::ptrdiff_t>(event.lines.size()));
  std::move(event.lines.begin(), event.lines.begin() + common, begin);
  if (common < end - begin) {
    mirror.lines.erase(begin + common, end);
  } else {
    mirror.lines.insert(begin + common, std::make_move_iterator(event.lines.begin() + common),
                        std::make_move_iterator(event.lines.end()));
  }
  mirror.changedtick = *event.changedtick;
  mirror.ready = true;
  return Applied::ok;
}

void Mirrors::set_tick(int64_t buf, int64_t changedtick) {
  const auto found = mirrors_.find(buf);
  if (found != mirrors_.end()) found->second.changedtick = changedtick;
}

const Mirror* Mirrors::find(int64_t buf) const {
  const auto found = mirrors_.find(buf);
  return found == mirrors_.end() ? nullptr : &found->second;
}

std::optional<int64_t> Mirrors::at(const std::string& path) const {
  for (const auto& [buf, mirror] : mirrors_) {
    if (mirror.path == path) return buf;
  }
  return std::nullopt;
}

size_t Mirrors::bytes() const {
  size_t sum = 0;
  for (const auto& [buf, mirror] : mirrors_) sum += mirror.bytes;
  return sum;
}

}  // namespace coder::workspace
