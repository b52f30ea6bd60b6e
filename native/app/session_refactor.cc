// The part of a Session that changes code: refactors and replies as previews, and what a crash has left of
// one.
#include <algorithm>
#include <filesystem>
#include <utility>

#include "app/find_tests.h"
#include "app/named.h"
#include "app/session.h"
#include "base/log.h"
#include "base/text.h"
#include "edit/journal.h"
#include "task/conversation.h"

namespace coder::app {

using codec::Value;

namespace {

/// Older previews that nobody closed go.
constexpr size_t kMaxPreviews = 32;
/// A range in a larger file goes without the rest of it, in bytes.
constexpr size_t kMaxAround = 200'000;

/// What its collection takes for the question of a chat.
rpc::AskParams surroundings_of(const rpc::RefactorParams& params) {
  rpc::AskParams out;
  out.chat = -1;
  out.source = params.source;
  out.line = params.line;
  out.selection_first = params.first;
  out.selection_last = params.last;
  out.diagnostics = params.diagnostics;
  out.open = params.open;
  out.jumps = params.jumps;
  return out;
}

/// "/p/a.py, /p/b.py and 5 more"
std::string some_of(const std::vector<std::string>& files) {
  const size_t shown = std::min<size_t>(files.size(), 2);
  std::string out = join({files.begin(), files.begin() + static_cast<std::ptrdiff_t>(shown)}, ", ");
  if (files.size() > shown) out += " and " + std::to_string(files.size() - shown) + " more";
  return out;
}

std::string word_for(const std::string& path, const std::string& root) {
  return task::to_string(task::Mention{task::Mention::Kind::file, task::shown_path(path, root)});
}

}  // namespace

Preview::Deps Session::preview_deps(rpc::RefactorParams params, const std::string& root,
                                    std::optional<task::TestPlace> tests) {
  Preview::Deps deps{loop_, channel_, dispatcher_, mirrors_, [this] { return config_.current(); },
                     {},    {},       {}};
  deps.collect = [this, params, root, tests = std::move(tests)](std::vector<std::string> files,
                                                                Preview::Collected done) {
    if (tests && tests->exists && !tests->inside) files.push_back(root + "/" + tests->file);
    std::vector<std::string> words;
    for (const std::string& path : params.files.value_or(std::vector<std::string>()))
      words.push_back(word_for(path, root));
    const workspace::Mirror* source = params.source ? mirrors_.find(*params.source) : nullptr;
    if (source && !params.files && !params.repo.value_or(false))
      words.push_back(params.first && source->bytes > kMaxAround ? "#selection" : "#buffer");
    for (const std::string& path : files) {
      const bool named = source && source->path == path && words.size() == 1;
      if (!named) words.push_back(word_for(path, root));
    }
    const std::vector<std::string> lines = {"## You", "", params.instruction, "", join(words, " ")};
    Collect::Wanted asked = wanted(surroundings_of(params), lines);
    asked.repo = params.repo.value_or(false);
    asked.query.text = params.instruction;
    if (tests) asked.examples = labelled_examples(*tests, root, asked.judge, config_.current()->path_rules());
    return std::make_unique<Collect>(loop_, std::move(asked), std::move(done));
  };
  deps.route = [this](dispatch::Request& request) {
    request.route.user = default_user();
    request.route.mode = mode_;
    request.route.model = model_;
    request.model_id = model_id_;
    request.route.over_budget = std::exchange(over_budget_, false);
  };
  const bool plain = params.label.value_or("any") == to_string(privacy::Label::any);
  deps.judge = [this, root, plain](const std::string& text) {
    const privacy::Verdict verdict = labels_.of_text(text, root);
    if (plain) return verdict;
    return privacy::stricter(verdict, {privacy::Label::local_only, false, "what a run says"});
  };
  return deps;
}

Preview& Session::add_preview(int64_t id, std::unique_ptr<Preview> preview) {
  for (auto at = previews_.begin(); at != previews_.end() && previews_.size() >= kMaxPreviews;) {
    at = at->second->busy() ? std::next(at) : previews_.erase(at);
  }
  return *(previews_[id] = std::move(preview));
}

std::string Session::root_for(const rpc::RefactorParams& params) const {
  const std::string folder = folder_of(surroundings_of(params));
  const workspace::Mirror* source = params.source ? mirrors_.find(*params.source) : nullptr;
  if (!source || source->path.empty() || source->path.starts_with(folder + "/")) return folder;
  // A file of no project.
  return std::filesystem::path(source->path).parent_path().string();
}

std::string Session::wanted_lines(const rpc::RefactorParams& params, const workspace::Mirror* source,
                                  const std::string& root) {
  if (!source || !params.first || source->lines.empty()) return "";
  const auto count = static_cast<int64_t>(source->lines.size());
  const int64_t first = std::clamp<int64_t>(*params.first, 1, count);
  const int64_t last = std::clamp<int64_t>(params.last.value_or(first), first, count);
  const std::vector<std::string> lines(source->lines.begin() + (first - 1), source->lines.begin() + last);
  return join(task::quotation(task::shown_path(source->path, root), static_cast<size_t>(first),
                              static_cast<size_t>(last), lines),
              "\n");
}

void Session::refactor(rpc::RefactorParams params, rpc::Reply<rpc::RefactorResult> reply) {
  const auto recipe = task::recipe_of(params.task.value_or(""), *config_.current());
  if (params.task && (!recipe || recipe->contract != task::Contract::edits)) {
    return reply.fail(Error{ErrorKind::usage,
                            "there is no task `" + one_line(*params.task, 40) + "` that edits",
                            "doc, test, fix, or one of your own with answer = \"edits\""});
  }
  if (!recipe && trim(params.instruction).empty())
    return reply.fail(Error{ErrorKind::usage, "there is no instruction", "say what is to change"});
  engine_.want();
  // The texts of what is open come before the answer to this.
  std::set<std::string> files;
  for (const std::string& path : params.files.value_or(std::vector<std::string>())) {
    std::error_code failed;
    files.insert(std::filesystem::weakly_canonical(path, failed).string());
  }
  find_open(channel_, mirrors_, std::move(files),
            [this, params = std::move(params),
             to = std::make_shared<rpc::Reply<rpc::RefactorResult>>(std::move(reply))](
                const Result<OpenFiles>&) mutable {
              const workspace::Mirror* source = params.source ? mirrors_.find(*params.source) : nullptr;
              // What wants docs or tests is what the cursor is in.
              const bool around_cursor = params.task == "doc" || params.task == "test";
              if (!around_cursor || params.first || params.whole.value_or(false) || !params.line || !source)
                return begin(params, to);
              around(*source, *params.line, [this, params, to](std::optional<task::Lines> lines) mutable {
                if (lines) {
                  params.first = lines->first;
                  params.last = lines->last;
                }
                begin(params, to);
              });
            });
}

void Session::begin(const rpc::RefactorParams& params,
                    const std::shared_ptr<rpc::Reply<rpc::RefactorResult>>& reply) {
  if (params.task == "test") return begin_tests(params, reply);
  begin_refactor(params, *reply);
}

void Session::begin_refactor(const rpc::RefactorParams& params, rpc::Reply<rpc::RefactorResult>& reply) {
  const workspace::Mirror* source = params.source ? mirrors_.find(*params.source) : nullptr;
  if (source && source->path.empty() && !params.files && !params.repo.value_or(false)) {
    return reply.fail(Error{ErrorKind::usage, "this buffer is no file yet",
                            "Give it a name with :write, or name files with --file"});
  }
  const std::string root = root_for(params);
  Preview::Subject subject;
  subject.id = next_id_++;
  subject.root = root;
  subject.instruction = params.instruction;
  subject.any_file = params.repo.value_or(false);
  if (const auto recipe = task::recipe_of(params.task.value_or(""), *config_.current())) {
    task::About about;
    about.words = params.instruction;
    for (const std::string& path : params.files.value_or(std::vector<std::string>()))
      about.files.push_back(task::shown_path(path, root));
    if (source && !params.files) about.files = {task::shown_path(source->path, root)};
    subject.instruction = task::request_of(*recipe, about);
    subject.task = recipe->name;
  }
  if (const std::string lines = wanted_lines(params, source, root); !lines.empty())
    subject.instruction +=
        "\n\nOnly these lines are to change, and what needs it because of them:\n\n" + lines;
  const int64_t id = subject.id;
  Preview& preview =
      add_preview(id, std::make_unique<Preview>(preview_deps(params, root), std::move(subject)));
  reply.ok({id});
  preview.ask();
}

void Session::apply(rpc::ApplyParams params, rpc::Reply<rpc::RefactorResult> reply) {
  rpc::RefactorParams about;
  about.source = params.source;
  about.instruction = "Make the changes of your answer below.";
  about.files.emplace();
  Preview::Subject subject;
  const int64_t id = subject.id = next_id_++;
  subject.root = root_for(about);
  subject.instruction = about.instruction;
  auto preview = std::make_unique<Preview>(preview_deps(std::move(about), subject.root), subject);
  const bool plain = params.label.value_or("any") == to_string(privacy::Label::any);
  if (Result<void> fine =
          preview->apply(std::move(params.text), plain ? privacy::Label::any : privacy::Label::local_only);
      !fine)
    return reply.fail(std::move(fine.error()));
  add_preview(id, std::move(preview));
  reply.ok({id});
}

template <class Reply>
Preview* Session::preview_at(int64_t id, Reply& reply) {
  const auto found = previews_.find(id);
  if (found != previews_.end()) return found->second.get();
  reply.fail(Error{ErrorKind::usage, "this refactor is over", "begin another one with :CoderRefactor"});
  return nullptr;
}

void Session::refactor_again(rpc::RefactorAgainParams params, rpc::Reply<rpc::Nothing> reply) {
  if (Preview* preview = preview_at(params.id, reply)) preview->again(std::move(params), std::move(reply));
}

void Session::refactor_edit(rpc::RefactorEditParams params, rpc::Reply<rpc::Nothing> reply) {
  if (Preview* preview = preview_at(params.id, reply)) preview->edit(std::move(params), std::move(reply));
}

void Session::refactor_write(rpc::RefactorWriteParams params, rpc::Reply<rpc::RefactorWritten> reply) {
  if (Preview* preview = preview_at(params.id, reply)) preview->write(std::move(params), std::move(reply));
}

void Session::refactor_undo(rpc::RefactorIdParams params, rpc::Reply<rpc::RefactorWritten> reply) {
  if (Preview* preview = preview_at(params.id, reply)) preview->undo(std::move(reply));
}

void Session::refactor_close(rpc::RefactorIdParams params, rpc::Reply<rpc::Nothing> reply) {
  const auto found = previews_.find(params.id);
  if (found != previews_.end() && found->second->busy())
    return reply.fail(Error{ErrorKind::usage, "it is still being written", ""});
  if (found != previews_.end()) previews_.erase(found);
  reply.ok({});
}

void Session::recover_edits() {
  recovering_ = std::make_unique<loop::Work>(
      loop_, [] { return edit::recover(edit::journal_folder()); },
      [this](const Result<edit::Recovered>& recovered) {
        if (!recovered) return notice("error", recovered.error().text());
        if (recovered->way == edit::Recovered::Way::forward || recovered->way == edit::Recovered::Way::back) {
          const bool forward = recovered->way == edit::Recovered::Way::forward;
          Value::Array files(recovered->files.begin(), recovered->files.end());
          channel_.notify("nvim_exec_lua", {Value("require('coder.refactor.buffers').reload(...)"),
                                            Value(Value::Array{Value(std::move(files))})});
          notice("warn", std::string("a refactor was interrupted while it was written; ") +
                             (forward ? "it is complete now: " : "its files are as they were: ") +
                             some_of(recovered->files));
          log::warn("ended an interrupted write: " + join(recovered->files, ", "));
        }
        for (const std::string& one : recovered->left) notice("warn", one);
      });
}

}  // namespace coder::app
