// A server on loopback that does exactly what a test says: bytes, pauses, closing at the wrong
// moment. One thread accepts, each connection runs the script in a thread of its own. It knows no
// more of HTTP than where a request ends.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace coder::test {

class ScriptServer {
 public:
  using Ms = std::chrono::milliseconds;

  /// One accepted connection, on its own thread. It closes when the script returns.
  class Connection {
   public:
    /// The next request, head and body (Content-Length); empty when the peer has closed.
    std::string read_request() {
      for (;;) {
        const size_t head = buffer_.find("\r\n\r\n");
        if (head != std::string::npos) {
          const size_t total = head + 4 + content_length(std::string_view(buffer_).substr(0, head));
          if (buffer_.size() >= total) {
            std::string request = buffer_.substr(0, total);
            buffer_.erase(0, total);
            server_.remember(request);
            return request;
          }
        }
        char bytes[65536];
        const ssize_t n = ::recv(fd_, bytes, sizeof bytes, 0);
        if (n <= 0) return {};
        buffer_.append(bytes, static_cast<size_t>(n));
      }
    }

    /// False when the peer is gone.
    bool send(std::string_view bytes) {
      while (!bytes.empty()) {
        const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<size_t>(n));
      }
      return true;
    }

    /// One chunk of "Transfer-Encoding: chunked"; an empty one ends the body.
    bool send_chunk(std::string_view bytes) {
      char size[32];
      std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
      return send(size + std::string(bytes) + "\r\n");
    }

    void pause(Ms time) { server_.wait_for_stop(time); }

    /// Waits until the peer closes; false when it has not within `limit`.
    bool wait_closed(Ms limit) {
      const auto end = std::chrono::steady_clock::now() + limit;
      for (;;) {
        const auto left = std::chrono::duration_cast<Ms>(end - std::chrono::steady_clock::now());
        pollfd poll_fd{fd_, POLLIN, 0};
        if (left.count() < 0 || ::poll(&poll_fd, 1, static_cast<int>(left.count()) + 1) == 0) return false;
        char bytes[4096];
        if (::recv(fd_, bytes, sizeof bytes, 0) <= 0) return true;
      }
    }

    /// The close that follows is a reset instead of an orderly end.
    void reset_on_close() {
      const linger now{1, 0};
      ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }

   private:
    friend class ScriptServer;
    Connection(ScriptServer& server, int fd) : server_(server), fd_(fd) {}

    static size_t content_length(std::string_view head) {
      static constexpr std::string_view kName = "content-length:";
      for (size_t at = head.find('\n'); at != std::string_view::npos; at = head.find('\n', at + 1)) {
        const std::string line(head.substr(at + 1, 64));
        if (strncasecmp(line.c_str(), kName.data(), kName.size()) == 0) {
          return std::strtoull(line.c_str() + kName.size(), nullptr, 10);
        }
      }
      return 0;
    }

    ScriptServer& server_;
    int fd_;
    std::string buffer_;
  };

  using Script = std::function<void(Connection&)>;

  /// Listens on 127.0.0.1 at a free port, or on a unix socket at `path`.
  explicit ScriptServer(Script script, const std::string& path = "") : script_(std::move(script)) {
    listen_fd_ = ::socket(path.empty() ? AF_INET : AF_UNIX, SOCK_STREAM, 0);
    int bound = 0;
    if (path.empty()) {
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      socklen_t size = sizeof address;
      bound = ::bind(listen_fd_, reinterpret_cast<sockaddr*>(&address), size);
      ::getsockname(listen_fd_, reinterpret_cast<sockaddr*>(&address), &size);
      port_ = ntohs(address.sin_port);
    } else {
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
      bound = ::bind(listen_fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
    if (bound != 0 || ::listen(listen_fd_, 64) != 0) throw std::runtime_error("cannot listen");
    acceptor_ = std::thread([this] { accept_all(); });
  }

  ~ScriptServer() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    stopped_.notify_all();
    ::shutdown(listen_fd_, SHUT_RDWR);
    acceptor_.join();
    ::close(listen_fd_);
    for (std::thread& thread : threads_) thread.join();
  }
  ScriptServer(const ScriptServer&) = delete;

  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int connections() const { return connections_; }

  /// What was asked so far.
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void accept_all() {
    for (;;) {
      const int fd = ::accept(listen_fd_, nullptr, nullptr);
      if (fd < 0) return;
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) {
          ::close(fd);
          return;
        }
        open_.push_back(fd);
      }
      ++connections_;
      threads_.emplace_back([this, fd] {
        Connection connection(*this, fd);
        script_(connection);
        const std::lock_guard lock(mutex_);
        open_.remove(fd);
        ::close(fd);
      });
    }
  }
  void remember(const std::string& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  void wait_for_stop(Ms time) {
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, time, [this] { return stopping_; });
  }

  Script script_;
  int listen_fd_ = -1;
  int port_ = 0;
  std::thread acceptor_;
  std::list<std::thread> threads_;  ///< touched by the acceptor, and after it has ended
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::list<int> open_;
  std::vector<std::string> requests_;
};

/// A response with Content-Length.
inline std::string response(const std::string& status, const std::string& type, std::string_view body,
                            const std::string& more_headers = "") {
  return "HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\n" + more_headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

/// The head of a response whose body follows in chunks.
inline std::string chunked_head(const std::string& status = "200 OK",
                                const std::string& type = "text/event-stream",
                                const std::string& more_headers = "") {
  return "HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\n" + more_headers +
         "Transfer-Encoding: chunked\r\n\r\n";
}

}  // namespace coder::test
