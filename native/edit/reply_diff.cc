#include "edit/reply_diff.h"

#include <charconv>

#include "base/text.h"

namespace coder::edit {
namespace {

constexpr std::string_view kNone = "/dev/null";

/// git's quoting of names with control characters and quotes in them.
std::string unquote(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  std::string out;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] != '\\' || i + 2 >= text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    if (c >= '0' && c <= '3' && i + 3 < text.size()) {
      out += static_cast<char>((c - '0') * 64 + (text[i + 1] - '0') * 8 + (text[i + 2] - '0'));
      i += 2;
    } else {
      out += c == 'n' ? '\n' : c == 't' ? '\t' : c;
    }
  }
  return out;
}

/// The name behind "--- ", without what diff writes of its time.
std::string name_in(std::string_view text) {
  text = text.substr(0, text.find('\t'));
  return unquote(trim(text));
}

/// "a/x" and "b/x" are both x.
void strip_sides(std::string& old_name, std::string& new_name) {
  const bool old_sided = old_name == kNone || old_name.rfind("a/", 0) == 0;
  const bool new_sided = new_name == kNone || new_name.rfind("b/", 0) == 0;
  if (!old_sided || !new_sided) return;
  if (old_name != kNone) old_name.erase(0, 2);
  if (new_name != kNone) new_name.erase(0, 2);
}

bool read_number(std::string_view& text, size_t& out) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (code != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

}  // namespace

bool DiffReader::hunk_begins(std::string_view line) { return line.rfind("@@", 0) == 0; }

bool DiffReader::begins(std::string_view line, std::string_view next) {
  if (line.rfind("diff --git ", 0) == 0) return true;
  return line.rfind("--- ", 0) == 0 && line.size() > 4 && next.rfind("+++ ", 0) == 0;
}

void DiffReader::start(std::string path, bool fenced) {
  *this = DiffReader();
  fenced_ = fenced;
  path_ = std::move(path);
  old_ = new_ = path_;
}

void DiffReader::forget_file() {
  old_ = new_ = from_ = to_ = "";
  added_ = removed_ = named_ = renamed_ = false;
  file_line_ = 0;
  hunks_ = 0;
}

void DiffReader::open_hunk(std::string_view line, uint32_t number) {
  in_hunk_ = true;
  body_.clear();
  edit_ = Edit();
  edit_.format = Format::diff;
  edit_.line = number;
  old_count_ = new_count_ = std::nullopt;
  if (!hunk_begins(line)) return;
  std::string_view rest = trim(line.substr(2));
  const size_t end = rest.find("@@");
  std::string_view heading = end == std::string_view::npos ? std::string_view() : trim(rest.substr(end + 2));
  if (rest.rfind('-', 0) == 0) {
    std::string_view ranges = rest.substr(1, end == std::string_view::npos ? end : end - 1);
    size_t first = 0, count = 1;
    if (read_number(ranges, first)) {
      edit_.old_line = first < UINT32_MAX ? static_cast<uint32_t>(first) : 0;
      if (ranges.rfind(',', 0) == 0) ranges.remove_prefix(1), read_number(ranges, count);
      old_count_ = count;
      const size_t plus = ranges.find('+');
      if (plus != std::string_view::npos) {
        ranges.remove_prefix(plus + 1);
        count = 1;
        if (read_number(ranges, first)) {
          if (ranges.rfind(',', 0) == 0) ranges.remove_prefix(1), read_number(ranges, count);
          new_count_ = count;
        }
      }
    }
  } else if (end == std::string_view::npos && !rest.empty()) {
    heading = rest;
  } else if (end != std::string_view::npos && heading.empty()) {
    heading = trim(rest.substr(0, end));
    if (heading == "...") heading = "";
  }
  if (!heading.empty()) edit_.headings.emplace_back(heading);
}

void DiffReader::close_hunk(bool closed, const Emit& emit) {
  if (!in_hunk_) return;
  in_hunk_ = false;
  if (body_.empty()) return;
  ++hunks_;
  const bool cut = !closed && fenced_ && old_count_ && new_count_ &&
                   (body_.old_lines() < *old_count_ || body_.new_lines() < *new_count_);
  if (cut) edit_.problem = "the reply ends within this hunk";
  edit_.path = removed_ || !old_.empty() ? old_ : new_;
  if (added_) {
    edit_.path = new_;
    edit_.action = Action::create;
    if (!edit_.search.empty() && !all_blank(edit_.search)) edit_.problem = "a new file cannot have old lines";
    edit_.search.clear();
    if (hunks_ > 1) edit_.problem = "a new file in several hunks";
  } else if (removed_) {
    edit_.action = Action::remove;
    if (!edit_.replace.empty()) edit_.problem = "a removed file cannot have new lines";
    if (hunks_ > 1) edit_.problem = "a removed file in several hunks";
  } else if (!body_.changes()) {
    return;  // context alone says nothing
  } else if (edit_.search.empty() && edit_.problem.empty()) {
    edit_.problem = "there are no lines to find its place by";
  }
  if (edit_.path.empty() && edit_.problem.empty()) edit_.problem = "it names no file";
  emit(std::move(edit_));
}

void DiffReader::close_file(bool closed, const Emit& emit) {
  close_hunk(closed, emit);
  Edit edit;
  edit.format = Format::diff;
  edit.line = file_line_;
  // A file that is empty, or that goes without a word on what it held.
  if (hunks_ == 0 && (added_ || removed_)) {
    edit.action = added_ ? Action::create : Action::remove;
    edit.path = added_ ? new_ : old_;
    if (!edit.path.empty()) emit(std::move(edit));
  }
  forget_file();
}

