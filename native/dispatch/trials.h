// How calls of the canary and of the model it is compared with went, so that a canary that does worse is
// rolled back. Loop thread only.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "config/config.h"
#include "routing/canary.h"

namespace coder::dispatch {

class Trials {
 public:
  void add(const config::Config& config, const config::Model& model, bool good, std::optional<Millis> ttft);

  /// Why the canary is out; empty: it is not.
  std::string rolled_back(const config::Config& config) const;

  /// "canary x: 34 answers, p95 …; control y: …" for the status page; empty without a canary.
  std::string words(const config::Config& config) const;

 private:
  std::map<std::string, routing::Arm> arms_;
};

}  // namespace coder::dispatch
