// Token counts in every dialect, to one form.
#pragma once

#include "codec/value.h"
#include "provider/chat.h"
#include "provider/fim.h"

namespace coder::provider {

/// Reads a "usage" object (OpenAI, DeepSeek, Anthropic-style, OpenRouter with cost) and
/// llama-server's "timings", which stands in for what usage leaves out. Either may be nullptr or of
/// the wrong type; with neither, the source is none. Counts are never negative, parts never larger
/// than the whole.
Usage read_usage(const codec::Value* usage, const codec::Value* timings);

/// llama-server's "timings"; what is missing or no number is zero, and nothing is negative.
FimTimings read_timings(const codec::Value& timings);

}  // namespace coder::provider
