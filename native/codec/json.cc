#include "codec/json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace coder::codec {
namespace {

using Json = nlohmann::json;

/// Builds a Value straight from the parser's events; no intermediate tree.
class Builder : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(size_t max_depth) : max_depth_(max_depth) {}

  bool null() override { return put(Value()); }
  bool boolean(bool v) override { return put(Value(v)); }
  bool number_integer(number_integer_t v) override { return put(Value(int64_t{v})); }
  bool number_unsigned(number_unsigned_t v) override { return put(Value(uint64_t{v})); }
  bool number_float(number_float_t v, const string_t&) override { return put(Value(v)); }
  bool string(string_t& v) override { return put(Value(std::move(v))); }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return open(Value(Value::Map{})); }
  bool start_array(size_t) override { return open(Value(Value::Array{})); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    stack_.back().key = std::move(name);
    return true;
  }
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) override {
    failure = "not valid JSON at byte " + std::to_string(position);
    return false;
  }

  Value result;
  std::string failure;

 private:
  struct Open {
    Value value;
    std::string key;
  };

  bool put(Value value) {
    if (stack_.empty()) {
      result = std::move(value);
    } else if (Value::Map* map = stack_.back().value.as_map()) {
      map->emplace_back(std::move(stack_.back().key), std::move(value));
    } else {
      stack_.back().value.as_array()->push_back(std::move(value));
    }
    return true;
  }
  bool open(Value container) {
    if (stack_.size() >= max_depth_) {
      failure = "JSON nested deeper than " + std::to_string(max_depth_) + " levels";
      return false;
    }
    stack_.push_back({std::move(container), {}});
    return true;
  }
  bool close() {
    Value done = std::move(stack_.back().value);
    stack_.pop_back();
    return put(std::move(done));
  }

  size_t max_depth_;
  std::vector<Open> stack_;
};

Json to_json(const Value& value) {
  if (const bool* b = value.as_bool()) return *b;
  if (const int64_t* i = value.as_int()) return *i;
  if (const double* d = value.as_double()) return std::isfinite(*d) ? Json(*d) : Json();
  if (const std::string* s = value.as_string()) return *s;
  if (const Value::Array* array = value.as_array()) {
    Json out = Json::array();
    for (const Value& item : *array) out.push_back(to_json(item));
    return out;
  }
  return {};
}

/// nlohmann::json sorts object keys; ours keep their order, so objects are written here and only
/// leaves (numbers, string escapes) by the library.
void append(std::string& out, const Value& value) {
  if (const Value::Map* map = value.as_map()) {
    out += '{';
    bool first = true;
    for (const auto& [key, member] : *map) {
      if (!first) out += ',';
      first = false;
      out += Json(key).dump(-1, ' ', false, Json::error_handler_t::replace);
      out += ':';
      append(out, member);
    }
    out += '}';
  } else if (const Value::Array* array = value.as_array()) {
    out += '[';
    bool first = true;
    for (const Value& item : *array) {
      if (!first) out += ',';
      first = false;
      append(out, item);
    }
    out += ']';
  } else {
    out += to_json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

}  // namespace

Result<Value> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return Error{ErrorKind::provider,
                 "JSON of " + std::to_string(text.size()) + " bytes is over the limit of " +
                     std::to_string(limits.max_bytes),
                 ""};
  }
  // The parser takes a NUL for the end of the text.
  if (const size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return Error{ErrorKind::provider, "not valid JSON at byte " + std::to_string(nul), ""};
  }
  Builder builder(limits.max_depth);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
    // The parser refuses invalid UTF-8: mend the text once and try again.
    const std::string mended = to_valid_utf8(text);
    Builder again(limits.max_depth);
    if (mended == text || !Json::sax_parse(mended.begin(), mended.end(), &again)) {
      return Error{ErrorKind::provider, builder.failure.empty() ? "not valid JSON" : builder.failure, ""};
    }
    return std::move(again.result);
  }
  return std::move(builder.result);
}

std::string dump_json(const Value& value) {
  std::string out;
  append(out, value);
  return out;
}

}  // namespace coder::codec
