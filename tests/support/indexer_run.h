// An Indexer whose answers a test waits for.
#pragma once

#include <boost/test/unit_test.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "workspace/indexer.h"

namespace coder::test {

class IndexerRun {
 public:
  explicit IndexerRun(const std::string& root, workspace::Indexer::Options options = {}, bool wait = true) {
    options.root = root;
    indexer.emplace(
        loop, std::move(options), [this] { ++ready; },
        [this](const std::string& text) { notices.push_back(text); });
    if (wait) until([this] { return ready > 0; });
  }

  /// Runs the loop until `holds`, two minutes at most: that only guards against waiting for ever.
  template <class Condition>
  void until(Condition holds) {
    const TimePoint end = Clock::now() + Millis(120'000);
    loop::Timer poll(loop, [] {});
    while (!holds()) {
      BOOST_REQUIRE(Clock::now() < end);
      poll.start(Millis(1));
      loop::Timer stop(loop, [this] { loop.stop(); });
      stop.start(Millis(1));
      loop.run();
    }
  }

  /// What `ask(const Corpus&)` gives.
  template <class Ask>
  auto query(Ask ask) {
    using Value = std::invoke_result_t<Ask&, const workspace::Corpus&>;
    std::optional<Value> out;
    const auto handle = indexer->query(std::move(ask), [&](Value value) { out = std::move(value); });
    until([&] { return out.has_value(); });
    return std::move(*out);
  }

  /// Paths of the files that define `name`, sorted, with a blank between.
  std::string defined_in(const std::string& name) {
    return query([name](const workspace::Corpus& corpus) {
      std::vector<std::string> paths;
      corpus.index.definitions(corpus.index.name(name), [&](const workspace::Index::Definition& one) {
        paths.push_back(corpus.index.file(one.slot).path);
      });
      std::sort(paths.begin(), paths.end());
      std::string out;
      for (const std::string& path : paths) out += (out.empty() ? "" : " ") + path;
      return out;
    });
  }

  /// All paths, sorted.
  std::string files() {
    return query([](const workspace::Corpus& corpus) {
      std::vector<std::string> paths;
      for (workspace::Slot slot = 0; slot < corpus.index.slots(); ++slot) {
        const std::string& path = corpus.index.file(slot).path;
        if (!path.empty()) paths.push_back(path);
      }
      std::sort(paths.begin(), paths.end());
      std::string out;
      for (const std::string& path : paths) out += (out.empty() ? "" : " ") + path;
      return out;
    });
  }

  loop::Loop loop;
  int ready = 0;
  std::vector<std::string> notices;
  std::optional<workspace::Indexer> indexer;
};

}  // namespace coder::test
