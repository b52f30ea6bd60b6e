#include "edit/plan.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "edit/plan_file.h"
#include "edit/side_by_side.h"

namespace coder::edit {

const char* to_string(Status status) {
  switch (status) {
    case Status::applied:
      return "applied";
    case Status::refused:
      return "refused";
    case Status::already:
      return "already";
  }
  return "";
}

bool Plan::refused() const {
  return std::any_of(outcomes.begin(), outcomes.end(),
                     [](const Outcome& one) { return one.status == Status::refused; });
}

namespace {

/// The edits of one file.
struct Group {
  FileChange change;
  std::vector<Asked> asked;
  std::string problem;  ///< of the file: all of its edits are refused
  bool exists = false;
};

class Planner {
 public:
  Planner(const std::vector<Edit>& edits, const PlanOptions& options) : edits_(edits), options_(options) {}

  Plan run() {
    plan_.outcomes.resize(edits_.size());
    for (size_t i = 0; i < edits_.size(); ++i) sort_in(edits_[i], plan_.outcomes[i]);
    resolve_all();
    check_folders();
    for (Group* group : order_) {
      FileChange& change = group->change;
      const bool writes =
          change.removed || change.to || !change.existed || change.new_text != change.old_text;
      const bool any = std::any_of(group->asked.begin(), group->asked.end(),
                                   [](const Asked& one) { return one.outcome->status == Status::applied; });
      if (any && writes) plan_.changes.push_back(std::move(change));
    }
    if (!options_.partial) all_or_nothing();
    return std::move(plan_);
  }

 private:
  static void refuse(Outcome& outcome, std::string reason) {
    outcome.status = Status::refused;
    outcome.reason = std::move(reason);
  }

  Group& group_at(const Location& at) {
    const auto [found, added] = groups_.try_emplace(at.real);
    Group& group = found->second;
    if (added) {
      order_.push_back(&group);
      group.change.at = at;
      load(group);
    }
    return group;
  }

  void load(Group& group) {
    FileChange& change = group.change;
    auto disk = read_disk(change.at.real, true);
    if (!disk) {
      group.problem = disk.error().message;
      return;
    }
    group.exists = disk->has_value();
    if (options_.forbid) group.problem = options_.forbid(change.at.real, group.exists);
    if (!group.problem.empty()) return;
    if (*disk) {
      change.existed = true;
      change.old_text = std::move((*disk)->text);
      change.old_version = (*disk)->version;
    }
    if (options_.buffer) change.buffer = options_.buffer(change.at.real);
    if (change.buffer) change.old_text = change.buffer->text;
    if (const char* problem = not_text(change.old_text)) group.problem = problem;
    change.new_text = change.old_text;
  }

  /// Finds the file that an edit is about; renames go in at once, so that later edits know both names.
  void sort_in(const Edit& edit, Outcome& outcome) {
    outcome.file = edit.path;
    outcome.in_reply = edit.line;
    outcome.status = Status::applied;
    Result<Location> at = locate(options_.root, edit.path);
    if (at) outcome.file = at->shown;
    if (!edit.problem.empty()) return refuse(outcome, edit.problem);
    if (!at) return refuse(outcome, at.error().message);
    if (const auto renamed = renamed_.find(at->real); renamed != renamed_.end()) at->real = renamed->second;
    Group& group = group_at(*at);
    group.asked.push_back({&edit, &outcome});
    if (!group.problem.empty()) return refuse(outcome, outcome.file + " " + group.problem);
    if (edit.action == Action::rename) rename(edit, outcome, group);
  }

  void rename(const Edit& edit, Outcome& outcome, Group& group) {
    const Result<Location> to = locate(options_.root, edit.to);
    if (!to) return refuse(outcome, to.error().message);
    if (group.change.to && group.change.to->real != to->real)
      return refuse(outcome, outcome.file + " would be renamed twice");
    if (to->real == group.change.at.real)
      return refuse(outcome, outcome.file + " would be renamed to itself");
    const Group* taken = groups_.count(to->real) ? &groups_.at(to->real) : nullptr;
    const auto disk = read_disk(to->real, false);
    const bool exists = !disk || disk->has_value();
    if (!group.change.existed) {
      if (exists && disk) {
        // It was renamed before: edits of it go to the file of the new name.
        outcome.status = Status::already;
        renamed_[group.change.at.real] = to->real;
        return;
      }
      return refuse(outcome, outcome.file + ": no such file");
    }
    if (group.change.buffer) return refuse(outcome, outcome.file + " is open in the editor");
    if (exists || taken) return refuse(outcome, to->shown + ", its new name, is taken");
    if (Result<void> fine = may_create(to->real); !fine)
      return refuse(outcome, to->shown + " " + fine.error().message);
    if (options_.forbid) {
      if (const std::string reason = options_.forbid(to->real, false); !reason.empty())
        return refuse(outcome, to->shown + " " + reason);
    }
    group.change.to = *to;
    renamed_[to->real] = group.change.at.real;
  }

  /// Files know nothing of each other here. A thread costs some 50 µs, a small file less.
  void resolve_all() {
    constexpr size_t kBytesForThreads = 64 << 10, kHelpers = 3;
    size_t bytes = 0;
    for (const Group* group : order_) bytes += group->change.old_text.size();
    side_by_side(order_.size(), bytes < kBytesForThreads ? 0 : kHelpers,
                 [this](size_t i) { resolve(*order_[i]); });
  }

  void resolve(Group& group) {
    if (!group.problem.empty()) return;
    std::vector<Asked> rest;
    for (const Asked& one : group.asked) {
      if (one.edit->action != Action::rename) rest.push_back(one);
    }
    if (!rest.empty()) FilePlan(group.change, options_.accept_syntax_errors).run(rest);
    if (!group.change.existed && !group.change.removed) {
      const Result<void> fine = may_create(group.change.at.real);
      for (const Asked& one : group.asked) {
        if (!fine && one.outcome->status == Status::applied)
          refuse(*one.outcome, one.outcome->file + " " + fine.error().message);
      }
    }
  }

  /// A new file cannot be a folder of another one.
  void check_folders() {
    for (const auto& [path, group] : groups_) {
      for (const Asked& one : group.asked) {
        const auto next = groups_.upper_bound(path + "/");
        if (one.outcome->status == Status::applied && next != groups_.end() &&
            next->first.compare(0, path.size() + 1, path + "/") == 0)
          refuse(*one.outcome, one.outcome->file + " would be a file and a folder");
      }
    }
  }

  void all_or_nothing() {
    const Outcome* first = nullptr;
    for (const Outcome& one : plan_.outcomes) {
      if (one.status == Status::refused && !first) first = &one;
    }
    if (!first) return;
    const std::string cause = "not applied, because the edit of " +
                              (first->file.empty() ? "no file" : first->file) + " at line " +
                              std::to_string(first->in_reply) + " of the reply is refused";
    for (Outcome& one : plan_.outcomes) {
      if (one.status != Status::applied) continue;
      refuse(one, cause);
      one.own = false;
    }
    plan_.changes.clear();
  }

  const std::vector<Edit>& edits_;
  const PlanOptions& options_;
  Plan plan_;
  std::map<std::string, Group> groups_;  ///< by the resolved path
  std::vector<Group*> order_;
  std::map<std::string, std::string> renamed_;  ///< another name of a file, to the one of its group
};

}  // namespace

Plan make_plan(const std::vector<Edit>& edits, const PlanOptions& options) {
  return Planner(edits, options).run();
}

}  // namespace coder::edit
