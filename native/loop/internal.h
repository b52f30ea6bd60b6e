// Shared by the files of this room only; includes <uv.h>.
#pragma once

#include <uv.h>

#include <memory>

#include "base/unique_function.h"

namespace coder::loop {

/// A callback that stays alive while it runs, even if its owner goes meanwhile.
template <class Signature>
using Shared = std::shared_ptr<unique_function<Signature>>;

template <class Signature>
Shared<Signature> share(unique_function<Signature> f) {
  return std::make_shared<unique_function<Signature>>(std::move(f));
}

/// For a heap object with a libuv handle `uv` as a member and uv.data pointing back to it.
template <class Handle>
void close_and_delete(Handle* handle) {
  uv_close(reinterpret_cast<uv_handle_t*>(&handle->uv),
           [](uv_handle_t* h) { delete static_cast<Handle*>(h->data); });
}

}  // namespace coder::loop
