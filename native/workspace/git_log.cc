#include "workspace/git_log.h"

#include <fstream>
#include <list>
#include <utility>

#include "base/text.h"
#include "loop/work.h"
#include "privacy/paths.h"
#include "workspace/git.h"
#include "workspace/lane.h"
#include "workspace/weakly.h"

namespace coder::workspace {
namespace {

constexpr Millis kShortTime{15'000}, kLogTime{120'000};
constexpr size_t kHashBytes = 64;                      // of SHA-256; SHA-1 has 40
constexpr size_t kMaxGone = 2'000;                     // more: reading all again costs little more
constexpr size_t kMaxLogBytes = size_t{96} << 20;      // 20,000 commits of polars' kind are 8 MB
constexpr size_t kPieceBytes = size_t{128} << 10;      // some hundred commits
constexpr size_t kMaxFilesKept = 4 * kMaxCommitFiles;  // of a commit that counts for its subject only
constexpr char kMark = '\x01';

using Shallow = std::unordered_set<std::string>;

bool is_hash(std::string_view text) {
  return (text.size() == 40 || text.size() == kHashBytes) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// The commits at which a shallow clone ends.
Shallow read_shallow(const std::string& root) {
  const std::string repository = privacy::repository_root(root);
  Shallow out;
  if (repository.empty()) return out;
  std::ifstream in(git_folders(repository).common + "/shallow");
  for (std::string line; std::getline(in, line) && out.size() < kMaxCommits;) out.insert(line);
  return out;
}

}  // namespace

// Nothing that a repository's or a user's configuration adds: signatures are checked by programs it names.
const std::vector<std::string> kLogArguments = {"-c",
                                                "log.showRoot=true",
                                                "-c",
                                                "diff.orderFile=/dev/null",
                                                "log",
                                                "--no-merges",
                                                "--no-renames",
                                                "--no-show-signature",
                                                "--no-ext-diff",
                                                "--no-textconv",
                                                "--no-color",
                                                "--no-mailmap",
                                                "--relative",
                                                "--name-only",
                                                "-z",
                                                "--format=%x01%H%x00%ct%x00%s"};

size_t whole_commits(std::string_view text) {
  constexpr std::string_view kNext("\0\x01", 2);
  const size_t at = text.rfind(kNext);
  return at == std::string_view::npos ? 0 : at + 1;
}

std::vector<Commit> parse_log(std::string_view text, const Shallow& shallow) {
  std::vector<Commit> out;
  enum class Next { time, subject, files } next = Next::files;
  for (std::string_view part : split(text, '\0')) {
    if (!part.empty() && part.front() == kMark && is_hash(part.substr(1))) {
      out.emplace_back();
      out.back().hash = part.substr(1);
      next = Next::time;
    } else if (out.empty()) {
      continue;  // cut off in front
    } else if (next == Next::time) {
      out.back().time = std::strtoll(std::string(part).c_str(), nullptr, 10);
      next = Next::subject;
    } else if (next == Next::subject) {
      out.back().subject = to_valid_utf8(clip_utf8(part, 1000));
      next = Next::files;
    } else {
      if (out.back().files.empty() && !part.empty() && part.front() == '\n') part.remove_prefix(1);
      if (!part.empty() && out.back().files.size() < kMaxFilesKept) out.back().files.emplace_back(part);
    }
  }
  for (Commit& commit : out) {
    if (shallow.count(commit.hash) > 0) commit.files.clear();
  }
  return out;
}

struct ReadLog::State : std::enable_shared_from_this<State> {
  State(loop::Loop& l, std::string r, std::string k, Handlers h)
      : loop(l), root(std::move(r)), known(std::move(k)), handlers(std::move(h)), lane(l) {}

  loop::Loop& loop;
  std::string root, known, head;
  Handlers handlers;
  std::shared_ptr<const Shallow> shallow;
  std::unique_ptr<loop::Work> work;
  std::unique_ptr<loop::Process> process;
  std::string buffer;
  Lane lane;  // parses the pieces in their order
  std::list<Lane::Handle> parsing;
  bool ended = false;
  bool live = true;  // its owner is there
  std::string problem;

  template <class Then>
  auto then(Then next) {
    return weakly(weak_from_this(), [next](State& s, auto&&... values) {
      if (s.live) next(s, std::forward<decltype(values)>(values)...);
    });
  }

