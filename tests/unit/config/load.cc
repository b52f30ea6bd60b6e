#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "config/config.h"
#include "config/schema.h"
#include "support/temp_folder.h"

using namespace coder;
using namespace coder::config;
using test::ScopedEnv;
using test::TempFolder;

namespace {

const std::string kBlock =
    "[models.m]\nprovider = \"openai\"\nbase_url = \"http://localhost/v1\"\nmodel = \"x\"\napi_key = "
    "\"sk-SECRET\"\n";

std::string only_problem(const Config& config) {
  return config.problems.size() == 1 ? config.problems[0].text()
                                     : std::to_string(config.problems.size()) + " problems";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_missing_file) {
  const TempFolder temp;
  const std::string file = temp / "no/config.toml";
  BOOST_TEST(load(file, false).problems.empty());
  BOOST_TEST(load(file, false).file == file);
  BOOST_TEST(only_problem(load(file, true)) == file + ": no such file");
  BOOST_TEST(load(file, true).has_errors());
  BOOST_TEST(load("", false).problems.empty());
  temp.file("plain");
  BOOST_TEST(load(temp / "plain/config.toml", false).problems.empty());  // a file where a folder would be
}

BOOST_AUTO_TEST_CASE(a_link_to_nothing_is_told_although_the_file_may_be_missing) {
  const TempFolder temp;
  const std::string file = temp.link("config.toml", "gone.toml");
  BOOST_TEST(only_problem(load(file, false)) == file + ": is a link to a file that does not exist");
}

BOOST_AUTO_TEST_CASE(what_is_no_file) {
  const TempFolder temp;
  BOOST_TEST(only_problem(load(temp.path(), false)) == temp.path() + ": is a folder, not a file");
  const std::string pipe = temp / "pipe";
  BOOST_TEST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  BOOST_TEST(only_problem(load(pipe, true)) == pipe + ": is not a regular file");
  BOOST_TEST(load("/dev/null", true).problems.empty());
  BOOST_TEST(only_problem(load("/dev/zero", true)) == "/dev/zero: is larger than 1 MiB");
}

BOOST_AUTO_TEST_CASE(size_is_bounded_at_one_mebibyte) {
  const TempFolder temp;
  std::string text = "# ";
  text.resize((1u << 20) - 1, 'x');
  text += '\n';
  BOOST_TEST(load(temp.file("just.toml", text), true).problems.empty());
  const std::string over = temp.file("over.toml", text + "\n");
  BOOST_TEST(only_problem(load(over, true)) == over + ": is larger than 1 MiB");
}

BOOST_AUTO_TEST_CASE(an_unreadable_file, *boost::unit_test::precondition([](boost::unit_test::test_unit_id) {
                       return boost::test_tools::assertion_result(::geteuid() != 0);  // root reads everything
                     })) {
  const TempFolder temp;
  const std::string file = temp.file("config.toml", kBlock);
  ::chmod(file.c_str(), 0);
  BOOST_TEST(only_problem(load(file, false)) == file + ": cannot be read: Permission denied");
}

BOOST_AUTO_TEST_CASE(a_key_that_others_may_read) {
  const TempFolder temp;
  const std::string file = temp.file("my config.toml", kBlock);
  for (const mode_t mode : {0640u, 0604u, 0644u}) {
    ::chmod(file.c_str(), mode);
    const Config config = load(file, true);
    BOOST_TEST(!config.has_errors());
    BOOST_TEST(only_problem(config) ==
               file + ":5: holds a key, and others on this machine may read the file; run: " + "chmod 600 '" +
                   file + "'");
  }
  ::chmod(file.c_str(), 0600);
  BOOST_TEST(load(file, true).problems.empty());
  const std::string keyless = temp.file("keyless.toml", kBlock.substr(0, kBlock.find("api_key")));
  ::chmod(keyless.c_str(), 0644);
  BOOST_TEST(load(keyless, true).problems.empty());
}

BOOST_AUTO_TEST_CASE(the_environment_is_checked_on_demand) {
  const TempFolder temp;
  const std::string text = R"([models.a]
provider = "openai"
base_url = "http://localhost/v1"
model = "x"
api_key_env = "CODER_TEST_KEY"
ca_file = "/no/such/ca.pem"
)";
  const Config config = parse(text, "c");
  BOOST_TEST(config.problems.empty());
  {
    const ScopedEnv unset("CODER_TEST_KEY", std::nullopt);
    const std::vector<Problem> problems = check_environment(config);
    BOOST_TEST_REQUIRE(problems.size() == 2u);
    BOOST_TEST(problems[0].text() == "c:1: [models.a]: $CODER_TEST_KEY (`api_key_env`) is not set");
    BOOST_TEST(problems[1].text() ==
               "c:1: [models.a]: `ca_file` /no/such/ca.pem cannot be read: No such file or directory");
    BOOST_TEST((problems[0].severity == Severity::warning));
  }
  const ScopedEnv set("CODER_TEST_KEY", "k");
  BOOST_TEST(check_environment(config).size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_default_path) {
  const ScopedEnv home("HOME", "/home/u");
  {
    const ScopedEnv xdg("XDG_CONFIG_HOME", "/x/cfg");
    BOOST_TEST(default_path() == "/x/cfg/coder-nvim/config.toml");
  }
  for (const char* odd : {"", "relative/cfg"}) {
    const ScopedEnv xdg("XDG_CONFIG_HOME", odd);
    BOOST_TEST(default_path() == "/home/u/.config/coder-nvim/config.toml");
  }
  const ScopedEnv xdg("XDG_CONFIG_HOME", std::nullopt);
  BOOST_TEST(default_path() == "/home/u/.config/coder-nvim/config.toml");
  const ScopedEnv homeless("HOME", std::nullopt);
  const std::string path = default_path();  // from the user database, if that knows this user
  BOOST_TEST((path.empty() || path.find("/.config/coder-nvim/config.toml") != std::string::npos));
}

BOOST_AUTO_TEST_CASE(the_schema_is_listed_one_line_for_each_key) {
  const std::string help = schema_help();
  size_t lines = 0;
  for (char c : help) lines += c == '\n';
  BOOST_TEST(lines > 45u);
  for (const char* line : {
           "mode: \"local\" or \"cloud\" or \"auto\", default \"auto\": which lanes requests go to\n",
           "[models.NAME] base_url: a string, default required: ",
           "[models.NAME] temperature: a number from 0 to 2, default the server's: sampling temperature\n",
           "[models.NAME] roles: list of \"chat\" or \"fim\", default both where the server can: what it is "
           "used for\n",
           "[models.NAME.price] output: a number from 0 to 1000000, default 0: tokens of the answer\n",
           "[limits] rps: a number from 0.01 to 10000, default 30: requests per second and key\n",
           "[engine] command: a string or a list of strings, default ",
       }) {
    BOOST_TEST(help.find(line) != std::string::npos, line);
  }
}
