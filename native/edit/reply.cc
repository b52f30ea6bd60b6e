#include "edit/reply.h"

#include <utility>

#include "base/text.h"
#include "edit/markers.h"
#include "edit/reply_hunk.h"
#include "syntax/language.h"

namespace coder::edit {

void ReplyParser::feed(std::string_view bytes) {
  if (bytes_ + bytes.size() > kMaxReplyBytes) {
    problem_ = "the reply is larger than " + std::to_string(kMaxReplyBytes >> 20) + " MiB";
    bytes = bytes.substr(0, kMaxReplyBytes - bytes_);
  }
  bytes_ += bytes.size();
  for (size_t end; (end = bytes.find('\n')) != std::string_view::npos; bytes.remove_prefix(end + 1)) {
    if (partial_.empty()) {
      line(bytes.substr(0, end));
    } else {
      partial_ += bytes.substr(0, end);
      line(std::exchange(partial_, {}));
    }
  }
  partial_ += bytes;
}

void ReplyParser::finish() {
  if (!partial_.empty()) line(std::exchange(partial_, {}));
  const auto give = [this](Edit edit) { emit(std::move(edit)); };
  switch (mode_) {
    case Mode::prose:
      break;
    case Mode::block:
      edit_.problem = "the reply ends before >>>>>>> REPLACE";
      close_block(false);
      break;
    case Mode::diff:
      diff_.finish(false, give);
      break;
    case Mode::patch:
      patch_.cut(give);
      break;
    case Mode::whole:
      close_whole(false);
      break;
  }
  mode_ = Mode::prose;
  flush_held();
}

std::vector<Edit> ReplyParser::take() { return std::exchange(out_, {}); }

void ReplyParser::emit(Edit edit) {
  flush_held();
  if (++emitted_ > kMaxEdits) {
    problem_ = "the reply has more than " + std::to_string(kMaxEdits) + " edits";
    return;
  }
  if (!edit.path.empty()) current_ = edit.action == Action::rename ? edit.to : edit.path;
  heading_.clear();
  near_ = {};
  if (fence_.length > 0 && !fence_path_.empty()) fence_path_ = current_;
  out_.push_back(std::move(edit));
}

void ReplyParser::flush_held() {
  if (!held_) return;
  Edit edit = std::move(*held_);
  held_.reset();
  emit(std::move(edit));
}

void ReplyParser::line(std::string_view text) {
  ++number_;
  if (number_ == 1 && text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  const auto give = [this](Edit edit) { emit(std::move(edit)); };
  switch (mode_) {
    case Mode::prose:
      return prose(text);
    case Mode::block:
      return in_block(text);
    case Mode::whole:
      return in_whole(text);
    case Mode::diff:
      if (diff_.take(text, number_, give)) return;
      mode_ = Mode::prose;
      return prose(text);
    case Mode::patch:
      if (patch_.take(text, number_, give)) return;
      mode_ = Mode::prose;
      return prose(text);
  }
}

std::string ReplyParser::path_for_block(std::string from_marker) {
  const bool near = near_.kind != NameLine::Kind::none;
  // In a fence, what stands above the block's first line is the fence's own first line, or code.
  if (!from_marker.empty()) return from_marker;
  if (near && (fence_.length == 0 || near_.kind == NameLine::Kind::path)) return near_.path;
  if (!fence_path_.empty()) return fence_path_;
  return heading_.empty() ? current_ : heading_;
}

/// Does an edit begin with this line, outside of any other?
bool ReplyParser::open_format(std::string_view text) {
  if (BlockStart start = block_start(text); start.length > 0) {
    edit_ = Edit();
    edit_.line = number_;
    edit_.path = path_for_block(std::move(start.path));
    quoted_ = start.quoted;
    marks_ = start.length;
    mode_ = Mode::block;
    return true;
  }
  if (PatchReader::begins(text)) {
    flush_held();
    patch_.start();
    mode_ = Mode::patch;
    patch_.take(text, number_, [this](Edit edit) { emit(std::move(edit)); });
    return true;
  }
  const bool in_diff_fence = fence_.length > 0 && is_diff(language_);
  const bool git = text.rfind("diff --git ", 0) == 0;
  const bool bare_hunk = in_diff_fence && DiffReader::hunk_begins(text);
  // Lines of a diff without "@@": only where the fence itself names the file.
  const bool bare_lines = in_diff_fence && !fence_path_.empty() && !text.empty() &&
                          text.rfind("--- ", 0) != 0 && (text[0] == '+' || text[0] == '-' || text[0] == ' ');
  if (!git && !bare_hunk && !bare_lines) return false;
  flush_held();
  diff_.start(git ? "" : path_for_block(""), fence_.length > 0);
  mode_ = Mode::diff;
  diff_.take(text, number_, [this](Edit edit) { emit(std::move(edit)); });
  return true;
}

void ReplyParser::prose(std::string_view text) {
  if (header_) {
    const std::string header = std::move(*header_);
    header_.reset();
    if (DiffReader::begins(header, text)) {
      flush_held();
      diff_.start("", fence_.length > 0);
      mode_ = Mode::diff;
      const auto give = [this](Edit edit) { emit(std::move(edit)); };
      diff_.take(header, number_ - 1, give);
      diff_.take(text, number_, give);
      return;
    }
  }
  if (open_format(text)) return;
  if (text.rfind("--- ", 0) == 0) {
    header_ = text;
    return;
  }
  const std::string_view bare = unquoted_line(text);
  if (const Fence fence = fence_of(bare); fence.length > 0) {
    const bool closes =
        fence_.length > 0 && fence.mark == fence_.mark && fence.length >= fence_.length && fence.info.empty();
    if (closes) {
      fence_ = {};
      fence_path_.clear();
      near_ = {};
    } else {
      open_fence(fence);
    }
    return;
  }
  note_name(text);
}

void ReplyParser::note_name(std::string_view text) {
  if (trim(text).empty()) return;
  near_ = name_line(text);
  // A comment that is nothing but a path, as the first line of a fence.
  if (near_.kind == NameLine::Kind::none && fence_.length > 0) {
    for (const std::string_view mark : {"//", "--", ";;", "<!--"}) {
      if (trim(text).substr(0, mark.size()) == mark) near_ = name_line(trim(text).substr(mark.size()));
    }
  }
  near_line_ = number_;
  if (near_.kind == NameLine::Kind::path && fence_.length == 0) heading_ = near_.path;
}

bool ReplyParser::open_fence(const Fence& fence) {
  const std::string named = path_in_info(fence.info);
  fence_ = fence;
  fence_.info = {};
  language_ = language_in_info(fence.info);
  fence_path_ = !named.empty() ? named : near_.path;
  const bool counted = !fence.info.empty() && fence.info[0] >= '0' && fence.info[0] <= '9';
  const bool sure =
      !named.empty() || near_.kind == NameLine::Kind::path || near_.kind == NameLine::Kind::bullet;
  near_ = {};
  if (held_ && fence.info.empty() && !sure)
    held_->problem = "its own code fences look like its end: it needs a fence of four or more marks";
  if (!sure || counted) return true;
  // Commands that have to do with a file are no text of it.
  const syntax::Language language = syntax::language_of(fence_path_);
  if (is_shell(language_) && language != syntax::Language::bash && language_in_info(fence_path_) != language_)
    return true;
  if (is_diff(language_)) return true;
  flush_held();
  mode_ = Mode::whole;
  depth_ = 0;
  edit_ = Edit();
  edit_.action = Action::write;
  edit_.format = Format::whole;
  edit_.path = fence_path_;
  edit_.line = number_;
  return true;
}

}  // namespace coder::edit
