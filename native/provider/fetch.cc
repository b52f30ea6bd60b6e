#include "provider/fetch.h"

#include <algorithm>
#include <ctime>
#include <memory>
#include <utility>

#include "provider/endpoint_request.h"
#include "provider/errors.h"

namespace coder::provider {
namespace {

Trouble trouble_of(http::Failure failure, bool answered) {
  switch (failure) {
    case http::Failure::header_timeout:
    case http::Failure::idle_timeout:
    case http::Failure::total_timeout:
      return Trouble::timeout;
    case http::Failure::too_large:
      return Trouble::malformed;
    case http::Failure::closed:
      return answered ? Trouble::truncated : Trouble::unreachable;
    default:
      return Trouble::unreachable;
  }
}

}  // namespace

http::Transfer start_fetch(http::Client& client, const Endpoint& endpoint, const Fetch& fetch,
                           unique_function<void(Fetched)> on_done) {
  http::Request request = request_to(endpoint, fetch.method, fetch.url);
  request.headers.emplace(request.headers.begin(), "Accept", "application/json");
  if (!fetch.body.empty()) {
    request.headers.emplace(request.headers.begin(), "Content-Type", "application/json");
  }
  request.body = fetch.body;
  request.limits.total = std::min(fetch.total, endpoint.total_limit);
  request.limits.max_body_bytes = fetch.max_bytes;

  struct State {
    Fetched fetched;
    unique_function<void(Fetched)> on_done;
  };
  auto state = std::make_shared<State>();
  state->on_done = std::move(on_done);
  http::Handlers handlers;
  handlers.on_head = [state](const http::Head& head) { state->fetched.head = head; };
  handlers.on_data = [state](std::string_view bytes) { state->fetched.body += bytes; };
  handlers.on_done = [state](http::Done done) {
    state->fetched.done = std::move(done);
    const auto keep = state;  // the callback may destroy the transfer, and this with it
    keep->on_done(std::move(keep->fetched));
  };
  return client.start(std::move(request), std::move(handlers));
}

ChatError fetch_error(const Endpoint& endpoint, const Fetched& fetched) {
  const std::string no_model;
  const ErrorContext context{endpoint, no_model, nullptr};
  const int status = fetched.head.status;
  if (status >= 300) {
    return response_error(context, fetched.head, std::string_view(fetched.body).substr(0, kMaxErrorBodyBytes),
                          std::time(nullptr));
  }
  return transfer_error(context, trouble_of(fetched.done.failure, fetched.answered()), fetched.done.failure,
                        status, fetched.done.detail);
}

}  // namespace coder::provider
