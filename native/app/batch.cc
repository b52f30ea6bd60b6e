#include "app/batch.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "app/ask_answer.h"
#include "app/ask_question.h"
#include "app/commands.h"
#include "base/sha256.h"
#include "base/text.h"
#include "codec/json.h"

namespace coder::app {

using codec::Value;
using provider::Trouble;

namespace {

constexpr size_t kMaxReply = 4u << 20;  // bytes
constexpr size_t kHopeless = 5;         // failures of one kind before anything is answered
constexpr size_t kGroupsShown = 40, kFilesShown = 10;

/// It may be over in a moment.
bool passes(const dispatch::Outcome& outcome) {
  if (!outcome.trouble) return false;
  switch (*outcome.trouble) {
    case Trouble::rate_limit:
    case Trouble::loading:
    case Trouble::server:
    case Trouble::unreachable:
    case Trouble::timeout:
    case Trouble::truncated:
      return true;
    case Trouble::auth:
    case Trouble::payment:
    case Trouble::model_not_found:
    case Trouble::not_found:
    case Trouble::context_overflow:
    case Trouble::bad_request:
    case Trouble::malformed:
      return false;
  }
  return false;
}

/// It is the same for every file.
bool concerns_all(const Error& error, const dispatch::Outcome& outcome, privacy::Label label) {
  if (error.kind == ErrorKind::auth || error.kind == ErrorKind::config) return true;
  // What privacy refuses is a file's own; a spent budget is not.
  if (error.kind == ErrorKind::policy) return label == privacy::Label::any;
  return outcome.trouble == Trouble::payment || outcome.trouble == Trouble::not_found ||
         outcome.trouble == Trouble::model_not_found;
}

std::string plural(size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

Batch::Batch(loop::Loop& loop, dispatch::Dispatcher& dispatcher, std::shared_ptr<const config::Config> config,
             Wanted wanted, std::shared_ptr<BatchJournal> journal)
    : loop_(loop),
      dispatcher_(dispatcher),
      config_(std::move(config)),
      wanted_(std::move(wanted)),
      journal_(std::move(journal)),
      queue_(wanted_.files.size(), wanted_.jobs),
      progress_(loop, [this] { return count(); }),
      timer_(loop, [this] { turn(); }) {
  timer_.start(Millis{0});
}

BatchCount Batch::count() const {
  return {wanted_.files.size(), done_, resumed_,
          failures_.size(),     usd_,  millis_between(started_, Clock::now()) / 1000};
}

// One file in a turn of the loop: thousands that are resumed must not keep a signal waiting.
void Batch::turn() {
  if (over_ || closed_) return;
  if (const std::optional<size_t> file = interrupted_ ? std::nullopt : queue_.next(loop_.now())) {
    begin(*file);
    if (!closed_) timer_.start(Millis{0});
    return;
  }
  const bool idle = interrupted_ || queue_.idle();
  if (idle && pending_.empty() && !writing_) return finish();
  if (const auto due = queue_.next_due(); due && !interrupted_) {
    timer_.start(std::max(Millis{1}, std::chrono::ceil<Millis>(*due - loop_.now())));
  }
}

void Batch::begin(size_t file) {
  const File& named = wanted_.files[file];
  Result<task::Source> source = task::read_source(named.path, wanted_.root, config_->path_rules());
  if (!source) return give_up(file, std::move(source.error()));
  Sha256 hash;
  hash.update(source->text);
  std::string sha256 = hash.hex();
  if (std::optional<Value::Map> known = journal_ ? journal_->find(named.id, sha256) : std::nullopt) {
    queue_.over(file);
    ++done_;
    ++resumed_;
    known->emplace_back("resumed", Value(true));
    return line(std::move(*known));
  }
  ask(file, std::move(*source), std::move(sha256));
}

void Batch::ask(size_t file, task::Source source, std::string sha256) {
  if (done_ == resumed_ && asked_.empty()) started_ = Clock::now();
  dispatch::Request request;
  request.route = wanted_.route;
  request.folder = wanted_.root;
  request.stream = wanted_.stream;
  request.answer_schema = task::schema_of(*wanted_.recipe);
  Result<std::vector<privacy::Turn>> turns =
      question_turns(wanted_.prompt, {source}, wanted_.recipe.get(), wanted_.root, *config_, request.route);
  if (!turns) return give_up(file, std::move(turns.error()));
  request.assemble = [turns = std::move(*turns)](const config::Model&) { return privacy::Prompt{turns}; };
  Asked& asked = asked_[file];
  asked.label = request.route.label;
  asked.source.push_back(std::move(source));
  asked.sha256 = std::move(sha256);
  dispatch::Handlers handlers;
  handlers.on_text = [this, file](std::string_view piece) {
    std::string& text = asked_[file].text;
    if (text.size() < kMaxReply) text += piece;
  };
  handlers.on_done = [this, file](Result<void> result, const dispatch::Outcome& outcome) {
    ended(file, std::move(result), outcome);
  };
  asked.question = dispatcher_.ask(std::move(request), std::move(handlers));
}

void Batch::ended(size_t file, Result<void> result, const dispatch::Outcome& outcome) {
  auto node = asked_.extract(file);  // the question lives until this is over
  if (outcome.posts > 0) {
    if (outcome.usd) usd_ = usd_.value_or(0) + *outcome.usd;
    if (!outcome.usd) unpriced_ = true;
  }
  if (result) {
    answered(file, node.mapped(), outcome);
  } else if (passes(outcome)) {
    failed(file, std::move(result.error()), outcome);
  } else {
    const Error why = result.error();
    const privacy::Label label = node.mapped().label;
    same_ = why.message == last_failure_ ? same_ + 1 : 1;
    last_failure_ = why.message;
    give_up(file, why);
    if (concerns_all(why, outcome, label) || (same_ >= kHopeless && done_ == resumed_)) stop(why);
  }
  timer_.start(Millis{0});
}

void Batch::answered(size_t file, const Asked& asked, const dispatch::Outcome& outcome) {
  queue_.answered(file);
  Finished one;
  one.file = file;
  one.record.id = wanted_.files[file].id;
  one.record.sha256 = asked.sha256;
  one.record.result = {{"file", Value(asked.source.front().shown_path)}};
  Value::Map object = result_object(outcome, asked.text);
  if (wanted_.recipe->contract == task::Contract::findings)
    object.emplace_back("findings", findings_value(findings_of(asked.text, asked.source)));
  std::move(object.begin(), object.end(), std::back_inserter(one.record.result));
  pending_.push_back(std::move(one));
  keep();
}

void Batch::failed(size_t file, Error error, const dispatch::Outcome& outcome) {
  const TimePoint now = loop_.now();
  const std::optional<TimePoint> before = queue_.paused_until(now);
  const bool busy = outcome.trouble == Trouble::rate_limit || outcome.trouble == Trouble::loading;
  switch (queue_.failed(file, {busy, outcome.retry_after}, now)) {
    case BatchQueue::Verdict::again:
      break;
    case BatchQueue::Verdict::failed:
      give_up(file, error);
      break;
    case BatchQueue::Verdict::stop:
      give_up(file, error);
      stop(error);
      break;
  }
  if (const auto until = queue_.paused_until(now); until && until != before) {
    const auto wait = std::chrono::ceil<std::chrono::seconds>(*until - now);
    say("waiting " + std::to_string(wait.count()) + " s: " + one_line(error.message, 300));
  }
}

/// It has failed for good.
void Batch::give_up(size_t file, Error error) {
  queue_.over(file);
  line(error_line(file, error));
  failures_.emplace(file, std::move(error));
  progress_.changed();
}

void Batch::stop(const Error& why) {
  if (stopped_) return;
  stopped_ = why;
  queue_.stop();
}

Value::Map Batch::error_line(size_t file, const Error& error) const {
  return {{"file", Value(task::shown_path(wanted_.files[file].path, wanted_.root))},
          {"error", error_value(error)}};
}

/// Answers go to the journal together, off the loop: a disk may take longer than a model.
void Batch::keep() {
  if (writing_ || pending_.empty()) return;
  auto finished = std::make_shared<std::vector<Finished>>(std::exchange(pending_, {}));
  writing_ = std::make_unique<loop::Work>(
      loop_,
      [journal = journal_, finished]() -> Result<void> {
        if (!journal) return {};
        std::vector<BatchJournal::Record> records;
        for (const Finished& one : *finished) records.push_back(one.record);
        return journal->append(records);
      },
      [this, finished](const Result<void>& written) { kept(*finished, written); });
}

void Batch::kept(const std::vector<Finished>& finished, const Result<void>& written) {
  writing_.reset();
  if (!written && !journal_told_) {
    journal_told_ = true;
    say("what is answered now cannot be resumed: " + written.error().text());
  }
  for (const Finished& one : finished) {
    ++done_;
    line(one.record.result);
  }
  keep();
  timer_.start(Millis{0});
}

void Batch::line(Value::Map object) {
  if (closed_) return;
  progress_.clear();
  if (print(codec::dump_json(Value(std::move(object))) + "\n")) return progress_.changed();
  closed_ = true;
  code_ = coder::exit_code(ErrorKind::internal);
  asked_.clear();
  loop_.stop();
}

void Batch::interrupt() {
  if (interrupted_) return loop_.stop();
  interrupted_ = true;
  code_ = coder::exit_code(ErrorKind::interrupted);
  asked_.clear();
  queue_.stop();
  timer_.start(Millis{0});
}

// --- the end --------------------------------------------------------------------

void Batch::finish() {
  if (over_) return;
  over_ = true;
  if (!interrupted_ && stopped_) {
    for (const size_t file : queue_.left()) give_up(file, *stopped_);
  }
  std::optional<Error> error = stopped_;
  if (interrupted_)
    error = Error{ErrorKind::interrupted, "interrupted", "the same command goes on with the rest"};
  if (!error && !failures_.empty()) error = failures_.begin()->second;
  if (error) code_ = coder::exit_code(error->kind);
  if (!error && journal_) {
    std::vector<std::string> ids;
    for (const File& one : wanted_.files) ids.push_back(one.id);
    if (const Result<void> gone = journal_->forget(ids); !gone) say(gone.error().text());
  }
  const BatchCount all = count();
  // One line for each file; only what has stopped them all has no place there.
  if (stopped_ || interrupted_) {
    Value::Map object{{"files", Value(static_cast<int64_t>(all.files))},
                      {"done", Value(static_cast<int64_t>(all.done))},
                      {"resumed", Value(static_cast<int64_t>(all.resumed))},
                      {"failed", Value(static_cast<int64_t>(all.failed))},
                      {"usd", usd_ && !unpriced_ ? Value(*usd_) : Value()},
                      {"ms", Value(static_cast<int64_t>(all.seconds * 1000))}};
    line({{"error", error_value(*error)}, {"batch", Value(std::move(object))}});
  }
  if (closed_) return;
  progress_.clear();
  tell_failures();
  std::string words = plural(all.files, "file") + ": " + std::to_string(all.done) + " done";
  if (all.resumed > 0) words += " (" + std::to_string(all.resumed) + " by an earlier run)";
  if (all.failed > 0) words += ", " + std::to_string(all.failed) + " failed";
  if (interrupted_) words = "interrupted; " + words;
  if (usd_) words += unpriced_ ? ", above $" : ", $";
  if (usd_) words += std::to_string(*usd_);
  if (error) words += journal_ && !journal_told_ ? ". The same command goes on with the rest" : "";
  say(words);
  timer_.stop();
  dispatcher_.settle([this] { loop_.stop(); });
}

/// Those that failed for one reason together, in the order the files were named.
void Batch::tell_failures() const {
  struct Group {
    std::string words;
    std::vector<size_t> files;
  };
  std::vector<Group> groups;
  std::map<std::string, size_t> known;
  for (const auto& [file, error] : failures_) {
    const std::string words = to_valid_utf8(error.text());
    const auto [at, added] = known.try_emplace(words, groups.size());
    if (added) groups.push_back({words, {}});
    groups[at->second].files.push_back(file);
  }
  for (size_t i = 0; i < std::min(groups.size(), kGroupsShown); ++i) {
    const std::vector<size_t>& files = groups[i].files;
    std::string names;
    for (size_t k = 0; k < std::min(files.size(), kFilesShown); ++k) {
      names +=
          (k > 0 ? ", " : "") + one_line(task::shown_path(wanted_.files[files[k]].path, wanted_.root), 200);
    }
    if (files.size() > kFilesShown) names += " and " + std::to_string(files.size() - kFilesShown) + " more";
    std::fprintf(stderr, "coder-nvim: failed: %s\n  %s\n", names.c_str(), groups[i].words.c_str());
  }
  if (groups.size() > kGroupsShown) {
    std::fprintf(stderr, "coder-nvim: and %zu more, each in its line on standard output\n",
                 groups.size() - kGroupsShown);
  }
}

}  // namespace coder::app
