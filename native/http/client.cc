// libcurl's multi interface on the loop.
//
// curl forbids adding, removing or freeing a transfer inside its callbacks, so
// they only note what came (State::inbox, Impl::finished). After every call into
// curl_multi_socket_action, deliver() hands the notes to their owners, who may
// then start and destroy transfers at will. Which sockets to watch and when to
// wake up is told to us by curl's socket and timer callbacks.
#include <curl/curl.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <map>

#include "base/text.h"
#include "http/http.h"
#include "http/internal.h"

namespace coder::http {
namespace {

struct Note {
  enum class Kind { head, data, done } kind;
  Head head;
  std::string data;
  Done done;
};

void init_curl_once() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)code;
}

}  // namespace

struct Transfer::State : std::enable_shared_from_this<Transfer::State> {
  std::shared_ptr<Client::Impl> client;
  Request request;
  Handlers handlers;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  char error[CURL_ERROR_SIZE] = "";
  Head head;
  bool head_done = false;
  bool connected = false;
  size_t body_bytes = 0;
  std::deque<Note> inbox;
  bool queued_for_delivery = false;
  bool over = false;  ///< done delivered or cancelled
  std::unique_ptr<loop::Timer> limit;
  Failure limit_failure = Failure::none;

  ~State();
  void note(Note::Kind kind);
  void arm(Millis delay, Failure failure);
  void fail(Failure failure, const std::string& detail);
  void release_easy();
};

struct Client::Impl : std::enable_shared_from_this<Client::Impl> {
  loop::Loop& loop;
  CURLM* multi = nullptr;
  loop::Timer timer;
  std::map<curl_socket_t, std::unique_ptr<loop::Poll>> polls;
  std::vector<std::weak_ptr<Transfer::State>> ready;
  bool closing = false;

  explicit Impl(loop::Loop& l) : loop(l), timer(l, [this] { act(CURL_SOCKET_TIMEOUT, 0); }) {}

  void open_multi();
  void close_multi();
  void act(curl_socket_t socket, int events);
  void collect_finished();
  void deliver();

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*);
  static int on_timer(CURLM*, long delay_ms, void* self);
  static int on_close_socket(void* self, curl_socket_t socket);
};

Transfer::State::~State() { release_easy(); }

void Transfer::State::release_easy() {
  if (!easy) return;
  if (client->multi) curl_multi_remove_handle(client->multi, easy);
  curl_easy_cleanup(easy);
  easy = nullptr;
  curl_slist_free_all(headers);
  headers = nullptr;
}

/// Marks this transfer as having something to deliver after the current call into curl.
void Transfer::State::note(Note::Kind kind) {
  inbox.push_back({kind, {}, {}, {}});
  if (queued_for_delivery) return;
  queued_for_delivery = true;
  client->ready.push_back(weak_from_this());
}

void Transfer::State::arm(Millis delay, Failure failure) {
  if (delay.count() <= 0) {
    if (limit) limit->stop();
    return;
  }
  if (!limit) {
    limit = std::make_unique<loop::Timer>(client->loop, [this] {
      fail(limit_failure,
           limit_failure == Failure::header_timeout
               ? "no answer within " + std::to_string(request.limits.headers.count()) + " ms"
               : "nothing received for " + std::to_string(request.limits.byte_idle.count()) + " ms");
      client->deliver();
    });
  }
  limit_failure = failure;
  limit->start(delay);
}

/// Ends the transfer with our own verdict; safe inside curl's callbacks (delivery frees it).
void Transfer::State::fail(Failure failure, const std::string& detail) {
  if (!inbox.empty() && inbox.back().kind == Note::Kind::done) return;
  note(Note::Kind::done);
  inbox.back().done = {failure, detail, head_done ? head.status : 0, connected};
}

Transfer::Transfer(Transfer&&) noexcept = default;

Transfer& Transfer::operator=(Transfer&& other) noexcept {
  if (this != &other) {
    Transfer gone(std::move(*this));
    state_ = std::move(other.state_);
  }
  return *this;
}

