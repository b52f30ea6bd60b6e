#include "app/carry_out.h"

#include <algorithm>
#include <cstdio>

#include "app/commands.h"
#include "base/text.h"
#include "codec/json.h"
#include "edit/hunks.h"
#include "edit/journal.h"
#include "edit/transaction.h"

namespace coder::app {

using codec::Value;
using edit::Outcome;
using edit::Status;

namespace {

Value::Map plan_object(const edit::Plan& plan, size_t written) {
  Value::Array edits;
  for (const Outcome& one : plan.outcomes) {
    edits.push_back(Value(Value::Map{
        {"file", Value(to_valid_utf8(one.file))},
        {"status", Value(to_string(one.status))},
        {"line", one.line > 0 ? Value(static_cast<int64_t>(one.line)) : Value()},
        {"reason", one.reason.empty() ? Value() : Value(to_valid_utf8(one.reason))},
    }));
  }
  return {{"edits", Value(std::move(edits))}, {"written", Value(static_cast<int64_t>(written))}};
}

/// `written`: else they would be, if it were wanted.
std::string plan_page(const edit::Plan& plan, bool written) {
  std::string out;
  for (const Outcome& one : plan.outcomes) {
    out += one.file.empty() ? "(no file)" : one_line(one.file, 300);
    if (one.line > 0) out += ":" + std::to_string(one.line);
    out += one.status == Status::applied && !written ? ": would be applied"
                                                     : std::string(": ") + to_string(one.status);
    if (!one.reason.empty()) out += ": " + one_line(one.reason, 2000);
    out += "\n";
  }
  return to_valid_utf8(out);
}

std::string plan_diff(const edit::Plan& plan) {
  std::string out;
  for (const edit::FileChange& change : plan.changes) {
    out += edit::unified_diff(change.existed ? change.at.shown : "",
                              change.removed ? ""
                              : change.to    ? change.to->shown
                                             : change.at.shown,
                              change.old_text, change.new_text);
  }
  return out;
}

/// Nothing was written after all, for this.
void refuse_all(edit::Plan& plan, const std::string& reason) {
  for (Outcome& one : plan.outcomes) {
    if (one.status != Status::applied) continue;
    one.status = Status::refused;
    one.reason = "not applied: " + reason;
  }
}

Result<void> write(const edit::Plan& plan) {
  if (plan.changes.empty()) return {};
  auto transaction = edit::Transaction::begin(edit::journal_folder(), targets_of(plan));
  if (!transaction) return transaction.error();
  if (auto done = (*transaction)->commit(); !done) return done;
  return (*transaction)->finish();
}

}  // namespace

std::string forbidden(const config::Config& config, const std::string& path, bool exists) {
  // No model has seen it, so none can know how to change it.
  const privacy::Verdict verdict = config.path_rules().judge(path);
  if (!exists || !verdict.never_send) return "";
  return "enters no prompt (" + verdict.rule + "), so no edit of it is taken; change it by hand";
}

Result<void> recover_edits() {
  const Result<edit::Recovered> recovered = edit::recover(edit::journal_folder());
  if (!recovered) return recovered.error();
  for (const std::string& one : recovered->left) std::fprintf(stderr, "coder-nvim: %s\n", one.c_str());
  return {};
}

int no_edits(bool json, const std::string& problem) {
  return fail(json,
              Error{ErrorKind::edits, problem, "an edit is a SEARCH/REPLACE block below its file's name"},
              plan_object({}, 0));
}

int carry_out(edit::Plan plan, const CarryOut& how) {
  const auto refuse = [&](const Error& error) {
    if (!how.json) print(plan_page(plan, how.write));
    return fail(how.json, error, plan_object(plan, 0));
  };
  if (plan.refused()) {
    const auto own = std::find_if(plan.outcomes.begin(), plan.outcomes.end(), [](const Outcome& one) {
      return one.status == Status::refused && one.own;
    });
    return refuse(Error{ErrorKind::edits, own->file + ": " + own->reason, "nothing was written"});
  }
  if (how.write) {
    if (const Result<void> done = write(plan); !done) {
      refuse_all(plan, done.error().message);
      return refuse(done.error());
    }
  }
  if (how.json) {
    const size_t written = how.write ? plan.changes.size() : 0;
    return print(codec::dump_json(Value(plan_object(plan, written))) + "\n") ? 0
                                                                             : exit_code(ErrorKind::internal);
  }
  if (how.diff) std::fputs(plan_page(plan, how.write).c_str(), stderr);
  return print(how.diff ? plan_diff(plan) : plan_page(plan, how.write)) ? 0 : exit_code(ErrorKind::internal);
}

}  // namespace coder::app
