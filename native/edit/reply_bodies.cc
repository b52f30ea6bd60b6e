// The bodies of blocks and whole files.
#include "base/text.h"
#include "edit/markers.h"
#include "edit/reply.h"
#include "edit/reply_hunk.h"

namespace coder::edit {
namespace {

constexpr size_t kFewLines = 3;

bool is_markdown(std::string_view path) {
  const std::string lower = lower_ascii(path);
  for (const std::string_view end : {".md", ".mdx", ".markdown", ".qmd", ".rmd"}) {
    if (lower.size() > end.size() && lower.compare(lower.size() - end.size(), end.size(), end) == 0)
      return true;
  }
  return false;
}

}  // namespace

void ReplyParser::in_block(std::string_view text) {
  if (quoted_) text = unquoted_line(text);
  if (block_end(text)) {
    close_block(true);
    return;
  }
  if (BlockStart start = block_start(text); start.length > 0) {
    edit_.problem = "there is no >>>>>>> REPLACE before the next block";
    close_block(false);
    open_format(text);
    return;
  }
  edit_.body.emplace_back(text);
}

/// Parts the body. Lines of "=" with as many marks as the block's first line count before others do.
void ReplyParser::close_block(bool whole) {
  mode_ = Mode::prose;
  std::vector<size_t> same, all;
  for (size_t i = 0; i < edit_.body.size(); ++i) {
    const size_t length = divider(edit_.body[i]);
    if (length > 0) all.push_back(i);
    if (length == marks_) same.push_back(i);
  }
  edit_.dividers = same.empty() ? all : same;
  if (edit_.dividers.empty()) {
    edit_.search = edit_.body;
    if (whole) edit_.problem = "there is no ======= between what to search and what to put there";
  } else {
    const auto middle = edit_.body.begin() + static_cast<std::ptrdiff_t>(edit_.dividers[0]);
    edit_.search.assign(edit_.body.begin(), middle);
    edit_.replace.assign(middle + 1, edit_.body.end());
    if (whole && edit_.dividers.size() > 1 && edit_.dividers.back() + 1 == edit_.body.size())
      edit_.problem = "a second ======= stands right before >>>>>>> REPLACE";
  }
  if (edit_.dividers.size() < 2) {
    edit_.dividers.clear();
    edit_.body.clear();
  }
  if (all_blank(edit_.search)) edit_.search.clear();
  if (edit_.path.empty() && edit_.problem.empty()) edit_.problem = "it names no file";
  if (edit_.problem.empty() && edit_.search.empty() && edit_.replace.empty()) edit_.problem = "it is empty";
  emit(std::move(edit_));
}

void ReplyParser::in_whole(std::string_view text) {
  // Not a file's text, but edits in a fence.
  const bool first = all_blank(edit_.replace);
  const bool starts = block_start(text).length > 0;
  const bool names_only = edit_.replace.size() <= kFewLines;
  if (starts || (first && (PatchReader::begins(text) || text.rfind("diff --git ", 0) == 0 ||
                           (is_diff(language_) && DiffReader::hunk_begins(text))))) {
    mode_ = Mode::prose;
    // The first line of the fence may name the file.
    const std::vector<std::string> before = std::move(edit_.replace);
    if (names_only && !before.empty()) note_name(before.back());
    open_format(text);
    return;
  }
  if (edit_.replace.size() == 1 && DiffReader::begins(edit_.replace[0], text)) {
    mode_ = Mode::prose;
    header_ = std::move(edit_.replace[0]);
    prose(text);
    return;
  }
  const Fence fence = fence_of(text);
  if (fence.length >= 3 && fence.mark == fence_.mark) {
    if (!fence.info.empty()) {
      if (fence.length <= fence_.length) ++depth_;
    } else if (depth_ > 0) {
      --depth_;
    } else if (fence.length >= fence_.length) {
      close_whole(true);
      return;
    }
  }
  edit_.replace.emplace_back(text);
}

void ReplyParser::close_whole(bool closed) {
  mode_ = Mode::prose;
  const bool unsure = fence_.length == 3 && is_markdown(edit_.path);
  fence_ = {};
  fence_path_.clear();
  edit_.unclosed = !closed;
  if (!closed && all_blank(edit_.replace)) return;  // the reply ended before there was anything
  if (!closed) {
    for (const std::string& line : edit_.replace) {
      if (fence_of(line).length > 0) edit_.problem = "its code fences do not pair up";
    }
  }
  if (unsure && closed) {
    current_ = edit_.path;
    held_ = std::move(edit_);
  } else {
    emit(std::move(edit_));
  }
}

std::vector<Edit> parse_reply(std::string_view reply, std::string* problem) {
  ReplyParser parser;
  parser.feed(reply);
  parser.finish();
  if (problem) *problem = parser.problem();
  return parser.take();
}

}  // namespace coder::edit
