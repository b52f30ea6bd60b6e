// A key. It has no operator<< and no implicit conversion, so that it cannot
// slip into a log line, an error text or an RPC message.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace coder {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  Secret(Secret&&) = default;
  Secret& operator=(Secret&&) = default;
  ~Secret() { wipe(); }

  bool empty() const { return text_.empty(); }

  /// The only way out. Call it where the bytes go onto the wire, nowhere else.
  const std::string& reveal() const { return text_; }

 private:
  void wipe() {
    volatile char* bytes = text_.data();
    for (size_t i = 0; i < text_.size(); ++i) bytes[i] = 0;
  }
  std::string text_;
};

/// Removes what people paste around a key: surrounding spaces, line ends and
/// one pair of quotes. `changed` tells whether a warning is due.
struct CleanedKey {
  std::string text;
  bool changed = false;
};
CleanedKey clean_key(std::string_view raw);

}  // namespace coder
