#include "privacy/address.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace coder::privacy {
namespace {

Error bad(std::string message, std::string hint) {
  return {ErrorKind::config, std::move(message), std::move(hint)};
}

/// The four bytes of a plain dotted quad. Other spellings (decimal, hex, short, leading zeros) are
/// names to us: whatever they mean to a dialler, they earn no trust.
std::optional<std::array<unsigned char, 4>> ipv4(const std::string& host) {
  std::array<unsigned char, 4> bytes{};
  if (::inet_pton(AF_INET, host.c_str(), bytes.data()) != 1) return std::nullopt;
  return bytes;
}

/// The sixteen bytes of an IPv6 literal; a zone ("%eth0") is left aside.
std::optional<std::array<unsigned char, 16>> ipv6(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  const std::string literal = host.substr(0, host.find('%'));
  if (::inet_pton(AF_INET6, literal.c_str(), bytes.data()) != 1) return std::nullopt;
  return bytes;
}

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  if (const auto four = ipv4(host)) return (*four)[0] == 127;
  const auto six = ipv6(host);
  return six && std::all_of(six->begin(), six->end() - 1, [](unsigned char b) { return b == 0; }) &&
         (*six)[15] == 1;
}

bool is_private_literal(const std::string& host) {
  if (const auto four = ipv4(host)) {
    const unsigned a = (*four)[0], b = (*four)[1];
    return a == 10 || (a == 172 && b >= 16 && b <= 31) || (a == 192 && b == 168) || (a == 169 && b == 254);
  }
  if (const auto six = ipv6(host)) {
    const unsigned a = (*six)[0], b = (*six)[1];
    return (a & 0xFE) == 0xFC || (a == 0xFE && (b & 0xC0) == 0x80);
  }
  return false;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

Result<Address> parse_unix(std::string_view path) {
  if (path.empty() || path.front() != '/') {
    return bad("a unix socket needs an absolute path", "write unix:///path/to/socket");
  }
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return bad("the path of a unix socket can have at most 107 bytes", "use a shorter path, or a link to it");
  }
  return Address{"unix", "", std::string(path), "http://localhost/v1"};
}

}  // namespace

const char* to_string(Lane lane) { return lane == Lane::local ? "local" : "cloud"; }

// No message quotes the text: somebody may have pasted a key into it.
Result<Address> parse_address(std::string_view base_url) {
  const std::string_view text = trim(base_url);
  const auto unfit = [](char c) {
    return c <= ' ' || c >= 0x7F || c == '\\' || c == '"' || c == '<' || c == '>';
  };
  const size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) {
    return bad("the address has no scheme", "begin it with http://, https:// or unix:///");
  }
  const std::string scheme = lower_ascii(text.substr(0, scheme_end));
  std::string_view rest = text.substr(scheme_end + 3);
  if (scheme != "http" && scheme != "https" && scheme != "unix") {
    return bad("the address has a scheme that is not supported", "use http://, https:// or unix:///");
  }
  if (std::any_of(rest.begin(), rest.end(), unfit)) {
    return bad("the address holds a space, a control character or one no URL has",
               "write names in other scripts in their xn-- form");
  }
  if (scheme == "unix") return parse_unix(rest);
  if (rest.find_first_of("?#") != std::string_view::npos) {
    return bad("the address has a query or fragment", "end it with the path, for example /v1");
  }

  const size_t path_at = std::min(rest.find('/'), rest.size());
  const std::string_view authority = rest.substr(0, path_at);
  std::string_view path = rest.substr(path_at);
  if (authority.find('@') != std::string_view::npos) {
    return bad("the address holds a user name or password", "remove what is before the @ and use api_key");
  }
  const bool bracketed = !authority.empty() && authority.front() == '[';
  const size_t host_end = bracketed ? authority.find(']') : std::min(authority.find(':'), authority.size());
  if (host_end == std::string_view::npos) return bad("the address has a [ without its ]", "write [::1]:8000");
  Address address;
  address.scheme = scheme;
  address.host = lower_ascii(bracketed ? authority.substr(1, host_end - 1) : authority.substr(0, host_end));
  if (bracketed ? !ipv6(address.host)
                : !std::all_of(address.host.begin(), address.host.end(), is_name_character)) {
    return bad("the address has a host that is no name and no IP address",
               "write a name, 10.0.0.42, or an IPv6 address in brackets: [::1]:8000");
  }
  if (address.host.empty()) return bad("the address has no host", "write http://HOST:PORT/v1");

  const std::string_view port = authority.substr(host_end + (bracketed ? 1 : 0));
  if (!port.empty()) {
    int number = 0;
    const char* end = port.data() + port.size();
    const auto [stop, failure] = std::from_chars(port.data() + 1, end, number);
    if (port[0] != ':' || failure != std::errc() || stop != end || number < 1 || number > 65535) {
      return bad("the address has a port that is no number from 1 to 65535", "write http://HOST:PORT/v1");
    }
  }
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  address.url = scheme + "://" + lower_ascii(authority) + std::string(path);
  return address;
}

Lane default_lane(const Address& address) {
  if (!address.unix_socket.empty() || is_loopback(address.host) || is_private_literal(address.host)) {
    return Lane::local;
  }
  return Lane::cloud;
}

bool is_trusted(const Address& address, std::optional<Lane> lane, std::optional<bool> trusted) {
  if (lane == Lane::cloud) return false;
  if (trusted) return *trusted;
  if (lane == Lane::local) return true;
  return !address.unix_socket.empty() || is_loopback(address.host);
}

}  // namespace coder::privacy
