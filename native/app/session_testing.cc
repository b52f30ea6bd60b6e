// The part of a Session that has tests written, and tells how they are run.
#include <filesystem>
#include <utility>

#include "app/session.h"
#include "task/test_request.h"

namespace coder::app {

void Session::find_tests(const std::string& root, const std::string& path, FindTests::Done done) {
  const int64_t id = next_id_++;
  const std::string shown = task::shown_path(path, root);
  finding_[id] = std::make_unique<FindTests>(
      loop_, root, shown, [this, id, call = std::move(done)](Result<task::TestPlace> place) mutable {
        const auto over = std::move(finding_[id]);
        finding_.erase(id);
        call(std::move(place));
      });
}

void Session::begin_tests(const rpc::RefactorParams& params,
                          const std::shared_ptr<rpc::Reply<rpc::RefactorResult>>& reply) {
  const workspace::Mirror* source = params.source ? mirrors_.find(*params.source) : nullptr;
  if (!source || source->path.empty()) {
    return reply->fail(Error{ErrorKind::usage, "this is no file that could be tested",
                             source ? "Give it a name with :write" : "Go to one"});
  }
  const std::string root = root_for(params);
  find_tests(root, source->path, [this, params, root, reply](Result<task::TestPlace> place) {
    if (!place) return reply->fail(std::move(place.error()));
    if (place->of_test) {
      return reply->fail(Error{ErrorKind::usage, place->file + " is a test itself",
                               place->source.empty() ? "Go to the code that is to be tested"
                                                     : "Go to " + place->source + ", which it tests"});
    }
    // It may be open, with text that is not saved; then that text is the one to add to.
    std::error_code failed;
    const std::string full = std::filesystem::weakly_canonical(root + "/" + place->file, failed).string();
    find_open(channel_, mirrors_, {full},
              [this, params, root, full, reply,
               found = std::make_shared<task::TestPlace>(std::move(*place))](const Result<OpenFiles>& open) {
                if (open && open->texts.count(full) > 0) found->exists = true;
                rpc::RefactorResult result;
                result.note = task::in_words(*found);
                Result<int64_t> id = ask_for_tests(params, root, std::move(*found));
                if (!id) return reply->fail(std::move(id.error()));
                result.id = *id;
                reply->ok(result);
                previews_[*id]->ask();
              });
  });
}

Result<int64_t> Session::ask_for_tests(const rpc::RefactorParams& params, const std::string& root,
                                       task::TestPlace place) {
  const workspace::Mirror* source = params.source ? mirrors_.find(*params.source) : nullptr;
  if (!source) return Error{ErrorKind::usage, "the buffer is not there any more", ""};
  const privacy::Verdict file = config_.current()->path_rules().judge(root + "/" + place.file);
  if (file.never_send) {
    return Error{ErrorKind::policy, place.file + " is on the never-send list (rule " + file.rule + ")",
                 "that is where the tests would belong"};
  }
  Preview::Subject subject;
  const int64_t id = subject.id = next_id_++;
  subject.root = root;
  subject.task = "test";
  subject.only = place.file;
  subject.tests_inside = place.inside;
  subject.instruction = task::test_request(place, wanted_lines(params, source, root), params.instruction);
  Preview::Deps deps = preview_deps(params, root, std::move(place));
  // The name of a private file is as private as its text.
  deps.judge = [judge = std::move(deps.judge), file](const std::string& text) {
    return privacy::stricter(judge(text), file);
  };
  add_preview(id, std::make_unique<Preview>(std::move(deps), std::move(subject)));
  return id;
}

void Session::test_place(rpc::TestPlaceParams params, rpc::Reply<rpc::TestPlaceResult> reply) {
  namespace fs = std::filesystem;
  const fs::path path(params.path);
  if (!path.is_absolute() || !path.has_filename())
    return reply.fail(Error{ErrorKind::usage, "this is no file", "go to one, and save it"});
  std::string root = workspaces_.root_of(params.path);
  if (root.empty()) root = privacy::repository_root(params.path);
  if (root.empty()) {
    std::error_code failed;
    root = fs::current_path(failed).string();
    if (!params.path.starts_with(root + "/")) root = path.parent_path().string();
  }
  auto to = std::make_shared<rpc::Reply<rpc::TestPlaceResult>>(std::move(reply));
  find_tests(root, params.path, [this, root, to](Result<task::TestPlace> place) {
    if (!place) return to->fail(std::move(place.error()));
    rpc::TestPlaceResult result;
    result.root = root;
    result.file = place->file;
    result.exists = place->exists;
    result.words = task::in_words(*place);
    result.framework = place->framework.id;
    result.argv = place->command.argv;
    result.folder = place->command.folder.empty() ? root : root + "/" + place->command.folder;
    result.all = place->command.all;
    result.problem = place->command.problem;
    if (!place->source.empty()) result.source = place->source;
    // A run may print what any file of the project holds.
    const auto config = config_.current();
    const bool rules = place->project_rules || !config->local_only.empty() || !config->never_send.empty() ||
                       config->has_errors();
    result.label = to_string(rules ? privacy::Label::local_only : privacy::Label::any);
    to->ok(result);
  });
}

}  // namespace coder::app
