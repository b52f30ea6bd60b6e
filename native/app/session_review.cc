// The part of a Session that reviews code.
#include <utility>
#include "app/named.h"

#include "app/session.h"
#include "base/text.h"
#include "task/changes.h"
#include "task/describe.h"
#include "task/diff_parts.h"
#include "task/dismissed.h"
#include "task/draft.h"

namespace coder::app {

void Session::review(rpc::ReviewParams params, rpc::Reply<rpc::RefactorResult> reply) {
  const bool branch = params.branch.value_or(false);
  const bool diff = branch || params.diff.value_or(false);
  if (!diff && !params.source)
    return reply.fail(Error{ErrorKind::usage, "this is no file to review", "go to one, or review the diff"});
  const std::optional<task::Recipe> recipe =
      task::recipe_of(params.task.value_or("review"), *config_.current());
  if (!recipe || recipe->contract != task::Contract::findings) {
    return reply.fail(Error{ErrorKind::usage,
                            "there is no task `" + one_line(*params.task, 40) + "` that finds things",
                            "give it answer = \"findings\" in the configuration"});
  }
  engine_.want();
  const int64_t id = next_id_++;
  rpc::AskParams about;
  about.chat = -1;
  about.source = params.source;
  about.line = params.line;
  about.selection_first = params.first;
  about.selection_last = params.last;
  const std::string root = folder_of(about);
  const std::string words = params.words.value_or("");
  Review::Deps deps{loop_, channel_, dispatcher_, {}, {}, {}, {}, {}, {}};
  if (diff) {
    const auto which = branch ? task::Changes::Which::since : task::Changes::Which::worktree;
    deps.collect = [this, root, which, base = params.base.value_or("")](auto done) {
      return review_changes({root, which, base, ""}, std::move(done));
    };
  } else {
    deps.collect = [this, about, selected = params.first.has_value()](auto done) {
      Collect::Wanted asked = wanted(about, {"## You", "", selected ? "#selection" : "#buffer"});
      asked.automatic = 0;
      return std::make_shared<Collect>(loop_, std::move(asked),
                                       [done = std::move(done)](Result<QuestionContext> context) mutable {
                                         if (!context) return done(std::move(context.error()));
                                         Review::Subject subject;
                                         subject.requests.push_back(std::move(context->named));
                                         done(std::move(subject));
                                       });
    };
  }
  deps.route = [this, over = std::exchange(over_budget_, false)](dispatch::Request& request,
                                                                 const std::vector<privacy::Turn>& turns) {
    request.route.user = default_user();
    request.route.mode = mode_;
    request.route.model = model_;
    request.route.over_budget = over;
    request.model_id = model_id_;
    task::describe(turns, config_.current()->router.repo_markers, request.route);
  };
  deps.judge = [this, root](const std::string& text) { return labels_.of_text(text, root); };
  deps.open_lines = [this](const std::string& path) -> std::optional<std::vector<std::string>> {
    const auto buf = mirrors_.at(path);
    const workspace::Mirror* mirror = buf ? mirrors_.find(*buf) : nullptr;
    if (!mirror || !mirror->ready) return std::nullopt;
    return mirror->lines;
  };
  deps.tools = [this, root, diagnostics = params.diagnostics]() -> std::optional<task::ToolDeps> {
    const config::Tools tools = config_.current()->tools;
    if (!tools.review) return std::nullopt;
    return task::ToolDeps{loop_, dispatcher_, tool_place(root, diagnostics), tools};
  };
  deps.over = [this, id] { loop_.post([this, id] { reviews_.erase(id); }); };
  reviews_[id] = std::make_unique<Review>(std::move(deps), id, *recipe, root, words);
  reply.ok({id});
  // The text of what is open comes before the answer to any request.
  channel_.request("nvim_get_mode", {}, [this, id](const Result<codec::Value>&) {
    if (const auto found = reviews_.find(id); found != reviews_.end()) found->second->start();
  });
}

std::shared_ptr<void> Session::review_changes(task::ReadChanges::Wanted wanted,
                                              unique_function<void(Result<Review::Subject>)> done) {
  return std::make_shared<task::ReadChanges>(
      loop_, std::move(wanted),
      [this, root = wanted.root](const std::string& text) { return labels_.of_text(text, root); },
      [this, done = std::move(done)](Result<task::Changes> changes) mutable {
        if (!changes) return done(std::move(changes.error()));
        routing::Request route;
        route.task = "review";
        route.label = changes->label;
        route.mode = mode_;
        route.model = model_;
        Review::Subject subject;
        subject.about = changes->about;
        subject.left_out = std::move(changes->left_out);
        for (const std::string& path : changes->unmerged)
          subject.left_out.push_back(path + ": has a merge conflict");
        const size_t budget = task::diff_budget(dispatcher_, *config_.current(), route);
        for (std::string& part : task::diff_parts(changes->files, budget)) {
          task::Source source;
          source.shown_path = "git diff";
          source.text = std::move(part);
          source.label = changes->label;
          source.rule = changes->rule;
          subject.requests.push_back({std::move(source)});
        }
        done(std::move(subject));
      });
}

// What is dismissed is one line in a small file: read and written at once.
void Session::dismiss(rpc::DismissParams params, rpc::Reply<rpc::Nothing> reply) {
  const std::string root = review_root(params.path);
  if (Result<void> added =
          task::Dismissed::add(root, task::shown_path(params.path, root), params.kind, params.text);
      !added)
    return reply.fail(std::move(added.error()));
  reply.ok({});
}

void Session::restore(rpc::RestoreParams params, rpc::Reply<rpc::RestoreResult> reply) {
  const std::string root = review_root(params.path);
  const bool project = params.project.value_or(false);
  const Result<size_t> restored =
      task::Dismissed::forget(root, project ? "" : task::shown_path(params.path, root));
  if (!restored) return reply.fail(restored.error());
  reply.ok({static_cast<int64_t>(*restored)});
}

std::string Session::review_root(const std::string& path) const {
  const std::string root = workspaces_.root_of(path);
  return root.empty() ? folder_of({}) : root;
}

}  // namespace coder::app
