// What Completions keep of one model's server; for the completions*.cc files only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dispatch/completions.h"

namespace coder::dispatch {

/// What is known of one model's server.
struct Completions::Known {
  config::Model model;      ///< at the server in use
  size_t server_index = 0;  ///< of those it has
  CompletionLane::State state = CompletionLane::State::unknown;
  provider::Endpoint endpoint;
  provider::FimServer server;
  size_t dialect = 0;  ///< index into server.dialects
  Error error;         ///< with failed
  int failures = 0;
  TimePoint cool_until;
  TimePoint slot_again;
  TimePoint cut;        ///< when the reading of a prompt was given up last
  std::string loading;  ///< as the server says; empty: it does not
  int polls = 0;        ///< of a server that loads
  std::unique_ptr<loop::Timer> again;
  SlotLease slot, ahead_slot;
  bool fallback_told = false;
  std::unique_ptr<provider::ChatCall> probe;
  std::vector<std::weak_ptr<Run*>> waiting;

  provider::FimDialect current() const {
    return server.dialects.empty() ? provider::FimDialect::chat : server.dialects[dialect];
  }
};

}  // namespace coder::dispatch
