#include "dispatch/endpoint.h"

namespace coder::dispatch {

using provider::Endpoint;

Endpoint endpoint_of(const config::Model& model, Secret key) {
  Endpoint endpoint;
  endpoint.name = model.name;
  endpoint.address = model.address;
  endpoint.trusted = model.trusted;
  endpoint.local = model.lane == privacy::Lane::local;
  endpoint.key = std::move(key);
  endpoint.key_source = model.key.where;
  for (const auto& header : model.headers) endpoint.headers.push_back(header);
  endpoint.ca_file = model.ca_file;
  endpoint.proxy = model.proxy;
  if (model.timeout_s) endpoint.total_limit = Millis(static_cast<int64_t>(*model.timeout_s * 1000));
  return endpoint;
}

}  // namespace coder::dispatch
