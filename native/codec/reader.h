// Typed decoding with error paths: a struct lists its fields once, and decode()
// turns a Value into it or says which field was wrong and how.
//
//   struct Point { int64_t x = 0; std::optional<std::string> name; };
//   template <> struct codec::Fields<Point> {
//     static constexpr auto list = std::tuple{field("x", &Point::x), field("name", &Point::name)};
//   };
//   Result<Point> p = codec::decode<Point>(value, "params");   // "params.x: expected integer, got string"
//
// Members: bool, int64_t, double, std::string, Value (taken as it is), std::optional<T> (missing or
// null gives nullopt), std::vector<T>, and structs with Fields. A field that is not optional must be
// there. Unknown keys are ignored: the peer may be newer. The same list drives encode() and the
// generated protocol pages (type_name_of).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "codec/value.h"

namespace coder::codec {

template <class T>
struct Fields;

template <class S, class M>
struct Field {
  const char* name;
  M S::*member;
};
template <class S, class M>
constexpr Field<S, M> field(const char* name, M S::*member) {
  return {name, member};
}

template <class T>
concept Described = requires {
  Fields<T>::list;
};

namespace detail {

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};

inline Error mismatch(const std::string& path, const char* expected, const Value& got) {
  return {ErrorKind::usage, path + ": expected " + expected + ", got " + got.type_name(), ""};
}

}  // namespace detail

/// Decodes `value` into `out`; `path` names it in errors (kind usage).
template <class T>
Result<void> decode_into(const Value& value, const std::string& path, T& out) {
  if constexpr (std::is_same_v<T, Value>) {
    out = value;
  } else if constexpr (std::is_same_v<T, bool>) {
    const bool* v = value.as_bool();
    if (!v) return detail::mismatch(path, "boolean", value);
    out = *v;
  } else if constexpr (std::is_same_v<T, int64_t>) {
    const int64_t* v = value.as_int();
    if (!v) return detail::mismatch(path, "integer", value);
    out = *v;
  } else if constexpr (std::is_same_v<T, double>) {
    if (!value.as_int() && !value.as_double()) return detail::mismatch(path, "number", value);
    out = value.number_or(0);
  } else if constexpr (std::is_same_v<T, std::string>) {
    const std::string* v = value.as_string();
    if (!v) return detail::mismatch(path, "string", value);
    out = *v;
  } else if constexpr (detail::is_optional<T>::value) {
    if (value.is_null()) {
      out.reset();
    } else {
      return decode_into(value, path, out.emplace());
    }
  } else if constexpr (detail::is_vector<T>::value) {
    const Value::Array* array = value.as_array();
    // An empty Lua table is sent as an empty array or map alike.
    if (!array && !(value.as_map() && value.as_map()->empty())) return detail::mismatch(path, "array", value);
    out.clear();
    if (!array) return {};
    for (size_t i = 0; i < array->size(); ++i) {
      out.emplace_back();
      Result<void> item = decode_into((*array)[i], path + "[" + std::to_string(i) + "]", out.back());
      if (!item) return item;
    }
  } else {
    static_assert(Described<T>, "give the struct a codec::Fields specialisation");
    if (!value.as_map() && !(value.as_array() && value.as_array()->empty())) {
      return detail::mismatch(path, "object", value);
    }
    Result<void> result;
    const auto one = [&](const auto& f) {
      if (!result) return;
      using Member = std::decay_t<decltype(out.*(f.member))>;
      const Value* member = value.find(f.name);
      if (member) {
        result = decode_into(*member, path + "." + f.name, out.*(f.member));
      } else if constexpr (!detail::is_optional<Member>::value) {
        result = Error{ErrorKind::usage, path + "." + f.name + ": missing", ""};
      }
    };
    std::apply([&](const auto&... f) { (one(f), ...); }, Fields<T>::list);
    return result;
  }
  return {};
}

template <class T>
Result<T> decode(const Value& value, const std::string& path) {
  T out{};
  if (Result<void> r = decode_into(value, path, out); !r) return std::move(r.error());
  return out;
}

/// The inverse; empty optionals are left out of objects.
template <class T>
Value encode(const T& in) {
  if constexpr (std::is_constructible_v<Value, const T&>) {
    return Value(in);
  } else if constexpr (detail::is_optional<T>::value) {
    return in ? encode(*in) : Value();
  } else if constexpr (detail::is_vector<T>::value) {
    Value::Array array;
    for (const auto& item : in) array.push_back(encode(item));
    return array;
  } else {
    Value::Map map;
    const auto one = [&](const auto& f) {
      using Member = std::decay_t<decltype(in.*(f.member))>;
      if constexpr (detail::is_optional<Member>::value) {
        if (!(in.*(f.member))) return;
      }
      map.emplace_back(f.name, encode(in.*(f.member)));
    };
    std::apply([&](const auto&... f) { (one(f), ...); }, Fields<T>::list);
    return map;
  }
}

/// A field's type in the words of LuaCATS, for the generated pages.
template <class T>
std::string type_name_of() {
  if constexpr (std::is_same_v<T, bool>) {
    return "boolean";
  } else if constexpr (std::is_same_v<T, int64_t>) {
    return "integer";
  } else if constexpr (std::is_same_v<T, double>) {
    return "number";
  } else if constexpr (std::is_same_v<T, std::string>) {
    return "string";
  } else if constexpr (std::is_same_v<T, Value>) {
    return "any";
  } else if constexpr (detail::is_optional<T>::value) {
    return type_name_of<typename T::value_type>() + "?";
  } else if constexpr (detail::is_vector<T>::value) {
    return type_name_of<typename T::value_type>() + "[]";
  } else {
    std::string out = "{ ";
    bool first = true;
    const auto one = [&](const auto& f) {
      using Member = std::decay_t<decltype(std::declval<T>().*(f.member))>;
      std::string type = type_name_of<Member>();
      const bool optional = detail::is_optional<Member>::value;
      if (optional) type.pop_back();
      out += std::string(first ? "" : ", ") + f.name + (optional ? "?" : "") + ": " + type;
      first = false;
    };
    std::apply([&](const auto&... f) { (one(f), ...); }, Fields<T>::list);
    return out + " }";
  }
}

}  // namespace coder::codec
