// What all worlds of a leak test share: the lanes, the configurations that name them, and what is counted.
#pragma once

#include <atomic>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "conformance/leak_project.h"
#include "loop/loop.h"
#include "support/mock_lane.h"

namespace coder::test {

/// Under a sanitizer everything takes longer, and time limits meant to be met should still be.
#ifdef CODER_SANITIZED
inline constexpr bool kSlow = true;
#else
inline constexpr bool kSlow = false;
#endif

struct LeakTotals {
  int asked = 0;  ///< questions and completions
  int completions = 0;
  int hidden = 0;  ///< with private text that the user named
  int answered = 0, refused = 0, failed = 0, cancelled = 0;
  int failed_over = 0;
  int stopped_at_the_door = 0;  ///< refused by clear() only
  int never_sent = 0;           ///< refused for a file that enters no prompt
  int configurations = 0;
  std::map<std::string, int> kinds;
};

class LeakFleet {
 public:
  explicit LeakFleet(uint64_t seed)
      : seed_(seed),
        search_(leak_words()),
        project_(seed),
        trusted_(search_, {"trusted", seed, {kPrivateWords}, {}, sockets_ / "trusted.sock", true}),
        cloud_(search_, {"cloud", seed, {0, 1, 2, kPrivateWords}, {}, sockets_ / "cloud.sock", true}) {
    trusted_.lure_to(cloud_.url());
    cloud_.lure_to(cloud_.url());
    {
      const FaultServer gone({});
      dead_ = gone.url();
    }
  }

  uint64_t seed() const { return seed_; }
  const LeakProject& project() const { return project_; }
  MockLane& trusted() { return trusted_; }
  MockLane& cloud() { return cloud_; }
  LeakTotals& totals() { return totals_; }

  /// Is it one that may see private text, by where it leads?
  bool is_trusted_place(const config::Model& model) const {
    const auto at = [&](const std::string& url) {
      return model.address.unix_socket.empty() && model.address.url.starts_with(url + "/");
    };
    return model.address.unix_socket == trusted_.socket() || at(trusted_.url()) || at(dead_);
  }

  static const std::vector<std::string>& names() {
    static const std::vector<std::string> names = {"box", "den", "relay", "bird", "vpn", "sock", "pin"};
    return names;
  }

  /// A configuration as text. What a NAME means differs from one to the next.
  std::string configuration(Dice& dice) {
    ++totals_.configurations;
    std::vector<std::string> free = names();
    std::shuffle(free.begin(), free.end(), dice.random);
    const auto name = [&] {
      const std::string next = free.back();
      free.pop_back();
      return next;
    };
    const std::string box = name(), relay = name(), bird = name();
    std::vector<std::string> blocks;
    if (dice.percent(92)) {
      const bool down = dice.percent(15);
      const std::string url = down               ? dead_
                              : dice.percent(20) ? "unix://" + trusted_.socket()
                                                 : trusted_.url();
      blocks.push_back(block(dice, box, url, trust(dice)));
    }
    if (dice.percent(30)) blocks.push_back(block(dice, name(), trusted_.url(), "lane = \"local\""));
    if (dice.percent(92)) blocks.push_back(block(dice, relay, cloud_.url(), "lane = \"cloud\""));
    if (dice.percent(80)) blocks.push_back(block(dice, bird, cloud_.url(), "lane = \"cloud\""));
    // An engine on the network that nobody has called their own, and a relay behind a socket.
    if (dice.percent(40))
      blocks.push_back(block(dice, name(), cloud_.url(), "lane = \"local\"\ntrusted = false"));
    if (dice.percent(20)) {
      blocks.push_back(block(dice, name(), "unix://" + cloud_.socket(), "lane = \"cloud\"\ntrusted = false"));
    }
    std::shuffle(blocks.begin(), blocks.end(), dice.random);

    std::string out = "mode = \"" + dice.any(kModes) + "\"\n";
    out += "[router]\nlarge_prompt_chars = " + dice.any(kSizes) + "\n";
    if (dice.percent(50))
      out += "canary = { model = \"" + dice.word({bird, relay, box}) + "\", percent = 50 }\n";
    if (dice.percent(60))
      out += "shadow = " + dice.word({"true", "\"" + relay + "\"", "\"" + bird + "\""}) + "\n";
    if (dice.percent(20)) out += "slo_ttft_ms = 2\n";
    if (dice.percent(30)) {
      out +=
          "tasks = { review = \"" + relay + "\", doc = \"" + box + "\", test = \"cloud\", pr = \"local\" }\n";
    }
    out += "[limits]\nrps = 10000\nburst = 10000\n";
    if (dice.percent(30)) out += "[budget]\ndaily_usd = " + dice.word({"0.0", "0.00002", "0.0005"}) + "\n";
    if (dice.percent(50)) out += "[completion]\nmodel = \"" + dice.word({relay, bird, box}) + "\"\n";
    out += project_.privacy_section(dice);
    for (const std::string& text : blocks) out += text;
    return out;
  }

