// Requests, configurations and states of lanes in words, so that a row of a test's table reads as a sentence.
#pragma once

#include <string>

#include "routing/route.h"

namespace coder::routing {

/// Everything route() is asked with. `now` is far from the clock's beginning.
struct Situation {
  Request request;
  config::Config config;
  World world;
  TimePoint now;
};

/// Commas separate: "800 chars", "50000 tokens", "answer 100", "repo-wide", "marked ctx_repo:", "private"
/// (local_only, from src/x.py), "mode local", "model NAME", "avoid local", "user anna", "task review".
/// "plain" says nothing.
Request request_of(const std::string& words);

/// Semicolons separate blocks, "NAME cloud" or "NAME local" with any of "trusted", "unwritten" (neither lane
/// nor trusted is written, the address private), "window 65536", "answer 100", "completes" (has no role
/// chat); and "mode local", "task review = X", "canary NAME 10", "shadow" or "shadow NAME", "daily 5",
/// "monthly 40", "objective 800", "large 100".
config::Config config_of(const std::string& words);

/// Semicolons separate: "NAME fails" (open circuit, 4 s left), "NAME half-open", "NAME probing", "NAME
/// loads", "NAME is shut", "NAME slow", "NAME on trial", "NAME queue 2", "NAME window 8192", "spent 5.12",
/// "spent 41 this month", "rolled back".
World world_of(const std::string& words, TimePoint now);

Situation situation(const std::string& request, const std::string& config, const std::string& states);

/// "cloudy, vllm", or "refused policy".
std::string order(const Decision& decision);

/// The reasons, and a refusal's message and hint, one per line.
std::string reasons(const Decision& decision);

}  // namespace coder::routing
