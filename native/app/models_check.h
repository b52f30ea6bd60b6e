// The `models` call asks every configured server for its list and answers when all of them have.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "dispatch/dispatcher.h"
#include "rpc/dispatch.h"

namespace coder::app {

/// State of one `models` call.
struct ModelsCheck {
  ModelsCheck(rpc::Reply<rpc::ModelsResult> r, std::shared_ptr<const config::Config> c)
      : reply(std::move(r)), config(std::move(c)) {}
  rpc::Reply<rpc::ModelsResult> reply;
  std::shared_ptr<const config::Config> config;
  rpc::ModelsResult result;
  size_t waiting = 0;
  std::vector<std::unique_ptr<dispatch::Operation>> operations;
};

}  // namespace coder::app