bool DiffReader::header(std::string_view line, uint32_t number, const Emit& emit) {
  const auto rename = [&] {
    if (renamed_ || from_.empty() || to_.empty() || from_ == to_) return;
    renamed_ = true;
    Edit edit;
    edit.action = Action::rename;
    edit.format = Format::diff;
    edit.line = file_line_;
    edit.path = from_;
    edit.to = to_;
    emit(std::move(edit));
  };
  if (line.rfind("diff --git ", 0) == 0) {
    close_file(true, emit);
    file_line_ = number;
    // "a/x b/x": both names are the same unless "rename" lines follow, so the middle parts them.
    const std::string_view names = trim(line.substr(11));
    const size_t middle = names.size() / 2;
    if (names.size() % 2 == 1 && names[middle] == ' ') {
      old_ = names.substr(0, middle);
      new_ = names.substr(middle + 1);
      strip_sides(old_, new_);
      path_ = new_;
    }
    return true;
  }
  if (line.rfind("--- ", 0) == 0) {
    if (named_) close_file(true, emit);
    if (file_line_ == 0 || hunks_ > 0 || named_) file_line_ = number;
    old_ = name_in(line.substr(4));
    new_.clear();
    return true;
  }
  if (line.rfind("+++ ", 0) == 0) {
    if (file_line_ == 0) {
      // Without "--- " before it: the file that is known anyway, or a new line that reads "++ …".
      const std::string name = name_in(line.substr(4));
      return name == path_ || name == "b/" + path_;
    }
    named_ = true;
    new_ = name_in(line.substr(4));
    strip_sides(old_, new_);
    if (old_ == kNone) added_ = true, old_.clear();
    if (new_ == kNone) removed_ = true, new_.clear();
    if (!added_ && !removed_ && !old_.empty() && old_ != new_ && from_.empty()) from_ = old_, to_ = new_;
    rename();
    path_ = new_.empty() ? old_ : new_;
    return true;
  }
  const bool says_what = line.rfind("rename ", 0) == 0 || line.rfind("new file mode", 0) == 0 ||
                         line.rfind("deleted file mode", 0) == 0;
  if (says_what && file_line_ == 0) file_line_ = number;
  if (line.rfind("rename from ", 0) == 0) return from_ = unquote(trim(line.substr(12))), true;
  if (line.rfind("rename to ", 0) == 0) {
    to_ = unquote(trim(line.substr(10)));
    old_ = from_, new_ = to_, path_ = to_;
    rename();
    return true;
  }
  if (line.rfind("new file mode", 0) == 0) return added_ = true;
  if (line.rfind("deleted file mode", 0) == 0) return removed_ = true;
  for (const std::string_view word : {"index ", "similarity index ", "dissimilarity index ", "old mode ",
                                      "new mode ", "Index: ", "====="}) {
    if (line.rfind(word, 0) == 0) return true;
  }
  return false;
}

/// "--- x" in a hunk is a removed line "-- x" unless "+++ y" and "@@" follow.
bool DiffReader::hold(std::string_view line, uint32_t number, const Emit& emit) {
  if (held_.empty()) {
    const bool done =
        old_count_ && new_count_ && body_.old_lines() >= *old_count_ && body_.new_lines() >= *new_count_;
    if (line.rfind("--- ", 0) != 0 || done) return false;
    held_.emplace_back(line);
    held_line_ = number;
    return true;
  }
  if (held_.size() == 1 && line.rfind("+++ ", 0) == 0) {
    held_.emplace_back(line);
    return true;
  }
  const bool lines_missing = old_count_ && new_count_ && body_.old_lines() + 1 == *old_count_ &&
                             body_.new_lines() + 1 == *new_count_;
  const std::vector<std::string> held = std::move(held_);
  held_.clear();
  if (held.size() == 2 && hunk_begins(line) && !lines_missing) {
    close_hunk(true, emit);
    header(held[0], held_line_, emit);
    header(held[1], held_line_ + 1, emit);
  } else {
    for (const std::string& one : held) body_.add(one, edit_);
  }
  return false;
}

bool DiffReader::take(std::string_view line, uint32_t number, const Emit& emit) {
  if (in_hunk_ && hold(line, number, emit)) return true;
  if (hunk_begins(line)) {
    close_hunk(true, emit);
    open_hunk(line, number);
    return true;
  }
  if (line.rfind("diff --git ", 0) == 0) return header(line, number, emit);
  if (in_hunk_) {
    const bool done =
        old_count_ && new_count_ && body_.old_lines() >= *old_count_ && body_.new_lines() >= *new_count_;
    if (done && line.rfind("--- ", 0) == 0) {
      close_hunk(true, emit);
      return header(line, number, emit);
    }
    if (body_.add(line, edit_)) return true;
    if (line.rfind("Index: ", 0) == 0) return close_file(true, emit), true;
    // Prose may follow a diff, but in its fence only lines of it stand.
    if (fenced_ && line.rfind("```", 0) != 0 && line.rfind("~~~", 0) != 0 && edit_.problem.empty())
      edit_.problem = "line " + std::to_string(number) + " of the reply is none of a diff";
  } else {
    if (header(line, number, emit)) return true;
    const bool body = !line.empty() && (line[0] == '+' || line[0] == '-' || line[0] == ' ');
    if (body && fenced_ && (named_ || !path_.empty())) {
      open_hunk("", number);
      return body_.add(line, edit_);
    }
    if (trim(line).empty()) return true;
  }
  finish(true, emit);
  return false;
}

void DiffReader::finish(bool closed, const Emit& emit) {
  for (const std::string& one : held_) body_.add(one, edit_);
  held_.clear();
  close_file(closed, emit);
}

}  // namespace coder::edit
