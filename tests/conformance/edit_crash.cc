// A transaction killed at every system call that it makes, and its recovery too: afterwards all files are
// old, or all are new, and nothing else is left.
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>

#include "edit/journal.h"
#include "edit/plan.h"
#include "edit/reply.h"
#include "edit/transaction.h"
#include "support/temp_folder.h"

using namespace coder;
using namespace coder::edit;

namespace {

/// Every file below a folder with its text and mode.
using Files = std::map<std::string, std::string>;

Files files_in(const std::string& root) {
  Files out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string name = entry.path().lexically_relative(root).string();
    if (entry.is_directory()) {
      out[name + "/"] = "";
      continue;
    }
    std::ifstream in(entry.path(), std::ios::binary);
    out[name] = std::to_string(static_cast<unsigned>(entry.status().permissions())) + ":" +
                std::string(std::istreambuf_iterator<char>(in), {});
  }
  return out;
}

void lay_out(const std::string& root) {
  std::filesystem::remove_all(root);
  std::filesystem::create_directories(root + "/src");
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(root + "/" + name, std::ios::binary) << text;
  };
  write("src/a.py", "one = 1\ntwo = 2\n");
  write("src/b.py", "def f():\r\n    return 1\r\n");
  write("src/old.py", "x = 1\n");
  write("gone.txt", "bye\n");
  ::chmod((root + "/src/a.py").c_str(), 0755);
}

const char* const kReply =
    "src/a.py\n<<<<<<< SEARCH\none = 1\n=======\none = 10\n>>>>>>> REPLACE\n"
    "src/b.py\n<<<<<<< SEARCH\n    return 1\n=======\n    return 2\n>>>>>>> REPLACE\n"
    "*** Begin Patch\n*** Add File: new/deep/c.py\n+y = 2\n*** Delete File: gone.txt\n"
    "*** Update File: src/old.py\n*** Move to: src/new.py\n@@\n-x = 1\n+x = 2\n*** End Patch\n";

bool apply_all(const std::string& root, const std::string& journal) {
  if (!recover(journal)) return false;
  PlanOptions options;
  options.root = root;
  const Plan plan = make_plan(parse_reply(kReply), options);
  if (plan.refused()) return false;
  auto transaction = Transaction::begin(journal, targets_of(plan));
  return transaction && (*transaction)->commit() && (*transaction)->finish();
}

/// Runs `body` in a process that is killed when it enters its system call number `at`, from 0; false: it made
/// fewer. `ok` is what it returned then.
bool killed_at(int at, const std::function<bool()>& body, bool& ok) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(99);
    ::raise(SIGSTOP);
    ::_exit(body() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  BOOST_REQUIRE_MESSAGE(WIFSTOPPED(status), "processes cannot be traced here");
  ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  bool entering = true;
  for (int calls = 0;;) {
    ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
      return false;
    }
    if (!WIFSTOPPED(status) || WSTOPSIG(status) != (SIGTRAP | 0x80)) continue;
    if (entering && calls++ == at) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      return true;
    }
    entering = !entering;
  }
}

struct World {
  test::TempFolder folder;
  std::string root = folder.path() + "/project", state = folder.folder("state"), journal = state + "/edits";
  Files before, after;

  World() {
    lay_out(root);
    before = files_in(root);
    BOOST_REQUIRE(apply_all(root, journal));
    after = files_in(root);
    BOOST_REQUIRE(before != after);
  }
  void reset() {
    lay_out(root);
    std::filesystem::remove_all(journal);
  }
  /// After recovery: whole, and only the lock is left in the state folder.
  bool whole(bool& is_new) const {
    const Files now = files_in(root);
    is_new = now == after;
    const Files state_files = files_in(state);
    const bool clean = state_files.count("edits/journal") == 0 && state_files.count("edits/rescued/") == 0;
    return clean && (is_new || now == before);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(killed_at_every_system_call) {
  World world;
  // An allocator calls the system, too, and not as often each time.
  constexpr int kShift = 24;
  int old_ones = 0, new_ones = 0, first_new = 0;
  for (int at = 0;; ++at) {
    world.reset();
    bool ok = false;
    if (!killed_at(
            at, [&] { return apply_all(world.root, world.journal); }, ok)) {
      BOOST_TEST(ok);
      break;
    }
    const auto recovered = recover(world.journal);
    BOOST_TEST_INFO("killed at system call " << at);
    BOOST_REQUIRE(recovered.ok());
    BOOST_TEST(recovered->left.empty());
    bool is_new = false;
    BOOST_TEST_INFO("killed at system call " << at);
    BOOST_REQUIRE(world.whole(is_new));
    if (is_new && new_ones == 0) first_new = at;
    (is_new ? new_ones : old_ones)++;
    // Once new, never old again: the note in the journal is the one moment that decides.
    BOOST_TEST_INFO("killed at system call " << at);
    BOOST_REQUIRE((is_new || new_ones == 0 || at < first_new + kShift));
  }
  BOOST_TEST_MESSAGE(old_ones << " times all old, " << new_ones << " times all new");
  BOOST_TEST(old_ones > 20);
  BOOST_TEST(new_ones > 20);
}

BOOST_AUTO_TEST_CASE(recovery_killed_at_every_system_call) {
  World world;
  for (int first = 5;; first += 37) {
    world.reset();
    bool ok = false;
    if (!killed_at(
            first, [&] { return apply_all(world.root, world.journal); }, ok))
      break;
    test::TempFolder saved;
    const auto copy_all = [](const std::string& from, const std::string& to) {
      for (const char* part : {"/project", "/state"}) {
        std::filesystem::remove_all(to + part);
        std::filesystem::copy(from + part, to + part, std::filesystem::copy_options::recursive);
      }
    };
    copy_all(world.folder.path(), saved.path());
    for (int second = 0;; ++second) {
      copy_all(saved.path(), world.folder.path());
      const bool killed = killed_at(
          second, [&] { return recover(world.journal).ok(); }, ok);
      const auto recovered = recover(world.journal);
      bool is_new = false;
      BOOST_TEST_INFO("killed at system calls " << first << " and " << second);
      BOOST_REQUIRE((recovered.ok() && recovered->left.empty() && world.whole(is_new)));
      if (!killed) break;
    }
  }
}

BOOST_AUTO_TEST_CASE(what_somebody_changed_after_a_crash_is_kept) {
  World world;
  for (int at = 0;; ++at) {
    world.reset();
    bool ok = false;
    if (!killed_at(
            at, [&] { return apply_all(world.root, world.journal); }, ok))
      break;
    std::ofstream(world.root + "/src/a.py", std::ios::binary) << "mine\n";
    const auto recovered = recover(world.journal);
    BOOST_REQUIRE(recovered.ok());
    std::ifstream in(world.root + "/src/a.py");
    BOOST_TEST_INFO("killed at system call " << at);
    BOOST_REQUIRE(std::string(std::istreambuf_iterator<char>(in), {}) == "mine\n");
    for (const auto& [name, text] : files_in(world.root)) {
      BOOST_TEST_INFO(name << ", killed at system call " << at);
      BOOST_REQUIRE(name.find(".coder-") == std::string::npos);
    }
  }
}
