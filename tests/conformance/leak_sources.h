// Private text from every place a prompt takes it from, labelled by the rooms whose task that is.
#pragma once

#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/named.h"
#include "completion/prompt.h"
#include "conformance/leak_project.h"
#include "task/conversation.h"
#include "task/source.h"
#include "workspace/labels.h"

namespace coder::test {

using privacy::Label;
using privacy::Role;

inline bool holds_word(const std::string& text, size_t first, size_t last) {
  for (size_t i = first; i < last; ++i) {
    if (text.find(leak_words()[i]) != std::string::npos) return true;
  }
  return false;
}
inline bool holds_private(const std::string& text) { return holds_word(text, 0, kPrivateWords); }
inline bool holds_never(const std::string& text) {
  return holds_word(text, kPrivateWords, leak_words().size());
}

inline std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> out;
  for (size_t from = 0; from < text.size();) {
    const size_t end = std::min(text.find('\n', from), text.size());
    out.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return out;
}

/// As git writes a name with characters beyond ASCII or a quotation mark.
inline std::string git_name(const std::string& name) {
  bool plain = true;
  std::string out = "\"";
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && c != '"' && c != '\\') {
      out += c;
      continue;
    }
    plain = false;
    char octal[8];
    std::snprintf(octal, sizeof octal, "\\%03o", byte);
    out += octal;
  }
  return plain ? name : out + "\"";
}

/// A diff as git and others write it, of a file that is private or not.
inline std::string diff_of(Dice& dice, bool hidden) {
  static const std::vector<std::string> kOpen = {"src/open.py", "src/client.cc", "README.md"};
  const std::string name = hidden ? dice.any(LeakProject::hidden_names()) : dice.any(kOpen);
  const std::string other = dice.percent(50) ? name : dice.any(kOpen);
  static const std::vector<std::pair<std::string, std::string>> kPrefixes = {
      {"a/", "b/"}, {"i/", "w/"}, {"c/", "i/"}, {"", ""}, {"o/", "w/"}};
  const auto& [from, to] = dice.any(kPrefixes);
  const std::string body = "@@ -1,2 +1,2 @@\n" + joined(lines_of(dice, hidden, 2), "-") +
                           joined(lines_of(dice, hidden, 1), " ") + joined(lines_of(dice, hidden, 2), "+");
  const std::string old_name = git_name(from + name), new_name = git_name(to + other);
  std::string out;
  switch (dice.below(7)) {
    case 0:
      out = "diff --git " + old_name + " " + new_name + "\nindex 1234567..89abcde 100644\n--- " + old_name +
            "\n+++ " + new_name + "\n" + body;
      break;
    case 1:
      out = "--- " + old_name + "\t2024-01-01 00:00:00\n+++ " + new_name + "\n" + body;
      break;
    case 2:
      out = "diff --git " + old_name + " " + new_name + "\nsimilarity index 90%\nrename from " +
            git_name(name) + "\nrename to " + git_name(other) + "\n" + body;
      break;
    case 3:
      out = "diff --cc " + git_name(name) + "\nindex 1,2..3\n--- " + git_name(from + name) + "\n+++ " +
            git_name(to + name) + "\n@@@ -1,1 -1,1 +1,1 @@@\n" + joined(lines_of(dice, hidden, 2), "++");
      break;
    case 4:
      out = "Index: " + name + "\n=====================\n--- " + name + "\t(revision 1)\n+++ " + name +
            "\t(working copy)\n" + body;
      break;
    case 5:
      out = "diff --git " + old_name + " " + new_name + "\nnew file mode 100644\n--- /dev/null\n+++ " +
            git_name(to + name) + "\n" + body;
      break;
    default: {
      std::string quotation;
      const std::string whole = "--- " + old_name + "\n+++ " + new_name + "\n" + body;
      for (const std::string& line : split_lines(whole)) quotation += "> " + line + "\n";
      out = quotation;
    }
  }
  return out;
}

