#include "base/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>

#include "support/temp_folder.h"

using namespace coder;
using test::TempFolder;

namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

mode_t mode_of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
}

size_t open_descriptors() {
  size_t count = 0;
  for (int fd = 0; fd < 256; ++fd) count += ::fcntl(fd, F_GETFD) >= 0;
  return count;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_line_goes_to_the_file_with_its_level) {
  const TempFolder temp;
  BOOST_TEST_REQUIRE(log::open_file(temp / "state/coder.log"));
  log::info("dropped: the level is warn");
  log::warn("first\nsecond");
  log::set_level(log::Level::debug);
  log::debug("details");
  log::set_level(log::Level::error);
  log::warn("dropped");
  log::error("bad \x1b[31m bytes \xff");
  log::set_level(log::Level::warn);
  const std::string text = read_file(temp / "state/coder.log");
  BOOST_TEST(text.find("dropped") == std::string::npos);
  BOOST_TEST(text.find(" warn: first second\n") != std::string::npos);
  BOOST_TEST(text.find(" debug: details\n") != std::string::npos);
  BOOST_TEST(text.find(" error: bad  [31m bytes \xEF\xBF\xBD\n") != std::string::npos);
  BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 3);
  BOOST_TEST(text.find(std::to_string(::getpid())) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_file_is_for_its_owner_only) {
  const TempFolder temp;
  const mode_t before = ::umask(0);
  BOOST_TEST_REQUIRE(log::open_file(temp / "state/coder.log"));
  ::umask(before);
  BOOST_TEST(mode_of(temp / "state/coder.log") == 0600u);
  BOOST_TEST(mode_of(temp / "state") == 0700u);
}

BOOST_AUTO_TEST_CASE(the_file_is_rotated_and_bounded) {
  const TempFolder temp;
  const std::string path = temp / "coder.log";
  BOOST_TEST_REQUIRE(log::open_file(path));
  const size_t descriptors = open_descriptors();
  const std::string line(4000, 'x');
  for (int i = 0; i < 1500; ++i) log::warn(line);  // about 6 MB
  BOOST_TEST(open_descriptors() == descriptors);
  BOOST_TEST(std::filesystem::exists(path + ".1"));
  BOOST_TEST(!std::filesystem::exists(path + ".2"));
  const auto both = std::filesystem::file_size(path) + std::filesystem::file_size(path + ".1");
  BOOST_TEST(both < (4u << 20) + 10000);
  BOOST_TEST(both > (2u << 20));
  BOOST_TEST(mode_of(path) == 0600u);
  log::warn("after");
  BOOST_TEST(read_file(path).find(" warn: after\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(rotation_counts_what_was_there_before) {
  const TempFolder temp;
  const std::string path = temp.file("coder.log", std::string((2 << 20) + 1, 'x'));
  BOOST_TEST_REQUIRE(log::open_file(path));
  log::warn("one");
  log::warn("two");
  BOOST_TEST(std::filesystem::file_size(path) < 1000u);
  BOOST_TEST(std::filesystem::exists(path + ".1"));
}

BOOST_AUTO_TEST_CASE(a_long_line_is_cut) {
  const TempFolder temp;
  BOOST_TEST_REQUIRE(log::open_file(temp / "coder.log"));
  log::warn(std::string(100000, 'x'));
  BOOST_TEST(std::filesystem::file_size(temp / "coder.log") < 5000u);
}

BOOST_AUTO_TEST_CASE(opening_another_file_closes_the_first) {
  const TempFolder temp;
  BOOST_TEST_REQUIRE(log::open_file(temp / "a.log"));
  const size_t descriptors = open_descriptors();
  BOOST_TEST_REQUIRE(log::open_file(temp / "b.log"));
  BOOST_TEST(open_descriptors() == descriptors);
  log::warn("to b");
  BOOST_TEST(read_file(temp / "a.log") == "");
  BOOST_TEST(read_file(temp / "b.log").find("to b") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_leaves_the_old_one_in_use) {
  const TempFolder temp;
  temp.file("plain");
  BOOST_TEST_REQUIRE(log::open_file(temp / "a.log"));
  BOOST_TEST(!log::open_file(temp / "plain/b.log"));
  BOOST_TEST(!log::open_file(temp.path()));
  log::warn("still here");
  BOOST_TEST(read_file(temp / "a.log").find("still here") != std::string::npos);
}
