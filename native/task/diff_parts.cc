#include "task/diff_parts.h"

#include <algorithm>

#include "base/text.h"

namespace coder::task {
namespace {

constexpr size_t kMinBytes = 1000;
constexpr size_t kMaxHeader = 400;

class Packer {
 public:
  explicit Packer(size_t max_bytes) : max_(std::max(max_bytes, kMinBytes)) {}

  void whole(std::string_view text) {
    if (!part_.empty() && part_.size() + text.size() + 1 > max_) flush();
    part_ += text;
    if (!part_.empty() && part_.back() != '\n') part_ += '\n';
  }

  /// Cut at ends of lines; each piece begins with `header`.
  void in_pieces(std::string_view header, std::string_view body) {
    flush();
    header = clip_utf8(header, kMaxHeader);
    while (!body.empty()) {
      const size_t room = max_ - header.size() - 1;
      size_t end = body.size();
      if (end > room) {
        const size_t line_end = body.rfind('\n', room - 1);
        end =
            line_end == std::string_view::npos || line_end == 0 ? clip_utf8(body, room).size() : line_end + 1;
      }
      // Rather between hunks, if that does not leave half of the room.
      if (end < body.size()) {
        const size_t hunk = body.rfind("\n@@ ", end - 1);
        if (hunk != std::string_view::npos && hunk > room / 2) end = hunk + 1;
      }
      part_ = std::string(header);
      if (!part_.empty() && part_.back() != '\n') part_ += '\n';
      part_ += body.substr(0, end);
      body.remove_prefix(end);
      if (!body.empty()) flush();
    }
  }

  bool fits(size_t bytes) const { return bytes + 1 <= max_; }

  std::vector<std::string> take() {
    flush();
    return std::move(parts_);
  }

 private:
  void flush() {
    if (!part_.empty()) parts_.push_back(std::move(part_));
    part_.clear();
  }

  size_t max_;
  std::string part_;
  std::vector<std::string> parts_;
};

}  // namespace

std::vector<std::string> diff_parts(const std::vector<FileDiff>& files, size_t max_bytes) {
  Packer packer(max_bytes);
  for (const FileDiff& file : files) {
    if (file.binary || file.generated) {
      packer.whole(stat_of({file}));
    } else if (packer.fits(file.text.size())) {
      packer.whole(file.text);
    } else {
      const size_t hunks = file.text.find("\n@@ ");
      const size_t head = hunks == std::string::npos ? 0 : hunks + 1;
      packer.in_pieces(std::string_view(file.text).substr(0, head), std::string_view(file.text).substr(head));
    }
  }
  return packer.take();
}

std::vector<std::string> text_parts(const std::vector<std::string>& texts, size_t max_bytes) {
  Packer packer(max_bytes);
  for (const std::string& text : texts) {
    if (packer.fits(text.size())) {
      packer.whole(text);
    } else {
      packer.in_pieces("", text);
    }
  }
  return packer.take();
}

}  // namespace coder::task
