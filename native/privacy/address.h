// What an address means for routing and trust, read from its text alone: names
// are never resolved.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace coder::privacy {

enum class Lane { local, cloud };
const char* to_string(Lane lane);

/// A parsed base_url: "http(s)://host[:port][/path]" or "unix:///path/to.sock" (path "/v1" implied).
struct Address {
  std::string scheme;       ///< "http", "https" or "unix"
  std::string host;         ///< lower case, without brackets; empty for unix
  std::string unix_socket;  ///< absolute path; empty otherwise
  std::string url;          ///< what requests start with, without trailing slash: "http://host:port/v1"
};

/// Errors (kind config) say what is missing: scheme, host, credentials in the URL (refused) …
Result<Address> parse_address(std::string_view base_url);

/// local for loopback, "localhost", unix sockets and literal private addresses (10/8, 172.16/12,
/// 192.168/16, 169.254/16, fc00::/7, fe80::/10), else cloud.
Lane default_lane(const Address& address);

/// May this destination receive local_only text? `lane` and `trusted` are what the configuration
/// has written out, if anything. trusted wins; else lane = "local" written; else, with no lane written,
/// loopback, unix sockets and localhost. lane = "cloud" is never trusted.
bool is_trusted(const Address& address, std::optional<Lane> lane, std::optional<bool> trusted);

}  // namespace coder::privacy
