#include "edit/journal.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "base/folders.h"
#include "base/hash.h"
#include "base/text.h"
#include "edit/file_ops.h"

namespace coder::edit {
namespace {

constexpr std::string_view kHead = "coder-nvim edit journal 1";
constexpr std::array<std::string_view, 4> kKinds = {"replace", "create", "remove", "buffer"};
constexpr std::array<std::string_view, 3> kStates = {"prepare", "commit", "undo"};

/// Paths may hold anything but NUL: what parts fields and lines is written as %XX.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) > ' ' && c != '%') {
      out += c;
      continue;
    }
    char code[4];
    std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += code;
  }
  return out;
}

std::string plain(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16).ec == std::errc()) {
      out += static_cast<char>(code);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool read_hash(std::string_view text, uint64_t& out) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out, 16);
  return code == std::errc() && end == text.data() + text.size();
}

template <size_t N>
std::optional<size_t> index_of(const std::array<std::string_view, N>& words, std::string_view word) {
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<size_t>(found - words.begin());
}

std::string hex(uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

std::optional<Journal> parse(std::string_view text) {
  const std::vector<std::string_view> lines = split(text, '\n');
  // Its last line is the hash of all before it.
  if (lines.size() < 4 || lines[0] != kHead || !lines.back().empty()) return std::nullopt;
  const std::string_view sum = lines[lines.size() - 2];
  const size_t body = text.size() - 1 - sum.size();
  if (sum != "sum " + hash_name(text.substr(0, body))) return std::nullopt;
  Journal out;
  for (size_t i = 1; i + 2 < lines.size(); ++i) {
    const std::vector<std::string_view> words = split(lines[i], ' ');
    if (words[0] == "state" && words.size() == 2) {
      const auto state = index_of(kStates, words[1]);
      if (!state) return std::nullopt;
      out.state = static_cast<Journal::State>(*state);
    } else if (words[0] == "folder" && words.size() == 2) {
      out.folders.push_back(plain(words[1]));
    } else if (words[0] == "step" && words.size() == 7) {
      const auto kind = index_of(kKinds, words[1]);
      Step step;
      if (!kind || !read_hash(words[2], step.old_hash) || !read_hash(words[3], step.new_hash))
        return std::nullopt;
      step.kind = static_cast<Step::Kind>(*kind);
      step.target = plain(words[4]);
      step.fresh = plain(words[5]);
      step.stale = plain(words[6]);
      out.steps.push_back(std::move(step));
    } else {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace

std::string journal_folder() {
  const std::string folder = state_folder();
  return folder.empty() ? "" : folder + "/edits";
}

std::string journal_file(const std::string& folder) { return folder + "/journal"; }

Result<void> write_journal(const std::string& folder, const Journal& journal) {
  std::string text =
      std::string(kHead) + "\nstate " + std::string(kStates[static_cast<size_t>(journal.state)]) + "\n";
  for (const std::string& one : journal.folders) text += "folder " + escaped(one) + "\n";
  for (const Step& step : journal.steps) {
    text += "step " + std::string(kKinds[static_cast<size_t>(step.kind)]) + " " + hex(step.old_hash) + " " +
            hex(step.new_hash) + " " + escaped(step.target) + " " + escaped(step.fresh) + " " +
            escaped(step.stale) + "\n";
  }
  text += "sum " + hash_name(text) + "\n";
  const std::string draft = journal_file(folder) + ".new";
  if (auto done = remove_file(draft); !done) return done;
  if (auto done = write_new(draft, text, 0600); !done) return done;
  if (auto done = sync_files({draft}); !done) return done;
  if (auto done = rename_over(draft, journal_file(folder)); !done) return done;
  return sync_folder(folder);
}

Result<std::optional<Journal>> read_journal(const std::string& folder) {
  struct stat info {};
  if (::lstat(journal_file(folder).c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<Journal>();
    return disk_error("cannot read", journal_file(folder));
  }
  std::ifstream in(journal_file(folder), std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in) return disk_error("cannot read", journal_file(folder));
  return parse(text);
}

Result<void> remove_journal(const std::string& folder) {
  if (auto done = remove_file(journal_file(folder)); !done) return done;
  return sync_folder(folder);
}

}  // namespace coder::edit
