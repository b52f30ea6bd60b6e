// A project with private files, for the tests of leaks: its private text is made of words that can be
// searched for.
#pragma once

#include <string>
#include <vector>

#include "support/mock_lane.h"
#include "support/temp_folder.h"

namespace coder::test {

/// Of private text: plain, beyond ASCII, with what JSON and URLs escape. The last one is of files that are
/// never sent, to no lane.
inline const std::vector<std::string>& leak_words() {
  static const std::vector<std::string> words = {"Zq7Vault-Kestrel91", "Клад-Жёлудь-42",
                                                 "q\"uo\\te/Path+42 %7E", "NeverSent-Wyvern55"};
  return words;
}
inline constexpr size_t kPrivateWords = 3;

/// A line of private text: whatever part of it a prompt takes, a word is likely to be in it.
inline std::string private_line(Dice& dice) {
  static const std::vector<std::string> kShapes = {"$ = \"$\";  // $", "\tif ($ == \"$\") return $;",
                                                   "  log(\"$ $\", $);", "/* $, $ */",
                                                   "$: { \"$\": \"$\" },"};
  std::string out;
  for (const char c : dice.any(kShapes)) {
    out += c == '$' ? leak_words()[dice.below(kPrivateWords)] + "_" + std::to_string(dice.below(100))
                    : std::string(1, c);
  }
  return out;
}

inline std::string public_line(Dice& dice) {
  static const std::vector<std::string> kShapes = {"int open_$ = compute_open($, $);",
                                                   "for (size_t i = $; i < $; ++i) step(i);",
                                                   "# the number $ is open",
                                                   "    self.open_$ = \"$\"  # ключ $ \\ %7E",
                                                   "",
                                                   "}"};
  std::string out;
  for (const char c : dice.any(kShapes)) {
    out += c == '$' ? std::to_string(dice.below(1000000000)) : std::string(1, c);
  }
  return out;
}

inline std::vector<std::string> lines_of(Dice& dice, bool is_private, size_t count) {
  std::vector<std::string> out;
  for (size_t i = 0; i < count; ++i) out.push_back(is_private ? private_line(dice) : public_line(dice));
  return out;
}

inline std::string joined(const std::vector<std::string>& lines, const std::string& before = "") {
  std::string out;
  for (const std::string& line : lines) out += before + line + "\n";
  return out;
}

/// Files under one temporary folder:
///   repo/             a repository; client-x/** and *.nda are private by its owner's configuration
///   repo/vendor/sub/  a repository within it, with a client-x of its own
///   repo/tight/       its .coder.toml makes everything below private
///   repo/broken/      a .coder.toml that cannot be read as one: everything below is private
///   nda/              outside any repository, private by an absolute pattern
class LeakProject {
 public:
  explicit LeakProject(uint64_t seed) {
    Dice dice(Dice::mix(seed, "project"));
    folder_.folder("repo/.git");
    folder_.folder("repo/vendor/sub/.git");
    const auto add = [&](const char* name, bool hidden) {
      const size_t count = 3 + dice.below(12);
      return folder_.file(name, joined(lines_of(dice, hidden, count)));
    };
    for (const char* name : {"repo/client-x/secret.py", "repo/client-x/deep/er/über.cc",
                             "repo/CLIENT-X/Other.py", "repo/docs/plan.nda", "repo/docs/PLAN.NDA",
                             "repo/vendor/sub/client-x/inner.c", "repo/tight/kept.go", "repo/tight/a/b.go",
                             "repo/broken/x.rs", "nda/contract.c", "repo/client-x/with space.py",
                             "repo/client-x/tests/test_open.py", "repo/client-x/tests/test_secret.py"}) {
      hidden_.push_back(add(name, true));
    }
    folder_.file("repo/tight/.coder.toml", "[privacy]\nlocal_only = [\"**\"]\n");
    folder_.file("repo/broken/.coder.toml", "[privacy\nlocal_only = \n");
    for (const char* name : {"repo/src/open.py", "repo/src/near.py", "repo/src/client.cc", "repo/README.md",
                             "repo/vendor/sub/src/lib.c", "free/notes.txt"}) {
      open_.push_back(add(name, false));
    }
    // Other ways to the same files.
    hidden_.push_back(folder_.link("repo/src/link.py", "../client-x/secret.py"));
    hidden_.push_back(folder_.link("repo/src/chain.py", "link.py"));
    folder_.link("repo/src/dir", folder_ / "repo/client-x");
    hidden_.push_back(folder_ / "repo/src/dir/secret.py");
    hidden_.push_back(folder_ / "repo/src/dir/deep/er/über.cc");
    hidden_.push_back(folder_ / "repo/src/../client-x/secret.py");
    hidden_.push_back(folder_ / "repo/./src//../CLIENT-X/./Other.py");
    // Through the link, ".." is another folder than it looks.
    hidden_.push_back(folder_ / "repo/src/dir/../client-x/secret.py");
    hidden_.push_back(folder_.link("free/contract.c", folder_ / "nda/contract.c"));
    // A link whose own place is private, though what it leads to is not.
    hidden_.push_back(folder_.link("repo/client-x/out.txt", folder_ / "free/private-through-link.txt"));
    folder_.file("free/private-through-link.txt", joined(lines_of(dice, true, 5)));

    for (const char* name :
         {"repo/.env", "repo/deploy/id_rsa", "repo/client-x/server.pem", "repo/my.secret"}) {
      never_.push_back(
          folder_.file(name, leak_words()[kPrivateWords] + "=" + leak_words()[kPrivateWords] + "\n"));
    }
    never_.push_back(folder_.link("repo/src/settings.txt", "../.env"));
  }

  const std::string& home() const { return folder_.path(); }
  std::string root() const { return folder_ / "repo"; }
  /// Paths of files that are private, of others, and of such as enter no prompt.
  const std::vector<std::string>& hidden() const { return hidden_; }
  const std::vector<std::string>& open() const { return open_; }
  const std::vector<std::string>& never() const { return never_; }
  /// Of the private ones in the repository itself: relative paths, without detours.
  static const std::vector<std::string>& hidden_names() {
    static const std::vector<std::string> names = {
        "client-x/secret.py", "client-x/deep/er/über.cc", "CLIENT-X/Other.py", "docs/plan.nda",
        "tight/kept.go",      "client-x/with space.py",   "client-x/gone.py"};
    return names;
  }

  /// The [privacy] section, in one of several ways to say the same.
  std::string privacy_section(Dice& dice) const {
    static const std::vector<std::string> kFolders = {"client-x/**", "client-x", "Client-X/",
                                                      "**/client-x/**", "client-[x-z]/**"};
    static const std::vector<std::string> kNames = {"*.nda", "**/*.nda", "docs/*.nda"};
    return "[privacy]\nlocal_only = [\"" + dice.any(kFolders) + "\", \"" + dice.any(kNames) + "\", \"" +
           home() + "/nda/**\"]\nnever_send = [\"*.secret\"]\n";
  }

 private:
  TempFolder folder_;
  std::vector<std::string> hidden_, open_, never_;
};

}  // namespace coder::test