Transfer::~Transfer() {
  if (!state_) return;
  state_->over = true;
  state_->limit.reset();
  state_->release_easy();
}

// --- curl's callbacks -------------------------------------------------------

namespace {

size_t on_header(char* bytes, size_t, size_t count, void* user) {
  auto& state = *static_cast<Transfer::State*>(user);
  if (state.head_done) return count;  // trailers
  const std::string_view line = trim({bytes, count});
  if (starts_with_ignoring_case(line, "HTTP/") && line.find(':') == std::string_view::npos) {
    state.head = {};
    const size_t space = line.find(' ');
    if (space != std::string_view::npos)
      state.head.status = std::atoi(std::string(line.substr(space + 1)).c_str());
  } else if (line.empty()) {
    if (state.head.status < 200) return count;  // 100 Continue, 103 Early Hints
    state.head_done = true;
    state.note(Note::Kind::head);
    state.inbox.back().head = state.head;
    state.arm(state.request.limits.byte_idle, Failure::idle_timeout);
  } else if (const size_t colon = line.find(':'); colon != std::string_view::npos) {
    if (state.head.headers.size() < 256) {
      state.head.headers.emplace_back(lower_ascii(trim(line.substr(0, colon))),
                                      std::string(trim(line.substr(colon + 1))));
    }
  }
  return count;
}

size_t on_body(char* bytes, size_t, size_t count, void* user) {
  auto& state = *static_cast<Transfer::State*>(user);
  state.body_bytes += count;
  if (state.body_bytes > state.request.limits.max_body_bytes) {
    state.fail(Failure::too_large, "the answer is larger than " +
                                       std::to_string(state.request.limits.max_body_bytes >> 20) + " MiB");
    return 0;
  }
  state.arm(state.request.limits.byte_idle, Failure::idle_timeout);
  if (state.inbox.empty() || state.inbox.back().kind != Note::Kind::data) state.note(Note::Kind::data);
  state.inbox.back().data.append(bytes, count);
  return count;
}

/// Connected (and TLS done), the request goes out next.
int on_connected(void* user, char*, char*, int, int) {
  auto& state = *static_cast<Transfer::State*>(user);
  state.connected = true;
  state.arm(state.request.limits.headers, Failure::header_timeout);
  return CURL_PREREQFUNC_OK;
}

}  // namespace

int Client::Impl::on_socket(CURL*, curl_socket_t socket, int what, void* user, void*) {
  auto& self = *static_cast<Impl*>(user);
  if (what == CURL_POLL_REMOVE) {
    self.polls.erase(socket);
    return 0;
  }
  std::unique_ptr<loop::Poll>& poll = self.polls[socket];
  if (!poll) {
    poll = std::make_unique<loop::Poll>(self.loop, socket, [&self, socket](bool readable, bool writable) {
      self.act(socket, (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0));
    });
  }
  poll->set((what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0);
  return 0;
}

int Client::Impl::on_timer(CURLM*, long delay_ms, void* user) {
  auto& self = *static_cast<Impl*>(user);
  if (delay_ms < 0) {
    self.timer.stop();
  } else {
    self.timer.start(Millis(delay_ms));
  }
  return 0;
}

int Client::Impl::on_close_socket(void* user, curl_socket_t socket) {
  static_cast<Impl*>(user)->polls.erase(socket);  // before the number can be reused
  return ::close(socket);
}

void Client::Impl::open_multi() {
  if (multi) return;
  init_curl_once();
  multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 16L);
}

void Client::Impl::close_multi() {
  closing = true;
  if (multi) curl_multi_cleanup(multi);
  multi = nullptr;
  polls.clear();
  timer.stop();
}

void Client::Impl::act(curl_socket_t socket, int events) {
  if (!multi) return;
  const std::shared_ptr<Impl> keep = shared_from_this();
  int running = 0;
  curl_multi_socket_action(multi, socket, events, &running);
  collect_finished();
  deliver();
}

