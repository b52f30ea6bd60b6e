#include "edit/steps.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "edit/file_ops.h"

namespace coder::edit {
namespace {

constexpr size_t kManyFolders = 4;

bool there(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

Error changed(const std::string& path) { return {ErrorKind::edits, path + " has changed meanwhile", ""}; }

/// The name under which the old text is kept; empty: it is not.
std::string old_text(const Step& step) {
  for (const std::string& path : {step.stale, step.fresh}) {
    if (hash_at(path) == step.old_hash) return path;
  }
  return "";
}

Result<void> remove_both(const Step& step) {
  if (auto done = remove_file(step.fresh); !done) return done;
  return remove_file(step.stale);
}

/// Keeps the text at `path` where a person finds it.
Result<void> rescue(const std::string& path, const std::string& target, const std::string& folder,
                    const std::string& what, std::vector<std::string>& left) {
  if (!there(path)) return {};
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return disk_error("cannot make", folder);
  std::string name = target.substr(target.rfind('/') + 1);
  std::string kept = folder + "/" + name;
  for (int i = 2; there(kept); ++i) kept = folder + "/" + name + "." + std::to_string(i);
  if (!rename_new(path, kept)) kept = path;  // another file system: it stays where it is
  left.push_back(target + " was changed after a crash and is left as it is; " + what + " is in " + kept);
  return {};
}

Result<void> replace(const Step& step) {
  if (hash_at(step.target) != step.old_hash) return changed(step.target);
  const Result<bool> swapped = exchange(step.fresh, step.target);
  if (!swapped) return swapped.error();
  if (*swapped) {
    // Whoever saved the file since it was looked at: that text is in our hands now, and goes back.
    if (hash_at(step.fresh) == step.old_hash) return {};
    if (auto back = exchange(step.fresh, step.target); !back) return back.error();
    return changed(step.target);
  }
  if (::link(step.target.c_str(), step.stale.c_str()) != 0) return disk_error("cannot keep", step.target);
  return rename_over(step.fresh, step.target);
}

Result<void> remove(const Step& step) {
  if (hash_at(step.target) != step.old_hash) return changed(step.target);
  if (auto done = rename_new(step.target, step.stale); !done) return done;
  if (hash_at(step.stale) == step.old_hash) return {};
  if (auto back = rename_new(step.stale, step.target); !back) return back;
  return changed(step.target);
}

}  // namespace

Result<void> do_step(const Step& step) {
  switch (step.kind) {
    case Step::Kind::replace:
      return replace(step);
    case Step::Kind::create:
      if (there(step.target)) return changed(step.target);
      return rename_new(step.fresh, step.target);
    case Step::Kind::remove:
      return remove(step);
    case Step::Kind::buffer:
      return {};
  }
  return {};
}

Result<void> forward_step(const Step& step, const std::string& rescue_folder,
                          std::vector<std::string>& left) {
  const auto now = hash_at(step.target);
  const bool has_new = step.kind != Step::Kind::remove && hash_at(step.fresh) == step.new_hash;
  if (step.kind == Step::Kind::remove) {
    if (now && *now == step.old_hash) {
      if (auto done = remove_file(step.target); !done) return done;
    } else if (there(step.target)) {
      left.push_back(step.target +
                     " was changed after a crash and is left as it is, though it was to be removed");
    }
    return remove_file(step.stale);
  }
  if (now == step.new_hash) return remove_both(step);
  if (step.kind == Step::Kind::create && !there(step.target)) {
    if (has_new) return rename_new(step.fresh, step.target);
    return {};
  }
  if (step.kind != Step::Kind::create && now == step.old_hash && has_new) {
    if (auto done = rename_over(step.fresh, step.target); !done) return done;
    return remove_file(step.stale);
  }
  if (has_new) {
    if (auto done = rescue(step.fresh, step.target, rescue_folder, "what it was to become", left); !done)
      return done;
  }
  return remove_both(step);
}

Result<void> back_step(const Step& step, const std::string& rescue_folder, std::vector<std::string>& left) {
  const auto now = hash_at(step.target);
  switch (step.kind) {
    case Step::Kind::buffer:
      return remove_both(step);
    case Step::Kind::create:
      // Ours only if its text is no longer beside it.
      if (now == step.new_hash && !there(step.fresh)) {
        if (auto done = remove_file(step.target); !done) return done;
      }
      return remove_both(step);
    case Step::Kind::remove:
      if (there(step.stale) && !there(step.target)) return rename_new(step.stale, step.target);
      if (there(step.stale)) return rescue(step.stale, step.target, rescue_folder, "its old text", left);
      return {};
    case Step::Kind::replace:
      break;
  }
  const std::string old = old_text(step);
  if (now == step.new_hash && !old.empty()) {
    if (auto done = rename_over(old, step.target); !done) return done;
  } else if (now != step.old_hash && !old.empty()) {
    if (auto done = rescue(old, step.target, rescue_folder, "its old text", left); !done) return done;
  }
  return remove_both(step);
}

void remove_folders(const std::vector<std::string>& folders) {
  for (size_t i = folders.size(); i > 0; --i) ::rmdir(folders[i - 1].c_str());
}

Result<void> sync_folders(const std::vector<Step>& steps) {
  std::set<std::string> folders;
  for (const Step& step : steps) folders.insert(folder_of(step.target));
  if (folders.size() > kManyFolders) {
    std::vector<std::string> known;
    for (const std::string& folder : folders) {
      if (there(folder)) known.push_back(folder);
    }
    return sync_whole(known);
  }
  for (const std::string& folder : folders) {
    if (!there(folder)) continue;
    if (auto done = sync_folder(folder); !done) return done;
  }
  return {};
}

}  // namespace coder::edit
