// The part of a Session that writes the texts of pull requests and commits, and tells of the user's own
// tasks.
#include <cstdlib>
#include <utility>

#include "app/named.h"
#include "app/session.h"

namespace coder::app {

void Session::draft(rpc::DraftParams params, rpc::Reply<rpc::RefactorResult> reply) {
  if (params.kind != "pr" && params.kind != "commit")
    return reply.fail(Error{ErrorKind::usage, "there is no draft of this kind", "pr or commit"});
  engine_.want();
  rpc::AskParams about;
  about.source = params.source;
  Drafting::Wanted wanted;
  wanted.id = next_id_++;
  wanted.recipe = params.kind;
  wanted.words = params.words.value_or("");
  wanted.language = params.language.value_or("");
  std::string root = params.folder ? privacy::repository_root(*params.folder + "/x") : "";
  if (root.empty()) root = folder_of(about);
  wanted.changes.root = root;
  wanted.changes.which = params.kind == "pr" ? task::Changes::Which::branch : task::Changes::Which::staged;
  wanted.changes.base = params.base.value_or("");
  // An editor that git has opened for `git commit -a` or `git commit FILE` is told of another index.
  if (const char* const index = std::getenv("GIT_INDEX_FILE");
      index && params.kind == "commit" && params.folder)
    wanted.changes.index_file = index;
  const int64_t id = wanted.id;
  task::Draft::Deps draft{
      loop_, dispatcher_, [this] { return config_.current(); },
      [this, root, over = std::exchange(over_budget_, false)](dispatch::Request& request) {
        request.folder = root;
        request.route.user = default_user();
        request.route.mode = mode_;
        request.route.model = model_;
        request.model_id = model_id_;
        request.route.over_budget = over;
      }};
  Drafting::Deps deps{channel_, std::move(draft), backlog_,
                      [this, root](const std::string& text) { return labels_.of_text(text, root); },
                      [this, id] { loop_.post([this, id] { drafts_.erase(id); }); }};
  reply.ok({id});
  drafts_[id] = std::make_unique<Drafting>(std::move(deps), std::move(wanted));
}

void Session::tasks(rpc::Nothing, rpc::Reply<rpc::TasksResult> reply) {
  rpc::TasksResult result;
  const auto config = config_.current();
  for (const auto& [name, own] : config->tasks) {
    const task::Recipe recipe = *task::recipe_of(name, *config);
    result.tasks.push_back({name, recipe.does, to_string(recipe.contract)});
  }
  reply.ok(std::move(result));
}

}  // namespace coder::app
