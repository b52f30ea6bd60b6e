// msgpack bytes to Value and back: incremental and bounded.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "codec/value.h"

namespace coder::codec {

/// What a peer may send. The library's own limits are 4 G; these are checked before anything is allocated.
struct MsgpackLimits {
  size_t max_message_bytes = 64u << 20;  ///< one whole message; a buffer's text is sent in one
  size_t max_string_bytes = 32u << 20;
  size_t max_items = 4u << 20;  ///< elements of all arrays and maps of one message
  size_t max_depth = 32;
};

/// Feed bytes as they come, take whole values out. After an error the stream is
/// unusable: msgpack has no way to find the next message.
class MsgpackUnpacker {
 public:
  explicit MsgpackUnpacker(const MsgpackLimits& limits = {});
  ~MsgpackUnpacker();
  MsgpackUnpacker(MsgpackUnpacker&&) noexcept;

  void feed(std::string_view bytes);

  /// The next whole value; nullopt when more bytes are needed; an error (kind usage) when the
  /// bytes are no msgpack or pass a limit.
  Result<std::optional<Value>> next();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Appends `value` to `out`. Strings go as msgpack str (Neovim takes any bytes there).
void pack_msgpack(const Value& value, std::string& out);

}  // namespace coder::codec
