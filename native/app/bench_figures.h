// What `coder-nvim bench lanes` found out of each lane, and what that means. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "codec/value.h"
#include "config/config.h"

namespace coder::app {

/// One answer as it came.
struct BenchAnswer {
  double ttft_ms = 0;   ///< from the request's start to the first piece of text
  double ms = 0;        ///< to the last piece
  int64_t output = 0;   ///< tokens
  double begun_ms = 0;  ///< when it was sent, since some moment that answers compared share

  /// Tokens per second once it had begun; 0 where it is too short to tell.
  double rate() const;
};

struct LaneFigures {
  std::string name;
  std::string model;  ///< the server's id
  privacy::Lane lane = privacy::Lane::cloud;
  std::string address;
  std::optional<config::Price> price;

  std::optional<double> cold_ms;  ///< to the first text
  std::string cold;               ///< what that was: "engine started", "first request"; or why there is none
  std::vector<double> ttft_ms;    ///< of short requests, one after the other
  std::vector<double> alone;      ///< tokens per second of one answer
  std::vector<double> of_two;     ///< of each of two answers at once
  std::vector<double> together;   ///< of both in sum
  std::vector<double> ttft_of_two_ms;
  std::optional<int64_t> context;  ///< tokens of the longest prompt that was answered
  std::string context_note;        ///< what a longer one met, or why none was tried

  int requests = 0;
  int64_t input = 0, output = 0;  ///< tokens that went through
  std::optional<double> usd = 0;  ///< nullopt: price unknown
  std::optional<Error> error;     ///< the last that a request of it met
  bool complete = false;          ///< nothing of it was left out by an interruption
};

/// The value below which `percent` of `values` are (nearest rank); nullopt of none.
std::optional<double> percentile(std::vector<double> values, double percent);

/// For people: aligned columns, and below them what each lane's remarks are.
std::string bench_table(const std::vector<LaneFigures>& lanes);
std::string bench_markdown(const std::vector<LaneFigures>& lanes);
codec::Value bench_object(const LaneFigures& lane);

/// Which lane for what, and when to spill over, in sentences.
std::vector<std::string> bench_advice(const std::vector<LaneFigures>& lanes);

}  // namespace coder::app
