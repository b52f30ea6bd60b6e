#include "engine/download.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <filesystem>

#include "base/replace_file.h"
#include "base/sha256.h"
#include "base/text.h"
#include "engine/gguf.h"

namespace coder::engine {
namespace {

constexpr int kMostRedirects = 10;
constexpr int kMostTries = 6;  // without a byte in between
constexpr int64_t kSpare = 64 << 20;
constexpr Millis kConnect{15'000};
constexpr Millis kIdle{60'000};

int64_t whole(std::string_view text, int64_t otherwise) {
  int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc() && end == text.data() + text.size() && value >= 0 ? value : otherwise;
}

std::string header(const http::Head& head, std::string_view name) {
  const std::string* value = head.find(name);
  return value ? *value : "";
}

/// 64 hexadecimal digits in lower case, or nothing.
std::string checksum_in(std::string_view text) {
  std::string out = lower_ascii(trim(text));
  std::erase(out, '"');
  const bool good = out.size() == 64 && out.find_first_not_of("0123456789abcdef") == std::string::npos;
  return good ? out : "";
}

/// What tells that the file is still the same: only a strong ETag or a date does.
std::string validator_of(const http::Head& head) {
  std::string tag = header(head, "etag");
  if (tag.size() > 2 && tag.front() == '"') return tag;
  return header(head, "last-modified");
}

std::string host_of(std::string_view url) {
  const size_t begin = url.find("://");
  if (begin == std::string_view::npos) return "";
  const size_t end = url.find_first_of("/?#", begin + 3);
  return std::string(url.substr(begin + 3, end == std::string_view::npos ? end : end - begin - 3));
}

}  // namespace

std::string file_name_of(std::string_view url) {
  const size_t scheme = url.find("://");
  std::string_view path = url.substr(0, url.find_first_of("?#"));
  const size_t slash = path.rfind('/');
  if (scheme == std::string_view::npos || slash == std::string_view::npos || slash < scheme + 3) return "";
  path.remove_prefix(slash + 1);
  std::string out;
  for (size_t i = 0; i < path.size(); ++i) {
    const auto c = static_cast<unsigned char>(path[i]);
    if (c == '%' && i + 2 < path.size()) {
      out += '_';
      i += 2;
    } else {
      out += std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '+' ? static_cast<char>(c) : '_';
    }
  }
  // No hidden file, and none that leads elsewhere.
  if (out.empty() || out.front() == '.' || out.size() > 200) return "";
  return out;
}

std::string redirected(std::string_view url, std::string_view location) {
  const size_t scheme = url.find("://");
  if (location.empty() || scheme == std::string_view::npos) return "";
  std::string out;
  if (location.find("://") != std::string_view::npos &&
      location.find("://") < location.find_first_of("/?#")) {
    out = location;
  } else if (location.substr(0, 2) == "//") {
    out = std::string(url.substr(0, scheme + 1)) + std::string(location);
  } else {
    const size_t root = std::min(url.find_first_of("/?#", scheme + 3), url.size());
    const size_t folder = url.substr(0, url.find_first_of("?#")).rfind('/');
    out = location.front() == '/' ? std::string(url.substr(0, root))
          : folder < root         ? std::string(url.substr(0, root)) + "/"
                                  : std::string(url.substr(0, folder + 1));
    out += location;
  }
  const bool secure = starts_with_ignoring_case(out, "https://");
  if (!secure && !starts_with_ignoring_case(out, "http://")) return "";
  return !secure && starts_with_ignoring_case(url, "https://") ? "" : out;
}

std::optional<ContentRange> parse_content_range(std::string_view text) {
  text = trim(text);
  if (!starts_with_ignoring_case(text, "bytes ")) return std::nullopt;
  text.remove_prefix(6);
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  ContentRange out;
  out.total = whole(trim(text.substr(slash + 1)), 0);
  const std::string_view range = trim(text.substr(0, slash));
  if (range == "*") return out;
  out.first = whole(range.substr(0, range.find('-')), -1);
  return out.first < 0 ? std::nullopt : std::optional<ContentRange>(out);
}

Download::Download(loop::Loop& loop, http::Client& client, Options options,
                   unique_function<void(Result<Downloaded>)> on_done)
    : loop_(loop),
      client_(client),
      options_(std::move(options)),
      on_done_(std::move(on_done)),
      part_(options_.target + ".part"),
      about_(options_.target + ".part.about"),
      timer_(loop, [this] { lock_ ? request() : open(); }) {
  timer_.start(Millis(0));
}

Download::~Download() = default;

void Download::open() {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(part_).parent_path(), ignored);
  lock_ = FileLock::take(part_, Millis(0));
  if (!lock_) {
    return finish(Error{ErrorKind::internal, "cannot write " + part_,
                        "another process may be loading it; else check the folder's owner and free space"});
  }
  struct stat info {};
  if (::fstat(lock_.fd(), &info) == 0) have_ = info.st_size;
  const std::string about = read_small(about_);
  const size_t line = about.find('\n');
  // Only what is known to be the start of the same file counts.
  if (line != std::string::npos && about.substr(0, line) == options_.url)
    validator_ = std::string(trim(std::string_view(about).substr(line + 1)));
  if (validator_.empty()) start_over();
  resumed_ = have_ > 0;
  url_ = options_.url;
  request();
}

void Download::start_over() {
  have_ = 0;
  resumed_ = false;
  validator_.clear();
  if (::ftruncate(lock_.fd(), 0) != 0) refused_ = Error{ErrorKind::internal, "cannot write " + part_, ""};
}

void Download::request() {
  http::Request request;
  request.url = url_;
  request.headers = {{"Accept-Encoding", "identity"}};
  if (have_ > 0) {
    request.headers.emplace_back("Range", "bytes=" + std::to_string(have_) + "-");
    request.headers.emplace_back("If-Range", validator_);
  }
  request.limits.connect = kConnect;
  request.limits.headers = kIdle;
  request.limits.byte_idle = kIdle;
  request.limits.total = Millis(0);
  request.limits.max_body_bytes = SIZE_MAX;
  taking_ = false;
  refused_.reset();
  location_.clear();
  http::Handlers handlers;
  handlers.on_head = [this](const http::Head& head) { on_head(head); };
  handlers.on_data = [this](std::string_view bytes) { on_data(bytes); };
  handlers.on_done = [this](const http::Done& done) { on_response_end(done); };
  transfer_ = client_.start(std::move(request), std::move(handlers));
}

void Download::on_head(const http::Head& head) {
  if (options_.sha256.empty()) options_.sha256 = checksum_in(header(head, "x-linked-etag"));
  const int status = head.status;
  if (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) {
    location_ = redirected(url_, header(head, "location"));
    if (location_.empty() || ++redirects_ > kMostRedirects)
      refused_ =
          Error{ErrorKind::provider, host_of(url_) + " redirects to where we do not follow", "check the URL"};
    return;
  }
  if (status == 416 && have_ > 0) {
    const std::optional<ContentRange> range = parse_content_range(header(head, "content-range"));
    if (range && range->total == have_) {
      total_ = have_;  // all of it came before
    } else {
      start_over();
      refused_ = Error{ErrorKind::provider, "the file has changed at its place", ""};
    }
    return;
  }
  if (status != 200 && status != 206) {
    const bool passing = status == 408 || status == 429 || status >= 500;
    refused_ = Error{ErrorKind::provider, host_of(url_) + " answers " + std::to_string(status),
                     status == 404 ? "check the URL"
                     : passing     ? "try again later"
                                   : ""};
    return;
  }
  const int64_t length = whole(header(head, "content-length"), 0);
  if (status == 206) {
    const std::optional<ContentRange> range = parse_content_range(header(head, "content-range"));
    if (!range || range->first != have_) {
      start_over();
      refused_ = Error{ErrorKind::provider, host_of(url_) + " sends another part of the file", ""};
      return;
    }
    total_ = range->total;
  } else {
    start_over();  // all of it comes, be it asked for or not
    total_ = length;
  }
  validator_ = validator_of(head);
  if (const Result<void> written = replace_file(about_, options_.url + "\n" + validator_ + "\n"); !written)
    refused_ = written.error();
  taking_ = !refused_ && check_space();
  if (refused_) finish(*refused_);
}

bool Download::check_space() {
  struct statvfs space {};
  if (total_ <= 0 || ::statvfs(std::filesystem::path(part_).parent_path().c_str(), &space) != 0) return true;
  const auto free = static_cast<int64_t>(space.f_bavail) * static_cast<int64_t>(space.f_frsize);
  const int64_t need = total_ - have_ + kSpare;
  if (free >= need) return true;
  refused_ = Error{ErrorKind::internal,
                   "not enough disk space: " + std::to_string(need >> 20) + " MiB are needed, " +
                       std::to_string(free >> 20) + " MiB are free",
                   "make room in " + std::filesystem::path(part_).parent_path().string()};
  return false;
}

void Download::on_data(std::string_view bytes) {
  if (!taking_) return;
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(lock_.fd(), bytes.data(), bytes.size(), have_);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0)
      return finish(Error{ErrorKind::internal, "cannot write " + part_ + ": " + std::strerror(errno), ""});
    have_ += n;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  tries_ = 0;
  if (options_.on_progress) options_.on_progress(have_, total_);
}

void Download::on_response_end(const http::Done& done) {
  if (!location_.empty() && !refused_) {
    url_ = location_;
    return request();
  }
  if (refused_) {
    const bool final = done.status >= 300 && done.status < 500 && done.status != 408 && done.status != 429 &&
                       done.status != 416;
    return final ? finish(*refused_) : again(*refused_);
  }
  if (done.failure == http::Failure::bad_url)
    return finish(Error{ErrorKind::usage, "this is no URL that can be loaded: " + done.detail, ""});
  if (done.failure == http::Failure::tls)
    return finish(Error{ErrorKind::provider, host_of(url_) + ": " + done.detail, ""});
  if (done.failure != http::Failure::none)
    return again(Error{ErrorKind::provider, host_of(url_) + ": " + done.detail,
                       "run it again: it goes on where it was"});
  if (total_ > 0 && have_ < total_)
    return again(Error{ErrorKind::provider, host_of(url_) + " closed the connection early",
                       "run it again: it goes on where it was"});
  check_file();
}

void Download::again(Error error) {
  if (++tries_ >= kMostTries) return finish(std::move(error));
  if (validator_.empty()) start_over();
  resumed_ = resumed_ || have_ > 0;
  url_ = options_.url;  // where redirects lead to may have been good for a while only
  redirects_ = 0;
  timer_.start(options_.first_pause * (1 << (tries_ - 1)));
}

// A large file takes a while to read: a job.
void Download::check_file() {
  work_ = std::make_unique<loop::Work>(
      loop_, [path = part_] { return sha256_of_file(path); },
      [this](std::string sha256) { checked(std::move(sha256)); });
}

void Download::checked(std::string sha256) {
  Error wrong{ErrorKind::provider, "", "it was thrown away; try again, or another source"};
  if (sha256.empty()) {
    wrong.message = "cannot read " + part_;
  } else if (!options_.sha256.empty() && sha256 != options_.sha256) {
    wrong.message =
        "what came is not the file that was asked for: its SHA-256 is " + sha256 + ", not " + options_.sha256;
  } else if (const Result<ModelFacts> facts = read_gguf(part_); !facts) {
    wrong.message = "what came is no whole GGUF file";
  }
  if (wrong.message.empty() &&
      (::fsync(lock_.fd()) != 0 || std::rename(part_.c_str(), options_.target.c_str()) != 0)) {
    return finish(
        Error{ErrorKind::internal, "cannot write " + options_.target + ": " + std::strerror(errno), ""});
  }
  ::unlink(about_.c_str());
  if (!wrong.message.empty()) {
    ::unlink(part_.c_str());
    return finish(std::move(wrong));
  }
  finish(Downloaded{std::move(sha256), have_, resumed_, !options_.sha256.empty()});
}

void Download::finish(Result<Downloaded> result) {
  timer_.stop();
  transfer_ = {};
  if (!result && lock_ && have_ == 0) {
    ::unlink(part_.c_str());
    ::unlink(about_.c_str());
  }
  unique_function<void(Result<Downloaded>)> call = std::move(on_done_);
  on_done_ = nullptr;
  if (call) call(std::move(result));
}

}  // namespace coder::engine
