// Pages that gateways send where JSON was expected, in a few words.
#pragma once

#include <string>
#include <string_view>

namespace coder::provider {

bool looks_like_page(std::string_view body);

/// an HTML page ("502 Bad Gateway"): its title or first heading, never its text.
std::string describe_page(std::string_view body);

}  // namespace coder::provider
