// A lane for tests of privacy: answers model calls well, badly or not at all, and searches every byte that
// arrives for words that must not be there.
//
// What becomes of a request follows from its serial ("serial:WORLD.NUMBER;" somewhere in its text) and from
// how often it came before, so that a run can be repeated.
#pragma once

#include <algorithm>
#include <atomic>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "codec/json.h"
#include "support/fault_server.h"
#include "support/word_search.h"

namespace coder::test {

/// The same throws from the same seed, on every machine: std::mt19937 is fixed by the standard.
struct Dice {
  std::mt19937 random;
  explicit Dice(uint64_t seed) : random(static_cast<uint32_t>(seed ^ seed >> 32)) {}
  size_t below(size_t n) { return random() % n; }
  bool percent(size_t n) { return below(100) < n; }
  template <class T>
  const T& any(const std::vector<T>& of) {
    return of[below(of.size())];
  }
  std::string word(std::initializer_list<std::string_view> of) {
    return std::string(of.begin()[below(of.size())]);
  }
  /// A seed for other dice that depends on both.
  static uint64_t mix(uint64_t seed, const std::string& with) {
    return fnv1a(std::to_string(seed) + "/" + with);
  }
};

/// What a server counted. The words found are told apart by their index in the search.
struct MockTally {
  std::atomic<int> prompts{0};  ///< POSTs that carry one
  std::atomic<int> others{0};
  std::atomic<int> connections{0};
  std::atomic<int64_t> bytes{0};
  std::vector<std::atomic<int>> found;  ///< per word, once for each request
  mutable std::mutex mutex;
  std::vector<std::string> samples;  ///< of requests with words that alarm, the first few
  std::map<std::string, int> paths;
  explicit MockTally(size_t words) : found(words) {}

  std::vector<std::string> alarms() const {
    const std::lock_guard lock(mutex);
    return samples;
  }
  int found_from(size_t first, size_t last) const {
    int sum = 0;
    for (size_t i = first; i < last; ++i) sum += found[i];
    return sum;
  }
};

class MockLane {
 public:
  struct Options {
    std::string name;  ///< makes its faults others than those of another lane
    uint64_t seed = 0;
    std::vector<size_t> alarms;      ///< words whose finds are kept as samples
    std::vector<std::string> lures;  ///< URLs it redirects to
    std::string socket;              ///< unix socket to listen at besides
    bool faults = true;
  };
  MockLane(const WordSearch& search, Options options)
      : search_(search),
        options_(std::move(options)),
        tally_(search.words().size()),
        dice_(Dice::mix(options_.seed, options_.name)),
        server_(handlers(), options_.socket) {}

  std::string url() const { return server_.url(); }
  const std::string& socket() const { return options_.socket; }
  MockTally& tally() { return tally_; }
  /// From now on, for redirects.
  void lure_to(const std::string& url) {
    const std::lock_guard lock(tally_.mutex);
    options_.lures.push_back(url);
  }

 private:
  using Ms = FaultServer::Ms;
  using Reply = FaultServer::Reply;
  using End = FaultServer::End;

  /// One connection: its search, and what it has found since the last whole request.
  struct Peer {
    std::unique_ptr<WordStream> stream;
    std::map<int, std::string> found;  ///< word to view
    std::string recent;                ///< bytes before the newest find
  };

  FaultServer::Handlers handlers() {
    FaultServer::Handlers handlers;
    handlers.on_bytes = [this](uint64_t id, std::string_view bytes) {
      Peer& peer = peers_[id];
      if (!peer.stream) {
        ++tally_.connections;
        peer.stream = std::make_unique<WordStream>(
            search_, [&peer](int word, const char* view) { peer.found.emplace(word, view); });
      }
      peer.stream->feed(bytes);
      peer.recent.append(bytes);
      tally_.bytes += static_cast<int64_t>(bytes.size());
    };
    handlers.on_request = [this](uint64_t id, const std::string& request) {
      settle(peers_[id]);
      return reply(request);
    };
    handlers.on_closed = [this](uint64_t id) {
      settle(peers_[id]);
      peers_.erase(id);
    };
    return handlers;
  }

  /// Counts what was found in the bytes since the last time, of a request cut short too.
  void settle(Peer& peer) {
    for (const auto& [word, view] : peer.found) {
      const auto index = static_cast<size_t>(word);
      ++tally_.found[index];
      if (std::find(options_.alarms.begin(), options_.alarms.end(), index) == options_.alarms.end()) continue;
      const std::lock_guard lock(tally_.mutex);
      if (tally_.samples.size() < 5) {
        tally_.samples.push_back(options_.name + ": word " + std::to_string(word) + " (" + view + ") in\n" +
                                 peer.recent.substr(0, 6000));
      }
    }
    peer.found.clear();
    peer.recent.clear();
  }

  // --- answers ----------------------------------------------------------------

