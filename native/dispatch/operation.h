#pragma once

namespace coder::dispatch {

/// Something under way. Destroying it cancels: the connection is closed, nothing is called after that.
class Operation {
 public:
  virtual ~Operation() = default;
};

}  // namespace coder::dispatch
