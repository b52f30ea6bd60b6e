// The frame of a leak test: its environment, many worlds one after the other and some side by side, and what
// must hold in the end.
#pragma once

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "conformance/leak_fleet.h"

namespace coder::test {

class LeakRun {
 public:
  /// CODER_LEAK_SEED is a number, or "random": one is drawn then.
  explicit LeakRun(const std::string& name) : name_(name), fleet_(seed()) {
    std::printf("%s: CODER_LEAK_SEED=%llu\n", name.c_str(), static_cast<unsigned long long>(fleet_.seed()));
    std::fflush(stdout);
  }

  static uint64_t seed() {
    const char* text = std::getenv("CODER_LEAK_SEED");
    return text && std::string_view(text) == "random" ? std::random_device{}()
                                                      : number_from("CODER_LEAK_SEED", 1);
  }
  static uint64_t number_from(const char* variable, uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text && *text ? std::strtoull(text, nullptr, 10) : otherwise;
  }

  LeakFleet& fleet() { return fleet_; }

  /// Makes so many requests in worlds of `each`, four side by side. For the last quarter a proxy stands in
  /// the environment: the cloud itself. World(loop, fleet, number, each, on_over) calls on_over once, from
  /// the loop, and is destroyed after that.
  template <class World>
  void go(int requests, int each) {
    const int worlds = requests / each;
    const auto begin = std::chrono::steady_clock::now();
    set_proxies(std::nullopt);
    run<World>(0, worlds - worlds / 4, each);
    set_proxies(fleet_.cloud().url());
    run<World>(worlds - worlds / 4, worlds / 4, each);
    set_proxies(std::nullopt);
    seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    // What is on its way in the kernel's buffers is read before the servers end.
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }

  void check() {
    std::printf("%s: %s\n", name_.c_str(), fleet_.summary(seconds_).c_str());
    MockTally& far = fleet_.cloud().tally();
    MockTally& near = fleet_.trusted().tally();
    for (const std::string& sample : far.alarms()) BOOST_ERROR(sample);
    for (const std::string& sample : near.alarms()) BOOST_ERROR(sample);
    BOOST_TEST(far.found_from(0, leak_words().size()) == 0);
    BOOST_TEST(near.found_from(kPrivateWords, leak_words().size()) == 0);
    // It could have failed: the words did travel, and the cloud was asked.
    const int asked = fleet_.totals().asked;
    BOOST_TEST(near.found_from(0, kPrivateWords) > asked / 10);
    BOOST_TEST(far.prompts > asked / 10);
    BOOST_TEST(fleet_.totals().hidden > asked / 10);
    BOOST_TEST(fleet_.totals().failed_over > asked / 200);
  }

 private:
  void set_proxies(const std::optional<std::string>& url) {
    proxies_.clear();
    for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"}) {
      proxies_.push_back(std::make_unique<ScopedEnv>(name, url));
    }
    for (const char* name : {"no_proxy", "NO_PROXY"}) {
      proxies_.push_back(std::make_unique<ScopedEnv>(name, std::nullopt));
    }
  }

  template <class World>
  void run(int first, int worlds, int each) {
    if (worlds == 0) return;
    constexpr size_t kAtOnce = 4;
    loop::Loop loop;
    std::map<int, std::unique_ptr<World>> alive;
    int next = first;
    const std::function<void()> begin = [&] {
      while (alive.size() < kAtOnce && next < first + worlds) {
        const int number = next++;
        alive[number] = std::make_unique<World>(loop, fleet_, number, each, [&, number] {
          loop.post([&, number] {
            alive.erase(number);
            begin();
            if (alive.empty()) loop.stop();
          });
        });
      }
    };
    int asked = 0;
    const auto every = std::chrono::minutes(1);
    loop::Timer watchdog(loop, [&] {
      if (fleet_.totals().asked > asked) {
        asked = fleet_.totals().asked;
        return watchdog.start(every);
      }
      BOOST_ERROR("the run hangs: " << alive.size() << " worlds are left");
      loop.stop();
    });
    watchdog.start(every);
    begin();
    loop.run();
  }

  std::string name_;
  TempFolder state_;
  ScopedEnv state_home_{"XDG_STATE_HOME", state_.path()};
  ScopedEnv runtime_{"XDG_RUNTIME_DIR", state_.path()};
  ScopedEnv home_{"HOME", state_.path()};
  ScopedEnv cache_{"XDG_CACHE_HOME", state_.path()};
  std::vector<std::unique_ptr<ScopedEnv>> proxies_;
  LeakFleet fleet_;
  ScopedFolder here_{fleet_.project().root()};  ///< where questions without a file look for context
  double seconds_ = 0;
};

}  // namespace coder::test
