// One Neovim: answers its RPC calls (the table in rpc/protocol.h), mirrors its
// buffers, runs its conversations. One thread, on the loop.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "app/chat.h"
#include "app/drafting.h"
#include "app/find_tests.h"
#include "app/health_check.h"
#include "app/local_engine.h"
#include "app/models_check.h"
#include "app/preview.h"
#include "app/repo_models.h"
#include "app/review.h"
#include "app/workspaces.h"
#include "completion/completer.h"
#include "config/live.h"
#include "dispatch/dispatcher.h"
#include "rpc/dispatch.h"
#include "task/changes.h"
#include "task/recipes.h"
#include "workspace/labels.h"
#include "workspace/mirror.h"

namespace coder::app {

/// Why a buffer is not mirrored.
std::string too_large();

class Session {
 public:
  /// `write` takes bytes for Neovim, `backlog` tells how many it has not taken yet.
  Session(loop::Loop& loop, config::Live& config, std::string log_file,
          unique_function<void(std::string)> write, std::function<size_t()> backlog,
          unique_function<void()> on_broken);

  void feed(std::string_view bytes) { channel_.feed(bytes); }
  void config_changed();
  void config_rejected(const config::Config& broken);

  // The method table; see rpc::dispatch.
  void hello(rpc::HelloParams params, rpc::Reply<rpc::HelloResult> reply);
  void buf_attach(rpc::BufAttachParams params, rpc::Reply<rpc::BufAttachResult> reply);
  void quote(rpc::QuoteParams params, rpc::Reply<rpc::QuoteResult> reply);
  void ask(rpc::AskParams params, rpc::Reply<rpc::AskResult> reply);
  void context(rpc::AskParams params, rpc::Reply<rpc::ContextResult> reply);
  void mention(rpc::MentionParams params, rpc::Reply<rpc::MentionResult> reply);
  void refactor(rpc::RefactorParams params, rpc::Reply<rpc::RefactorResult> reply);
  void review(rpc::ReviewParams params, rpc::Reply<rpc::RefactorResult> reply);
  void dismiss(rpc::DismissParams params, rpc::Reply<rpc::Nothing> reply);
  void restore(rpc::RestoreParams params, rpc::Reply<rpc::RestoreResult> reply);
  void tasks(rpc::Nothing params, rpc::Reply<rpc::TasksResult> reply);
  void draft(rpc::DraftParams params, rpc::Reply<rpc::RefactorResult> reply);
  void test_place(rpc::TestPlaceParams params, rpc::Reply<rpc::TestPlaceResult> reply);
  void apply(rpc::ApplyParams params, rpc::Reply<rpc::RefactorResult> reply);
  void refactor_again(rpc::RefactorAgainParams params, rpc::Reply<rpc::Nothing> reply);
  void refactor_edit(rpc::RefactorEditParams params, rpc::Reply<rpc::Nothing> reply);
  void refactor_write(rpc::RefactorWriteParams params, rpc::Reply<rpc::RefactorWritten> reply);
  void refactor_undo(rpc::RefactorIdParams params, rpc::Reply<rpc::RefactorWritten> reply);
  void refactor_close(rpc::RefactorIdParams params, rpc::Reply<rpc::Nothing> reply);
  void stop(rpc::StopParams params, rpc::Reply<rpc::StopResult> reply);
  void cursor(rpc::CursorParams params, rpc::Reply<rpc::Nothing> reply);
  void rest(rpc::RestParams params, rpc::Reply<rpc::Nothing> reply);
  void ghost_accept(rpc::GhostAcceptParams params, rpc::Reply<rpc::Nothing> reply);
  void ghost_cycle(rpc::GhostCycleParams params, rpc::Reply<rpc::Nothing> reply);
  void ghost_close(rpc::GhostCloseParams params, rpc::Reply<rpc::Nothing> reply);
  void complete(rpc::CompleteParams params, rpc::Reply<rpc::CompleteResult> reply);
  void yank(rpc::YankParams params, rpc::Reply<rpc::Nothing> reply);
  void mode(rpc::ModeParams params, rpc::Reply<rpc::ModeResult> reply);
  void models(rpc::Nothing params, rpc::Reply<rpc::ModelsResult> reply);
  void cost(rpc::CostParams params, rpc::Reply<rpc::CostResult> reply);
  void cost_continue(rpc::Nothing params, rpc::Reply<rpc::Nothing> reply);
  void status(rpc::StatusParams params, rpc::Reply<rpc::StatusResult> reply);
  void health(rpc::Nothing params, rpc::Reply<rpc::HealthResult> reply);

