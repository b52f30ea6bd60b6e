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

RepoLearner::Options learner_options(GetConfig config, const std::string& root, bool private_too) {
  const workspace::Indexer::Options index = index_options(*config(), root);
  RepoLearner::Options out;
  out.root = root;
  out.exclude = index.exclude;
  out.never_send = index.never_send;
  if (!root.empty()) out.cache_folder = completion::repo_cache_folder();
  out.name = private_too ? "private" : "";
  if (private_too) return out;
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

RepoModels::Project& RepoModels::project(const Key& key) {
  Project& found = projects_[key];
  found.used = ++uses_;
  if (found.learner) return found;
  found.options = learner_options(host_.config, key.root, key.private_too);
  found.learner = std::make_unique<RepoLearner>(loop_, found.options, [] {});
  if (key.private_too) {
    for (const auto& [buf, buffer] : buffers_) {
      if (buffer.root == key.root && !buffer.is_private) learn(buf);
    }
  }
  if (projects_.size() <= kMaxProjects) return found;
  auto oldest = projects_.end();
  for (auto at = projects_.begin(); at != projects_.end(); ++at) {
    const bool open = std::any_of(buffers_.begin(), buffers_.end(), [&](const auto& buffer) {
      return buffer.second.root == at->first.root && buffer.second.is_private == at->first.private_too;
    });
    if (!open && (oldest == projects_.end() || at->second.used < oldest->second.used)) oldest = at;
  }
  if (oldest != projects_.end() && oldest->first != key) projects_.erase(oldest);
  return found;
}

template <class Each>
void RepoModels::each_model(const Buffer& buffer, Each each) {
  for (const bool private_too : {false, true}) {
    if (buffer.is_private && !private_too) continue;
    const auto found = projects_.find({buffer.root, private_too});
    if (found != projects_.end()) each(found->second.learner->model());
  }
}

void RepoModels::attached(int64_t buf) {
  const workspace::Mirror* mirror = mirrors_.find(buf);
  detached(buf);
  if (!mirror || !wanted()) return;
  const privacy::Verdict verdict = host_.verdict(buf);
  if (verdict.never_send) return;
  Buffer buffer{host_.root_of(mirror->path), mirror->path, verdict.label == privacy::Label::local_only};
  if (!buffer.root.empty()) buffer.path = mirror->path.substr(buffer.root.size() + 1);
  buffers_[buf] = buffer;
  project({buffer.root, buffer.is_private});
  learn(buf);
}

/// The buffer, whole.
void RepoModels::learn(int64_t buf) {
  const workspace::Mirror* mirror = mirrors_.find(buf);
  const auto known = buffers_.find(buf);
  if (!mirror || !mirror->ready || known == buffers_.end()) return;
  each_model(known->second, [&](completion::RepoModel& model) {
    if (mirror->bytes > kMaxBuffer) return model.buffer_drop(buf);
    model.buffer_set(buf, known->second.path, mirror->lines);
  });
}

void RepoModels::changed(int64_t buf, int64_t first, int64_t last, size_t count) {
  const workspace::Mirror* mirror = mirrors_.find(buf);
  const auto known = buffers_.find(buf);
  if (!mirror || known == buffers_.end()) return;
  const auto begin = static_cast<size_t>(std::max<int64_t>(first, 0));
  if (last < 0 || mirror->bytes > kMaxBuffer || begin + count > mirror->lines.size()) return learn(buf);
  const auto at = mirror->lines.begin() + static_cast<std::ptrdiff_t>(begin);
  const std::vector<std::string> lines(at, at + static_cast<std::ptrdiff_t>(count));
  each_model(known->second, [&](completion::RepoModel& model) {
    model.buffer_splice(buf, begin, static_cast<size_t>(last), lines);
  });
}

void RepoModels::detached(int64_t buf) {
  const auto known = buffers_.find(buf);
  if (known == buffers_.end()) return;
  each_model(known->second, [&](completion::RepoModel& model) { model.buffer_drop(buf); });
  buffers_.erase(known);
}

void RepoModels::relabel(int64_t buf) { attached(buf); }

void RepoModels::config_changed() {
  for (auto at = projects_.begin(); at != projects_.end();) {
    const RepoLearner::Options now = learner_options(host_.config, at->first.root, at->first.private_too);
    const RepoLearner::Options& then = at->second.options;
    const bool same = wanted() && then.exclude == now.exclude && then.never_send == now.never_send;
    if (same) at->second.learner->rules_changed();
    at = same ? std::next(at) : projects_.erase(at);
  }
  std::vector<int64_t> open;
  for (const auto& [buf, buffer] : buffers_) open.push_back(buf);
  for (const int64_t buf : open) attached(buf);
}

void RepoModels::look_again(const std::string& root, const std::vector<std::string>& paths) {
  for (auto& [key, project] : projects_) {
    if (key.root == root) project.learner->look_again(paths);
  }
}

std::string RepoModels::guess(int64_t buf, size_t line, size_t col, completion::Gate gate) const {
  const auto known = buffers_.find(buf);
  if (known == buffers_.end()) return "";
  const auto found = projects_.find({known->second.root, known->second.is_private});
  if (found == projects_.end()) return "";
  std::optional<completion::RepoGuess> guess = found->second.learner->model().guess(buf, line, col, gate);
  return guess ? std::move(guess->text) : "";
}

std::vector<std::string> RepoModels::status() const {
  std::vector<std::string> out;
  for (const auto& [key, found] : projects_) {
    if (key.root.empty()) continue;
    const RepoLearner::Status status = found.learner->status();
    char line[200];
    if (status.ready) {
      std::snprintf(line, sizeof line, "learned from %zu files, %zu thousand tokens, %zu MiB, in %.0f ms",
                    status.files, status.tokens / 1000, status.bytes >> 20, status.ready_ms);
    } else {
      std::snprintf(line, sizeof line, "reading");
    }
    const char* which = key.private_too ? " (for private files)" : "";
    out.push_back("repo model    " + key.root + which + ": " + line +
                  (status.problem.empty() ? "" : "; " + status.problem));
  }
  return out;
}

}  // namespace coder::app