  static std::string head(const std::string& status, const std::string& type, const std::string& more = "") {
    return "HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\n" + more;
  }
  static std::string whole(const std::string& status, const std::string& body, const std::string& more = "",
                           const std::string& type = "application/json") {
    return head(status, type, more) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  static std::string chunk(const std::string& body) {
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", body.size());
    return size + body + "\r\n";
  }
  static std::string quoted(std::string_view text) { return codec::dump_json(codec::Value(text)); }
  static std::string failure(const std::string& message, const std::string& type = "server_error") {
    return "{\"error\":{\"message\":" + quoted(message) + ",\"type\":" + quoted(type) +
           ",\"code\":" + quoted(type) + "}}";
  }

  enum class Shape { chat, text, llama };
  static std::string piece(Shape shape, const std::string& text) {
    switch (shape) {
      case Shape::chat:
        return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":" + quoted(text) + "}}]}\n\n";
      case Shape::text:
        return "data: {\"choices\":[{\"index\":0,\"text\":" + quoted(text) + "}]}\n\n";
      case Shape::llama:
        break;
    }
    return "data: {\"content\":" + quoted(text) + ",\"stop\":false}\n\n";
  }
  static std::string last(Shape shape, bool calls) {
    if (shape == Shape::llama) return "data: {\"content\":\"\",\"stop\":true,\"stop_type\":\"eos\"}\n\n";
    const std::string call =
        "\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":"
        "{\"name\":\"read\",\"arguments\":\"{\\\"path\\\":\\\"src/open.py\\\"}\"}}]";
    return "data: {\"choices\":[{\"index\":0,\"delta\":{" + (calls ? call : std::string()) +
           "},\"finish_reason\":\"" + (calls ? "tool_calls" : "stop") +
           "\"}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\n\n"
           "data: [DONE]\n\n";
  }

  static std::string serial_of(const std::string& request) {
    const size_t at = request.find("serial:");
    return at == std::string::npos ? "" : request.substr(at, request.find(';', at) - at);
  }

  Reply reply(const std::string& request) {
    const size_t space = request.find(' ');
    const std::string target = request.substr(space + 1, request.find_first_of(" ?", space + 1) - space - 1);
    const auto ends = [&](std::string_view end) { return target.ends_with(end); };
    {
      const std::lock_guard lock(tally_.mutex);
      ++tally_.paths[target.substr(target.rfind('/') + 1)];
    }
    const bool post = request.starts_with("POST ");
    if (post && ends("/chat/completions")) return answer(request, Shape::chat);
    if (post && ends("/completions")) return answer(request, Shape::text);
    if (post && (ends("/infill") || ends("/completion"))) return answer(request, Shape::llama);
    ++tally_.others;
    if (ends("/models")) {
      return now(dice_.percent(70) ? whole("200 OK", R"({"data":[{"id":"m-1"},{"id":"m-2"}]})")
                                   : whole("404 Not Found", "{}"));
    }
    if (ends("/health")) {
      return now(dice_.percent(60)
                     ? whole("200 OK", "{}")
                     : whole("503 Service Unavailable", failure("Loading model", "unavailable")));
    }
    if (ends("/metrics") && dice_.percent(50)) {
      return now(whole("200 OK", "llamacpp:requests_deferred " + std::to_string(dice_.below(3)) + "\n", "",
                       "text/plain"));
    }
    return now(whole("404 Not Found", "no such page", "", "text/plain"));
  }

  static Reply now(std::string bytes, End end = End::keep) { return {{{Ms(0), std::move(bytes)}}, end}; }

  Reply answer(const std::string& request, Shape shape) {
    ++tally_.prompts;
    const std::string serial = serial_of(request);
    Dice dice(Dice::mix(options_.seed, options_.name + serial + "/" + std::to_string(seen_[serial]++)));
    // A lane is well, shaky, ill or nearly dead for a whole world.
    static constexpr size_t kFaults[] = {1, 1, 15, 50, 95};
    const std::string world = serial.substr(0, serial.find('.'));
    const size_t faults = kFaults[Dice(Dice::mix(options_.seed, options_.name + world)).below(5)];
    if (options_.faults && dice.percent(faults)) return fault(request, shape, dice);
    const bool streamed = request.find("\"stream\":false") == std::string::npos;
    // What it says may be what it was told.
    std::string text = "an answer";
    if (dice.percent(20)) text += codec::dump_json(codec::Value(request.substr(request.size() / 2, 300)));
    if (!streamed) {
      return now(whole("200 OK", "{\"choices\":[{\"index\":0,\"message\":{\"content\":" + quoted(text) +
                                     "},\"finish_reason\":\"stop\"}]}"));
    }
    Reply out;
    out.steps.push_back({Ms(dice.below(3)), head("200 OK", "text/event-stream", tricks(dice)) +
                                                "Transfer-Encoding: chunked\r\n\r\n"});
    out.steps.push_back({Ms(dice.below(3)), chunk(piece(shape, text))});
    out.steps.push_back(
        {Ms(dice.below(3)), chunk(last(shape, shape == Shape::chat && dice.percent(5))) + "0\r\n\r\n"});
    return out;
  }

  /// Headers that have some clients go elsewhere.
  std::string tricks(Dice& dice) {
    if (!dice.percent(10) || options_.lures.empty()) return "";
    const std::string host = lure(dice).substr(std::string("http://").size());
    return "Alt-Svc: h2=\"" + host + "\"; ma=3600, h3=\"" + host +
           "\"\r\nSet-Cookie: a=b\r\nRefresh: 0; url=http://" + host + "/\r\nContent-Location: http://" +
           host + "/v1/chat/completions\r\n";
  }
  std::string lure(Dice& dice) {
    const std::lock_guard lock(tally_.mutex);
    return dice.any(options_.lures);
  }

  Reply fault(const std::string& request, Shape shape, Dice& dice) {
    const std::string echo = request.substr(request.size() - std::min<size_t>(request.size(), 200));
    const std::string opening = head("200 OK", "text/event-stream") + "Transfer-Encoding: chunked\r\n\r\n";
    const std::string text = chunk(piece(shape, "half an "));
    const End end = dice.percent(50) ? End::close : End::reset;
    switch (dice.below(shape == Shape::chat ? 24 : 20)) {
      case 0:
      case 1:
        return now(whole("500 Internal Server Error", failure("boom: " + echo)));
      case 2:
        return now(whole("503 Service Unavailable", failure("Loading model", "unavailable_error")));
      case 3:
        return now(whole("503 Service Unavailable", failure("over capacity")));
      case 4:
        return now(whole("429 Too Many Requests", failure("slow down", "rate_limit_exceeded")));
      case 5:
        return now(whole("429 Too Many Requests", failure("slow down", "rate_limit_exceeded"),
                         "Retry-After: " + std::string(dice.percent(50) ? "0.02" : "60") + "\r\n"));
      case 6:
      case 7:  // later than anybody waits
        return {{{Ms(700), opening + text}}, end};
      case 8:
        return {{{Ms(0), opening}, {Ms(700), text}}, end};
      case 9:
        return {{{Ms(0), opening}}, end};
      case 10:
        return {{{Ms(0), opening + text}}, end};
      case 11:
        return {{}, end};
      case 12:
        return now("\x16\x03\x01 garbage\r\n\r\n", end);
      case 13:
        return now(whole("200 OK", "<html>" + echo + "</html>", "", "text/html"));
      case 14:
        return now(opening + chunk("data: {\"choices\":[{\"delta\":{\"cont\n\ndata: ][\n\n") + "0\r\n\r\n");
      case 15:
        return now(opening + chunk("data: " + failure("gave up") + "\n\n") + "0\r\n\r\n");
      case 16:
        return now(opening + text + chunk("data: " + failure("gave up: " + echo) + "\n\n") + "0\r\n\r\n");
      case 17:
      case 18: {
        static const std::vector<std::string> kKinds = {"301 Moved Permanently", "302 Found", "303 See Other",
                                                        "307 Temporary Redirect", "308 Permanent Redirect"};
        const std::string to = options_.lures.empty() ? url_of(request) : lure(dice);
        return now(
            whole(dice.any(kKinds), "{}", "Location: " + to + "/v1/chat/completions\r\n" + tricks(dice)));
      }
      case 19:
        return now(whole("400 Bad Request", failure("cannot read: " + echo, "invalid_request_error")));
      case 20:
        return now(whole("400 Bad Request", failure("the prompt is too long", "context_length_exceeded")));
      case 21:
        return now(whole("200 OK", failure("an error in a 200")));
      case 22:  // these close a lane until the configuration changes
        if (dice.percent(10)) {
          return now(whole(dice.percent(50) ? "401 Unauthorized" : "402 Payment Required", failure("no"),
                           "WWW-Authenticate: Basic realm=\"x\"\r\n"));
        }
        return now(whole("504 Gateway Timeout", "", "", "text/plain"));
      default:
        if (dice.percent(10)) return now(whole("404 Not Found", failure("no such model", "model_not_found")));
        return now(whole("502 Bad Gateway", "<html>bad gateway</html>", "", "text/html"), End::close);
    }
  }

  static std::string url_of(const std::string& request) {
    const size_t at = request.find("Host: ");
    return "http://" + request.substr(at + 6, request.find('\r', at) - at - 6);
  }

  const WordSearch& search_;
  Options options_;
  MockTally tally_;
  Dice dice_;  ///< for what carries no serial
  std::map<std::string, int> seen_;
  std::map<uint64_t, Peer> peers_;
  FaultServer server_;  ///< last: its thread uses the others
};

}  // namespace coder::test
