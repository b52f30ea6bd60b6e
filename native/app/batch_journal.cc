#include "app/batch_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "base/folders.h"
#include "codec/json.h"

namespace coder::app {

namespace fs = std::filesystem;
using codec::Value;

namespace {

constexpr std::chrono::hours kKept{30 * 24};
constexpr size_t kMaxLine = 16u << 20;  // as much as JSON may be

Error cannot(const std::string& what, const std::string& path) {
  const int code = errno;
  std::string why = std::strerror(code);
  if (code == ELOOP) why = "it is a link";
  return {ErrorKind::internal, "cannot " + what + " " + path + ": " + why,
          code == ENOSPC || code == EDQUOT || code == EFBIG ? "make room on that disk"
                                                            : "check its owner and mode"};
}

bool is_at(int fd, const std::string& path) {
  struct stat held {
  }, there{};
  return ::fstat(fd, &held) == 0 && ::lstat(path.c_str(), &there) == 0 && held.st_ino == there.st_ino &&
         held.st_dev == there.st_dev;
}

/// One that another process is at is written to, so it is never that old.
void remove_old(const std::string& folder) {
  std::error_code failed;
  const auto now = fs::file_time_type::clock::now();
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
    std::error_code unknown;
    const auto written = entry.last_write_time(unknown);
    if (unknown || entry.path().extension() != ".jsonl" || now - written < kKept) continue;
    fs::remove(entry.path(), unknown);
  }
}

/// The file, locked. Who had it before may have removed it meanwhile: then once more.
Result<int> take(const std::string& path) {
  while (true) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return cannot("use", path);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      const bool taken = errno == EWOULDBLOCK;
      const Error why = cannot("lock", path);
      ::close(fd);
      if (!taken) return why;
      return Error{ErrorKind::usage, "another process is at this batch already",
                   "wait until it has ended, or end it; this command then goes on where it was"};
    }
    if (is_at(fd, path)) return fd;
    ::close(fd);
  }
}

void note(JournalIndex& index, const std::string& line, uint64_t at) {
  const Result<Value> value = codec::parse_json(line);
  if (!value) return;
  if (const Value* forget = value->find("forget"); forget && forget->as_array()) {
    for (const Value& id : *forget->as_array()) {
      if (id.as_string()) index.entries.erase(*id.as_string());
    }
    return;
  }
  const Value* id = value->find("id");
  const Value* sha = value->find("sha256");
  const Value* result = value->find("result");
  if (!id || !id->as_string() || !sha || !sha->as_string() || !result || !result->as_map()) return;
  index.entries[*id->as_string()] = {*sha->as_string(), at, line.size()};
}

}  // namespace

std::string batch_folder() {
  const std::string folder = state_folder();
  return folder.empty() ? "" : folder + "/batches";
}

JournalIndex JournalIndex::read(std::istream& in) {
  JournalIndex out;
  std::string line;
  while (std::getline(in, line) && !in.eof()) {
    if (line.size() <= kMaxLine) note(out, line, out.end);
    out.end += line.size() + 1;
  }
  return out;
}

Result<std::unique_ptr<BatchJournal>> BatchJournal::open(const std::string& folder, const std::string& name,
                                                         bool fresh) {
  if (folder.empty()) {
    return Error{ErrorKind::internal, "there is no state folder", "set HOME or XDG_STATE_HOME"};
  }
  std::string part;
  for (const fs::path& one : fs::path(folder)) {
    part = (fs::path(part) / one).string();
    ::mkdir(part.c_str(), 0700);  // a failure shows at the file
  }
  ::chmod(folder.c_str(), 0700);
  remove_old(folder);
  const std::string path = folder + "/" + name + ".jsonl";
  Result<int> fd = take(path);
  if (!fd) return std::move(fd.error());
  std::unique_ptr<BatchJournal> out(new BatchJournal(*fd, path));
  ::fchmod(*fd, 0600);
  if (!fresh) {
    std::ifstream in(path, std::ios::binary);
    out->index_ = JournalIndex::read(in);
  }
  out->end_ = out->index_.end;
  if (::ftruncate(*fd, static_cast<off_t>(out->end_)) != 0) return cannot("write to", path);
  return out;
}

BatchJournal::~BatchJournal() { ::close(fd_); }

std::optional<Value::Map> BatchJournal::find(const std::string& id, const std::string& sha256) const {
  const auto found = index_.entries.find(id);
  if (found == index_.entries.end() || found->second.sha256 != sha256) return std::nullopt;
  std::string line(found->second.size, '\0');
  const ssize_t n = ::pread(fd_, line.data(), line.size(), static_cast<off_t>(found->second.at));
  if (n != static_cast<ssize_t>(line.size())) return std::nullopt;
  Result<Value> value = codec::parse_json(line);
  const Value* result = value ? value->find("result") : nullptr;
  if (!result || !result->as_map()) return std::nullopt;
  return *result->as_map();
}

Result<void> BatchJournal::append(const std::vector<Record>& records) {
  std::string lines;
  for (const Record& one : records) {
    lines += codec::dump_json(Value(Value::Map{
                 {"id", Value(one.id)}, {"sha256", Value(one.sha256)}, {"result", Value(one.result)}})) +
             "\n";
  }
  return write(lines);
}

Result<void> BatchJournal::forget(const std::vector<std::string>& ids) {
  const std::set<std::string> ours(ids.begin(), ids.end());
  const bool all = std::all_of(index_.entries.begin(), index_.entries.end(),
                               [&](const auto& entry) { return ours.count(entry.first) > 0; });
  if (all) {
    if (::unlink(path_.c_str()) != 0 && errno != ENOENT) return cannot("remove", path_);
    return {};
  }
  Value::Array out;
  for (const std::string& id : ids) out.push_back(Value(id));
  return write(codec::dump_json(Value(Value::Map{{"forget", Value(std::move(out))}})) + "\n");
}

Result<void> BatchJournal::write(const std::string& lines) {
  size_t done = 0;
  while (done < lines.size()) {
    const ssize_t n =
        ::pwrite(fd_, lines.data() + done, lines.size() - done, static_cast<off_t>(end_ + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<size_t>(n);
  }
  if (done == lines.size() && ::fdatasync(fd_) == 0) {
    end_ += done;
    return {};
  }
  Error why = cannot("write to", path_);
  [[maybe_unused]] const int cut = ::ftruncate(fd_, static_cast<off_t>(end_));
  return why;
}

}  // namespace coder::app
