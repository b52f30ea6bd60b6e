// One refactor in one Neovim: the edits of a model's answer, or of a reply that was there already, as a
// preview that is decided about hunk by hunk and written as one transaction. Loop thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/open_buffers.h"
#include "app/question_context.h"
#include "dispatch/dispatcher.h"
#include "edit/reply.h"
#include "edit/staged.h"
#include "edit/transaction.h"
#include "loop/work.h"
#include "rpc/dispatch.h"
#include "workspace/mirror.h"

namespace coder::app {

class Preview {
 public:
  using Collected = unique_function<void(Result<QuestionContext>)>;
  struct Deps {
    loop::Loop& loop;
    rpc::Channel& channel;
    dispatch::Dispatcher& dispatcher;
    const workspace::Mirrors& mirrors;
    std::function<std::shared_ptr<const config::Config>()> config;
    /// Collects what goes along, as the files are now, with these among what is named (absolute paths).
    std::function<std::unique_ptr<Collect>(std::vector<std::string> files, Collected)> collect;
    /// Mode, model and user of the session.
    std::function<void(dispatch::Request&)> route;
    /// Of what the user writes.
    std::function<privacy::Verdict(const std::string& text)> judge;
  };
  struct Subject {
    int64_t id = 0;
    std::string root;               ///< absolute
    std::string instruction;        ///< as it is sent, but for the files it is about
    std::string task = "refactor";  ///< for routing
    bool any_file = false;          ///< of the root; else only what the model is shown, and new ones
    /// Not empty: only this file, relative to the root, is to change, and `instruction` says so.
    std::string only = {};
    bool tests_inside = false;  ///< what changes above the tests in it is told
  };

  Preview(Deps deps, Subject subject);
  ~Preview();
  Preview(const Preview&) = delete;

  /// Asks a model. `reply` is answered at once.
  void ask();
  /// Takes a reply that is there; `label` is its own. Fails (kind edits) where it holds no edit.
  Result<void> apply(std::string text, privacy::Label label);
  void again(rpc::RefactorAgainParams params, rpc::Reply<rpc::Nothing> reply);
  void edit(rpc::RefactorEditParams params, rpc::Reply<rpc::Nothing> reply);
  void write(rpc::RefactorWriteParams params, rpc::Reply<rpc::RefactorWritten> reply);
  void undo(rpc::Reply<rpc::RefactorWritten> reply);
  /// Ends the answer; what arrived stays. False: none is under way.
  bool stop();
  /// Something is being written.
  bool busy() const { return carry_ != nullptr; }
  /// A buffer has changed, or is open now, under this name.
  void changed(const std::string& path);

 private:
  /// One file as it stands in the preview.
  struct Item {
    std::shared_ptr<const edit::Staged> staged;  ///< null: nothing of it changes
    std::vector<rpc::EditProblem> problems;
  };
  struct Resolved {
    std::vector<edit::Outcome> outcomes;
    std::vector<std::pair<std::string, Item>> items;  ///< by the path that is shown
  };
  /// What is to be resolved anew.
  struct Wish {
    bool all = false;
    std::set<std::string> paths;                ///< as the edits have them
    std::vector<unique_function<void()>> then;  ///< called when it is done
  };
  struct Exchange {
    std::string reply, words;
  };
  using Written = unique_function<void(Result<rpc::RefactorWritten>)>;
  struct Carry;

  /// The model may change any file of the root.
  bool any_file() const { return subject_.any_file || context_.repo; }

  // The answer: preview.cc
  void begin_answer();
  void send(QuestionContext context);
  size_t most_gathered(const config::Model& model) const;
  privacy::Prompt assemble(const config::Model& model, const std::vector<privacy::Turn>& turns, size_t asked);
  void began(const dispatch::Chosen& chosen);
  void phase(const std::string& name, const std::string& detail);
  void text(std::string_view piece);
  void progress();
  void answered(Result<void> result, const dispatch::Outcome& outcome);
  void keep_incoming();
  void end(const char* finish, const std::optional<Error>& error);

  // What its edits come to: preview_resolve.cc
  std::vector<edit::Edit> edits_now() const;
  void want(Wish wish);
  void resolve();
  std::map<std::string, std::string> real_paths(const std::vector<edit::Edit>& edits) const;
  void resolve_with(std::vector<edit::Edit> edits, const OpenFiles& open);
  std::map<std::string, std::string> forbidden_files(const std::vector<edit::Edit>& edits,
                                                     const OpenFiles& open) const;
  static Resolved resolve_on_worker(const std::vector<edit::Edit>& edits, const edit::PlanOptions& options);
  void tell_outside(Item& item) const;
  void take(Resolved resolved, bool all);
  rpc::FilePreview preview_of(const std::string& path, const Item& item) const;

  // Writing: preview_write.cc
  void write_now(const std::set<std::string>& ids, bool accept_syntax_errors, Written done);
  void carry(std::vector<edit::FileChange> changes, bool accept_syntax_errors, Written done);
  void reverse(const OpenFiles& open, Written done);

  Deps deps_;
  Subject subject_;
  std::shared_ptr<Preview*> alive_;

  // The answer.
  bool answering_ = false;
  bool stopping_ = false;    ///< what has come of the answer is resolved; then it is over
  int tries_ = 0;            ///< for what does not fit, within one answer
  bool correcting_ = false;  ///< the answer under way mends some edits of the one before
  std::vector<Exchange> said_;
  privacy::Label label_ = privacy::Label::any;         ///< of all that a model was or is shown
  std::set<std::string> shown_;                        ///< files the model has seen, resolved
  std::vector<std::pair<std::string, size_t>> sizes_;  ///< and their lines, in the order it has seen them
  std::unique_ptr<Collect> collect_;
  QuestionContext context_;
  std::unique_ptr<dispatch::Question> question_;
  std::string model_;
  std::string reply_;
  edit::ReplyParser parser_;
  TimePoint first_text_{};
  dispatch::Outcome outcome_;  ///< all answers of one request together
  loop::Timer progress_timer_;
  loop::Timer phase_timer_;
  rpc::RefactorWaitEvent wait_;

  // The edits.
  std::vector<edit::Edit> edits_;        ///< of answers that are complete, or what is left of them
  std::vector<edit::Outcome> outcomes_;  ///< of edits_
  std::vector<edit::Edit> incoming_;     ///< of the answer under way
  bool any_written_ = false;
  edit::OwnLines own_;
  std::vector<std::string> order_;
  std::map<std::string, Item> items_;  ///< by the path that is shown
  Wish wish_;
  Wish current_;
  bool resolving_ = false;
  std::unique_ptr<loop::Work> work_;
  loop::Timer wish_timer_;

  // Writing.
  std::shared_ptr<Carry> carry_;
  struct LastWrite {
    std::vector<edit::FileChange> changes;
    std::vector<edit::Edit> edits;     ///< as they were before
    std::vector<std::string> folders;  ///< that it made
  };
  std::optional<LastWrite> last_write_;
  std::vector<std::string> made_;  ///< folders, by the last transaction
};

}  // namespace coder::app
