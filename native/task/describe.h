// What routing reads off a question's own text.
#pragma once

#include <string>
#include <vector>

#include "privacy/prompt.h"
#include "routing/route.h"

namespace coder::task {

/// Fills label, label_origin, chars, tokens and marker of `request` from the turns the user named: the size
/// is that of all but the answers, the tokens are those of all, the marker that of the newest turn.
void describe(const std::vector<privacy::Turn>& turns, const std::vector<std::string>& markers,
              routing::Request& request);

}  // namespace coder::task
