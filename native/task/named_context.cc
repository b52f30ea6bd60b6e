#include "task/named_context.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "task/definitions.h"

namespace coder::task {

namespace fs = std::filesystem;
using Kind = Mention::Kind;

namespace {

constexpr size_t kMaxDiffBytes = 2u << 20;
constexpr Millis kDiffPatience{10'000};
constexpr Millis kIndexPatience{15'000};  // of a large project that was never read before
constexpr Millis kIndexPoll{20};
constexpr size_t kMaxDefinitions = 5;  ///< of one name
constexpr size_t kMaxDiagnostics = 100;

Error unknown(const Mention& mention, const std::string& what, const std::string& hint = "") {
  return Error{ErrorKind::usage, to_string(mention) + ": " + what, hint};
}

Error never_sent(const Mention& mention, const privacy::Verdict& verdict) {
  return Error{ErrorKind::policy,
               to_string(mention) + " is on the never-send list (rule " + verdict.rule + ")",
               "files that usually hold secrets enter no prompt"};
}

}  // namespace

struct NamedContext::State : std::enable_shared_from_this<NamedContext::State> {
  State(loop::Loop& on, Surroundings at, unique_function<void(Result<Named>)> call)
      : loop(on), around(std::move(at)), done(std::move(call)), timer(on, [this] { look_up(); }) {}

  loop::Loop& loop;
  Surroundings around;
  unique_function<void(Result<Named>)> done;
  Named named;
  std::vector<std::vector<Source>> slots;  ///< by mention
  std::vector<std::string> words;          ///< likewise
  size_t open = 0;                         ///< of them still under way
  std::optional<Error> failed;
  std::vector<std::shared_ptr<workspace::Indexer::Query>> queries;
  std::unique_ptr<loop::Process> diff;
  loop::Timer timer;
  TimePoint began = Clock::now();
  std::vector<std::pair<size_t, Mention>> symbols;  ///< to be looked up

  void fail(Error error) {
    if (!failed) failed = std::move(error);
  }

  Source source_of(const Surroundings::Text& text, int64_t first, int64_t last) const {
    Source source;
    const workspace::Mirror& mirror = *text.mirror;
    const auto count = static_cast<int64_t>(mirror.lines.size());
    first = std::clamp<int64_t>(first, 1, std::max<int64_t>(count, 1));
    last = std::clamp<int64_t>(last, first, std::max<int64_t>(count, 1));
    source.shown_path = mirror.path.empty() ? "unnamed buffer" : shown_path(mirror.path, around.root);
    source.text = mirror.text(static_cast<size_t>(first - 1), static_cast<size_t>(last));
    source.first = static_cast<size_t>(first);
    source.label = text.verdict.label;
    source.rule = text.verdict.rule;
    return source;
  }

  void begin(const std::vector<Mention>& mentions) {
    slots.resize(mentions.size());
    for (const Mention& mention : mentions) words.push_back(to_string(mention));
    for (size_t i = 0; i < mentions.size() && !failed; ++i) read(i, mentions[i]);
    around.open = nullptr;  // the mirrors may change from here on
    around.buffer.reset();
    if (!failed) look_up();
    settle();
  }

  void read(size_t slot, const Mention& mention) {
    switch (mention.kind) {
      case Kind::repo:
        named.repo = true;
        return;
      case Kind::buffer:
        return buffer(slot, mention, false);
      case Kind::selection:
        return buffer(slot, mention, true);
      case Kind::file:
        return file(slot, mention);
      case Kind::symbol:
        return symbol(slot, mention);
      case Kind::diagnostics:
        return diagnostics(slot, mention);
      case Kind::diff:
        return git_diff(slot, mention);
    }
  }

  void buffer(size_t slot, const Mention& mention, bool selected) {
    if (!around.buffer || !around.buffer->mirror || !around.buffer->mirror->ready)
      return fail(unknown(mention, "there is no file that this conversation came from",
                          "ask from a window on one, or name it: #file:PATH"));
    if (around.buffer->verdict.never_send) return fail(never_sent(mention, around.buffer->verdict));
    if (selected && !around.selection)
      return fail(
          unknown(mention, "nothing was selected in that file yet", "select some lines and ask again"));
    const auto last = static_cast<int64_t>(around.buffer->mirror->lines.size());
    slots[slot].push_back(selected
                              ? source_of(*around.buffer, around.selection->first, around.selection->second)
                              : source_of(*around.buffer, 1, last));
  }

  void file(size_t slot, const Mention& mention) {
    const std::string path = (fs::path(around.root) / mention.name).lexically_normal().string();
    if (const std::optional<Surroundings::Text> text = around.open(path); text && text->mirror->ready) {
      if (text->verdict.never_send) return fail(never_sent(mention, text->verdict));
      slots[slot].push_back(source_of(*text, 1, static_cast<int64_t>(text->mirror->lines.size())));
      return;
    }
    Result<Source> source = read_source(path, around.root, *around.rules);
    if (!source) {
      source.error().message = to_string(mention) + ": " + source.error().message;
      return fail(std::move(source.error()));
    }
    slots[slot].push_back(std::move(*source));
  }

  void symbol(size_t slot, const Mention& mention) {
    if (!around.indexer)
      return fail(unknown(mention, "symbols cannot be looked up here", "name the file instead: #file:PATH"));
    ++open;
    symbols.emplace_back(slot, mention);
  }

  /// Looks the symbols up, once the index is complete: one that is not found is an error.
  void look_up() {
    if (symbols.empty()) return;
    if (!around.indexer->status().ready && Clock::now() - began < kIndexPatience)
      return timer.start(kIndexPoll);
    for (const auto& [slot, mention] : symbols) look_up(slot, mention);
    symbols.clear();
  }

  void look_up(size_t slot, const Mention& mention) {
    queries.push_back(around.indexer->query(
        [name = mention.name, unsaved = around.unsaved](const workspace::Corpus& corpus) {
          return find_definitions(corpus, name, unsaved, kMaxDefinitions);
        },
        [self = weak_from_this(), slot, mention](const Definitions& found) {
          const auto state = self.lock();
          if (!state) return;
          --state->open;
          state->symbol_found(slot, mention, found);
          state->settle();
        }));
  }

  void symbol_found(size_t slot, const Mention& mention, const Definitions& found) {
    if (found.all.empty()) {
      return fail(unknown(mention, "no such symbol in " + around.root,
                          found.nearest.empty() ? "" : "did you mean #symbol:" + found.nearest + "?"));
    }
    for (const Definition& one : found.all) {
      const privacy::Verdict verdict = around.rules->judge(around.root + "/" + one.path);
      if (verdict.never_send) return fail(never_sent(mention, verdict));
      slots[slot].push_back({one.path, one.text, verdict.label, verdict.rule, one.first});
    }
  }

  void diagnostics(size_t slot, const Mention& mention) {
    if (around.diagnostics.empty()) return fail(unknown(mention, "there are none in the open files"));
    Source source;
    source.shown_path = "diagnostics";
    size_t count = 0;
    for (const Diagnostic& one : around.diagnostics) {
      if (++count > kMaxDiagnostics) break;
      const privacy::Verdict verdict = around.rules->judge(one.path);
      if (verdict.never_send) continue;
      if (verdict.label == privacy::Label::local_only) {
        source.label = verdict.label;
        source.rule = verdict.rule;
      }
      source.text += shown_path(one.path, around.root) + ":" + std::to_string(one.line) + ": " +
                     one.severity + ": " + one_line(one.message, 500) + "\n";
    }
    slots[slot].push_back(std::move(source));
  }

  void git_diff(size_t slot, const Mention& mention) {
    ++open;
    // Against HEAD: what is staged and what is not. The user's own pagers, tools and colours stay out of it.
    diff = std::make_unique<loop::Process>(
        loop,
        std::vector<std::string>{"git", "-C", around.root, "-c", "core.quotePath=false", "diff", "--no-color",
                                 "--no-ext-diff", "--no-textconv", "HEAD", "--"},
        kDiffPatience, kMaxDiffBytes,
        [self = weak_from_this(), slot, mention](Result<loop::ProcessResult> result) {
          const auto state = self.lock();
          if (!state) return;
          --state->open;
          state->diff_came(slot, mention, result);
          state->settle();
        });
  }

  void diff_came(size_t slot, const Mention& mention, const Result<loop::ProcessResult>& result) {
    if (!result) return fail(unknown(mention, result.error().text()));
    if (result->exit_status != 0)
      return fail(unknown(mention, "git diff failed: " + one_line(trim(result->err), 200)));
    if (trim(result->out).empty()) return fail(unknown(mention, "nothing has changed since the last commit"));
    if (result->out.size() >= kMaxDiffBytes)
      return fail(unknown(mention, "the diff is larger than 2 MiB", "name the files instead: #file:PATH"));
    Source source;
    source.shown_path = "git diff HEAD";
    source.text = to_valid_utf8(result->out);
    const privacy::Verdict verdict = around.rules->judge_text(source.text, around.root);
    if (verdict.never_send) return fail(never_sent(mention, verdict));
    source.label = verdict.label;
    source.rule = verdict.rule;
    slots[slot].push_back(std::move(source));
  }

  /// Tells the outcome once nothing is under way, never inside of the constructor.
  void settle() {
    if ((open > 0 && !failed) || !done) return;
    loop.post([self = weak_from_this(), call = std::make_shared<decltype(done)>(std::move(done))] {
      const auto state = self.lock();
      if (!state) return;
      if (state->failed) return (*call)(std::move(*state->failed));
      for (size_t i = 0; i < state->slots.size(); ++i) {
        for (Source& one : state->slots[i]) {
          one.word = state->words[i];
          state->named.sources.push_back(std::move(one));
        }
      }
      (*call)(std::move(state->named));
    });
    done = nullptr;
  }
};

NamedContext::NamedContext(loop::Loop& loop, const std::vector<Mention>& mentions, Surroundings surroundings,
                           unique_function<void(Result<Named>)> done)
    : state_(std::make_shared<State>(loop, std::move(surroundings), std::move(done))) {
  state_->begin(mentions);
}

NamedContext::~NamedContext() = default;

}  // namespace coder::task
