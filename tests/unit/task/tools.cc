#include "task/tools.h"

#include <boost/test/unit_test.hpp>

#include "codec/json.h"

using namespace coder;
using task::Tool;
using task::ToolUse;

namespace {

Result<ToolUse> read(const std::string& name, const std::string& arguments) {
  return task::read_call({"id", name, arguments, ""});
}

std::string problem(const std::string& name, const std::string& arguments) {
  const Result<ToolUse> use = read(name, arguments);
  return use ? "" : use.error().message;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_tool_has_a_schema_that_parses_and_a_call_that_reads) {
  for (const provider::ToolSpec& spec : task::tool_specs()) {
    const Result<codec::Value> schema = codec::parse_json(spec.parameters_json);
    BOOST_REQUIRE(schema.ok());
    BOOST_TEST(*schema->find("type")->as_string() == "object");
    codec::Value::Map arguments;
    for (const auto& [name, about] : *schema->find("properties")->as_map()) {
      const std::string& type = *about.find("type")->as_string();
      arguments.emplace_back(name, type == "string"    ? codec::Value("x")
                                   : type == "integer" ? codec::Value(3)
                                                       : codec::Value(true));
    }
    const Result<ToolUse> use = read(spec.name, codec::dump_json(codec::Value(arguments)));
    BOOST_REQUIRE_MESSAGE(use.ok(), spec.name);
    BOOST_TEST(task::to_string(use->tool) == spec.name);
  }
}

BOOST_AUTO_TEST_CASE(arguments_are_typed_and_what_is_wrong_is_named) {
  const Result<ToolUse> use = read("read_file", R"({"path": "a.py", "first": "10", "last": 20.0})");
  BOOST_REQUIRE(use.ok());
  BOOST_TEST((use->path == "a.py" && use->first == 10 && use->last == 20));
  BOOST_TEST(read("search", R"({"pattern": "x", "regex": "true", "glob": null})")->regex);
  BOOST_TEST(read("list_files", "").ok());
  BOOST_TEST(read("list_files", " ").ok());

  BOOST_TEST(problem("remove", "{}") == "there is no tool `remove`");
  BOOST_TEST(problem("read_file", "[]") == "the arguments are no JSON object");
  BOOST_TEST(problem("read_file", "{\"path\": ") == "the arguments are no JSON object");
  BOOST_TEST(problem("read_file", "{}") == "`path` is missing");
  BOOST_TEST(problem("read_file", R"({"path": 3})") == "`path` must be of type string, not integer");
  BOOST_TEST(problem("read_file", R"({"path": "a", "first": 1.5})") ==
             "`first` must be of type integer, not number");
  BOOST_TEST(problem("read_file", R"({"path": "a", "first": -1})") == "a figure is below 1");
  BOOST_TEST(problem("read_file", R"({"path": "a", "first": 9, "last": 3})") == "`last` is before `first`");
  BOOST_TEST(problem("read_file", R"({"path": "a", "lines": 3})") == "there is no argument `lines`");
  BOOST_TEST(problem("search", R"({"pattern": "a", "regex": 1})") ==
             "`regex` must be of type boolean, not integer");
  BOOST_TEST(problem("search", "{\"pattern\": \"" + std::string(20000, 'a') + "\"}") ==
             "the arguments are larger than 16 KiB");
  std::string deep = "{\"path\": ";
  for (int i = 0; i < 100; ++i) deep += "[";
  BOOST_TEST(problem("read_file", deep) == "the arguments are no JSON object");
}

BOOST_AUTO_TEST_CASE(a_call_in_words_for_the_user_is_one_line) {
  BOOST_TEST(task::words_of(*read("read_file", R"({"path": "a.py", "first": 2, "last": 9})")) == "a.py 2-9");
  BOOST_TEST(task::words_of(*read("read_file", R"({"path": "a.py", "last": 9})")) == "a.py 1-9");
  BOOST_TEST(task::words_of(*read("search", R"({"pattern": "x y", "path": "src", "glob": "*.py"})")) ==
             "\"x y\" in src *.py");
  BOOST_TEST(task::words_of(*read("git_diff", R"({"from": "main", "to": "dev"})")) == "main..dev");
  const std::string odd = task::words_of(*read("read_file", R"({"path": "a\u001b[2J\nb"})"));
  BOOST_TEST(odd.find('\n') == std::string::npos);
  BOOST_TEST(odd.find('\x1b') == std::string::npos);
}
