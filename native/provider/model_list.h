// The pure half of models.cc.
#pragma once

#include <string_view>

#include "base/result.h"
#include "provider/chat.h"

namespace coder::provider {

/// {"data": [{"id"}]}, {"models": [{"name"}]} or a bare array, of objects or strings. Ids once each,
/// in the server's order.
Result<ModelList> parse_model_list(std::string_view body);

/// Runs of digits compare as numbers: "v3.9" < "v3.10", "8b" < "32b".
bool natural_less(std::string_view a, std::string_view b);

}  // namespace coder::provider