  void run(const std::vector<std::string>& arguments, Millis time, size_t bytes,
           void (State::*next)(Result<loop::ProcessResult>),
           unique_function<void(std::string_view)> on_out = nullptr) {
    loop::Process::Options options = git(root, arguments);
    options.timeout = time;
    options.max_bytes = bytes;
    options.on_out = std::move(on_out);
    process = std::make_unique<loop::Process>(
        loop, std::move(options),
        then([next](State& s, Result<loop::ProcessResult> result) { (s.*next)(std::move(result)); }));
  }

  void start() {
    work = std::make_unique<loop::Work>(
        loop, [path = root] { return std::make_shared<const Shallow>(read_shallow(path)); },
        then([](State& s, std::shared_ptr<const Shallow> got) {
          s.shallow = std::move(got);
          s.run({"rev-parse", "--verify", "-q", "HEAD^{commit}"}, kShortTime, 1000, &State::got_head);
        }));
  }

  void got_head(Result<loop::ProcessResult> result) {
    if (result) head = trim(result->out);
    if (!result || !is_hash(head)) {
      // No git, no repository, or none with a commit.
      const bool quiet = result && trim(result->err).empty();
      finish("", quiet ? "" : result ? git_said(*result) : result.error().message);
    } else if (head == known) {
      finish(head, "");
    } else if (known.empty()) {
      begin(true, {});
    } else {
      run({"rev-list", "--no-merges", known, "--not", head, "--"}, kShortTime,
          (kMaxGone + 1) * (kHashBytes + 1), &State::got_gone);
    }
  }

  void got_gone(Result<loop::ProcessResult> result) {
    std::vector<std::string> gone;
    if (result && result->exit_status == 0) {
      for (const std::string_view line : split(result->out, '\n')) {
        if (is_hash(line)) gone.emplace_back(line);
      }
    }
    // What was known may have been thrown away since.
    const bool anew = !result || result->exit_status != 0 || gone.size() > kMaxGone;
    begin(anew, anew ? std::vector<std::string>() : std::move(gone));
  }

  void begin(bool anew, std::vector<std::string> gone) {
    std::vector<std::string> arguments = kLogArguments;
    arguments.insert(arguments.end(), {"-n", std::to_string(kMaxCommits), head});
    if (!anew) arguments.insert(arguments.end(), {"--not", known});
    arguments.push_back("--");
    run(arguments, kLogTime, kMaxLogBytes, &State::log_ended,
        then([](State& s, std::string_view piece) { s.got(piece); }));
    handlers.begin(anew, std::move(gone));
  }

  void got(std::string_view piece) {
    buffer += piece;
    if (buffer.size() < kPieceBytes) return;
    const size_t whole = whole_commits(buffer);
    if (whole == 0) return;  // a commit of thousands of files
    std::string rest = buffer.substr(whole);
    buffer.resize(whole);
    parse(std::exchange(buffer, std::move(rest)));
  }

  void parse(std::string text) {
    const auto commits = std::make_shared<std::vector<Commit>>();
    const auto place = parsing.emplace(parsing.end());
    *place =
        lane.first([all = std::move(text), commits, ends = shallow] { *commits = parse_log(all, *ends); },
                   then([place, commits](State& s) {
                     s.parsing.erase(place);
                     if (!commits->empty()) s.handlers.commits(std::move(*commits));
                     if (s.live) s.finish_if_through();
                   }));
  }

  void log_ended(Result<loop::ProcessResult> result) {
    if (!result || result->exit_status != 0) {
      problem = "git log: " + (result ? git_said(*result) : result.error().message);
      buffer.resize(whole_commits(buffer));  // its last commit may be cut
    }
    ended = true;
    if (!buffer.empty()) parse(std::exchange(buffer, ""));
    finish_if_through();
  }

  void finish_if_through() {
    if (ended && parsing.empty()) finish(head, std::exchange(problem, ""));
  }

  void finish(const std::string& up_to, const std::string& why) {
    ended = false;
    unique_function<void(std::string, std::string)> call = std::move(handlers.done);
    if (call) call(up_to, why);
  }
};

ReadLog::ReadLog(loop::Loop& loop, const std::string& root, const std::string& known, Handlers handlers)
    : state_(std::make_shared<State>(loop, root, known, std::move(handlers))) {
  state_->start();
}

ReadLog::~ReadLog() { state_->live = false; }

}  // namespace coder::workspace
