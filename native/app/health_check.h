// The `health` call asks every configured server for its models and answers
// when all of them have.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dispatch/dispatcher.h"
#include "rpc/dispatch.h"

namespace coder::app {

/// State of one `health` call.
struct HealthCheck {
  HealthCheck(rpc::Reply<rpc::HealthResult> r, std::shared_ptr<const config::Config> c)
      : reply(std::move(r)), config(std::move(c)) {}
  rpc::Reply<rpc::HealthResult> reply;
  std::shared_ptr<const config::Config> config;
  rpc::HealthResult result;
  size_t waiting = 0;
  std::vector<std::unique_ptr<dispatch::Operation>> operations;

  void add(const char* level, std::string text, std::string hint = "") {
    rpc::HealthItem item{level, std::move(text), std::nullopt};
    if (!hint.empty()) item.hint = std::move(hint);
    result.items.push_back(std::move(item));
  }
};

}  // namespace coder::app
