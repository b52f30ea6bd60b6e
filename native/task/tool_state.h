// What the tools share while they run; for the tool_*.cc files only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loop/work.h"
#include "task/line_pattern.h"
#include "task/tool_run.h"

namespace coder::task {

/// Longest line of a file that a result shows, in bytes.
inline constexpr size_t kMaxToolLine = 400;

/// A result as it is written, up to a size.
class ToolPage {
 public:
  explicit ToolPage(size_t max_bytes) : max_bytes_(max_bytes) {}

  /// False: it has no room, and is not added. Long lines are cut, and invalid UTF-8 replaced. `head` stands
  /// before it.
  bool add(std::string_view line, const std::string& head = "");
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  size_t max_bytes_;
  std::string text_;
};

/// "1 line", "3 lines".
std::string counted(size_t count, const std::string& thing);

/// `path` as it is below `root`, without ".", ".." and a slash at its end; "" is the root. Errors (kind
/// policy) for what is not below it, or in a .git folder.
Result<std::string> below_root(const std::string& root, const std::string& path);

/// A line of a file that was found.
struct ToolHit {
  std::string path;
  size_t line = 0;  ///< 1-based
  std::string text;
};

struct ToolRun::State : std::enable_shared_from_this<ToolRun::State> {
  State(loop::Loop& on, const ToolPlace& at, ToolUse asked, bool may_see_private, size_t bytes,
        unique_function<void(ToolResult)> call);

  void begin();

  // Each of these ends in finish() or refuse(), once.
  void read_file();
  void list_files();
  void search();
  void symbol();
  void references();
  void diagnostics();
  void git_log();
  void git_blame();
  void git_diff();

  void read_known_file();
  void read_left_out();
  using ChooseFiles = unique_function<std::vector<std::string>(const workspace::Index&)>;
  void look_for(workspace::Indexer& indexer, LinePattern pattern, ChooseFiles choose, const char* nothing);

  /// Runs `then(Indexer&)` when the index is complete, or has had its time; refuses where there is none.
  void with_index(unique_function<void(workspace::Indexer&)> then);
  /// As Indexer::query; `then` runs only while this is there.
  template <class Ask, class Then>
  void query(workspace::Indexer& indexer, Ask ask, Then then) {
    query_ =
        indexer.query(std::move(ask), [self = weak_from_this(), then = std::move(then)](auto value) mutable {
          if (const auto state = self.lock()) then(std::move(value));
        });
  }
  template <class Job, class Then>
  void work(Job job, Then then) {
    work_ = std::make_unique<loop::Work>(
        loop, std::move(job), [self = weak_from_this(), then = std::move(then)](auto value) mutable {
          if (const auto state = self.lock()) then(std::move(value));
        });
  }
  /// Runs git in the root; `then` gets what it said, refuses where it fails.
  void git(const std::vector<std::string>& arguments, unique_function<void(std::string out, bool cut)> then);

  /// Sets `path`; false: it refused.
  bool take_path();
  /// May this file be shown? Joins its label where it is. Refuses nothing.
  bool may_show(const std::string& file);
  bool hidden(const privacy::Verdict& verdict) const;
  /// Why not, for the user.
  std::string hidden_why(const std::string& file);
  /// Of a file that git names from its repository's root `top`.
  privacy::Verdict judge_of_top(const std::string& top, const std::string& file);
  void join_label(const privacy::Verdict& verdict, privacy::Piece piece);
  /// What is shown has this file's label.
  void show(const std::string& file, int64_t first, int64_t last, std::string text);
  void show_hits(const std::vector<ToolHit>& hits, const std::string& nothing, const std::string& note);
  std::string absolute(const std::string& file) const {
    return file.empty() ? place.root : place.root + "/" + file;
  }
  const privacy::Verdict& verdict_of(const std::string& file);

  void finish(std::string text, std::string words);
  /// `text` is for the model and must not say more than it may know; `why` for the user.
  void refuse(const std::string& text, const std::string& why);
  void end();

  loop::Loop& loop;
  const ToolPlace& place;
  ToolUse use;
  bool trusted;
  size_t max_bytes;
  unique_function<void(ToolResult)> done;
  std::string path;                  ///< use.path below the root
  std::vector<std::string> similar;  ///< files of the same name elsewhere
  ToolResult result;
  std::map<std::string, privacy::Verdict> verdicts;  ///< by path
  std::map<std::string, privacy::Verdict> tops;      ///< by path in the repository
  std::map<std::string, std::string> unsaved;
  unique_function<void(workspace::Indexer&)> waiting;
  TimePoint began = Clock::now();
  loop::Timer timer;
  std::shared_ptr<workspace::Indexer::Query> query_;
  std::unique_ptr<loop::Work> work_;
  std::unique_ptr<loop::Process> process_;

 private:
  void poll_index();
};

}  // namespace coder::task
