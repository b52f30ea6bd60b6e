// Value, and typed decoding and encoding through it.
#include "codec/value.h"

#include <boost/test/unit_test.hpp>
#include <limits>

#include "codec/json.h"
#include "codec/reader.h"

using namespace coder;
using codec::Value;

BOOST_AUTO_TEST_CASE(a_value_is_one_of_eight_types) {
  const struct {
    Value value;
    const char* type;
  } cases[] = {
      {Value(), "null"},
      {nullptr, "null"},
      {true, "boolean"},
      {1, "integer"},
      {int64_t{-1}, "integer"},
      {1.5, "number"},
      {"text", "string"},
      {std::string_view("text"), "string"},
      {Value::Array{1}, "array"},
      {Value::Map{{"a", 1}}, "object"},
      {codec::Ext{1, "x"}, "extension"},
  };
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.type) {
      BOOST_TEST(c.value.type_name() == c.type);
      const int matches = c.value.is_null() + (c.value.as_bool() != nullptr) + (c.value.as_int() != nullptr) +
                          (c.value.as_double() != nullptr) + (c.value.as_string() != nullptr) +
                          (c.value.as_array() != nullptr) + (c.value.as_map() != nullptr) +
                          (c.value.as_ext() != nullptr);
      BOOST_TEST(matches == 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(integers_above_the_signed_range_become_numbers) {
  BOOST_TEST(*Value(uint64_t{INT64_MAX}).as_int() == INT64_MAX);
  BOOST_TEST(*Value(uint64_t{INT64_MAX} + 1).as_double() == 9223372036854775808.0);
  BOOST_TEST(Value(3).number_or(0) == 3.0);
  BOOST_TEST(Value(2.5).number_or(0) == 2.5);
  BOOST_TEST(Value("3").number_or(-1) == -1.0);
}

BOOST_AUTO_TEST_CASE(find_gives_the_last_of_repeated_keys) {
  const Value map = Value::Map{{"a", 1}, {"b", 2}, {"a", 3}};
  BOOST_TEST_REQUIRE(map.find("a"));
  BOOST_TEST(*map.find("a")->as_int() == 3);
  BOOST_TEST(!map.find("c"));
  BOOST_TEST(!Value(1).find("a"));
  BOOST_TEST(!Value(Value::Array{1}).find("a"));
}

namespace {

struct Point {
  int64_t x = 0;
  double y = 0;
  std::optional<std::string> name;
};

struct Shape {
  std::string kind;
  bool closed = false;
  std::vector<Point> points;
  std::optional<Point> centre;
  std::optional<std::vector<std::string>> tags;
  Value extra;
};

}  // namespace

namespace coder::codec {
template <>
struct Fields<Point> {
  static constexpr auto list =
      std::tuple{field("x", &Point::x), field("y", &Point::y), field("name", &Point::name)};
};
template <>
struct Fields<Shape> {
  static constexpr auto list = std::tuple{field("kind", &Shape::kind),     field("closed", &Shape::closed),
                                          field("points", &Shape::points), field("centre", &Shape::centre),
                                          field("tags", &Shape::tags),     field("extra", &Shape::extra)};
};
}  // namespace coder::codec

namespace {

Result<Shape> shape(const std::string& json) {
  return codec::decode<Shape>(*codec::parse_json(json), "params");
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_struct_is_decoded_and_encoded_the_same) {
  const std::string json =
      R"({"kind":"line","closed":true,"points":[{"x":1,"y":2.5,"name":"a"},{"x":-1,"y":0.5}],"centre":{"x":0,"y":1.5},)"
      R"("tags":["t"],"extra":{"any":[1,null]}})";
  const Result<Shape> decoded = shape(json);
  BOOST_TEST_REQUIRE(decoded.ok());
  BOOST_TEST(decoded->points.size() == 2u);
  BOOST_TEST(*decoded->points[0].name == "a");
  BOOST_TEST(!decoded->points[1].name);
  BOOST_TEST(decoded->centre->y == 1.5);
  BOOST_TEST(codec::dump_json(codec::encode(*decoded)) == json);
}

BOOST_AUTO_TEST_CASE(optional_members_may_be_missing_or_null_and_unknown_ones_are_ignored) {
  const Result<Shape> decoded =
      shape(R"({"kind":"x","closed":false,"points":{},"centre":null,"extra":1,"unknown":{"deep":[]}})");
  BOOST_TEST_REQUIRE(decoded.ok());
  BOOST_TEST(decoded->points.empty());  // an empty Lua table is an array or a map alike
  BOOST_TEST(!decoded->centre);
  BOOST_TEST(!decoded->tags);
  BOOST_TEST(codec::dump_json(codec::encode(*decoded)) ==
             R"({"kind":"x","closed":false,"points":[],"extra":1})");
}

BOOST_AUTO_TEST_CASE(a_wrong_member_is_named_with_its_path) {
  const struct {
    const char* json;
    const char* message;
  } cases[] = {
      {"[1]", "params: expected object, got array"},
      {"3", "params: expected object, got integer"},
      {"{}", "params.kind: missing"},
      {"[]", "params.kind: missing"},
      {R"({"kind":1})", "params.kind: expected string, got integer"},
      {R"({"kind":null})", "params.kind: expected string, got null"},
      {R"({"kind":"x","closed":"yes"})", "params.closed: expected boolean, got string"},
      {R"({"kind":"x","closed":true})", "params.points: missing"},
      {R"({"kind":"x","closed":true,"points":{"a":1}})", "params.points: expected array, got object"},
      {R"({"kind":"x","closed":true,"points":[{"x":1,"y":1},{"x":1.5}]})",
       "params.points[1].x: expected integer, got number"},
      {R"({"kind":"x","closed":true,"points":[{"x":1}]})", "params.points[0].y: missing"},
      {R"({"kind":"x","closed":true,"points":[{"x":1,"y":"2"}]})",
       "params.points[0].y: expected number, got string"},
      {R"({"kind":"x","closed":true,"points":[],"centre":{"x":true}})",
       "params.centre.x: expected integer, got boolean"},
      {R"({"kind":"x","closed":true,"points":[],"tags":["a",2]})",
       "params.tags[1]: expected string, got integer"},
      {R"({"kind":"x","closed":true,"points":[]})", "params.extra: missing"},
  };
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.json) {
      const Result<Shape> decoded = shape(c.json);
      BOOST_TEST_REQUIRE(!decoded.ok());
      BOOST_TEST((decoded.error().kind == ErrorKind::usage));
      BOOST_TEST(decoded.error().message == c.message);
    }
  }
}

BOOST_AUTO_TEST_CASE(types_have_names_for_the_generated_pages) {
  BOOST_TEST(codec::type_name_of<int64_t>() == "integer");
  BOOST_TEST(codec::type_name_of<std::optional<std::vector<std::string>>>() == "string[]?");
  BOOST_TEST(codec::type_name_of<Point>() == "{ x: integer, y: number, name?: string }");
  BOOST_TEST(codec::type_name_of<Shape>() ==
             "{ kind: string, closed: boolean, points: { x: integer, y: number, name?: string }[], "
             "centre?: { x: integer, y: number, name?: string }, tags?: string[], extra: any }");
}
