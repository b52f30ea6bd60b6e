#include "edit/reply_patch.h"

#include "base/text.h"

namespace coder::edit {
namespace {

/// What stands behind `word`, if the line begins with it.
bool behind(std::string_view line, std::string_view word, std::string_view& rest) {
  if (!starts_with_ignoring_case(line, word)) return false;
  rest = trim(line.substr(word.size()));
  if (rest.size() > 1 && rest.front() == '`' && rest.back() == '`') rest = rest.substr(1, rest.size() - 2);
  return true;
}

}  // namespace

bool PatchReader::begins(std::string_view line) {
  line = trim(line);
  std::string_view rest;
  if (line == "*** Begin Patch") return true;
  for (const std::string_view word : {"*** Update File:", "*** Add File:", "*** Delete File:"}) {
    if (behind(line, word, rest) && !rest.empty()) return true;
  }
  return false;
}

void PatchReader::open(Action action, std::string_view path, uint32_t number) {
  edit_ = Edit();
  edit_.action = action;
  edit_.format = Format::patch;
  edit_.path = path_ = path;
  edit_.line = number;
  if (path.empty()) edit_.problem = "it names no file";
  body_.clear();
}

void PatchReader::close(const Emit& emit, const char* problem) {
  const At at = at_;
  at_ = At::outside;
  if (at == At::outside || at == At::done) return;
  if (problem && edit_.problem.empty()) edit_.problem = problem;
  if (edit_.action == Action::change) {
    if (!body_.changes() && edit_.problem.empty()) return;
    if (edit_.search.empty() && edit_.problem.empty())
      edit_.problem = "there are no lines to find its place by";
  }
  if (edit_.action == Action::create) {
    if (!all_blank(edit_.search) && edit_.problem.empty()) edit_.problem = "a new file cannot have old lines";
    edit_.search.clear();
  }
  emit(std::move(edit_));
}

bool PatchReader::take(std::string_view line, uint32_t number, const Emit& emit) {
  std::string_view rest;
  const std::string_view bare = trim(line);
  if (at_ != At::outside && at_ != At::file && !line.empty() && line[0] != '*' && line[0] != '@') {
    if (edit_.action == Action::remove) {
      // Some write the old text below; that the file goes is said already.
      return line[0] == '-' || line[0] == ' ' || (close(emit), false);
    }
    if (body_.add(line, edit_)) return true;
    if (line.rfind("```", 0) != 0) {
      close(emit, "a line of it begins with none of blank, + and -");
    } else {
      close(emit);
    }
    return false;
  }
  if (bare == "*** Begin Patch") return true;
  if (bare == "*** End Patch") {
    close(emit);
    at_ = At::done;
    return true;
  }
  if (bare == "*** End of File") return edit_.at_end = true;
  if (behind(bare, "*** Update File:", rest)) {
    close(emit);
    open(Action::change, rest, number);
    at_ = At::file;
    return true;
  }
  if (behind(bare, "*** Add File:", rest) || behind(bare, "*** Delete File:", rest)) {
    close(emit);
    const bool add = starts_with_ignoring_case(bare, "*** Add");
    open(add ? Action::create : Action::remove, rest, number);
    at_ = At::hunk;
    return true;
  }
  if (behind(bare, "*** Move to:", rest) && at_ == At::file) {
    Edit move;
    move.action = Action::rename;
    move.format = Format::patch;
    move.path = path_;
    move.to = rest;
    move.line = edit_.line;
    emit(std::move(move));
    return true;
  }
  if (at_ == At::outside || at_ == At::done) return line.empty() && at_ == At::outside;
  if (line.rfind("@@", 0) == 0 && edit_.action == Action::change) {
    const bool more = at_ == At::file || (at_ == At::hunk && body_.empty());
    if (!more) {
      close(emit);
      open(Action::change, path_, number);
    }
    at_ = At::hunk;
    if (body_.empty() && edit_.headings.empty()) edit_.line = number;
    std::string_view heading = trim(line.substr(2));
    if (heading.size() >= 2 && heading.substr(heading.size() - 2) == "@@")
      heading = trim(heading.substr(0, heading.size() - 2));
    // "@@ -1,2 +1,3 @@" of a diff says nothing here.
    if (!heading.empty() && heading.rfind("-", 0) != 0) edit_.headings.emplace_back(heading);
    return true;
  }
  if (at_ == At::file && edit_.action == Action::change) {
    at_ = At::hunk;
    edit_.line = number;
  }
  if (body_.add(line, edit_)) return true;
  close(emit, line.rfind("```", 0) == 0 ? nullptr : "a line of it begins with none of blank, + and -");
  return false;
}

void PatchReader::cut(const Emit& emit) { close(emit, "the reply ends before *** End Patch"); }

}  // namespace coder::edit
