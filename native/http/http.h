// HTTP transfers on the loop; the only folder that sees <curl/curl.h>.
// Connections are kept and shared between the transfers of one Client.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "base/unique_function.h"
#include "loop/loop.h"

namespace coder::http {

using Header = std::pair<std::string, std::string>;

/// Zero means no limit. Defaults: FIELD_NOTES-style field values for a cloud endpoint.
struct Limits {
  Millis connect{5000};     ///< name, TCP and TLS together
  Millis headers{0};        ///< request sent to first response header
  Millis byte_idle{60000};  ///< between the head and the first byte of the body, and any two after it
  Millis total{600000};
  size_t max_body_bytes = 64u << 20;
};

struct Request {
  std::string method = "GET";
  std::string url;          ///< http:// or https:// ; with `unix_socket` the host is only a name
  std::string unix_socket;  ///< connect here instead of by name; empty: no
  std::vector<Header> headers;
  Secret bearer;  ///< sent as "Authorization: Bearer …"; empty: no such header
  std::string body;
  std::string ca_file;  ///< PEM file to trust in place of the system store; empty: the system store
  std::string proxy;    ///< this proxy and no other
  bool ignore_proxy_environment = false;  ///< for trusted lanes, unless `proxy` is set
  Limits limits;
};

/// Redirects are never followed: a 3xx arrives as what it is.
struct Head {
  int status = 0;
  std::vector<Header> headers;  ///< names in lower case

  /// Value of header `lower_name`, or nullptr; the last one wins.
  const std::string* find(std::string_view lower_name) const;
};

enum class Failure {
  none,
  bad_url,
  resolve,
  connect,  ///< refused or unreachable
  tls,      ///< certificate or handshake
  proxy,
  connect_timeout,
  header_timeout,  ///< connected and sent, but no answer: queued too long
  idle_timeout,    ///< the body stalled
  total_timeout,
  closed,  ///< the peer closed or broke the stream early
  too_large,
  other,
};

struct Done {
  Failure failure = Failure::none;
  std::string detail;  ///< in plain words, no URL with credentials in it
  int status = 0;      ///< of the response head, 0 when none came
  bool sent = false;   ///< the request (or part of it) may have reached the server
};

struct Handlers {
  unique_function<void(const Head&)> on_head;       ///< at most once
  unique_function<void(std::string_view)> on_data;  ///< after on_head, content-decoded
  unique_function<void(Done)> on_done;              ///< exactly once, last
};

class Client;

/// A running transfer. Destroying it cancels it and closes its connection (or HTTP/2 stream) at
/// once; no callback runs after that.
class Transfer {
 public:
  Transfer() = default;
  Transfer(Transfer&&) noexcept;
  Transfer& operator=(Transfer&&) noexcept;
  ~Transfer();
  explicit operator bool() const { return state_ != nullptr; }

  struct State;  ///< opaque

 private:
  friend class Client;
  std::shared_ptr<State> state_;
};

class Client {
 public:
  explicit Client(loop::Loop& loop);
  ~Client();  ///< ends running transfers without calling back
  Client(const Client&) = delete;

  Transfer start(Request request, Handlers handlers);

 private:
  friend class Transfer;
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace coder::http
