#include "config/project.h"

#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

#include "base/text.h"
#include "config/file.h"
#include "config/schema.h"
#include "config/sections.h"
#include "config/toml.h"
#include "privacy/forms.h"

namespace coder::config {
namespace {

constexpr size_t kMaxFileBytes = 64 * 1024;
constexpr size_t kMaxEntries = 256;
constexpr size_t kMaxBytes = 1u << 20;  // of all files kept
/// Two changes closer than the clock of a file system (2 s on FAT) may leave the same times.
constexpr int64_t kSettledSeconds = 3;

struct Allowed {
  const char* section;
  std::vector<std::string> keys;
};

const std::vector<Allowed>& allowed() {
  static const std::vector<Allowed> list = {{"privacy", {"local_only", "never_send"}},
                                            {"budget", {"monthly_usd", "daily_usd"}},
                                            {"context", {"exclude"}}};
  return list;
}

const std::string kOnlyTightens =
    ": a project file can only tighten: it may hold [privacy] local_only and never_send, [budget] "
    "monthly_usd "
    "and daily_usd, [context] exclude";

/// Reports what may not be there: each value of a table at its own line.
void refuse(const Entry& entry, const std::string& section, const std::vector<std::string>& known,
            Report& report) {
  const std::string key = one_line(entry.key, 60);
  const std::string inner = one_line(section.empty() ? key : section + "." + key, 120);
  for (const Entry& value : entry.value.entries) refuse(value, inner, {}, report);
  if (!entry.value.entries.empty()) return;
  const std::string named = entry.value.type == Node::Type::table ? "[" + inner + "]"
                            : section.empty()                     ? "`" + key + "`"
                                                                  : "`" + key + "` in [" + section + "]";
  report.error(entry.line, named + kOnlyTightens + did_you_mean(entry.key, known));
}

/// Leaves in `root` what may be there, with the right types.
void check(Node& root, Report& report) {
  std::vector<std::string> sections;
  for (const Allowed& one : allowed()) sections.emplace_back(one.section);
  std::vector<Entry> kept;
  for (Entry& entry : root.entries) {
    const auto at = std::find(sections.begin(), sections.end(), entry.key);
    if (at == sections.end()) {
      refuse(entry, "", sections, report);
      continue;
    }
    if (entry.value.type != Node::Type::table) {
      report.error(entry.line, "`" + entry.key + "` must be a table, not " + entry.value.type_name());
      continue;
    }
    const std::vector<std::string>& keys = allowed()[static_cast<size_t>(at - sections.begin())].keys;
    std::vector<Entry> right;
    for (Entry& value : entry.value.entries) {
      if (std::find(keys.begin(), keys.end(), value.key) != keys.end()) {
        right.push_back(std::move(value));
      } else {
        refuse(value, entry.key, keys, report);
      }
    }
    entry.value.entries = std::move(right);
    check_table(entry.value, entry.key, " in [" + entry.key + "]", report);
    kept.push_back(std::move(entry));
  }
  root.entries = std::move(kept);
}

bool same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         same_time(a.st_mtim, b.st_mtim) && same_time(a.st_ctim, b.st_ctim);
}

bool is_settled(const struct stat& info) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec - std::max(info.st_mtim.tv_sec, info.st_ctim.tv_sec) > kSettledSeconds;
}

}  // namespace

