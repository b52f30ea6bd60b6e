#include "dispatch/question.h"

namespace coder::dispatch {

Outcome together(const Outcome& before, Outcome later) {
  if (before.posts == 0) return later;
  if (later.model.empty()) {
    later.model = before.model;
    later.model_id = before.model_id;
    later.lane = before.lane;
  }
  later.usage.add(before.usage);
  if (later.posts == 0) {
    later.usd = before.usd;
  } else {
    later.usd = before.usd && later.usd ? std::optional(*before.usd + *later.usd) : std::nullopt;
  }
  later.ms += before.ms;
  if (before.ttft_ms) later.ttft_ms = before.ttft_ms;
  later.posts += before.posts;
  return later;
}

}  // namespace coder::dispatch
