// Rows for the ledger's tests.
#pragma once

#include <random>
#include <string>

#include "ledger/attempt.h"

namespace coder::ledger {

inline Attempt attempt(const std::string& model, const std::string& lane, std::optional<Nano> cost,
                       const std::string& project = "/p") {
  Attempt out;
  out.about = {1, project, "ask", lane, model, model + "-id", "http://127.0.0.1:1/v1"};
  out.at = wall_ms();
  out.cost = cost;
  out.price = "1/1/1/1";
  out.tokens = {10, 5, 1, 7, 2};
  out.source = Source::reported;
  out.queue_ms = 3;
  out.ms = 20;
  return out;
}

inline Attempt random_attempt(std::mt19937& random) {
  const auto below = [&](uint32_t most) { return static_cast<int64_t>(random() % most); };
  Attempt out = attempt("model-" + std::to_string(below(4)), below(2) ? "cloud" : "local", std::nullopt,
                        "/project-" + std::to_string(below(3)));
  out.about.task = below(2) ? "ask" : "complete";
  out.tokens = {below(100'000), below(100'000), below(1000), below(10'000), below(1000)};
  if (below(5) > 0) out.cost = below(2'000'000'000);
  out.ending = static_cast<Ending>(below(3));
  // Up to seven weeks back, so that months and days differ.
  out.at -= below(49) * 86'400'000;
  return out;
}

}  // namespace coder::ledger
