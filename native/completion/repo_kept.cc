#include "completion/repo_kept.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/replace_file.h"

namespace coder::completion {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExtension = ".base";
constexpr size_t kMostKept = 8;
constexpr uintmax_t kMostBytes = uintmax_t{1} << 30;

/// What was used longest ago goes, the newest stays in any case.
void tidy(const std::string& folder) {
  struct Kept {
    fs::file_time_type used;
    fs::path path;
    uintmax_t bytes = 0;
  };
  std::vector<Kept> all;
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
    std::error_code gone;
    if (entry.path().extension() == ".new" &&
        entry.last_write_time(gone) < fs::file_time_type::clock::now() - std::chrono::hours(24))
      fs::remove(entry.path(), gone);  // of a process that was killed
    if (entry.path().extension() != kExtension) continue;
    Kept one{entry.last_write_time(gone), entry.path(), 0};
    if (!gone) one.bytes = entry.file_size(gone);
    if (!gone) all.push_back(std::move(one));
  }
  std::sort(all.begin(), all.end(), [](const Kept& a, const Kept& b) { return a.used > b.used; });
  uintmax_t bytes = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    bytes += all[i].bytes;
    if (i > 0 && (i >= kMostKept || bytes > kMostBytes)) fs::remove(all[i].path, failed);
  }
}

}  // namespace

std::string kept_base(const std::string& folder, const std::string& root) {
  return folder + "/" + hash_name(root) + kExtension;
}

std::shared_ptr<const RepoBase> load_base(const std::string& file) {
  std::error_code failed;
  const uintmax_t size = fs::file_size(file, failed);
  if (failed || size > kMostBytes) return nullptr;
  std::ifstream in(file, std::ios::binary);
  std::string bytes(static_cast<size_t>(size), '\0');
  if (!in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) return nullptr;
  Result<std::shared_ptr<const RepoBase>> loaded = RepoBase::load(bytes);
  if (!loaded) return nullptr;
  fs::last_write_time(file, fs::file_time_type::clock::now(), failed);  // used just now
  return std::move(*loaded);
}

std::string keep_base(const std::string& folder, const std::string& root, const RepoBase& base) {
  std::error_code failed;
  fs::create_directories(fs::path(folder).parent_path(), failed);
  if (::mkdir(folder.c_str(), 0700) != 0 && !fs::is_directory(folder, failed))
    return "what was learned cannot be kept: " + folder + " cannot be made";
  if (const Result<void> written = replace_file(kept_base(folder, root), base.save()); !written)
    return "what was learned cannot be kept: " + written.error().message;
  tidy(folder);
  return "";
}

}  // namespace coder::completion
