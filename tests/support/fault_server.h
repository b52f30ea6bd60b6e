// A server on loopback for thousands of requests: one thread for all its connections. What it answers, when,
// and how it ends a connection is decided request by request; every byte that arrives can be looked at.
#pragma once

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace coder::test {

class FaultServer {
 public:
  using Ms = std::chrono::milliseconds;

  struct Step {
    Ms wait{0};  ///< before it
    std::string bytes;
  };
  enum class End { keep, close, reset };
  struct Reply {
    std::vector<Step> steps;
    End end = End::keep;
  };
  /// All of them run on the server's thread. `connection` is the same number for as long as one lasts.
  struct Handlers {
    std::function<void(uint64_t connection, std::string_view)> on_bytes;
    std::function<Reply(uint64_t connection, const std::string& request)> on_request;
    std::function<void(uint64_t connection)> on_closed;
  };

  /// Listens on 127.0.0.1 at a free port, and on a unix socket at `path` if there is one.
  explicit FaultServer(Handlers handlers, const std::string& path = "") : handlers_(std::move(handlers)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int tcp = listen_at(AF_INET, reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t size = sizeof address;
    ::getsockname(tcp, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    if (!path.empty()) {
      sockaddr_un local{};
      local.sun_family = AF_UNIX;
      std::strncpy(local.sun_path, path.c_str(), sizeof local.sun_path - 1);
      listen_at(AF_UNIX, reinterpret_cast<sockaddr*>(&local), sizeof local);
    }
    if (::pipe2(wake_, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    thread_ = std::thread([this] { run(); });
  }

  /// What was begun is not finished; on_closed is told of every connection.
  ~FaultServer() {
    ::close(wake_[1]);
    thread_.join();
    ::close(wake_[0]);
    for (const int fd : listening_) ::close(fd);
  }
  FaultServer(const FaultServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  using Clock = std::chrono::steady_clock;

  struct Connection {
    uint64_t id;
    int fd;
    std::string in;           ///< not read as a request yet
    std::string out;          ///< not taken by the kernel yet
    std::vector<Step> steps;  ///< of the answer under way, the next one last
    End end = End::keep;
    Clock::time_point due;  ///< of the next step
    bool answering = false;
    bool gone = false;
  };

  int listen_at(int family, const sockaddr* address, socklen_t size) {
    const int fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (::bind(fd, address, size) != 0 || ::listen(fd, 128) != 0) throw std::runtime_error("cannot listen");
    listening_.push_back(fd);
    return fd;
  }

  void run() {
    std::vector<pollfd> polls;
    for (;;) {
      polls.assign({{wake_[0], POLLIN, 0}});
      for (const int fd : listening_) polls.push_back({fd, POLLIN, 0});
      const size_t first = polls.size();
      int wait = -1;
      const Clock::time_point now = Clock::now();
      for (const Connection& c : connections_) {
        polls.push_back({c.fd, static_cast<short>(POLLIN | (c.out.empty() ? 0 : POLLOUT)), 0});
        if (!c.answering || !c.out.empty()) continue;
        const auto left = std::chrono::ceil<Ms>(c.due - now).count();
        const int mine = static_cast<int>(std::max<int64_t>(left, 0));
        wait = wait < 0 ? mine : std::min(wait, mine);
      }
      ::poll(polls.data(), polls.size(), wait);
      if (polls[0].revents != 0) break;
      size_t at = first;
      for (Connection& c : connections_) {
        const short came = polls[at++].revents;
        if ((came & (POLLIN | POLLHUP | POLLERR)) != 0) read(c);
        go_on(c);
      }
      for (size_t i = 1; i < first; ++i) {
        if (polls[i].revents != 0) accept_all(polls[i].fd);
      }
      connections_.remove_if([this](const Connection& c) {
        if (c.gone) drop(c);
        return c.gone;
      });
    }
    for (const Connection& c : connections_) drop(c);
  }

  void accept_all(int listening) {
    for (;;) {
      const int fd = ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      connections_.push_back({++last_id_, fd, {}, {}, {}, End::keep, {}, false, false});
    }
  }

  void drop(const Connection& c) {
    ::close(c.fd);
    if (handlers_.on_closed) handlers_.on_closed(c.id);
  }

  void read(Connection& c) {
    char bytes[65536];
    for (;;) {
      const ssize_t n = ::recv(c.fd, bytes, sizeof bytes, 0);
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (n <= 0) {
        c.gone = true;
        return;
      }
      const std::string_view came(bytes, static_cast<size_t>(n));
      if (handlers_.on_bytes) handlers_.on_bytes(c.id, came);
      c.in += came;
    }
  }

  /// As far as it goes without waiting.
  void go_on(Connection& c) {
    for (;;) {
      if (c.gone || !flush(c)) return;
      if (!c.answering) {
        const std::string request = take_request(c.in);
        if (request.empty()) return;
        Reply reply = handlers_.on_request(c.id, request);
        std::reverse(reply.steps.begin(), reply.steps.end());
        c.steps = std::move(reply.steps);
        c.end = reply.end;
        c.answering = true;
        c.due = Clock::now() + (c.steps.empty() ? Ms(0) : c.steps.back().wait);
      }
      if (Clock::now() < c.due) return;
      if (!c.steps.empty()) {
        c.out = std::move(c.steps.back().bytes);
        c.steps.pop_back();
        c.due = Clock::now() + (c.steps.empty() ? Ms(0) : c.steps.back().wait);
        continue;
      }
      c.answering = false;
      if (c.end == End::keep) continue;
      if (c.end == End::reset) {
        const linger now{1, 0};
        ::setsockopt(c.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
      }
      c.gone = true;
    }
  }

  /// True when nothing is left to send.
  static bool flush(Connection& c) {
    while (!c.out.empty()) {
      const ssize_t n = ::send(c.fd, c.out.data(), c.out.size(), MSG_NOSIGNAL);
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
      if (n <= 0) {
        c.gone = true;
        return false;
      }
      c.out.erase(0, static_cast<size_t>(n));
    }
    return true;
  }

  /// Head and body (Content-Length) of the first whole request in `in`; empty when there is none yet.
  static std::string take_request(std::string& in) {
    const size_t head = in.find("\r\n\r\n");
    if (head == std::string::npos) return {};
    size_t length = 0;
    static constexpr std::string_view kName = "content-length:";
    for (size_t at = in.find('\n'); at < head; at = in.find('\n', at + 1)) {
      if (::strncasecmp(in.c_str() + at + 1, kName.data(), kName.size()) != 0) continue;
      length = std::strtoull(in.c_str() + at + 1 + kName.size(), nullptr, 10);
    }
    if (in.size() < head + 4 + length) return {};
    std::string request = in.substr(0, head + 4 + length);
    in.erase(0, request.size());
    return request;
  }

  Handlers handlers_;
  std::vector<int> listening_;
  int port_ = 0;
  int wake_[2] = {-1, -1};
  uint64_t last_id_ = 0;
  std::list<Connection> connections_;  ///< the thread's
  std::thread thread_;
};

}  // namespace coder::test
