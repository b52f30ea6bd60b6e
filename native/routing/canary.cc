#include "routing/canary.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "routing/words.h"

namespace coder::routing {
namespace {

constexpr size_t kMaxSamples = 200;
constexpr size_t kMinSamples = 30;
constexpr double kSlower = 1.5;
constexpr double kMoreErrors = 5;  ///< points of per cent
constexpr uint64_t kShares = 10000;

uint64_t fnv1a(uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

/// FNV's last byte reaches only some of the bits; this spreads it over all (Steele, Lea, Flood 2014).
uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

}  // namespace

bool on_canary_side(std::string_view user, std::string_view model, double percent) {
  uint64_t hash = fnv1a(0xCBF29CE484222325u, user);
  hash = fnv1a(hash, std::string_view("\0", 1));
  hash = fnv1a(hash, model);
  return static_cast<double>(mix(hash) % kShares) < percent * 100;
}

void Arm::add(Sample sample) {
  samples_.push_back(sample);
  if (samples_.size() > kMaxSamples) samples_.pop_front();
}

double Arm::error_percent() const {
  if (samples_.empty()) return 0;
  const auto bad = std::count_if(samples_.begin(), samples_.end(), [](const Sample& s) { return !s.good; });
  return 100.0 * static_cast<double>(bad) / static_cast<double>(samples_.size());
}

std::optional<Millis> Arm::p95() const {
  std::vector<Millis> times;
  for (const Sample& sample : samples_) {
    if (sample.ttft) times.push_back(*sample.ttft);
  }
  if (times.empty()) return std::nullopt;
  const size_t rank = (times.size() * 95 + 99) / 100;  // nearest rank, from 1
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(rank - 1), times.end());
  return times[rank - 1];
}

std::string rollback_reason(const Arm& canary, const Arm& control) {
  if (canary.count() < kMinSamples) return "";
  const bool compared = control.count() >= kMinSamples;
  const double usual = compared ? control.error_percent() : 0;
  const std::string requests =
      " (" + grouped(static_cast<int64_t>(canary.count())) +
      (compared ? " and " + grouped(static_cast<int64_t>(control.count())) : std::string()) + " requests)";
  // Shares are quotients: a hair below five points is five.
  if (canary.error_percent() - usual >= kMoreErrors - 1e-9) {
    return one_decimal(canary.error_percent()) + " % errors" +
           (compared ? " against " + one_decimal(usual) + " %" : "") + requests;
  }
  const std::optional<Millis> own = canary.p95(), other = control.p95();
  if (!compared || !own || !other) return "";
  if (static_cast<double>(own->count()) <= kSlower * static_cast<double>(other->count())) return "";
  return "first tokens took up to " + grouped(own->count()) + " ms (95th percentile) against " +
         grouped(other->count()) + " ms" + requests;
}

}  // namespace coder::routing