void Client::Impl::collect_finished() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    char* user = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &user);
    auto& state = *reinterpret_cast<Transfer::State*>(user);
    const CURLcode code = message->data.result;
    long os_error = 0;
    curl_easy_getinfo(message->easy_handle, CURLINFO_OS_ERRNO, &os_error);
    state.fail(classify(code, state.connected), describe(code, state.error, os_error));
  }
}

void Client::Impl::deliver() {
  const std::shared_ptr<Impl> keep = shared_from_this();
  std::vector<std::weak_ptr<Transfer::State>> due;
  due.swap(ready);
  for (const std::weak_ptr<Transfer::State>& weak : due) {
    const std::shared_ptr<Transfer::State> state = weak.lock();
    if (!state) continue;
    state->queued_for_delivery = false;
    while (!state->over && !state->inbox.empty()) {
      Note note = std::move(state->inbox.front());
      state->inbox.pop_front();
      switch (note.kind) {
        case Note::Kind::head:
          if (state->handlers.on_head) state->handlers.on_head(note.head);
          break;
        case Note::Kind::data:
          if (state->handlers.on_data) state->handlers.on_data(note.data);
          break;
        case Note::Kind::done:
          state->over = true;
          state->limit.reset();
          state->release_easy();
          if (state->handlers.on_done) state->handlers.on_done(std::move(note.done));
          break;
      }
    }
  }
}

// --- Client -----------------------------------------------------------------

Client::Client(loop::Loop& loop) : impl_(std::make_shared<Impl>(loop)) {}
Client::~Client() { impl_->close_multi(); }

Transfer Client::start(Request request, Handlers handlers) {
  impl_->open_multi();
  Transfer transfer;
  transfer.state_ = std::make_shared<Transfer::State>();
  Transfer::State& state = *transfer.state_;
  state.client = impl_;
  state.request = std::move(request);
  state.handlers = std::move(handlers);
  state.easy = curl_easy_init();
  CURL* easy = state.easy;
  const Request& r = state.request;

  curl_easy_setopt(easy, CURLOPT_PRIVATE, &state);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, state.error);
  curl_easy_setopt(easy, CURLOPT_URL, r.url.c_str());
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "coder-nvim");
  // Asking for plain bytes keeps streams unbuffered; what comes compressed all the same is decoded.
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "identity");
  if (!r.unix_socket.empty()) curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, r.unix_socket.c_str());
  if (!r.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, r.ca_file.c_str());
  if (!r.proxy.empty()) {
    curl_easy_setopt(easy, CURLOPT_PROXY, r.proxy.c_str());
  } else if (r.ignore_proxy_environment || !r.unix_socket.empty()) {
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
  }
  if (r.method == "POST") {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(r.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, r.body.data());  // kept alive by state.request
  } else if (r.method != "GET") {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, r.method.c_str());
  }
  state.headers = curl_slist_append(state.headers, "Expect:");
  for (const Header& header : r.headers) {
    // An empty value must be written "Name;" or curl drops the header.
    const std::string line = header.second.empty() ? header.first + ";" : header.first + ": " + header.second;
    state.headers = curl_slist_append(state.headers, line.c_str());
  }
  if (!r.bearer.empty()) {
    state.headers = curl_slist_append(state.headers, ("Authorization: Bearer " + r.bearer.reveal()).c_str());
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, state.headers);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(r.limits.connect.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(r.limits.total.count()));
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &state);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &state);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, &state);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, Impl::on_close_socket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, impl_.get());

  if (const CURLMcode code = curl_multi_add_handle(impl_->multi, easy); code != CURLM_OK) {
    const std::string why = curl_multi_strerror(code);
    impl_->loop.post([weak = std::weak_ptr<Transfer::State>(transfer.state_), why] {
      if (const auto live = weak.lock(); live && !live->over) {
        live->fail(Failure::other, why);
        live->client->deliver();
      }
    });
  }
  return transfer;
}

}  // namespace coder::http
