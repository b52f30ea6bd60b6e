#include "app/workspaces.h"

#include <algorithm>
#include <cstdio>

#include "app/project.h"

namespace coder::app {
namespace {

/// Projects whose index is kept; the one not used for longest goes first.
constexpr size_t kMaxProjects = 4;
/// An editor that has just started has better things to do.
constexpr Millis kStartDelay{400};
/// Unsaved text is told when typing pauses, and before every query.
constexpr Millis kFlushDelay{500};

std::vector<std::string> left_out(const workspace::Indexer::Options& options) {
  std::vector<std::string> out = options.exclude;
  out.emplace_back();
  out.insert(out.end(), options.never_send.begin(), options.never_send.end());
  return out;
}

std::string below(const std::string& root, const std::string& path) {
  const bool inside =
      path.size() > root.size() + 1 && path.compare(0, root.size(), root) == 0 && path[root.size()] == '/';
  return inside ? path.substr(root.size() + 1) : "";
}

}  // namespace

Workspaces::Workspaces(loop::Loop& loop, GetConfig config, const workspace::Mirrors& mirrors,
                       std::function<void(const std::string&)> notice)
    : loop_(loop),
      config_(std::move(config)),
      mirrors_(mirrors),
      notice_(std::move(notice)),
      flush_timer_(loop, [this] { flush(); }),
      start_timer_(loop, [this] { start_waiting(); }) {}

std::string Workspaces::root_of(const std::string& path) const { return root_around(path); }

Workspaces::Project& Workspaces::project(const std::string& root) {
  Project& found = projects_[root];
  found.used = ++uses_;
  if (found.indexer) return found;
  workspace::Indexer::Options options = index_options(*config_(), root);
  options.on_look = [this, root](const std::vector<std::string>& paths) {
    if (on_look_) on_look_(root, paths);
  };
  found.left_out = left_out(options);
  found.indexer = std::make_unique<workspace::Indexer>(
      loop_, options, [] {}, notice_);
  waiting_.erase(root);
  for (const auto& [buf, path] : paths_) {
    if (root_of(path) == root) dirty_.insert(buf);
  }
  if (projects_.size() > kMaxProjects) {
    const auto oldest =
        std::min_element(projects_.begin(), projects_.end(),
                         [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
    projects_.erase(oldest);
  }
  return projects_[root];
}

workspace::Indexer* Workspaces::at(const std::string& root) {
  if (root.empty()) return nullptr;
  Project& found = project(root);
  flush();
  return found.indexer.get();
}

workspace::Indexer* Workspaces::ready_at(const std::string& root) {
  const auto found = projects_.find(root);
  return found != projects_.end() && found->second.indexer->status().ready ? found->second.indexer.get()
                                                                           : nullptr;
}

void Workspaces::start_waiting() {
  for (const std::string& root : std::set<std::string>(waiting_)) project(root);
  flush();
}

void Workspaces::attached(int64_t buf) {
  const workspace::Mirror* mirror = mirrors_.find(buf);
  if (!mirror) return;
  const auto known = paths_.find(buf);
  if (known != paths_.end() && known->second != mirror->path) detached(buf);
  const std::string root = root_of(mirror->path);
  if (root.empty()) return;
  paths_[buf] = mirror->path;
  changed(buf);
  if (projects_.count(root) || !waiting_.insert(root).second) return;
  if (!start_timer_.active()) start_timer_.start(kStartDelay);
}

void Workspaces::changed(int64_t buf) {
  if (!paths_.count(buf)) return;
  dirty_.insert(buf);
  if (!flush_timer_.active()) flush_timer_.start(kFlushDelay);
}

void Workspaces::detached(int64_t buf) {
  const auto known = paths_.find(buf);
  if (known == paths_.end()) return;
  const std::string root = root_of(known->second);
  if (const auto found = projects_.find(root); found != projects_.end())
    found->second.indexer->text_dropped(below(root, known->second));
  paths_.erase(known);
  dirty_.erase(buf);
}

void Workspaces::flush() {
  flush_timer_.stop();
  for (const int64_t buf : std::set<int64_t>(dirty_)) {
    const auto path = paths_.find(buf);
    const workspace::Mirror* mirror = mirrors_.find(buf);
    if (path == paths_.end() || !mirror) {
      dirty_.erase(buf);
      continue;
    }
    const std::string root = root_of(path->second);
    const auto found = projects_.find(root);
    if (!mirror->ready || found == projects_.end()) continue;  // told when it has begun
    found->second.indexer->text_changed(below(root, path->second), mirror->text(0, mirror->lines.size()));
    dirty_.erase(buf);
  }
}

std::map<std::string, std::string> Workspaces::texts(const std::string& root) const {
  std::map<std::string, std::string> out;
  for (const auto& [buf, path] : paths_) {
    const workspace::Mirror* mirror = mirrors_.find(buf);
    if (!mirror || !mirror->ready || root_of(path) != root) continue;
    out[below(root, path)] = mirror->text(0, mirror->lines.size());
  }
  return out;
}

void Workspaces::config_changed() {
  for (auto at = projects_.begin(); at != projects_.end();) {
    if (at->second.left_out == left_out(index_options(*config_(), at->first))) {
      ++at;
    } else {
      waiting_.insert(at->first);
      at = projects_.erase(at);
    }
  }
  if (!waiting_.empty() && !start_timer_.active()) start_timer_.start(kStartDelay);
}

std::vector<std::string> Workspaces::status() const {
  std::vector<std::string> out;
  for (const auto& [root, found] : projects_) {
    const workspace::Indexer::Status& status = found.indexer->status();
    char line[400];
    if (status.ready) {
      std::snprintf(line, sizeof line, "%zu files, %llu lines, %llu symbols, %zu MiB%s%s",
                    static_cast<size_t>(status.totals.files),
                    static_cast<unsigned long long>(status.totals.lines),
                    static_cast<unsigned long long>(status.totals.symbols), status.memory >> 20,
                    status.left_out > 0 ? ", left out: " : "",
                    status.left_out > 0 ? std::to_string(status.left_out).c_str() : "");
    } else {
      std::snprintf(line, sizeof line, "reading: %zu of %zu files", status.done, status.listed);
    }
    out.push_back("index         " + root + ": " + line +
                  (status.problem.empty() ? "" : "; " + status.problem));
  }
  return out;
}

}  // namespace coder::app
