// Which program and which model.
#include "engine/find.h"

#include <boost/test/unit_test.hpp>

#include "support/temp_folder.h"

namespace coder::engine {
namespace {

struct World {
  test::TempFolder folder;
  test::ScopedEnv path{"PATH", folder / "bin:/nowhere:" + (folder / "more")};
  test::ScopedEnv cache{"XDG_CACHE_HOME", folder / "cache"};
  test::ScopedEnv data{"XDG_DATA_HOME", folder / "data"};
  test::ScopedEnv home{"HOME", folder / "home"};
  std::string config = folder / "config/config.toml";

  std::string program(const std::string& name) const {
    const std::string file = folder.file(name, "#!/bin/sh\n");
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return file;
  }
  std::string model(const std::string& named) const {
    config::Engine engine;
    engine.model = named;
    const Result<std::string> found = find_model(engine, config);
    return found ? *found : found.error().text();
  }
};

BOOST_AUTO_TEST_CASE(servers_by_configuration_then_path_then_cache) {
  World world;
  BOOST_TEST(server_candidates({}).empty());
  const std::string old = world.program("cache/coder-nvim/llama.cpp-3.9.0/bin/llama-server");
  const std::string fresh = world.program("cache/coder-nvim/llama.cpp-3.22.1/bin/llama-server");
  const std::string cuda = world.program("cache/coder-nvim/llama.cpp-3.22.1-cuda/bin/llama-server");
  world.folder.file("bin/llama-server", "not executable");
  std::vector<std::vector<std::string>> found = server_candidates({});
  BOOST_REQUIRE(found.size() == 3u);
  BOOST_TEST(found[0][0] == cuda);
  BOOST_TEST(found[1][0] == fresh);
  BOOST_TEST(found[2][0] == old);
  const std::string on_path = world.program("more/llama-server");
  found = server_candidates({});
  BOOST_REQUIRE(found.size() == 4u);
  BOOST_TEST(found[0][0] == on_path);
  config::Engine named;
  named.command = {"nice", "my-server"};
  found = server_candidates(named);
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0] == named.command, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(models_by_path_and_by_name) {
  World world;
  BOOST_TEST(world.model("").find("set `model` in [engine] to a GGUF file") != std::string::npos);
  const std::string one = world.folder.file("data/coder-nvim/models/one.gguf");
  BOOST_TEST(world.model("") == one);  // the only one
  BOOST_TEST(world.model("one") == one);
  BOOST_TEST(world.model("one.gguf") == one);
  BOOST_TEST(world.model("oen.gguf").find("did you mean `one.gguf`?") != std::string::npos);
  world.folder.file("data/coder-nvim/models/big-00001-of-00002.gguf");
  world.folder.file("data/coder-nvim/models/big-00002-of-00002.gguf");
  BOOST_TEST(world.model("").find("big-00001-of-00002.gguf, one.gguf") != std::string::npos, world.model(""));
  const std::string beside = world.folder.file("config/m/two.gguf");
  BOOST_TEST(world.model("m/two.gguf") == beside);
  BOOST_TEST(world.model(beside) == beside);
  const std::string at_home = world.folder.file("home/three.gguf");
  BOOST_TEST(world.model("~/three.gguf") == at_home);
  BOOST_TEST(world.model(world.folder / "none.gguf").find("does not exist") != std::string::npos);
  BOOST_TEST(world.model(world.folder.path()).find("does not exist") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(this_machine_has_memory) { BOOST_TEST(available_memory() > 1 << 20); }

}  // namespace
}  // namespace coder::engine
