// The values that are written down: what one POST sent, and what it came to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/money.h"
#include "privacy/prompt.h"

namespace coder::ledger {

/// Milliseconds since 1970.
using WallMs = int64_t;
WallMs wall_ms();

/// 20261231, in local time.
int day_of(WallMs at);
/// 20261201 of 20261231.
inline int month_of(int day) { return day / 100 * 100 + 1; }
/// The day `count` before.
int days_before(int day, int count);
/// "2026-12-31", and back (nullopt: there is no such day).
std::string day_words(int day);
std::optional<int> day_in_words(const std::string& words);

enum class Source { none, estimated, reported };
const char* to_string(Source source);

enum class Ending { answered, failed, cancelled };
const char* to_string(Ending ending);

/// What both halves have in common.
struct About {
  int64_t request = 0;  ///< names the POST; random
  std::string project;  ///< the root's path
  std::string task;
  std::string lane;
  std::string model;     ///< NAME
  std::string model_id;  ///< what the server was asked for
  std::string address;
};

/// Written when it goes out: what left this process, and where to.
struct Sent {
  About about;
  WallMs at = 0;
  privacy::Label label = privacy::Label::any;
  std::vector<privacy::Piece> pieces;
};

/// Written when it has ended.
struct Attempt {
  About about;
  WallMs at = 0;  ///< of the end
  Tokens tokens;
  Source source = Source::none;
  std::optional<Nano> cost;         ///< nullopt: the price is unknown
  std::string price;                ///< Price::version, "provider", or empty
  std::optional<int64_t> queue_ms;  ///< until the response's head
  std::optional<int64_t> ttft_ms;   ///< until the first content
  int64_t ms = 0;
  Ending ending = Ending::answered;
  std::string reasons;  ///< of the choice, and of a failure
};

}  // namespace coder::ledger
