// Reads the edits out of a model's reply while it streams in.
//
// Four formats are understood, also mixed (see Format), and the ways models mangle them: names of files in
// bold, as code, in headings, in the fence's line, missing on the second block of a file; fences longer,
// shorter, never closed; 5 to 9 marks; CRLF. What is no edit is prose and skipped: a fenced block of which
// nothing says that it is a file's is none. Names are never guessed: an edit that names no file comes with a
// `problem`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edit/edit.h"
#include "edit/names.h"
#include "edit/reply_diff.h"
#include "edit/reply_patch.h"

namespace coder::edit {

/// Of a reply, in bytes, and of the edits in one; no model writes as many.
inline constexpr size_t kMaxReplyBytes = 16u << 20;
inline constexpr size_t kMaxEdits = 20'000;

/// The edits do not depend on how the bytes were cut.
class ReplyParser {
 public:
  /// Bytes beyond kMaxReplyBytes are dropped; then problem() says so.
  void feed(std::string_view bytes);
  /// The reply is complete: what is open is closed, or marked as cut off.
  void finish();

  /// The edits that became complete since the last call, in the order of the reply. A whole Markdown file
  /// comes late: its own fences may look like its end.
  std::vector<Edit> take();

  /// Not empty: the reply is too large to be read to its end.
  const std::string& problem() const { return problem_; }

 private:
  enum class Mode : uint8_t { prose, block, diff, patch, whole };

  void line(std::string_view text);
  void prose(std::string_view text);
  void in_block(std::string_view text);
  void in_whole(std::string_view text);
  bool open_format(std::string_view text);
  bool open_fence(const Fence& fence);
  void note_name(std::string_view text);
  void close_block(bool whole);
  void close_whole(bool closed);
  void emit(Edit edit);
  void flush_held();
  std::string path_for_block(std::string from_marker);

  std::string partial_;
  size_t bytes_ = 0;
  uint32_t number_ = 0;
  Mode mode_ = Mode::prose;
  std::vector<Edit> out_;
  size_t emitted_ = 0;
  std::string problem_;

  // Names. near_: on the last line that is not blank; heading_: on a line of its own since the last edit;
  // current_: of the last edit; fence_path_: in the open fence's line, or right above it.
  NameLine near_;
  uint32_t near_line_ = 0;
  std::string heading_, current_, fence_path_;

  Fence fence_;                        ///< the open one; its info does not last
  std::string language_;               ///< of the open fence
  std::optional<std::string> header_;  ///< "--- x": a diff begins if "+++ y" follows

  Edit edit_;
  bool quoted_ = false;       ///< each line of the block is behind ">"
  size_t marks_ = 0;          ///< of the block's first line
  size_t depth_ = 0;          ///< fences within a whole file
  std::optional<Edit> held_;  ///< a whole Markdown file whose end is not sure

  DiffReader diff_;
  PatchReader patch_;
};

/// All edits of a reply that is there as a whole.
std::vector<Edit> parse_reply(std::string_view reply, std::string* problem = nullptr);

}  // namespace coder::edit
