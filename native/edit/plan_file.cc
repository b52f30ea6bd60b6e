#include "edit/plan_file.h"

#include <algorithm>

#include "base/text.h"
#include "edit/line_diff.h"
#include "edit/new_errors.h"
#include "edit/places.h"
#include "edit/reply_hunk.h"

namespace coder::edit {
namespace {

void refuse(const Asked& asked, std::string reason) {
  asked.outcome->status = Status::refused;
  asked.outcome->reason = std::move(reason);
}

std::string_view last_line(const Lines& lines) {
  for (size_t i = lines.size(); i > 0; --i) {
    if (!is_blank(lines[i - 1])) return without_trailing(lines[i - 1]);
  }
  return {};
}

}  // namespace

void FilePlan::run(const std::vector<Asked>& asked) {
  exists_ = change_.existed || change_.buffer.has_value();
  std::vector<Asked> later;
  for (const Asked& one : asked) {
    if (change_.removed) {
      refuse(one, one.outcome->file + " is removed by another edit");
    } else if (!whole(one)) {
      later.push_back(one);
    } else if (!later.empty()) {
      refuse(one, "the whole of " + one.outcome->file + " is replaced after edits of it");
    }
  }
  changes(later);
  check_syntax(asked);
}

/// Takes the edits that say what becomes of the whole file.
bool FilePlan::whole(const Asked& asked) {
  const Edit& edit = *asked.edit;
  if (edit.action == Action::change && !edit.search.empty()) return false;
  asked.outcome->line = 1;
  if (written_) {
    if (edit.replace == std::vector<std::string>() ||
        join_lines(edit.replace, "\n", true) != change_.new_text) {
      refuse(asked, asked.outcome->file + " is written twice");
    } else {
      asked.outcome->status = Status::already;
    }
    return true;
  }
  switch (edit.action) {
    case Action::change:
    case Action::create:
      create(asked, edit.replace);
      break;
    case Action::write:
      rewrite(asked);
      break;
    case Action::remove:
      remove(asked);
      break;
    case Action::rename:
      break;
  }
  return true;
}

void FilePlan::create(const Asked& asked, const std::vector<std::string>& lines) {
  const bool final_newline = !asked.edit->no_final_newline;
  if (!exists_) {
    change_.new_text = join_lines(lines, "\n", final_newline);
    exists_ = written_ = true;
    return;
  }
  const Text text = split_text(change_.old_text);
  if (!change_.old_text.empty() && text.lines == views_of(lines)) {
    asked.outcome->status = Status::already;
  } else if (!change_.old_text.empty()) {
    refuse(asked, asked.outcome->file +
                      " is there already and not empty; to change it, SEARCH must name lines of it");
  } else {
    change_.new_text = join_lines(lines, "\n", final_newline);
    written_ = true;
  }
}

void FilePlan::rewrite(const Asked& asked) {
  const Edit& edit = *asked.edit;
  const Text text = split_text(change_.old_text);
  for (const std::string& line : edit.replace) {
    if (!is_elision_comment(line)) continue;
    if (std::find(text.lines.begin(), text.lines.end(), line) != text.lines.end()) continue;
    return refuse(asked, "it leaves out lines of the file: `" + one_line(trim(line), 80) + "`");
  }
  if (!exists_) return create(asked, edit.replace);
  const Lines lines = views_of(edit.replace);
  if (edit.unclosed && last_line(lines) != last_line(text.lines))
    return refuse(asked, "the reply ends within this file");
  std::vector<Splice> splices;
  for (const Change& change : diff_lines(text.lines, lines)) {
    Splice splice{change.a, change.a_count, {}, false};
    for (size_t i = 0; i < change.b_count; ++i) splice.lines.emplace_back(lines[change.b + i]);
    splices.push_back(std::move(splice));
  }
  written_ = true;
  change_.new_text = apply_splices(change_.old_text, text, splices);
  if (change_.new_text == change_.old_text) asked.outcome->status = Status::already;
}

void FilePlan::remove(const Asked& asked) {
  const Edit& edit = *asked.edit;
  if (!exists_) {
    asked.outcome->status = Status::already;
    return;
  }
  if (change_.buffer) return refuse(asked, asked.outcome->file + " is open in the editor");
  const Text text = split_text(change_.old_text);
  const Lines lines = views_of(edit.search);
  const bool same = lines.size() == text.size() &&
                    std::equal(lines.begin(), lines.end(), text.lines.begin(),
                               [](auto a, auto b) { return same_line(a, b, Compare::trailing); });
  if (!lines.empty() && !same)
    return refuse(asked, asked.outcome->file + " holds something else than what is to go");
  change_.removed = true;
  change_.new_text.clear();
}

void FilePlan::take(const Asked& asked, const Match& match) {
  Outcome& outcome = *asked.outcome;
  outcome.nearest = match.nearest;
  if (match.kind == Match::Kind::refused) {
    outcome.line = match.nearest.empty() ? 0 : match.nearest.front().line;
    std::string reason = match.reason;
    if (match.candidates.empty() && !match.nearest.empty()) {
      reason += "; nearest:";
      for (const NearLine& one : match.nearest)
        reason += " " + std::to_string(one.line) + ": `" + one_line(one.text, 100) + "`";
    }
    return refuse(asked, reason);
  }
  outcome.status = match.kind == Match::Kind::found ? Status::applied : Status::already;
  outcome.rung = match.rung;
  outcome.line = match.first + 1;
  if (!match.splices.empty()) outcome.line = match.splices.front().first + 1;
  if (match.kind == Match::Kind::found && match.splices.empty()) outcome.status = Status::already;
}

void FilePlan::changes(const std::vector<Asked>& asked) {
  if (asked.empty()) return;
  if (!exists_) {
    for (const Asked& one : asked) refuse(one, one.outcome->file + ": no such file");
    return;
  }
  // Behind an edit that writes the whole file, edits of it are edits of that.
  std::vector<Placed> late;
  if (written_) {
    for (const Asked& one : asked) late.push_back({one, {}});
    return follow_up(late);
  }
  std::vector<Placed> placed = place_all(asked);
  std::vector<Splice> splices;
  for (Placed& one : placed) {
    take(one.asked, one.match);
    if (one.asked.outcome->status == Status::applied) {
      for (const Splice& splice : one.match.splices) splices.push_back(splice);
    } else if (one.match.kind == Match::Kind::refused && one.match.candidates.empty() && !splices.empty()) {
      late.push_back(one);
    }
  }
  std::stable_sort(splices.begin(), splices.end(), [](const Splice& a, const Splice& b) {
    return a.first != b.first ? a.first < b.first : a.count == 0 && b.count > 0;
  });
  change_.new_text = apply_splices(change_.old_text, split_text(change_.old_text), splices);
  follow_up(late);
}

/// What only fits behind the edits before it: must fit exactly there.
void FilePlan::follow_up(std::vector<Placed>& late) {
  for (Placed& one : late) {
    const std::string before = change_.new_text;
    const Text text = split_text(before);
    Matcher matcher(text);
    const Match match = matcher.match(*one.asked.edit, {}, true);
    if (match.kind == Match::Kind::refused && !one.match.reason.empty())
      continue;  // as it was on the file itself
    one.asked.outcome->reason.clear();
    take(one.asked, match);
    if (one.asked.outcome->status == Status::applied)
      change_.new_text = apply_splices(before, text, match.splices);
  }
}

void FilePlan::check_syntax(const std::vector<Asked>& asked) {
  if (accept_) return;
  const std::string problem = new_syntax_error(change_);
  if (problem.empty()) return;
  for (const Asked& one : asked) {
    if (one.outcome->status == Status::applied) refuse(one, one.outcome->file + " would have " + problem);
  }
}

}  // namespace coder::edit
