#include "app/repo_models.h"

#include <algorithm>
#include <cstdio>

#include "app/project.h"

namespace coder::app {
namespace {

using completion::RepoLearner;

/// Repositories that are known at once; the one not used for longest goes first.
constexpr size_t kMaxProjects = 4;
/// Larger buffers are data; the loop has to read them whole.
constexpr size_t kMaxBuffer = 2u << 20;  // bytes

}  // namespace

RepoLearner::Options learner_options(GetConfig config, const std::string& root) {
  const workspace::Indexer::Options index = index_options(*config(), root);
  RepoLearner::Options out;
  out.root = root;
  out.exclude = index.exclude;
  out.never_send = index.never_send;
  if (!root.empty()) out.cache_folder = completion::repo_cache_folder();
  out.is_private = [config = std::move(config), root](const std::string& path) {
    return config()->path_rules().judge(root + "/" + path).label == privacy::Label::local_only;
  };
  return out;
}

RepoModels::RepoModels(loop::Loop& loop, const workspace::Mirrors& mirrors, Host host)
    : loop_(loop), mirrors_(mirrors), host_(std::move(host)) {}

bool RepoModels::wanted() const {
  using Repo = config::Completion::Repo;
  const config::Completion& completion = host_.config()->completion;
  return completion.enabled && (completion.repo_alone != Repo::off || completion.repo_local != Repo::off ||
                                completion.repo_cloud != Repo::off);
}

RepoModels::Project& RepoModels::project(const std::string& root) {
  Project& found = projects_[root];
  found.used = ++uses_;
  if (found.learner) return found;
  found.options = learner_options(host_.config, root);
  found.learner = std::make_unique<RepoLearner>(loop_, found.options, [] {});
  if (projects_.size() <= kMaxProjects) return found;
  auto oldest = projects_.end();
  for (auto at = projects_.begin(); at != projects_.end(); ++at) {
    const bool open = std::any_of(buffers_.begin(), buffers_.end(),
                                  [&](const auto& buffer) { return buffer.second.root == at->first; });
    if (!open && (oldest == projects_.end() || at->second.used < oldest->second.used)) oldest = at;
  }
  if (oldest != projects_.end() && oldest->first != root) projects_.erase(oldest);
  return projects_[root];
}

void RepoModels::attached(int64_t buf) {
  const workspace::Mirror* mirror = mirrors_.find(buf);
  detached(buf);
  if (!mirror || !wanted() || host_.verdict(buf).never_send) return;
  Buffer buffer{host_.root_of(mirror->path), mirror->path};
  if (!buffer.root.empty()) buffer.path = mirror->path.substr(buffer.root.size() + 1);
  project(buffer.root);
  buffers_[buf] = std::move(buffer);
  learn(buf);
}

/// The buffer, whole.
void RepoModels::learn(int64_t buf) {
  const workspace::Mirror* mirror = mirrors_.find(buf);
  const auto known = buffers_.find(buf);
  if (!mirror || !mirror->ready || known == buffers_.end()) return;
  completion::RepoModel& model = project(known->second.root).learner->model();
  if (mirror->bytes > kMaxBuffer) return model.buffer_drop(buf);
  model.buffer_set(buf, known->second.path, mirror->lines,
                   host_.verdict(buf).label == privacy::Label::local_only);
}

void RepoModels::changed(int64_t buf, int64_t first, int64_t last, size_t count) {
  const workspace::Mirror* mirror = mirrors_.find(buf);
  const auto known = buffers_.find(buf);
  if (!mirror || known == buffers_.end()) return;
  const auto begin = static_cast<size_t>(std::max<int64_t>(first, 0));
  if (last < 0 || mirror->bytes > kMaxBuffer || begin + count > mirror->lines.size()) return learn(buf);
  const auto at = mirror->lines.begin() + static_cast<std::ptrdiff_t>(begin);
  project(known->second.root)
      .learner->model()
      .buffer_splice(buf, begin, static_cast<size_t>(last), {at, at + static_cast<std::ptrdiff_t>(count)});
}

void RepoModels::detached(int64_t buf) {
  const auto known = buffers_.find(buf);
  if (known == buffers_.end()) return;
  if (const auto found = projects_.find(known->second.root); found != projects_.end())
    found->second.learner->model().buffer_drop(buf);
  buffers_.erase(known);
}

void RepoModels::relabel(int64_t buf) { attached(buf); }

void RepoModels::config_changed() {
  for (auto at = projects_.begin(); at != projects_.end();) {
    const RepoLearner::Options now = learner_options(host_.config, at->first), &then = at->second.options;
    const bool same = wanted() && then.exclude == now.exclude && then.never_send == now.never_send;
    if (same) at->second.learner->rules_changed();
    at = same ? std::next(at) : projects_.erase(at);
  }
  std::vector<int64_t> open;
  for (const auto& [buf, buffer] : buffers_) open.push_back(buf);
  for (const int64_t buf : open) attached(buf);
}

void RepoModels::look_again(const std::string& root, const std::vector<std::string>& paths) {
  const auto found = projects_.find(root);
  if (found != projects_.end()) found->second.learner->look_again(paths);
}

std::string RepoModels::guess(int64_t buf, size_t line, size_t col, completion::Gate gate) const {
  const auto known = buffers_.find(buf);
  if (known == buffers_.end()) return "";
  const std::string& root = known->second.root;
  const auto found = projects_.find(root);
  if (found == projects_.end()) return "";
  std::optional<completion::RepoGuess> guess = found->second.learner->model().guess(buf, line, col, gate);
  if (!guess || (guess->private_text && host_.verdict(buf).label != privacy::Label::local_only)) return "";
  return std::move(guess->text);
}

std::vector<std::string> RepoModels::status() const {
  std::vector<std::string> out;
  for (const auto& [root, found] : projects_) {
    if (root.empty()) continue;
    const RepoLearner::Status status = found.learner->status();
    char line[200];
    if (status.ready) {
      std::snprintf(line, sizeof line, "learned from %zu files, %zu thousand tokens, %zu MiB, in %.0f ms",
                    status.files, status.tokens / 1000, status.bytes >> 20, status.ready_ms);
    } else {
      std::snprintf(line, sizeof line, "reading");
    }
    out.push_back("repo model    " + root + ": " + line +
                  (status.problem.empty() ? "" : "; " + status.problem));
  }
  return out;
}

}  // namespace coder::app
