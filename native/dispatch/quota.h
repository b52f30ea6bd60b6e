// What a call to a model counts against.
#pragma once

#include "base/secret.h"
#include "config/config.h"
#include "dispatch/limits.h"

namespace coder::dispatch {

/// The bucket stands for the key at this address (a hash of both, so that two blocks with one key share it).
Quota quota_of(const config::Model& model, const Secret& key, const config::Limits& limits);

}  // namespace coder::dispatch
