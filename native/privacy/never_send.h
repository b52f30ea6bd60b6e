#pragma once

#include <string>
#include <vector>

namespace coder::privacy {

struct NeverSend {
  std::string pattern;
  std::string unless;  ///< globs for the base name, separated by spaces
};

const std::vector<NeverSend>& never_send_table();

}  // namespace coder::privacy
