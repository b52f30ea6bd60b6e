#include <system_error>

#include "base/text.h"
#include "http/internal.h"

namespace coder::http {

const std::string* Head::find(std::string_view lower_name) const {
  for (auto it = headers.rbegin(); it != headers.rend(); ++it) {
    if (it->first == lower_name) return &it->second;
  }
  return nullptr;
}

Failure classify(CURLcode code, bool connected) {
  switch (code) {
    case CURLE_OK:
      return Failure::none;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return Failure::bad_url;
    case CURLE_COULDNT_RESOLVE_HOST:
      return Failure::resolve;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return Failure::proxy;
    case CURLE_COULDNT_CONNECT:
      return Failure::connect;
    case CURLE_OPERATION_TIMEDOUT:
      return connected ? Failure::total_timeout : Failure::connect_timeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_USE_SSL_FAILED:
      return Failure::tls;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return connected ? Failure::closed : Failure::connect;
    default:
      return Failure::other;
  }
}

std::string describe(CURLcode code, const char* detail, long os_error) {
  if (code == CURLE_OK) return "";
  if (code == CURLE_COULDNT_CONNECT && os_error != 0) {
    return std::generic_category().message(static_cast<int>(os_error));
  }
  return one_line(detail && *detail ? detail : curl_easy_strerror(code), 300);
}

}  // namespace coder::http
