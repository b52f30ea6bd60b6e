// What starting a process takes, for the files of this room only.
#pragma once

#include <string>
#include <vector>

namespace coder::loop {

/// For C: valid while `texts` is.
std::vector<char*> pointers_to(const std::vector<std::string>& texts);

}  // namespace coder::loop
