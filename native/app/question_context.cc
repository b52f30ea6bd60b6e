#include "app/question_context.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "task/test_request.h"

namespace coder::app {
namespace {

/// How long a question waits for an index that is not complete: a moment, or, when it is about the repository
/// or has nothing else to go by, until a large project has been read.
constexpr Millis kIndexPatience{300};
constexpr Millis kRepositoryPatience{15'000};
constexpr Millis kIndexPoll{20};

const char* to_string(context::Form form) {
  switch (form) {
    case context::Form::path:
      return "path";
    case context::Form::signature:
      return "signature";
    case context::Form::body:
      return "body";
  }
  return "";
}

/// Share of a window for what is found by itself, and when the question is about the repository.
constexpr int64_t kShare = 8;
constexpr int64_t kRepositoryShare = 2;
/// Of a question about the repository, in tokens.
constexpr int64_t kRepositoryTokens = 64'000;

}  // namespace

size_t context_tokens(const config::Config& config, bool repo) {
  if (!repo) return static_cast<size_t>(config.context.automatic);
  return static_cast<size_t>(config.context.budget.value_or(kRepositoryTokens));
}

size_t gathered_share(const config::Model& model, bool repo) {
  return static_cast<size_t>(model.context.value_or(config::kAssumedWindow) /
                             (repo ? kRepositoryShare : kShare));
}

std::vector<privacy::Turn> QuestionContext::named_turns() const { return task::context_turns(named); }

privacy::Part QuestionContext::part(bool trusted, size_t budget, const Count& count) const {
  privacy::Part out = task::examples_part(examples, trusted, budget, count);
  const size_t spent = out.text.empty() ? 0 : count(out.text);
  privacy::Part found = found_part(trusted, budget > spent ? budget - spent : 0, count);
  if (out.text.empty()) return found;
  if (found.text.empty()) return out;
  out.text += found.text;
  out.label = join(out.label, found.label);
  if (out.rule.empty()) out.rule = std::move(found.rule);
  out.pieces.insert(out.pieces.end(), std::make_move_iterator(found.pieces.begin()),
                    std::make_move_iterator(found.pieces.end()));
  return out;
}

privacy::Part QuestionContext::found_part(bool trusted, size_t budget, const Count& count) const {
  privacy::Part part;
  if (!gathered || budget == 0) return part;
  const context::Packed packed = context::fitted(trusted ? gathered->whole : gathered->clean, budget, count);
  if (packed.chunks.empty()) return part;
  for (const context::Chunk& chunk : packed.chunks) {
    const auto verdict = gathered->verdicts.find(chunk.path);
    const bool open = verdict != gathered->verdicts.end() && verdict->second.label == privacy::Label::any;
    part.pieces.push_back({chunk.path, chunk.first, chunk.last,
                           open ? privacy::Label::any : privacy::Label::local_only,
                           chunk.form == context::Form::path ? chunk.path : chunk.text});
    if (open || part.label == privacy::Label::local_only) continue;
    part.label = privacy::Label::local_only;
    part.rule = verdict == gathered->verdicts.end() ? "" : verdict->second.rule;
  }
  part.origin = "the repository";
  part.text = "From the repository, found for the question below; it may hold more than is needed:\n\n" +
              packed.text + "\n";
  return part;
}

std::vector<rpc::ContextItem> QuestionContext::items(bool trusted, size_t budget, const Count& count) const {
  std::vector<rpc::ContextItem> out;
  for (const task::Source& source : named) {
    rpc::ContextItem item;
    item.path = source.shown_path;
    item.first = static_cast<int64_t>(source.first);
    item.last = item.first - 1 + std::count(source.text.begin(), source.text.end(), '\n');
    item.last = std::max(item.last, item.first);
    item.label = privacy::to_string(source.label);
    item.form = "named";
    if (!source.word.empty()) item.why = source.word;
    item.tokens = static_cast<int64_t>(count(source.text));
    out.push_back(std::move(item));
  }
  const size_t spent = add_examples(out, trusted, budget, count);
  budget = budget > spent ? budget - spent : 0;
  if (!gathered || budget == 0) return out;
  const context::Packed packed = context::fitted(trusted ? gathered->whole : gathered->clean, budget, count);
  const auto label_of = [&](const std::string& path) {
    const auto verdict = gathered->verdicts.find(path);
    return to_string(verdict == gathered->verdicts.end() ? privacy::Label::local_only
                                                         : verdict->second.label);
  };
  for (const context::Chunk& chunk : packed.chunks) {
    rpc::ContextItem item;
    item.path = chunk.path;
    item.first = chunk.first;
    item.last = chunk.last;
    item.label = label_of(chunk.path);
    item.form = to_string(chunk.form);
    item.tokens = static_cast<int64_t>(chunk.tokens);
    if (!chunk.why.empty()) item.why = join(chunk.why, ", ");
    out.push_back(std::move(item));
  }
  for (const context::Dropped& one : packed.dropped) {
    rpc::ContextItem item;
    item.path = one.path;
    item.label = label_of(one.path);
    item.dropped = one.reason;
    out.push_back(std::move(item));
  }
  return out;
}

/// Returns the tokens they cost.
size_t QuestionContext::add_examples(std::vector<rpc::ContextItem>& out, bool trusted, size_t budget,
                                     const Count& count) const {
  std::vector<const task::Source*> used;
  const privacy::Part part = task::examples_part(examples, trusted, budget, count, &used);
  for (const task::Source& one : examples) {
    rpc::ContextItem item;
    item.path = one.shown_path;
    item.label = privacy::to_string(one.label);
    if (std::find(used.begin(), used.end(), &one) == used.end()) {
      const bool refused = one.label == privacy::Label::local_only && !trusted;
      item.dropped = refused ? "private (rule " + one.rule + ")" : "no room for it";
    } else {
      item.first = static_cast<int64_t>(one.first);
      item.last = std::max(item.first, item.first - 1 + std::count(one.text.begin(), one.text.end(), '\n'));
      item.form = "body";
      item.tokens = static_cast<int64_t>(count(one.text));
      item.why = "a test nearby, as an example";
    }
    out.push_back(std::move(item));
  }
  return part.text.empty() ? 0 : count(part.text);
}

std::string QuestionContext::best_places() const {
  if (!gathered || gathered->spots.empty()) return "";
  std::string out;
  for (const context::Spot& spot : gathered->spots) {
    out += "- `" + spot.path + ":" + std::to_string(spot.line) + "`";
    if (!spot.signature.empty())
      out +=
          " " + (spot.signature.find('`') == std::string::npos ? "`" + spot.signature + "`" : spot.signature);
    if (!spot.why.empty()) out += "  \n  " + join(spot.why, ", ");
    out += "\n";
  }
  return out;
}

bool QuestionContext::has_private_places() const {
  if (!gathered) return false;
  return std::any_of(gathered->spots.begin(), gathered->spots.end(), [&](const context::Spot& spot) {
    const auto verdict = gathered->verdicts.find(spot.path);
    return verdict == gathered->verdicts.end() || verdict->second.label == privacy::Label::local_only;
  });
}

struct Collect::State : std::enable_shared_from_this<Collect::State> {
  State(loop::Loop& on, Wanted asked, unique_function<void(Result<QuestionContext>)> call)
      : loop(on), wanted(std::move(asked)), done(std::move(call)), timer(on, [this] { search(); }) {}

