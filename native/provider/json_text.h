// JSON written straight into a string, for the bodies that are sent at every key: a prompt of 30 KB
// costs some tens of microseconds, a tenth of what a tree of values and the general writer take.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace coder::provider {

/// Appends `text` as a JSON string, quotes included. Invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// The members of an object in the order they were set; deterministic bytes.
class JsonObject {
 public:
  /// `json` is a JSON text. A name that is there already is replaced in place.
  void set(std::string_view name, std::string json);
  void set_string(std::string_view name, std::string_view text);

  /// Members of the JSON object `json` (empty: none), over what is there. Fails (kind config, naming
  /// `what`) when it is no object.
  Result<void> merge(const std::string& json, const std::string& what);

  std::string str() const;

 private:
  std::vector<std::pair<std::string, std::string>> members_;
};

}  // namespace coder::provider
