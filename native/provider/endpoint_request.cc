#include "provider/endpoint_request.h"

#include <utility>

namespace coder::provider {
namespace {

constexpr Millis kConnectLocal{250};
constexpr Millis kConnectCloud{5000};

}  // namespace

http::Request request_to(const Endpoint& endpoint, std::string method, std::string url) {
  http::Request request;
  request.method = std::move(method);
  request.url = std::move(url);
  request.unix_socket = endpoint.address.unix_socket;
  request.headers = endpoint.headers;
  request.bearer = endpoint.key;
  request.ca_file = endpoint.ca_file;
  request.proxy = endpoint.proxy;
  request.ignore_proxy_environment = endpoint.trusted && endpoint.proxy.empty();
  request.limits.connect = endpoint.local ? kConnectLocal : kConnectCloud;
  return request;
}

std::string origin_of(const Endpoint& endpoint) {
  constexpr std::string_view kVersion = "/v1";
  std::string url = endpoint.address.url;
  if (url.ends_with(kVersion)) url.resize(url.size() - kVersion.size());
  return url;
}

}  // namespace coder::provider
