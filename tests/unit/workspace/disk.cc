#include "workspace/disk.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <thread>

#include "support/temp_folder.h"

using namespace coder;
using namespace coder::workspace;
using test::TempFolder;

BOOST_AUTO_TEST_SUITE(disk)

BOOST_AUTO_TEST_CASE(a_file_that_changes_while_it_is_read_has_no_stat_or_one_text) {
  const TempFolder folder;
  folder.file("a.txt", std::string(1000, 'a'));
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      const auto letter = static_cast<char>('a' + i % 26);
      const std::string name = i % 3 == 0 ? "b.txt" : "a.txt";
      folder.file(name, std::string(static_cast<size_t>(1 + i % 400'000), letter));
      if (i % 3 == 0) std::filesystem::rename(folder / "b.txt", folder / "a.txt");
      if (i % 50 == 0) std::filesystem::remove(folder / "a.txt");
    }
  });
  size_t whole = 0;
  for (int i = 0; i < 3000; ++i) {
    const Disk::Text read = Disk(folder.path()).read("a.txt");
    if (read.kind == FileKind::missing || read.stat.size < 0) continue;
    ++whole;
    BOOST_REQUIRE(read.problem.empty());
    BOOST_REQUIRE(read.text.size() == static_cast<size_t>(read.stat.size));
  }
  stop = true;
  writer.join();
  BOOST_TEST(whole > 0U);
}

BOOST_AUTO_TEST_CASE(a_large_file_is_not_read) {
  const TempFolder folder;
  folder.file("large.py");
  std::filesystem::resize_file(folder / "large.py", 20 << 20);
  const Disk::Text read = Disk(folder.path()).read("large.py");
  BOOST_TEST(read.stat.size == 20 << 20);
  BOOST_TEST(read.text.empty());
  BOOST_TEST(read.problem.empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_file_or_leads_elsewhere) {
  const TempFolder folder, other;
  other.file("secret.py", "x");
  folder.folder("sub");
  folder.link("link.py", other / "secret.py");
  folder.link("out", other.path());
  folder.link("loop", "loop");
  BOOST_REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  const Disk disk(folder.path());
  for (const char* const path : {"sub", "link.py", "out/secret.py", "loop", "pipe", "../x"}) {
    const Disk::Text read = disk.read(path);
    BOOST_TEST(read.text.empty(), path);
    BOOST_TEST((!read.problem.empty() || read.kind == FileKind::missing), path);
  }
  BOOST_TEST((disk.read("nowhere").kind == FileKind::missing));
  BOOST_TEST((Disk(folder / "nowhere").read("a").kind == FileKind::missing));
}

BOOST_AUTO_TEST_CASE(another_file_of_the_same_name_is_another) {
  const TempFolder folder;
  const Disk disk(folder.path());
  BOOST_TEST((disk.identity("a.py") == Identity()));
  folder.file("a.py", "x");
  const Identity first = disk.identity("a.py");
  BOOST_TEST((first != Identity()));
  BOOST_TEST((first == disk.identity("a.py")));
  // The number of a file that went is often the next one's; the kernel's clock for files has steps of 4 or
  // 10 ms.
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  std::filesystem::remove(folder / "a.py");
  folder.file("a.py", "x");
  BOOST_TEST((first != disk.identity("a.py")));
}

BOOST_AUTO_TEST_CASE(a_file_that_may_not_be_read_says_so) {
  const TempFolder folder;
  folder.file("a.py", "x");
  ::chmod(folder.path().c_str(), 0755);
  ::chmod((folder / "a.py").c_str(), 0);
  const uid_t before = ::geteuid();
  if (before == 0) BOOST_REQUIRE(::seteuid(65534) == 0);  // root may read all
  const Disk::Text read = Disk(folder.path()).read("a.py");
  if (before == 0) BOOST_REQUIRE(::seteuid(before) == 0);
  BOOST_TEST(read.problem == "cannot be read: Permission denied");
}

BOOST_AUTO_TEST_SUITE_END()