/// The buffers of one Neovim, as its backend sees them.
class LeakEditor {
 public:
  using GetConfig = std::function<std::shared_ptr<const config::Config>()>;
  LeakEditor(const LeakProject& project, Dice& dice, GetConfig config)
      : project_(project),
        config_(std::move(config)),
        labels_(
            mirrors_, [this]() -> const privacy::PathRules& { return config_()->path_rules(); },
            [](int64_t) {}) {
    const std::string harmless = project.root() + "/src/harmless_";
    const auto text = [&](bool hidden) { return lines_of(dice, hidden, 2 + dice.below(8)); };
    // A private file first: whatever is recognised later is recognised by what it has left.
    source_ = open(dice.any(project.hidden()), text(true));
    const int64_t renamed = open(dice.any(project.hidden()), text(true));
    rename(renamed, harmless + "renamed.py");
    const int64_t unnamed_then = open(dice.any(project.hidden()), text(true));
    rename(unnamed_then, "");
    insert(open("", text(false)), dice, Copy::lines);
    insert(open("", {""}), dice, Copy::lines);
    insert(open("term://~//1:/bin/sh", text(false)), dice, Copy::lines);
    insert(open(harmless + "put.py", text(false)), dice, Copy::yanked);
    insert(open("", {""}), dice, Copy::yanked);
    insert(open("", text(false)), dice, Copy::word);
    const int64_t diff = open("", {""});
    set(diff, split_lines(diff_of(dice, true)));
    open("fugitive://" + project.root() + "/.git//0/client-x/secret.py", text(true));
    open("scp://host/" + project.home() + "/nda/contract.c", text(true), true);
    open(harmless + "held.py", text(true), true);
    for (const std::string& path : project.open()) open(path, text(false));
    open("", text(false));
    const int64_t plain = open("", {""});
    set(plain, split_lines(diff_of(dice, false)));
    const int64_t never = open(dice.any(project.never()), {leak_words()[kPrivateWords]});
    never_.insert(never);
  }

  struct Piece {
    std::string path;
    std::vector<std::string> lines;
    privacy::Verdict verdict;
    std::string text() const { return joined(lines); }
  };
  /// Any of them; what private text there is must be known for it.
  Piece any(Dice& dice) const {
    const int64_t buf = 1 + static_cast<int64_t>(dice.below(static_cast<size_t>(last_)));
    const workspace::Mirror& mirror = *mirrors_.find(buf);
    Piece piece{mirror.path, mirror.lines, labels_.of(buf)};
    if (holds_private(piece.text())) {
      BOOST_CHECK_MESSAGE(piece.verdict.label == Label::local_only,
                          "buffer taken for public: " << piece.path);
    }
    BOOST_CHECK(piece.verdict.never_send == (never_.count(buf) > 0));
    return piece;
  }

  privacy::Verdict judge(Role role, const std::string& text) {
    return role == Role::user ? labels_.of_text(text, project_.root())
                              : labels_.of_answer(text, project_.root());
  }

  /// What is copied out of a private buffer: lines by hand (:read, the terminal), lines into a register, or
  /// one word into a register. A word is recognised in text without a path only.
  enum class Copy { lines, yanked, word };
  std::vector<std::string> copied(Dice& dice, Copy how) {
    const workspace::Mirror& mirror = *mirrors_.find(source_);
    const size_t first = dice.below(mirror.lines.size());
    const size_t count = 1 + dice.below(std::min<size_t>(3, mirror.lines.size() - first));
    std::vector<std::string> out(mirror.lines.begin() + static_cast<int64_t>(first),
                                 mirror.lines.begin() + static_cast<int64_t>(first + count));
    if (how == Copy::lines) return out;
    if (how == Copy::yanked) {
      labels_.yanked(source_, first + 1, 0, first + count, out.back().size(), "line");
      return out;
    }
    const std::string& line = mirror.lines[first];
    for (size_t i = 0; i < kPrivateWords; ++i) {
      const std::string& word = leak_words()[i];
      const size_t at = line.find(word);
      if (at == std::string::npos) continue;
      labels_.yanked(source_, first + 1, at, first + 1, at + word.size() - 1, "char");
      return {word};
    }
    BOOST_FAIL("no word in: " << line);
    return out;
  }

  void rules_changed() { labels_.rules_changed(); }

 private:
  int64_t open(const std::string& path, const std::vector<std::string>& text, bool held = false) {
    const int64_t buf = ++last_;
    mirrors_.open(buf, path);
    labels_.attached(buf, path, held);
    set(buf, text);
    return buf;
  }
  void rename(int64_t buf, const std::string& path) {
    mirrors_.open(buf, path);
    labels_.attached(buf, path, false);
  }
  void change(int64_t buf, int64_t first, int64_t last, const std::vector<std::string>& text) {
    workspace::LinesEvent event;
    event.changedtick = ++tick_;
    event.first = first;
    event.last = last;
    event.lines = text;
    BOOST_REQUIRE(mirrors_.apply(buf, std::move(event)) == workspace::Mirrors::Applied::ok);
    labels_.changed(buf, static_cast<size_t>(first), text.size());
  }
  void set(int64_t buf, const std::vector<std::string>& text) { change(buf, 0, -1, text); }
  void insert(int64_t buf, Dice& dice, Copy how) {
    const std::vector<std::string> text = copied(dice, how);
    const auto at = static_cast<int64_t>(dice.below(mirrors_.find(buf)->lines.size() + 1));
    change(buf, at, at, text);
  }

  const LeakProject& project_;
  GetConfig config_;
  workspace::Mirrors mirrors_;
  workspace::Labels labels_;
  std::set<int64_t> never_;
  int64_t source_ = 0, last_ = 0, tick_ = 0;
};

}  // namespace coder::test
