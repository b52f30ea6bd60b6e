// The one dynamic value both JSON and msgpack decode to. It lives only at the
// edges: rooms turn it into typed structs with Reader and never pass it inward.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace coder::codec {

class Value;

/// msgpack extension; Neovim uses types 0, 1, 2 for buffer, window and tab page handles.
struct Ext {
  int8_t type = 0;
  std::string bytes;
};

class Value {
 public:
  using Array = std::vector<Value>;
  /// Keeps the order of appearance; a repeated key keeps both, find() gives the last.
  using Map = std::vector<std::pair<std::string, Value>>;

  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool v) : data_(v) {}
  Value(int v) : data_(int64_t{v}) {}
  Value(int64_t v) : data_(v) {}
  /// Above INT64_MAX becomes a double: no field of ours has that range.
  Value(uint64_t v) {
    if (v > static_cast<uint64_t>(INT64_MAX)) {
      data_ = static_cast<double>(v);
    } else {
      data_ = static_cast<int64_t>(v);
    }
  }
  Value(double v) : data_(v) {}
  Value(const char* v) : data_(std::string(v)) {}
  Value(std::string_view v) : data_(std::string(v)) {}
  Value(std::string v) : data_(std::move(v)) {}
  Value(Array v) : data_(std::move(v)) {}
  Value(Map v) : data_(std::move(v)) {}
  Value(Ext v) : data_(std::move(v)) {}

  bool is_null() const { return data_.index() == 0; }
  const bool* as_bool() const { return std::get_if<bool>(&data_); }
  const int64_t* as_int() const { return std::get_if<int64_t>(&data_); }
  const double* as_double() const { return std::get_if<double>(&data_); }
  const std::string* as_string() const { return std::get_if<std::string>(&data_); }
  const Array* as_array() const { return std::get_if<Array>(&data_); }
  const Map* as_map() const { return std::get_if<Map>(&data_); }
  const Ext* as_ext() const { return std::get_if<Ext>(&data_); }
  Array* as_array() { return std::get_if<Array>(&data_); }
  Map* as_map() { return std::get_if<Map>(&data_); }
  std::string* as_string() { return std::get_if<std::string>(&data_); }

  /// Integer or double as a number; `fallback` for anything else.
  double number_or(double fallback) const;

  /// The member `key` of a map; nullptr when this is no map or has no such key.
  const Value* find(std::string_view key) const;

  /// "null", "boolean", "integer", "number", "string", "array", "object", "extension".
  const char* type_name() const;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Map, Ext> data_;
};

}  // namespace coder::codec
