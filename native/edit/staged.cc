#include "edit/staged.h"

#include <algorithm>

#include "base/hash.h"
#include "edit/text.h"

namespace coder::edit {
namespace {

/// Lines around a hunk that its edit shows besides, as diffs do.
constexpr size_t kContext = 3;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  for (const std::string_view line : split_text(text).lines) out.emplace_back(line);
  return out;
}

}  // namespace

std::vector<std::string> plain_lines(const std::vector<std::string_view>& lines) {
  std::vector<std::string> out;
  for (std::string_view line : lines) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out.emplace_back(line);
  }
  return out;
}

Staged::Staged(FileChange change) : change_(std::move(change)) {
  const std::string& path = change_.at.shown;
  eol_ = split_text(change_.old_text.empty() ? change_.new_text : change_.old_text).eol();
  if (change_.removed) {
    kind_ = Kind::remove;
    whole_ = hash_name("remove" + path + '\0' + change_.old_text);
  } else if (!change_.existed && !change_.buffer) {
    kind_ = Kind::create;
    whole_ = hash_name("create" + path + '\0' + change_.new_text);
  } else {
    if (change_.to) {
      kind_ = Kind::rename;
      whole_ = hash_name("rename" + path + '\0' + change_.to->shown);
    }
    hunks_ = hunks_of(path, change_.old_text, change_.new_text);
  }
}

std::set<std::string> Staged::ids() const {
  std::set<std::string> out;
  if (!whole_.empty()) out.insert(whole_);
  for (const Hunk& hunk : hunks_) out.insert(hunk.id);
  return out;
}

std::string Staged::text_with(const std::set<std::string>& ids, const OwnLines& own) const {
  std::vector<Hunk> hunks = hunks_;
  std::vector<std::vector<std::string>> kept(hunks.size());
  for (size_t i = 0; i < hunks.size(); ++i) {
    const auto found = own.find(hunks[i].id);
    if (found == own.end()) continue;
    // A last line without an end stays without one.
    const std::vector<std::string_view>& theirs =
        hunks[i].new_lines.empty() ? hunks[i].old_lines : hunks[i].new_lines;
    const bool open = !theirs.empty() && !theirs.back().ends_with('\n');
    for (const std::string& line : found->second) kept[i].push_back(line + eol_);
    if (open && !kept[i].empty()) kept[i].back().resize(kept[i].back().size() - eol_.size());
    hunks[i].new_lines.assign(kept[i].begin(), kept[i].end());
  }
  return with_hunks(change_.old_text, hunks, ids);
}

std::optional<FileChange> Staged::taken(const std::set<std::string>& ids, const OwnLines& own) const {
  const bool as_whole = ids.count(whole_) > 0;
  FileChange out = change_;
  switch (kind_) {
    case Kind::create:
      if (!as_whole) return std::nullopt;
      if (const auto found = own.find(whole_); found != own.end())
        out.new_text = join_lines(found->second, eol_, true);
      return out;
    case Kind::remove:
      return as_whole ? std::optional(out) : std::nullopt;
    case Kind::rename:
    case Kind::change:
      break;
  }
  if (!as_whole) out.to.reset();
  out.new_text = text_with(ids, own);
  if (!out.to && out.new_text == out.old_text) return std::nullopt;
  return out;
}

std::vector<Edit> Staged::rest(const std::set<std::string>& ids, const OwnLines& own) const {
  std::vector<Edit> out;
  const bool as_whole = ids.count(whole_) > 0;
  Edit edit;
  edit.path = change_.at.shown;
  if (kind_ == Kind::create || kind_ == Kind::remove) {
    if (as_whole) return out;
    edit.action = kind_ == Kind::create ? Action::create : Action::remove;
    if (kind_ == Kind::create) {
      edit.replace = lines_of(change_.new_text);
      edit.no_final_newline = !change_.new_text.empty() && !change_.new_text.ends_with('\n');
    }
    out.push_back(std::move(edit));
    return out;
  }
  if (kind_ == Kind::rename) {
    if (as_whole) {
      edit.path = change_.to->shown;
    } else {
      edit.action = Action::rename;
      edit.to = change_.to->shown;
      out.push_back(edit);
      edit.action = Action::change;
      edit.to.clear();
    }
  }
  // Where those that are left stand in the text with the others taken.
  const std::vector<std::string> lines = lines_of(text_with(ids, own));
  struct Left {
    const Hunk* hunk;
    size_t first, after;
  };
  std::vector<Left> left;
  long moved = 0;
  for (const Hunk& hunk : hunks_) {
    const auto mine = own.find(hunk.id);
    const size_t count = mine == own.end() ? hunk.new_lines.size() : mine->second.size();
    if (ids.count(hunk.id) > 0) {
      moved += static_cast<long>(count) - static_cast<long>(hunk.old_lines.size());
      continue;
    }
    const auto first = static_cast<size_t>(static_cast<long>(hunk.old_first) + moved);
    if (first + hunk.old_lines.size() <= lines.size())
      left.push_back({&hunk, first, first + hunk.old_lines.size()});
  }
  const auto at = [&](size_t line) { return lines.begin() + static_cast<std::ptrdiff_t>(line); };
  for (size_t i = 0; i < left.size();) {
    // Those whose surroundings meet are one edit: of "}" below "}" nobody can tell which one is meant.
    size_t end = i + 1;
    while (end < left.size() && left[end].first - left[end - 1].after <= 2 * kContext) ++end;
    const size_t from = left[i].first - std::min(left[i].first, kContext);
    const size_t to = std::min(lines.size(), left[end - 1].after + kContext);
    Edit one = edit;
    one.format = Format::diff;
    one.old_line = static_cast<uint32_t>(from + 1);
    one.search.assign(at(from), at(to));
    size_t done = from;
    for (; i < end; ++i) {
      one.replace.insert(one.replace.end(), at(done), at(left[i].first));
      const std::vector<std::string> wanted = plain_lines(left[i].hunk->new_lines);
      one.replace.insert(one.replace.end(), wanted.begin(), wanted.end());
      done = left[i].after;
    }
    one.replace.insert(one.replace.end(), at(done), at(to));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace coder::edit
