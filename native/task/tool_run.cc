#include "task/tool_run.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/text.h"
#include "task/tool_state.h"
#include "workspace/git.h"

namespace coder::task {
namespace {

constexpr Millis kIndexPatience{15'000};  // of a large project that was never read before
constexpr Millis kIndexPoll{20};
constexpr Millis kGitPatience{10'000};
constexpr size_t kMaxGitBytes = 1u << 20;

}  // namespace

bool ToolPage::add(std::string_view line, const std::string& head) {
  std::string shown(clip_utf8(line, kMaxToolLine));
  if (shown.size() < line.size()) shown += "… (" + std::to_string(line.size()) + " bytes in this line)";
  std::replace(shown.begin(), shown.end(), '\0', ' ');
  shown = head + to_valid_utf8(shown);
  if (text_.size() + shown.size() + 1 > max_bytes_) return false;
  text_ += shown + "\n";
  return true;
}

std::string counted(size_t count, const std::string& thing) {
  return std::to_string(count) + " " + thing + (count == 1 ? "" : thing.ends_with("ch") ? "es" : "s");
}

Result<std::string> below_root(const std::string& root, const std::string& path) {
  const auto refused = [](const std::string& why) {
    return Error{ErrorKind::policy, why, "paths are relative to the project's root"};
  };
  if (path.find('\0') != std::string::npos || path.size() > 4096) return refused("this is no path");
  const std::string whole = (std::filesystem::path(root) / path).lexically_normal().string();
  std::string below = whole + (whole.ends_with('/') ? "" : "/");
  const std::string top = root.ends_with('/') ? root : root + "/";
  if (!below.starts_with(top)) return refused("it is outside of the project");
  below = below.substr(top.size(), below.size() - 1 - std::min(below.size() - 1, top.size()));
  for (const std::string_view part : split(below, '/')) {
    if (lower_ascii(part) == ".git") return refused("git's own folder is not read");
  }
  return below;
}

ToolRun::State::State(loop::Loop& on, const ToolPlace& at, ToolUse asked, bool may_see_private, size_t bytes,
                      unique_function<void(ToolResult)> call)
    : loop(on),
      place(at),
      use(std::move(asked)),
      trusted(may_see_private),
      max_bytes(bytes),
      done(std::move(call)),
      timer(on, [this] { poll_index(); }) {}

void ToolRun::State::begin() {
  if (place.unsaved) unsaved = place.unsaved();
  switch (use.tool) {
    case Tool::read_file:
      return read_file();
    case Tool::list_files:
      return list_files();
    case Tool::search:
      return search();
    case Tool::symbol:
      return symbol();
    case Tool::references:
      return references();
    case Tool::diagnostics:
      return diagnostics();
    case Tool::git_log:
      return git_log();
    case Tool::git_blame:
      return git_blame();
    case Tool::git_diff:
      return git_diff();
  }
}

void ToolRun::State::with_index(unique_function<void(workspace::Indexer&)> then) {
  waiting = std::move(then);
  poll_index();
}

void ToolRun::State::poll_index() {
  workspace::Indexer* const indexer = place.indexer ? place.indexer() : nullptr;
  if (!indexer)
    return refuse("There is no index of a project here, so this tool has nothing to look at.", "no index");
  if (!indexer->status().ready && Clock::now() - began < kIndexPatience) return timer.start(kIndexPoll);
  auto then = std::move(waiting);
  then(*indexer);
}

void ToolRun::State::git(const std::vector<std::string>& arguments,
                         unique_function<void(std::string out, bool cut)> then) {
  loop::Process::Options options = workspace::git(place.root, arguments);
  options.timeout = kGitPatience;
  options.max_bytes = kMaxGitBytes;
  process_ = std::make_unique<loop::Process>(
      loop, std::move(options),
      [self = weak_from_this(), then = std::move(then)](Result<loop::ProcessResult> got) mutable {
        const auto state = self.lock();
        if (!state) return;
        const bool cut = got && got->out.size() >= kMaxGitBytes;
        if (!got || (got->exit_status != 0 && !cut)) {
          std::string why = got ? workspace::git_said(*got) : got.error().message;
          // Where it lies on this machine is nobody's business.
          for (size_t at = why.find(state->place.root); at != std::string::npos;
               at = why.find(state->place.root))
            why.replace(at, state->place.root.size(), "the project");
          return state->refuse("git has failed: " + one_line(why, 200), "git: " + one_line(why, 100));
        }
        then(std::move(got->out), cut);
      });
}

bool ToolRun::State::take_path() {
  Result<std::string> below = below_root(place.root, use.path);
  if (below) path = std::move(*below);
  if (!below) refuse("This may not be read: " + below.error().message + ".", below.error().message);
  return below.ok();
}

const privacy::Verdict& ToolRun::State::verdict_of(const std::string& file) {
  const auto [at, added] = verdicts.try_emplace(file);
  if (added) at->second = place.judge(absolute(file));
  return at->second;
}

bool ToolRun::State::hidden(const privacy::Verdict& verdict) const {
  return verdict.never_send || (verdict.label == privacy::Label::local_only && !trusted);
}

bool ToolRun::State::may_show(const std::string& file) { return !hidden(verdict_of(file)); }

std::string ToolRun::State::hidden_why(const std::string& file) {
  const privacy::Verdict& verdict = verdict_of(file);
  return (verdict.never_send ? "never sent (rule " : "private (rule ") + verdict.rule + ")";
}

privacy::Verdict ToolRun::State::judge_of_top(const std::string& top, const std::string& file) {
  const auto [at, added] = tops.try_emplace(file);
  if (added) at->second = place.judge(top + "/" + file);
  return at->second;
}

void ToolRun::State::join_label(const privacy::Verdict& verdict, privacy::Piece piece) {
  if (verdict.label == privacy::Label::local_only && result.label == privacy::Label::any) {
    result.label = verdict.label;
    result.rule = verdict.rule;
  }
  result.pieces.push_back(std::move(piece));
}

void ToolRun::State::show(const std::string& file, int64_t first, int64_t last, std::string text) {
  const privacy::Verdict& verdict = verdict_of(file);
  join_label(verdict, {file, first, last, verdict.label, std::move(text)});
}

void ToolRun::State::finish(std::string text, std::string words) {
  result.text = std::move(text);
  result.words = std::move(words);
  end();
}

void ToolRun::State::refuse(const std::string& text, const std::string& why) {
  result = {};
  result.text = text;
  result.words = "refused: " + why;
  result.refused = true;
  end();
}

/// Never inside of begin(): tools may end at once.
void ToolRun::State::end() {
  loop.post([self = weak_from_this()] {
    const auto state = self.lock();
    if (!state || !state->done) return;
    const auto call = std::make_shared<unique_function<void(ToolResult)>>(std::move(state->done));
    state->done = nullptr;
    (*call)(std::move(state->result));
  });
}

ToolRun::ToolRun(loop::Loop& loop, const ToolPlace& place, ToolUse use, bool trusted, size_t max_bytes,
                 unique_function<void(ToolResult)> done)
    : state_(std::make_shared<State>(loop, place, std::move(use), trusted, max_bytes, std::move(done))) {
  state_->begin();
}

ToolRun::~ToolRun() = default;

}  // namespace coder::task
