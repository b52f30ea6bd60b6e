// The part of a Preview that finds out what its edits come to, on the files and buffers as they are now.
#include <algorithm>
#include <filesystem>

#include "app/carry_out.h"
#include "app/preview.h"
#include "base/text.h"
#include "edit/new_errors.h"
#include "edit/side_by_side.h"
#include "task/refactor.h"
#include "task/test_request.h"

namespace coder::app {
namespace {

/// While an answer streams in, and while somebody types in a file of the preview, in one go.
constexpr Millis kWhileStreaming{60};
constexpr Millis kWhileTyping{120};
/// A thread costs some 50 µs; with fewer files it does not pay.
constexpr size_t kFilesForThreads = 5;

rpc::EditProblem problem_of(const edit::Outcome& outcome) {
  return {to_string(outcome.status), static_cast<int64_t>(outcome.line), outcome.reason};
}

/// What lines without their ends do not show.
std::optional<std::string> note_of(const edit::Hunk& hunk) {
  const auto open = [](const std::vector<std::string_view>& lines) {
    return !lines.empty() && !lines.back().ends_with('\n');
  };
  const auto crlf = [](const std::vector<std::string_view>& lines) {
    return std::count_if(lines.begin(), lines.end(), [](auto line) { return line.ends_with("\r\n"); });
  };
  if (!hunk.old_lines.empty() && !hunk.new_lines.empty()) {
    if (open(hunk.old_lines) && !open(hunk.new_lines)) return "ends with a newline now";
    if (!open(hunk.old_lines) && open(hunk.new_lines)) return "ends without a newline now";
    const auto before = crlf(hunk.old_lines), after = crlf(hunk.new_lines);
    if (before > 0 && after == 0) return "lines end with LF now";
    if (before == 0 && after > 0) return "lines end with CRLF now";
  }
  return std::nullopt;
}

}  // namespace

std::vector<edit::Edit> Preview::edits_now() const {
  if (incoming_.empty()) return edits_;
  if (!correcting_) return incoming_;
  return task::with_corrections(edits_, outcomes_, incoming_);
}

void Preview::want(Wish wish) {
  wish_.all = wish_.all || wish.all;
  wish_.paths.insert(wish.paths.begin(), wish.paths.end());
  const bool waited_for = !wish.then.empty();
  for (auto& one : wish.then) wish_.then.push_back(std::move(one));
  if (resolving_ || carry_) return;
  if (waited_for) {
    wish_timer_.stop();
    return resolve();
  }
  wish_timer_.start(question_ ? kWhileStreaming : kWhileTyping);
}

void Preview::changed(const std::string& path) {
  for (const auto& [shown, item] : items_) {
    if (!item.staged || (item.staged->change().at.real != path && subject_.root + "/" + shown != path))
      continue;
    Wish wish;
    wish.paths.insert(shown);
    return want(std::move(wish));
  }
}

void Preview::resolve() {
  if (resolving_ || carry_) return;
  resolving_ = true;
  current_ = std::move(wish_);
  wish_ = {};
  std::vector<edit::Edit> edits = edits_now();
  if (!current_.all) {
    // A path may be written in several ways.
    std::map<std::string, std::string> real = real_paths(edits);
    std::set<std::string> files;
    for (const std::string& path : current_.paths) {
      const auto at = edit::locate(subject_.root, path);
      files.insert(at ? at->real : path);
    }
    std::erase_if(edits, [&](const edit::Edit& one) { return files.count(real[one.path]) == 0; });
  }
  std::set<std::string> files;
  for (auto& [path, real] : real_paths(edits)) files.insert(std::move(real));
  find_open(deps_.channel, deps_.mirrors, files,
            [this, files, edits = std::move(edits), alive = std::weak_ptr(alive_)](Result<OpenFiles> open) {
              if (alive.expired()) return;
              if (open) return resolve_with(std::move(edits), *open);
              // Any of them may be open, with text that is not saved.
              OpenFiles unknown;
              for (const std::string& file : files)
                unknown.closed[file] = "may be open: the editor does not tell (" + open.error().message + ")";
              resolve_with(std::move(edits), unknown);
            });
}

/// By the path as it is written; what lies nowhere stays as it is.
std::map<std::string, std::string> Preview::real_paths(const std::vector<edit::Edit>& edits) const {
  std::map<std::string, std::string> out;
  for (const edit::Edit& one : edits) {
    const auto [entry, added] = out.try_emplace(one.path, one.path);
    if (!added) continue;
    if (auto at = edit::locate(subject_.root, one.path)) entry->second = std::move(at->real);
  }
  return out;
}

std::map<std::string, std::string> Preview::forbidden_files(const std::vector<edit::Edit>& edits,
                                                            const OpenFiles& open) const {
  std::map<std::string, std::string> out = open.closed;
  const auto config = deps_.config();
  const auto place = edit::locate(subject_.root, subject_.only);
  const std::string only = place ? place->real : "";
  for (const auto& [path, real] : real_paths(edits)) {
    if (out.count(real) > 0) continue;
    std::error_code failed;
    const bool exists = std::filesystem::exists(real, failed);
    if (!subject_.only.empty() && real != only) {
      out[real] = "only " + subject_.only + " is to change, where the tests belong";
    } else if (exists && !any_file() && shown_.count(real) == 0) {
      out[real] = "was not shown to the model; name it with #file:";
    } else if (std::string reason = forbidden(*config, real, exists); !reason.empty()) {
      out[real] = std::move(reason);
    }
  }
  return out;
}

void Preview::resolve_with(std::vector<edit::Edit> edits, const OpenFiles& open) {
  edit::PlanOptions options;
  options.root = subject_.root;
  options.partial = true;
  options.accept_syntax_errors = true;  // said of the file, and asked about when it is written
  options.forbid = [files = forbidden_files(edits, open)](const std::string& path, bool) {
    const auto found = files.find(path);
    return found == files.end() ? std::string() : found->second;
  };
  options.buffer = [texts = open.texts](const std::string& path) -> std::optional<edit::Buffer> {
    const auto found = texts.find(path);
    if (found == texts.end()) return std::nullopt;
    return found->second;
  };
  work_ = std::make_unique<loop::Work>(
      deps_.loop,
      [edits = std::move(edits), options = std::move(options)] { return resolve_on_worker(edits, options); },
      [this](Resolved resolved) {
        const bool all = current_.all;
        std::vector<unique_function<void()>> then = std::move(current_.then);
        current_ = {};
        take(std::move(resolved), all);
        resolving_ = false;
        const std::weak_ptr<Preview*> alive = alive_;
        for (auto& one : then) {
          one();
          if (alive.expired()) return;
        }
        if (resolving_ || (!wish_.all && wish_.paths.empty() && wish_.then.empty())) return;
        if (wish_.then.empty()) return wish_timer_.start(question_ ? kWhileStreaming : kWhileTyping);
        resolve();
      });
}

Preview::Resolved Preview::resolve_on_worker(const std::vector<edit::Edit>& edits,
                                             const edit::PlanOptions& options) {
  Resolved out;
  edit::Plan plan = edit::make_plan(edits, options);
  std::map<std::string, size_t> items;
  const auto item_at = [&](const std::string& path) -> Item& {
    const auto [at, added] = items.try_emplace(path, out.items.size());
    if (added) out.items.emplace_back(path, Item());
    return out.items[at->second].second;
  };
  std::vector<std::string> errors(plan.changes.size());
  edit::side_by_side(errors.size(), errors.size() < kFilesForThreads ? 0 : 3,
                     [&](size_t i) { errors[i] = edit::new_syntax_error(plan.changes[i]); });
  std::map<std::string, size_t> changes;
  for (size_t i = 0; i < plan.changes.size(); ++i) changes[plan.changes[i].at.shown] = i;
  for (const edit::Outcome& one : plan.outcomes) {
    Item& item = item_at(one.file);
    if (one.status != edit::Status::applied) item.problems.push_back(problem_of(one));
    const auto change = changes.find(one.file);
    if (change == changes.end() || item.staged) continue;
    if (const std::string& error = errors[change->second]; !error.empty())
      item.problems.insert(item.problems.begin(), {"warning", 0, "would have " + error});
    item.staged = std::make_shared<const edit::Staged>(std::move(plan.changes[change->second]));
  }
  out.outcomes = std::move(plan.outcomes);
  return out;
}

/// Tests in a source file are added to it; the code above them stays.
void Preview::tell_outside(Item& item) const {
  if (!subject_.tests_inside || !item.staged) return;
  const size_t begin = task::tests_begin(item.staged->change().old_text).value_or(SIZE_MAX);
  for (const edit::Hunk& hunk : item.staged->hunks()) {
    if (hunk.old_lines.empty() || hunk.old_first >= begin) continue;
    item.problems.push_back(
        {"warning", static_cast<int64_t>(hunk.old_first) + 1, "this changes code that is no test"});
  }
}

void Preview::take(Resolved resolved, bool all) {
  rpc::RefactorFilesEvent event;
  event.id = subject_.id;
  event.all = all;
  if (all) {
    outcomes_ = std::move(resolved.outcomes);
    order_.clear();
    items_.clear();
  }
  for (auto& [path, item] : resolved.items) {
    tell_outside(item);
    // What was written is as it was wanted; nobody needs to hear that it is so already.
    if (any_written_)
      std::erase_if(item.problems, [](const rpc::EditProblem& one) { return one.status == "already"; });
    if (items_.count(path) == 0) order_.push_back(path);
    items_[path] = std::move(item);
    event.files.push_back(preview_of(path, items_[path]));
  }
  rpc::emit(deps_.channel, event);
}

rpc::FilePreview Preview::preview_of(const std::string& path, const Item& item) const {
  rpc::FilePreview out;
  out.path = to_valid_utf8(path);
  out.kind = "change";
  out.problems = item.problems;
  for (rpc::EditProblem& one : out.problems) one.reason = to_valid_utf8(one.reason);
  if (!item.staged) {
    if (const auto at = edit::locate(subject_.root, path)) out.full = at->real;
    return out;
  }
  const edit::Staged& staged = *item.staged;
  const edit::FileChange& change = staged.change();
  out.full = change.at.real;
  if (change.buffer) {
    out.buf = change.buffer->number;
    out.tick = change.buffer->changedtick;
  }
  const auto add = [&](const std::string& id, size_t first, std::vector<std::string> old,
                       std::vector<std::string> lines) -> rpc::HunkItem& {
    rpc::HunkItem hunk;
    hunk.id = id;
    hunk.first = static_cast<int64_t>(first);
    hunk.old = std::move(old);
    hunk.lines = std::move(lines);
    if (const auto own = own_.find(id); own != own_.end()) {
      hunk.lines = own->second;
      hunk.edited = true;
    }
    out.hunks.push_back(std::move(hunk));
    return out.hunks.back();
  };
  const auto whole_lines = [](const std::string& text) {
    const edit::Text parts = edit::split_text(text);
    return std::vector<std::string>(parts.lines.begin(), parts.lines.end());
  };
  switch (staged.kind()) {
    case edit::Staged::Kind::create:
      out.kind = "create";
      add(staged.whole(), 0, {}, whole_lines(change.new_text)).whole = true;
      break;
    case edit::Staged::Kind::remove:
      out.kind = "remove";
      add(staged.whole(), 0, whole_lines(change.old_text), {}).whole = true;
      break;
    case edit::Staged::Kind::rename:
      out.kind = "rename";
      out.to = to_valid_utf8(change.to->shown);
      add(staged.whole(), 0, {}, {}).whole = true;
      break;
    case edit::Staged::Kind::change:
      break;
  }
  for (const edit::Hunk& hunk : staged.hunks()) {
    add(hunk.id, hunk.old_first, edit::plain_lines(hunk.old_lines), edit::plain_lines(hunk.new_lines)).note =
        note_of(hunk);
  }
  return out;
}

void Preview::edit(rpc::RefactorEditParams params, rpc::Reply<rpc::Nothing> reply) {
  for (const auto& [path, item] : items_) {
    if (!item.staged || item.staged->ids().count(params.hunk) == 0) continue;
    if (params.lines) {
      own_[params.hunk] = std::move(*params.lines);
    } else {
      own_.erase(params.hunk);
    }
    reply.ok({});
    rpc::RefactorFilesEvent event;
    event.id = subject_.id;
    event.files.push_back(preview_of(path, item));
    return rpc::emit(deps_.channel, event);
  }
  reply.fail(Error{ErrorKind::edits, "this hunk is not there any more", "the file has changed meanwhile"});
}

}  // namespace coder::app
