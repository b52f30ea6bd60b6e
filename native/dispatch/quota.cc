#include "dispatch/quota.h"

#include "base/hash.h"

namespace coder::dispatch {

Quota quota_of(const config::Model& model, const Secret& key, const config::Limits& limits) {
  Quota quota;
  quota.shared = model.lane == privacy::Lane::cloud;
  quota.key = hash_name(model.address.url + model.address.unix_socket + '\n' + key.reveal());
  quota.rps = limits.rps;
  quota.burst = limits.burst;
  if (model.rpm) {
    quota.model = quota.key + " " + model.model;
    quota.rpm = *model.rpm;
  }
  return quota;
}

}  // namespace coder::dispatch