  loop::Loop& loop;
  Wanted wanted;
  unique_function<void(Result<QuestionContext>)> done;
  loop::Timer timer;
  QuestionContext out;
  std::unique_ptr<task::NamedContext> named;
  std::unique_ptr<context::Gather> gather;
  workspace::Indexer* indexer = nullptr;
  std::map<std::string, std::string> texts;
  TimePoint began{};

  void begin() {
    indexer = wanted.surroundings.indexer;
    texts = wanted.surroundings.unsaved;
    out.root = wanted.surroundings.root;
    for (const task::Source& one : wanted.examples) wanted.without.push_back(one.shown_path);
    out.examples = std::move(wanted.examples);
    if (wanted.mentions.empty()) return search_soon();
    named = std::make_unique<task::NamedContext>(loop, wanted.mentions, std::move(wanted.surroundings),
                                                 [self = weak_from_this()](Result<task::Named> result) {
                                                   const auto state = self.lock();
                                                   if (!state) return;
                                                   if (!result)
                                                     return state->finish(std::move(result.error()));
                                                   state->out.named = std::move(result->sources);
                                                   state->out.repo = result->repo;
                                                   state->search();
                                                 });
  }

  /// Never calls back inside of the constructor.
  void search_soon() {
    if (indexer) return search();
    loop.post([self = weak_from_this()] {
      if (const auto state = self.lock()) state->search();
    });
  }

  void search() {
    if (!indexer) return finish(std::move(out));
    const bool repo = out.repo || wanted.repo;
    if (began == TimePoint{}) began = Clock::now();
    const Millis patience = repo ? kRepositoryPatience : kIndexPatience;
    if (!indexer->status().ready && Clock::now() - began < patience) return timer.start(kIndexPoll);
    context::Wanted search;
    search.query = std::move(wanted.query);
    search.budget = repo ? wanted.repository : wanted.automatic;
    search.without = std::move(wanted.without);
    for (const task::Source& source : out.named) {
      search.without.push_back(source.shown_path);
      search.query.seeds.push_back({source.shown_path, static_cast<uint32_t>(source.first)});
    }
    search.texts = std::move(texts);
    search.judge = wanted.judge;
    gather = std::make_unique<context::Gather>(*indexer, std::move(search),
                                               [self = weak_from_this()](context::Gathered gathered) {
                                                 const auto state = self.lock();
                                                 if (!state) return;
                                                 state->out.gathered = std::move(gathered);
                                                 state->finish(std::move(state->out));
                                               });
  }

  void finish(Result<QuestionContext> result) {
    auto call = std::move(done);
    if (call) call(std::move(result));
  }
};

Collect::Collect(loop::Loop& loop, Wanted wanted, unique_function<void(Result<QuestionContext>)> done)
    : state_(std::make_shared<State>(loop, std::move(wanted), std::move(done))) {
  state_->begin();
}

Collect::~Collect() = default;

}  // namespace coder::app