 private:
  void on_request(std::string method, codec::Value::Array args, rpc::ReplyOnce reply);
  void on_notification(const std::string& method, codec::Value::Array args);
  void on_lines_event(codec::Value::Array& args);
  /// `then` gets the chat's lines once they and the source's are there; null where there is no such buffer.
  void with_lines(const rpc::AskParams& params, std::function<void(Result<std::vector<std::string>>)> then);
  void collect(int64_t id, const rpc::AskParams& params, std::vector<std::string> lines);
  void start(int64_t id, const rpc::AskParams& params, const std::vector<std::string>& lines,
             QuestionContext context);
  /// What a question in these lines asks for, for Collect.
  Collect::Wanted wanted(const rpc::AskParams& params, const std::vector<std::string>& lines);
  /// The file the question came from, as an item of its context.
  std::optional<rpc::ContextItem> open_file(const rpc::AskParams& params) const;
  std::string folder_of(const rpc::AskParams& params) const;
  std::optional<Offered> offer(const rpc::AskParams& params) const;
  std::shared_ptr<void> review_changes(task::ReadChanges::Wanted wanted,
                                       unique_function<void(Result<Review::Subject>)> done);
  std::string review_root(const std::string& path) const;
  /// Judges a path by the rules, and by what an open buffer of it has come to hold.
  std::function<privacy::Verdict(const std::string& path)> judge_paths() const;
  /// Where the tools of a question look.
  task::ToolPlace tool_place(const std::string& root,
                             const std::optional<std::vector<rpc::DiagnosticItem>>& diagnostics);
  /// Where a refactor may change files.
  std::string root_for(const rpc::RefactorParams& params) const;
  /// `tests`: where they go, if that is what is wanted.
  Preview::Deps preview_deps(rpc::RefactorParams params, const std::string& root,
                             std::optional<task::TestPlace> tests = std::nullopt);
  Preview& add_preview(int64_t id, std::unique_ptr<Preview> preview);
  void quote_lines(const rpc::QuoteParams& params, int64_t from, rpc::Reply<rpc::QuoteResult>& reply);
  void around(const workspace::Mirror& mirror, int64_t line,
              unique_function<void(std::optional<task::Lines>)> done);
  void begin(const rpc::RefactorParams& params,
             const std::shared_ptr<rpc::Reply<rpc::RefactorResult>>& reply);
  void begin_refactor(const rpc::RefactorParams& params, rpc::Reply<rpc::RefactorResult>& reply);
  /// A quotation of the lines that `params` names; empty: none.
  static std::string wanted_lines(const rpc::RefactorParams& params, const workspace::Mirror* source,
                                  const std::string& root);
  void begin_tests(const rpc::RefactorParams& params,
                   const std::shared_ptr<rpc::Reply<rpc::RefactorResult>>& reply);
  Result<int64_t> ask_for_tests(const rpc::RefactorParams& params, const std::string& root,
                                task::TestPlace place);
  void find_tests(const std::string& root, const std::string& path, FindTests::Done done);
  /// Fails `reply` when there is none of this id.
  template <class Reply>
  Preview* preview_at(int64_t id, Reply& reply);
  /// Ends what a crash has left of a transaction, and tells of it.
  void recover_edits();
  config::Mode mode_now() const;
  void tell_mode();
  void tell_spent();
  void engine_changed();
  void became_private(int64_t buf);
  void page(const rpc::StatusParams& params, rpc::Reply<rpc::StatusResult> reply);
  /// `then` runs when its text has come, or will not come.
  void attach(int64_t buf, unique_function<void()> then = {});
  void drop_mirror(int64_t buf);
  /// Has the index look up what the code around here uses, if that has not been done near here lately.
  void look_around(int64_t buf, size_t line);
  void edited(int64_t buf, size_t first, size_t count);
  void notice(const std::string& level, const std::string& text);
  completion::Completer::Host completer_host();
  /// An engine may read ahead of the user: by `keep_warm`, and not on battery.
  bool may_read();

  loop::Loop& loop_;
  config::Live& config_;
  std::string log_file_;
  rpc::Channel channel_;
  std::function<size_t()> backlog_;
  dispatch::Dispatcher dispatcher_;
  workspace::Mirrors mirrors_;
  workspace::Labels labels_;
  Workspaces workspaces_;
  LocalEngine engine_;
  std::optional<rpc::EngineEvent> told_engine_;
  struct Power {
    bool battery = false;
    TimePoint at{};
  };
  std::optional<Power> power_;           ///< as of lately
  std::vector<std::string> recent_;      ///< lines edited lately, newest first
  std::optional<config::Mode> mode_;     ///< set for this session
  std::optional<std::string> model_;     ///< NAME chosen for this session
  std::optional<std::string> model_id_;  ///< with model_: this id and not the configured one
  std::optional<rpc::ModeEvent> told_mode_;
  std::unique_ptr<ModelsCheck> models_;
  RepoModels repo_models_;
  completion::Completer completer_;
  std::map<int64_t, std::unique_ptr<Chat>> chats_;        ///< running answers by id
  std::map<int64_t, std::unique_ptr<Preview>> previews_;  ///< by id
  std::map<int64_t, std::unique_ptr<Review>> reviews_;    ///< under way, by id
  std::map<int64_t, std::unique_ptr<Drafting>> drafts_;   ///< likewise
  std::map<int64_t, std::unique_ptr<FindTests>> finding_;
  std::unique_ptr<loop::Work> recovering_;
  std::list<std::unique_ptr<loop::Work>> parsing_;
  std::map<int64_t, size_t> too_large_;  ///< buffers not mirrored, and their size when that was seen
  std::map<int64_t, std::unique_ptr<Collect>> collecting_;  ///< for `context` calls
  std::map<int64_t, std::shared_ptr<workspace::Indexer::Query>> mentioning_;
  struct LookedAround {
    int64_t buf = -1;
    size_t line = 0;
    TimePoint at{};
    std::shared_ptr<workspace::Indexer::Query> query;
  };
  LookedAround looked_;
  std::unique_ptr<HealthCheck> health_;
  std::map<int64_t, std::unique_ptr<loop::Work>> costs_;  ///< readings of the ledger
  bool over_budget_ = false;                              ///< for the next request
  int64_t told_cents_ = 0;
  std::string last_answer_;
  int64_t next_id_ = 1;
};

}  // namespace coder::app
