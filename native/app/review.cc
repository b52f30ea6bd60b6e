#include "app/review.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/log.h"
#include "base/text.h"
#include "edit/location.h"
#include "task/dismissed.h"
#include "task/draft.h"
#include "task/recipes.h"
#include "workspace/disk.h"

namespace coder::app {
namespace {

constexpr size_t kMaxReply = 4u << 20;  // bytes

using Lines = std::vector<std::string>;

}  // namespace

/// On a worker: files that are not open are read, below the root and through no link.
Review::Placed Review::placed(std::vector<task::Finding> findings, const std::string& root,
                              std::map<std::string, Lines> lines) {
  const workspace::Disk disk(root);
  std::set<std::string> missing;
  const auto lines_of = [&](const std::string& file) -> const Lines* {
    if (const auto known = lines.find(file); known != lines.end()) return &known->second;
    if (missing.count(file) > 0) return nullptr;
    const workspace::Disk::Text read = disk.read(file);
    if (read.kind != workspace::FileKind::file || !read.problem.empty()) {
      missing.insert(file);
      return nullptr;
    }
    Lines& out = lines[file];
    for (const std::string_view line : split(read.text, '\n')) out.emplace_back(line);
    return &out;
  };
  task::place(findings, lines_of);
  const task::Dismissed dismissed = task::Dismissed::load(root);
  Placed out;
  for (task::Finding& one : findings) {
    Found found;
    if (const Lines* of = one.placed ? lines_of(one.file) : nullptr) {
      if (dismissed.holds(one.file, one.kind, (*of)[static_cast<size_t>(one.line - 1)])) {
        ++out.dismissed;
        continue;
      }
      found.fix = task::fix_reply(one, *of);
    }
    found.finding = std::move(one);
    out.found.push_back(std::move(found));
  }
  return out;
}

Review::Review(Deps deps, int64_t id, task::Recipe recipe, std::string root, std::string words)
    : deps_(std::move(deps)),
      id_(id),
      recipe_(std::move(recipe)),
      root_(std::move(root)),
      words_(std::move(words)),
      step_(deps_.loop, [this] {
        last_question_.reset();
        send();
      }) {}

void Review::start() {
  if (ended_) return;
  collect_ = deps_.collect([this](Result<Subject> subject) {
    if (!subject) return end(subject.error());
    subject_ = std::move(*subject);
    if (subject_.requests.empty()) {
      return end(Error{ErrorKind::usage, "there is nothing to review", "go to a file, or change one first"});
    }
    send();
  });
}

void Review::send() {
  const std::vector<task::Source> sources = std::move(subject_.requests[next_++]);
  task::About about;
  for (const task::Source& source : sources) {
    label_ = privacy::join(label_, source.label);
    if (std::find(about.files.begin(), about.files.end(), source.shown_path) == about.files.end())
      about.files.push_back(source.shown_path);
  }
  files_ = about.files;
  const privacy::Verdict verdict = deps_.judge(words_);
  if (verdict.never_send) {
    return end(Error{ErrorKind::policy, "this holds text of a file that is never sent (" + verdict.rule + ")",
                     "take it out"});
  }
  label_ = privacy::join(label_, verdict.label);
  about.words = words_;
  std::vector<privacy::Turn> turns = task::context_turns(sources);
  std::vector<privacy::Part>& head = turns.front().parts;
  head.insert(head.begin(), {task::rules_of(recipe_) + "\n", privacy::Label::any, ""});
  privacy::Turn asked;
  asked.role = privacy::Role::user;
  asked.parts.push_back(
      {task::request_of(recipe_, about), verdict.label, "what was asked for", verdict.rule});
  turns.push_back(std::move(asked));

  dispatch::Request request;
  request.folder = root_;
  deps_.route(request, turns);
  request.route.task = recipe_.name;
  request.answer_schema = task::schema_of(recipe_);
  request.assemble = [turns = std::move(turns)](const config::Model&) { return privacy::Prompt{turns}; };
  dispatch::Handlers handlers;
  handlers.on_chosen = [this](const dispatch::Chosen& chosen) {
    label_ = privacy::join(label_, chosen.label);
  };
  handlers.on_text = [this](std::string_view piece) {
    if (reply_.size() < kMaxReply) reply_ += piece;
  };
  handlers.on_done = [this](Result<void> result, const dispatch::Outcome& outcome) {
    outcome_ = dispatch::together(outcome_, outcome);
    answered(std::move(result));
  };
  std::optional<task::ToolDeps> tools = deps_.tools();
  if (!tools) {
    question_ = deps_.dispatcher.ask(std::move(request), std::move(handlers));
    return;
  }
  question_ = task::ask_with_tools(std::move(*tools), std::move(request), std::move(handlers),
                                   [this](const task::ToolShown& shown) {
                                     reply_.clear();  // what was said before a call is no finding
                                     label_ = privacy::join(label_, shown.label);
                                     called_.push_back(one_line(shown.line(), 400));
                                   });
}

void Review::answered(Result<void> result) {
  if (!result) return fail(result.error());
  std::optional<std::vector<task::Finding>> found = task::parse_findings(reply_);
  if (!found) {
    return fail(Error{ErrorKind::provider,
                      "the model has answered without findings: " + one_line(trim(reply_), 300),
                      "ask again, or another model"});
  }
  for (task::Finding& one : *found) {
    if (one.file.empty() && files_.size() == 1) one.file = files_.front();
    // Of a file that it was not shown as such (a diff has others) a line's number alone proves nothing.
    const bool shown = std::find(files_.begin(), files_.end(), one.file) != files_.end();
    if (!shown && trim(one.text).empty()) one.line = 0;
    findings_.push_back(std::move(one));
  }
  reply_.clear();
  if (next_ == subject_.requests.size()) return place();
  // Not inside of the one that has just ended.
  last_question_ = std::move(question_);
  step_.start(Millis{0});
}

/// What was found before stays.
void Review::fail(Error error) {
  if (findings_.empty()) return end(std::move(error));
  failure_ = std::move(error);
  place();
}

void Review::place() {
  std::map<std::string, Lines> open;
  for (const task::Finding& one : findings_) {
    const auto at = edit::locate(root_, one.file);
    if (!at || open.count(one.file) > 0) continue;
    if (std::optional<Lines> lines = deps_.open_lines(at->real)) open[one.file] = std::move(*lines);
  }
  work_ = std::make_unique<loop::Work>(
      deps_.loop,
      [findings = std::move(findings_), root = root_, open = std::move(open)]() mutable {
        return placed(std::move(findings), root, std::move(open));
      },
      [this](Placed done) { end(failure_, std::move(done)); });
}

void Review::stop() {
  if (ended_ || work_) return;  // all is there, but for its places
  if (question_) outcome_ = dispatch::together(outcome_, question_->outcome());
  question_.reset();
  step_.stop();
  collect_.reset();
  fail(Error{ErrorKind::interrupted, "the review was stopped", ""});
}

void Review::end(const std::optional<Error>& error, Placed placed) {
  if (ended_) return;
  ended_ = true;
  rpc::ReviewEndEvent event;
  event.id = id_;
  if (error) event.error = rpc::wire(*error);
  event.model = outcome_.model;
  event.label = to_string(label_);
  event.ms = static_cast<int64_t>(outcome_.ms);
  event.usd = outcome_.usd;
  event.tools = called_;
  event.about = subject_.about;
  event.left_out = subject_.left_out;
  event.dismissed = placed.dismissed;
  for (Found& each : placed.found) {
    const task::Finding& one = each.finding;
    rpc::FindingItem item;
    const auto at = edit::locate(root_, one.file);
    if (at) item.full = at->real;
    item.path = to_valid_utf8(one.file);
    item.line = one.placed ? one.line : 0;
    item.severity = one.severity;
    item.kind = one.kind;
    item.message = to_valid_utf8(one.message);
    if (!each.fix.empty()) item.fix = to_valid_utf8(each.fix);
    event.findings.push_back(std::move(item));
  }
  rpc::emit(deps_.channel, event);
  log::info("review " + std::to_string(id_) + ": " + outcome_.model + ": " +
            (error ? error->message : std::to_string(placed.found.size()) + " findings"));
  deps_.over();
}

}  // namespace coder::app
