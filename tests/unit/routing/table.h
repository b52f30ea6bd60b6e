// Tables of decisions: see world.h for the words.
#pragma once

#include <string>
#include <vector>

#include "unit/routing/world.h"

namespace coder::routing {

struct Row {
  std::string request;
  std::string config;
  std::string states;
  std::string order;   ///< the models in their order, or "refused KIND"
  std::string reason;  ///< part of one reason, of the refusal or of its hint
};

void check(const std::vector<Row>& rows);

}  // namespace coder::routing
