// A model file from the network: goes on where it was cut off, is checked, and stands at its place whole or
// not at all.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/unique_function.h"
#include "engine/lease.h"
#include "http/http.h"
#include "loop/loop.h"
#include "loop/work.h"

namespace coder::engine {

struct Downloaded {
  std::string sha256;
  int64_t bytes = 0;
  bool resumed = false;   ///< part of it was there from an earlier try
  bool verified = false;  ///< the checksum was known beforehand, and is right
};

/// Loads `url` to `target`; what has come so far is in `target`.part. No credentials are sent, redirects are
/// followed (never from https to http). The checksum is `sha256`, or else what the server says of it in
/// X-Linked-ETag; without either, the file must be a whole GGUF file.
class Download {
 public:
  struct Options {
    std::string url;
    std::string target;
    std::string sha256;        ///< in lower case; empty: not known
    Millis first_pause{1000};  ///< before it is tried again; twice as long each time
    unique_function<void(int64_t have, int64_t total)> on_progress;  ///< total 0: not known
  };
  /// `on_done` runs once, on the loop, never inside this call.
  Download(loop::Loop& loop, http::Client& client, Options options,
           unique_function<void(Result<Downloaded>)> on_done);
  ~Download();
  Download(const Download&) = delete;

 private:
  void open();
  void request();
  void on_head(const http::Head& head);
  void on_data(std::string_view bytes);
  void on_response_end(const http::Done& done);
  bool check_space();
  void again(Error error);
  void finish(Result<Downloaded> result);
  void check_file();
  void checked(std::string sha256);
  void start_over();

  loop::Loop& loop_;
  http::Client& client_;
  Options options_;
  unique_function<void(Result<Downloaded>)> on_done_;
  std::string part_, about_;  ///< files
  FileLock lock_;             ///< on part_
  std::string url_;           ///< after redirects
  std::string validator_;     ///< ETag or Last-Modified of what part_ holds
  int64_t have_ = 0;
  int64_t total_ = 0;
  int redirects_ = 0;
  int tries_ = 0;
  bool resumed_ = false;
  bool taking_ = false;  ///< the body is of the file
  std::string location_;
  std::optional<Error> refused_;  ///< by the head of the response
  http::Transfer transfer_;
  std::unique_ptr<loop::Work> work_;
  loop::Timer timer_;
};

/// The file's name in a URL, safe as one: "…/a%20b.gguf?x" gives "a_b.gguf". Empty: there is none.
std::string file_name_of(std::string_view url);

/// Where a redirect from `url` leads; empty where it must not be followed.
std::string redirected(std::string_view url, std::string_view location);

struct ContentRange {
  int64_t first = -1;  ///< -1: "*", nothing of it
  int64_t total = 0;   ///< 0: not told
};
std::optional<ContentRange> parse_content_range(std::string_view text);

}  // namespace coder::engine
