#include "app/preview.h"

#include <algorithm>
#include <filesystem>

#include "base/log.h"
#include "base/text.h"
#include "task/describe.h"
#include "task/refactor.h"

namespace coder::app {
namespace {

/// A phase shorter than this is not worth a redraw.
constexpr Millis kPhaseDelay{60};
constexpr Millis kProgressEvery{500};
/// Below this share of the files, and before this time, what is left cannot be told.
constexpr double kTellingShare = 0.05;
constexpr double kTellingSeconds = 2;

double seconds_since(TimePoint then) { return std::chrono::duration<double>(Clock::now() - then).count(); }

std::string resolved(const std::string& root, const std::string& shown) {
  std::error_code failed;
  const std::filesystem::path path = std::filesystem::path(root) / shown;
  std::string out = std::filesystem::weakly_canonical(path, failed).string();
  return failed ? path.string() : out;
}

privacy::Turn turn_of(privacy::Role role, privacy::Part part) {
  privacy::Turn turn;
  turn.role = role;
  turn.parts.push_back(std::move(part));
  return turn;
}

}  // namespace

Preview::Preview(Deps deps, Subject subject)
    : deps_(std::move(deps)),
      subject_(std::move(subject)),
      alive_(std::make_shared<Preview*>(this)),
      progress_timer_(deps_.loop, [this] { progress(); }),
      phase_timer_(deps_.loop, [this] { rpc::emit(deps_.channel, wait_); }),
      wish_timer_(deps_.loop, [this] { resolve(); }) {}

void Preview::ask() {
  tries_ = 1;
  correcting_ = false;
  begin_answer();
}

Result<void> Preview::apply(std::string text, privacy::Label label) {
  std::string problem;
  edits_ = edit::parse_reply(text, &problem);
  if (problem.empty() && edits_.empty()) problem = "there is no edit in this text";
  if (!problem.empty()) {
    return Error{
        ErrorKind::edits, problem,
        "An edit is a SEARCH/REPLACE block below its file's name, a diff, or a whole file with its name"};
  }
  label_ = privacy::join(label_, label);
  subject_.any_file = true;
  answering_ = true;
  outcome_ = {};
  reply_ = std::move(text);
  Wish wish;
  wish.all = true;
  wish.then.push_back([this] { end("applied", std::nullopt); });
  want(std::move(wish));
  return {};
}

void Preview::again(rpc::RefactorAgainParams params, rpc::Reply<rpc::Nothing> reply) {
  if (answering_)
    return reply.fail(Error{ErrorKind::usage, "the answer is still coming", "stop it with <C-c>"});
  if (carry_) return reply.fail(Error{ErrorKind::usage, "the last ones are still being written", ""});
  if (trim(params.text).empty())
    return reply.fail(Error{ErrorKind::usage, "there is nothing to tell the model", ""});
  said_.push_back({reply_, task::edit_wish(params.text, any_written_)});
  reply.ok({});
  ask();
}

void Preview::begin_answer() {
  if (!answering_) outcome_ = {};
  answering_ = true;
  incoming_.clear();
  reply_.clear();
  parser_ = edit::ReplyParser();
  first_text_ = {};
  std::vector<std::string> files;
  for (const auto& [path, item] : items_) {
    if (item.staged && item.staged->change().existed) files.push_back(item.staged->change().at.real);
  }
  collect_ = deps_.collect(std::move(files), [this](Result<QuestionContext> context) {
    if (!context) return end(nullptr, context.error());
    send(std::move(*context));
  });
}

void Preview::send(QuestionContext context) {
  context_ = std::move(context);
  std::vector<std::string> names;
  sizes_.clear();
  for (const task::Source& source : context_.named) {
    label_ = privacy::join(label_, source.label);
    shown_.insert(resolved(subject_.root, source.shown_path));
    if (std::find(names.begin(), names.end(), source.shown_path) != names.end()) continue;
    names.push_back(source.shown_path);
    sizes_.emplace_back(source.shown_path, std::count(source.text.begin(), source.text.end(), '\n') + 1);
  }
  std::vector<privacy::Turn> turns = context_.named_turns();
  if (turns.empty()) {
    turns.emplace_back();
    turns.back().role = privacy::Role::system;
  }
  std::vector<privacy::Part>& head = turns.front().parts;
  head.insert(head.begin(), {task::edit_rules() + "\n", privacy::Label::any, ""});
  const size_t asked = turns.size();
  const auto say = [&](const std::string& text) -> std::optional<Error> {
    const privacy::Verdict verdict = deps_.judge(text);
    if (verdict.never_send) {
      return Error{ErrorKind::policy, "this holds text of a file that is never sent (" + verdict.rule + ")",
                   "take it out"};
    }
    label_ = privacy::join(label_, verdict.label);
    turns.push_back(turn_of(privacy::Role::user, {text, verdict.label, "what was asked for", verdict.rule}));
    return std::nullopt;
  };
  const bool any = any_file();
  if (names.empty() && !any) {
    return end(nullptr, Error{ErrorKind::usage, "there is no file to change",
                              "Begin in the file's buffer, name it with #file:, or say --repo"});
  }
  if (any || !subject_.only.empty()) names.clear();
  if (auto refused = say(task::edit_request(subject_.instruction, names))) return end(nullptr, refused);
  for (const Exchange& one : said_) {
    turns.push_back(turn_of(privacy::Role::assistant, {one.reply, label_, "the model's answer"}));
    if (auto refused = say(one.words)) return end(nullptr, refused);
    // The feedback holds what the files hold.
    turns.back().parts.back().label = label_;
  }

  const auto config = deps_.config();
  dispatch::Request request;
  deps_.route(request);
  request.route.task = subject_.task;
  request.route.repo_scope = any;
  request.folder = subject_.root;
  task::describe(turns, config->router.repo_markers, request.route);
  request.assemble = [this, turns, asked](const config::Model& model) {
    return assemble(model, turns, asked);
  };
  dispatch::Handlers handlers;
  handlers.on_chosen = [this](const dispatch::Chosen& chosen) { began(chosen); };
  handlers.on_phase = [this](dispatch::Phase now, const std::string& detail) {
    phase(to_string(now), detail);
  };
  handlers.on_text = [this](std::string_view piece) { text(piece); };
  handlers.on_reasoning = [this](std::string_view) {
    if (wait_.phase != "thinking") phase("thinking", "");
  };
  handlers.on_done = [this](Result<void> result, const dispatch::Outcome& outcome) {
    answered(std::move(result), outcome);
  };
  question_ = deps_.dispatcher.ask(std::move(request), std::move(handlers));
}

size_t Preview::most_gathered(const config::Model& model) const {
  return std::min(context_tokens(*deps_.config(), any_file()), gathered_share(model, any_file()));
}

privacy::Prompt Preview::assemble(const config::Model& model, const std::vector<privacy::Turn>& turns,
                                  size_t asked) {
  const auto count = [&](std::string_view text) { return deps_.dispatcher.count_tokens(model.name, text); };
  privacy::Prompt prompt{turns};
  if (privacy::Part part = context_.part(model.trusted, most_gathered(model), count); !part.text.empty()) {
    std::vector<privacy::Part>& first = prompt.turns[asked].parts;
    first.insert(first.begin(), std::move(part));
  }
  return prompt;
}

void Preview::began(const dispatch::Chosen& chosen) {
  label_ = privacy::join(label_, chosen.label);
  model_ = chosen.model.name;
  rpc::RefactorBeginEvent begin;
  begin.id = subject_.id;
  begin.model = chosen.model.name;
  begin.lane = to_string(chosen.model.lane);
  begin.label = to_string(label_);
  begin.private_text = chosen.label == privacy::Label::local_only;
  begin.context =
      context_.items(chosen.model.trusted, most_gathered(chosen.model),
                     [&](std::string_view text) { return deps_.dispatcher.count_tokens(model_, text); });
  begin.root = subject_.root;
  begin.reasons = chosen.reasons;
  if (!chosen.instead.empty()) begin.instead = chosen.instead;
  rpc::emit(deps_.channel, begin);
}

void Preview::phase(const std::string& name, const std::string& detail) {
  wait_.id = subject_.id;
  wait_.phase = name;
  wait_.text.reset();
  if (!detail.empty()) wait_.text = detail;
  phase_timer_.start(kPhaseDelay);
}

void Preview::text(std::string_view piece) {
  if (piece.empty()) return;
  if (first_text_ == TimePoint{}) {
    phase_timer_.stop();
    wait_.phase.clear();
    first_text_ = Clock::now();
    progress_timer_.start(kProgressEvery);
  }
  if (reply_.size() < edit::kMaxReplyBytes) reply_ += piece;
  parser_.feed(piece);
  Wish wish;
  for (edit::Edit& one : parser_.take()) {
    wish.paths.insert(one.path);
    wish.all = wish.all || one.action == edit::Action::rename;
    incoming_.push_back(std::move(one));
  }
  if (!wish.paths.empty()) want(std::move(wish));
}

void Preview::progress() {
  if (!question_) return;
  rpc::RefactorProgressEvent event;
  event.id = subject_.id;
  event.edits = static_cast<int64_t>(incoming_.size());
  event.tokens = static_cast<int64_t>(deps_.dispatcher.count_tokens(model_, reply_));
  const double seconds = seconds_since(first_text_);
  if (seconds > 0) event.tokens_per_s = static_cast<double>(event.tokens) / seconds;
  // Models go through files in the order in which they were shown, from top to bottom.
  size_t before = 0, furthest = 0;
  for (const auto& [path, lines] : sizes_) {
    const auto item = items_.find(path);
    if (item != items_.end() && item->second.staged && !item->second.staged->hunks().empty())
      furthest = before + item->second.staged->hunks().back().old_first;
    before += lines;
  }
  const double share = before > 0 ? static_cast<double>(furthest) / static_cast<double>(before) : 0;
  if (share > kTellingShare && seconds > kTellingSeconds && !correcting_)
    event.left_s = seconds * (1 - share) / share;
  rpc::emit(deps_.channel, event);
  progress_timer_.start(kProgressEvery);
}

/// What has come of the answer counts from now on.
void Preview::keep_incoming() {
  if (correcting_) {
    edits_ = task::with_corrections(std::move(edits_), outcomes_, std::move(incoming_));
  } else if (!incoming_.empty()) {
    edits_ = std::move(incoming_);
  }
  incoming_.clear();
  outcomes_.clear();
}

void Preview::answered(Result<void> result, const dispatch::Outcome& outcome) {
  question_.reset();
  progress_timer_.stop();
  phase_timer_.stop();
  outcome_ = dispatch::together(outcome_, outcome);
  parser_.finish();
  for (edit::Edit& one : parser_.take()) incoming_.push_back(std::move(one));
  std::optional<Error> error;
  if (!result) error = result.error();
  if (!error && !parser_.problem().empty()) error = Error{ErrorKind::edits, parser_.problem(), ""};
  if (!error && incoming_.empty() && !correcting_) {
    error = Error{ErrorKind::edits, "the model has answered without an edit: " + one_line(trim(reply_), 300),
                  "K shows all of its answer; say with . what it is to do"};
  }
  keep_incoming();
  Wish wish;
  wish.all = true;
  wish.then.push_back([this, error] {
    if (stopping_) return;  // what stop() wished for comes next
    if (error) return end(nullptr, error);
    const std::string feedback = task::edit_feedback(outcomes_);
    if (feedback.empty() || tries_ >= task::kMaxRefactorTries)
      return end(provider::to_string(outcome_.finish), std::nullopt);
    ++tries_;
    correcting_ = true;
    const auto count = std::count_if(outcomes_.begin(), outcomes_.end(),
                                     [](const auto& one) { return one.status == edit::Status::refused; });
    wait_ = {subject_.id, "again",
             count == 1 ? "asking once more for an edit that does not fit"
                        : "asking once more for " + std::to_string(count) + " edits that do not fit"};
    rpc::emit(deps_.channel, wait_);
    said_.push_back({reply_, feedback});
    begin_answer();
  });
  want(std::move(wish));
}

bool Preview::stop() {
  if (!answering_ || stopping_) return answering_;
  stopping_ = true;
  if (question_) outcome_ = dispatch::together(outcome_, question_->outcome());
  question_.reset();
  collect_.reset();
  keep_incoming();
  Wish wish;
  wish.all = true;
  wish.then.push_back([this] { end("stopped", std::nullopt); });
  want(std::move(wish));
  return true;
}

void Preview::end(const char* finish, const std::optional<Error>& error) {
  if (!answering_) return;
  answering_ = correcting_ = stopping_ = false;
  progress_timer_.stop();
  phase_timer_.stop();
  rpc::RefactorEndEvent event;
  event.id = subject_.id;
  if (finish) event.finish = finish;
  if (error) event.error = rpc::wire(*error);
  event.reply = to_valid_utf8(reply_);
  event.ms = static_cast<int64_t>(outcome_.ms);
  event.input = outcome_.usage.input;
  event.cached_input = outcome_.usage.cached_input;
  event.output = outcome_.usage.output;
  event.usd = outcome_.usd;
  rpc::emit(deps_.channel, event);
  log::info("refactor " + std::to_string(subject_.id) + ": " + outcome_.model + ": " +
            (error    ? error->message
             : finish ? finish
                      : "") +
            ", " + std::to_string(edits_.size()) + " edits in " + std::to_string(items_.size()) + " files");
}

}  // namespace coder::app