Project parse_project(const std::string& text, const std::string& file) {
  Project project;
  project.file = file;
  std::vector<Problem> problems;
  Report report{file, problems};
  int line = 0;
  Result<Node> root = parse_toml(text, line);
  if (!root) {
    report.error(line, root.error().text());
  } else {
    check(*root, report);
    if (const Node* privacy = root->find("privacy")) {
      project.local_only = read_patterns(*privacy, "local_only", "[privacy]", project.patterns, report);
      project.never_send = read_patterns(*privacy, "never_send", "[privacy]", project.patterns, report);
    }
    if (const Node* budget = root->find("budget")) project.budget = read_allowance(*budget);
    if (const Node* context = root->find("context")) {
      project.exclude = read_patterns(*context, "exclude", "[context]", project.patterns, report);
    }
  }
  for (Problem& problem : problems) {
    if (problem.severity == Severity::error) project.problems.push_back(std::move(problem));
  }
  std::stable_sort(project.problems.begin(), project.problems.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
  return project;
}

struct Projects::Entry {
  struct stat info = {};
  bool settled = false;  ///< `info` tells whether the file has changed since
  std::string text;
  std::shared_ptr<const Project> project;
  privacy::FolderRules rules;

  void set(Project fresh) {
    rules = {fresh.file, privacy::compile(fresh.local_only), privacy::compile(fresh.never_send),
             fresh.problems.empty() ? "" : fresh.problems[0].text()};
    project = std::make_shared<const Project>(std::move(fresh));
  }
};

std::shared_ptr<Projects::Entry> Projects::find(const std::string& folder) {
  const std::string file = folder + "/" + kProjectFile;
  struct stat info {};
  const auto nothing = [&] {
    if (!entries_.empty()) entries_.erase(folder);
    return std::shared_ptr<Entry>();
  };
  // Most folders have none, and that costs this one call.
  bool known = ::lstat(file.c_str(), &info) == 0;
  if (!known && (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG || errno == ELOOP))
    return nothing();
  if (known && S_ISLNK(info.st_mode)) known = ::stat(file.c_str(), &info) == 0;

  std::shared_ptr<Entry> entry;
  if (const auto at = entries_.find(folder); at != entries_.end()) entry = at->second;
  if (entry && known && entry->settled && same_file(entry->info, info)) return entry;

  FileText read = read_text(file, kMaxFileBytes);
  if (read.missing) return nothing();
  if (!entry) {
    size_t bytes = 0;
    for (const auto& [name, other] : entries_) bytes += other->text.size();
    if (entries_.size() >= kMaxEntries || bytes > kMaxBytes) entries_.clear();
    entry = entries_[folder] = std::make_shared<Entry>();
  }
  if (!read.problem.empty()) {
    Project broken;
    broken.file = file;
    broken.problems.push_back({Severity::error, file, 0, std::move(read.problem)});
    entry->text.clear();
    entry->settled = false;
    entry->set(std::move(broken));
    return entry;
  }
  if (!entry->project || !entry->project->problems.empty() || entry->text != read.text) {
    entry->set(parse_project(read.text, file));
    entry->text = std::move(read.text);
  }
  entry->info = info;
  entry->settled = known && is_settled(info);
  return entry;
}

const privacy::FolderRules* Projects::at(const std::string& folder) {
  last_ = find(folder);
  return last_ ? &last_->rules : nullptr;
}

std::vector<std::shared_ptr<const Project>> Projects::above(const std::string& folder) {
  std::vector<std::shared_ptr<const Project>> out;
  std::set<std::string> seen;
  for (const std::string& form : privacy::path_forms(folder)) {
    privacy::for_each_folder(form, [&](size_t length) {
      const std::string one = form.substr(0, length);
      if (!seen.insert(privacy::path_forms(one.empty() ? "/" : one).back()).second) return;
      if (const std::shared_ptr<Entry> entry = find(one)) out.push_back(entry->project);
    });
  }
  return out;
}

Budget Projects::lowered(Budget budget, const std::string& folder) {
  const auto lower = [](std::optional<double>& limit, const std::optional<double>& by) {
    if (by && (!limit || *by < *limit)) limit = by;
  };
  for (const std::shared_ptr<const Project>& project : above(folder)) {
    lower(budget.monthly_usd, project->budget.monthly_usd);
    lower(budget.daily_usd, project->budget.daily_usd);
  }
  return budget;
}

}  // namespace coder::config
