// A configured model and its key as the provider wants them.
#pragma once

#include "base/secret.h"
#include "config/config.h"
#include "provider/chat.h"

namespace coder::dispatch {

provider::Endpoint endpoint_of(const config::Model& model, Secret key);

}  // namespace coder::dispatch