  std::string summary(double seconds) {
    MockTally& near = trusted_.tally();
    MockTally& far = cloud_.tally();
    char line[1000];
    std::snprintf(line, sizeof line,
                  "leak: %d requests (%d completions, %d with private text named) in %.1f s, %d "
                  "configurations, seed %llu: "
                  "%d answered, %d refused (%d at the door), %d failed, %d failed over, %d cancelled, %d "
                  "never-send files "
                  "stopped; trusted got %d prompts, %d of the words in them; cloud got %d prompts, %.1f MB "
                  "on %d connections, "
                  "%d private words, %d never-send words",
                  totals_.asked, totals_.completions, totals_.hidden, seconds, totals_.configurations,
                  static_cast<unsigned long long>(seed_), totals_.answered, totals_.refused,
                  totals_.stopped_at_the_door, totals_.failed, totals_.failed_over, totals_.cancelled,
                  totals_.never_sent, near.prompts.load(), near.found_from(0, kPrivateWords),
                  far.prompts.load(), static_cast<double>(far.bytes.load()) / 1e6, far.connections.load(),
                  far.found_from(0, kPrivateWords),
                  far.found_from(kPrivateWords, leak_words().size()) +
                      near.found_from(kPrivateWords, leak_words().size()));
    return line;
  }

 private:
  inline static const std::vector<std::string> kTimes = {"0.1", "0.2", "0.3"};
  inline static const std::vector<std::string> kLongTimes = {"0.5", "1.0", "1.5"};
  inline static const std::vector<std::string> kModes = {"auto", "auto", "auto", "cloud", "local"};
  inline static const std::vector<std::string> kSizes = {"24000", "2000", "400"};

  static std::string trust(Dice& dice) {
    // A loopback address is trusted where nothing is written.
    return dice.word({"lane = \"local\"", "trusted = true", "", "lane = \"local\"\ntrusted = true"});
  }

  std::string block(Dice& dice, const std::string& name, const std::string& url, const std::string& trust) {
    const bool socket = url.starts_with("unix:");
    std::string out = "[models." + name + "]\nprovider = \"openai\"\nbase_url = \"" + url +
                      (socket ? "" : "/v1") + "\"\nmodel = \"" + dice.word({"m-1", "m-2", "m-1", "m-*"}) +
                      "\"\n" + trust + "\n";
    out += "timeout_s = " + dice.any(kSlow ? kLongTimes : kTimes) + "\n";
    if (dice.percent(40)) out += "fim = \"" + dice.word({"infill", "suffix", "chat", "qwen"}) + "\"\n";
    if (dice.percent(50)) out += "price = { input = 1.0, output = 2.0 }\n";
    if (dice.percent(30)) {
      out += "api_key = \"sk-" + name + "\"\n";
    } else if (dice.percent(5)) {
      out += "api_key_env = \"CODER_TEST_NO_SUCH_KEY\"\n";
    }
    if (dice.percent(10)) out += "rpm = 100000\n";
    if (dice.percent(15)) out += "context = 2000\n";
    if (dice.percent(10)) out += "roles = [\"" + dice.word({"chat", "fim"}) + "\"]\n";
    return out;
  }

  uint64_t seed_;
  TempFolder sockets_;
  WordSearch search_;
  LeakProject project_;
  MockLane trusted_, cloud_;
  std::string dead_;
  LeakTotals totals_;
};

}  // namespace coder::test
