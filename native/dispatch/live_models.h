// Live model lists, kept for a while: pins need one at every question. Loop thread only.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/unique_function.h"
#include "dispatch/operation.h"
#include "http/http.h"
#include "provider/chat.h"

namespace coder::dispatch {

class LiveModels {
 public:
  LiveModels(loop::Loop& loop, http::Client& http) : loop_(loop), http_(http) {}
  LiveModels(const LiveModels&) = delete;

  struct Handlers {
    unique_function<void(const provider::ModelList&)> on_list;
    unique_function<void(provider::ChatError)> on_error;
  };
  /// The list of the endpoint's server: one not older than five minutes, or, with `fresh`, a new one. One of
  /// the handlers runs once, on the loop, never inside this call.
  std::unique_ptr<Operation> get(const provider::Endpoint& endpoint, bool fresh, Handlers handlers);

  void forget() { lists_.clear(); }

 private:
  class Get;
  struct Kept {
    TimePoint at;
    provider::ModelList list;
  };
  loop::Loop& loop_;
  http::Client& http_;
  std::map<std::string, Kept> lists_;  ///< by address and where the key comes from
};

/// "did you mean `x`?" with the id of `list` nearest to `wanted`, or some of what there is.
std::string advice_on_model(const std::string& wanted, const provider::ModelList& list);

}  // namespace coder::dispatch
