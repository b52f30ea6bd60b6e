#include "edit/names.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "syntax/language.h"

namespace coder::edit {
namespace {

constexpr size_t kMaxPath = 1024;

constexpr std::array<std::string_view, 13> kBareNames = {
    "Makefile", "Dockerfile", "LICENSE",     "README",        "Justfile", "BUILD",   "WORKSPACE",
    "Procfile", "CODEOWNERS", "Jenkinsfile", "Containerfile", "justfile", "makefile"};

constexpr std::array<std::string_view, 40> kExtensions = {
    "md",    "toml", "json", "yaml",  "yml",   "txt",  "cfg",  "ini",    "html",   "css",
    "scss",  "sql",  "xml",  "cmake", "vim",   "el",   "kt",   "swift",  "cs",     "php",
    "zig",   "ex",   "hs",   "ml",    "proto", "rst",  "lock", "gradle", "svelte", "vue",
    "scala", "nix",  "dart", "r",     "jl",    "lean", "mk",   "ipynb",  "csv",    "in"};

/// Words that look like files and name something else.
constexpr std::array<std::string_view, 8> kNoFiles = {"node.js", "next.js",  "vue.js", "asp.net",
                                                      "vb.net",  "three.js", "d3.js",  "express.js"};

bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_letter(char c) { return is_alnum(c) && !(c >= '0' && c <= '9'); }

bool ends_like_file(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot + 1 == name.size() || name.size() - dot > 13) return false;
  const std::string_view extension = name.substr(dot + 1);
  const bool sound = std::all_of(extension.begin(), extension.end(),
                                 [](char c) { return is_alnum(c) || c == '_' || c == '+' || c == '-'; });
  return sound && std::any_of(extension.begin(), extension.end(), is_letter);
}

bool known_ending(std::string_view name) {
  const std::string_view extension = name.substr(std::min(name.rfind('.') + 1, name.size()));
  return syntax::language_of(name) != syntax::Language::none ||
         std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

/// Takes `mark` off both ends.
bool unwrap(std::string_view& text, std::string_view open, std::string_view close) {
  if (text.size() <= open.size() + close.size() || text.substr(0, open.size()) != open ||
      text.substr(text.size() - close.size()) != close)
    return false;
  text = trim(text.substr(open.size(), text.size() - open.size() - close.size()));
  return true;
}

/// Without what sets a name apart. `marked`: as code or quoted, so that blanks in it are part of it.
std::string_view bare_name(std::string_view text, bool& marked) {
  for (bool again = true; again;) {
    again = false;
    text = trim(text);
    while (!text.empty() && text.back() == ':') {
      text = trim(text.substr(0, text.size() - 1));
      again = true;
    }
    for (const std::string_view mark : {"**", "__", "*"}) again = unwrap(text, mark, mark) || again;
    for (const std::string_view mark : {"`", "\"", "'"}) {
      if (unwrap(text, mark, mark)) again = marked = true;
    }
    again = unwrap(text, "[", "]") || again;
  }
  return text;
}

std::string attribute_in(std::string_view text) {
  for (const std::string_view key : {"path=", "file=", "filename=", "title=", "name="}) {
    for (size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
      if (at > 0 && is_alnum(text[at - 1])) continue;
      std::string_view value = text.substr(at + key.size());
      if (!value.empty() && (value[0] == '"' || value[0] == '\'')) {
        const size_t end = value.find(value[0], 1);
        return std::string(value.substr(1, end == std::string_view::npos ? end : end - 1));
      }
      return std::string(value.substr(0, value.find_first_of(" \t,}>")));
    }
  }
  return "";
}

/// The one path that a sentence marks as code; empty where there are several or none.
std::string mention_in(std::string_view line) {
  std::string found;
  for (size_t at = line.find('`'); at != std::string_view::npos;) {
    const size_t end = line.find('`', at + 1);
    if (end == std::string_view::npos) break;
    const std::string_view inside = line.substr(at + 1, end - at - 1);
    if (looks_like_path(inside, true)) {
      if (!found.empty() && found != inside) return "";
      found = inside;
    }
    at = line.find('`', end + 1);
  }
  return found;
}

}  // namespace

bool looks_like_path(std::string_view text, bool strict) {
  if (text.empty() || text.size() > kMaxPath || text.find("://") != std::string_view::npos) return false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ' ||
        std::string_view("`*<>|\"?;").find(c) != std::string_view::npos)
      return false;
  }
  if (strict && text.find(' ') != std::string_view::npos) return false;
  const std::string_view name = text.substr(text.rfind('/') + 1);
  if (name.empty() || name == "." || name == "..") return false;
  if (std::find(kBareNames.begin(), kBareNames.end(), name) != kBareNames.end()) return true;
  if (std::find(kNoFiles.begin(), kNoFiles.end(), lower_ascii(text)) != kNoFiles.end()) return false;
  const bool folder = name.size() < text.size();
  if (ends_like_file(name)) return !strict || folder || known_ending(name);
  if (!folder || strict) return false;
  return std::all_of(
             name.begin(), name.end(),
             [](char c) { return is_alnum(c) || c == '_' || c == '-' || c == '.' || (c & 0x80) != 0; }) &&
         name.back() != '.';
}

NameLine name_line(std::string_view line) {
  std::string_view text = trim(line);
  if (text.empty() || text.size() > 2 * kMaxPath) return {};
  NameLine out;
  out.kind = NameLine::Kind::path;
  while (!text.empty() && text.front() == '>') text = trim(text.substr(1));
  if (text.substr(0, 1) == "#") {
    const size_t end = text.find_first_not_of('#');
    text = end == std::string_view::npos ? std::string_view() : trim(text.substr(end));
  }
  if (text.substr(0, 2) == "- " || text.substr(0, 2) == "* " || text.substr(0, 2) == "+ ") {
    text = trim(text.substr(2));
    out.kind = NameLine::Kind::bullet;
  } else {
    const size_t digits = text.find_first_not_of("0123456789");
    if (digits != 0 && digits != std::string_view::npos && (text[digits] == '.' || text[digits] == ')') &&
        text.substr(digits + 1, 1) == " ") {
      text = trim(text.substr(digits + 2));
      // "### 1. x" stands over one file, as a heading does; "1. x" may be part of a list.
      if (trim(line).front() != '#') out.kind = NameLine::Kind::bullet;
    }
  }
  if (text.substr(0, 1) == "<" && text.substr(0, 2) != "<<" && text.find('>') != std::string_view::npos) {
    out.path = attribute_in(text);
    if (looks_like_path(out.path, false)) return out;
    return {};
  }
  bool marked = false;
  std::string_view name = bare_name(text, marked);
  std::string_view said = name;  // "**File:** x"
  while (!said.empty() && (said[0] == '*' || said[0] == '_')) said.remove_prefix(1);
  for (const std::string_view word : {"file", "filename", "path", "in", "edit", "update", "create", "modify",
                                      "new file", "file path", "filepath", "delete"}) {
    if (!starts_with_ignoring_case(said, word)) continue;
    std::string_view rest = said.substr(word.size());
    // "File: x", "**File:** x", "File `x`"
    const size_t begin = rest.find_first_not_of(": *_");
    if (begin == 0 || begin == std::string_view::npos) continue;
    if (rest.find(':') >= begin && rest[begin] != '`') continue;
    bool inner = false;
    const std::string_view candidate = bare_name(rest.substr(begin), inner);
    if (looks_like_path(candidate, !inner)) {
      out.path = candidate;
      return out;
    }
  }
  // "`x` (new file)"
  const size_t paren = name.rfind(" (");
  if (paren != std::string_view::npos && name.back() == ')') {
    bool inner = false;
    const std::string_view candidate = bare_name(name.substr(0, paren), inner);
    if (looks_like_path(candidate, !inner)) name = candidate, marked = marked || inner;
  }
  const bool blanks = name.find(' ') != std::string_view::npos;
  if ((!blanks || marked) && looks_like_path(name, blanks && !marked)) {
    out.path = name;
    return out;
  }
  if (!text.empty() && text.back() == ':') {
    out.path = mention_in(text);
    if (!out.path.empty()) {
      out.kind = NameLine::Kind::mention;
      return out;
    }
  }
  return {};
}

Fence fence_of(std::string_view line) {
  const size_t begin = line.find_first_not_of(' ');
  if (begin == std::string_view::npos || begin > 3) return {};
  const char mark = line[begin];
  if (mark != '`' && mark != '~') return {};
  size_t end = line.find_first_not_of(mark, begin);
  if (end == std::string_view::npos) end = line.size();
  if (end - begin < 3) return {};
  const std::string_view info = trim(line.substr(end));
  // `` ```x``` `` is code within a line.
  if (mark == '`' && info.find('`') != std::string_view::npos) return {};
  return {mark, end - begin, info};
}

std::string path_in_info(std::string_view info) {
  info = trim(info);
  if (info.empty()) return "";
  if (const std::string named = attribute_in(info); !named.empty())
    return looks_like_path(named, false) ? named : "";
  std::string_view first = info.substr(0, info.find_first_of(" \t{"));
  std::string_view rest = trim(info.substr(first.size()));
  const size_t colon = first.find(':');
  if (colon != std::string_view::npos && colon > 0) {
    const std::string_view before = first.substr(0, colon);
    const std::string_view behind = first.substr(colon + 1);
    const bool counted = before.find_first_not_of("0123456789") == std::string_view::npos;
    return !counted && looks_like_path(behind, true) ? std::string(behind) : "";
  }
  if (looks_like_path(first, true)) return std::string(first);
  bool marked = false;
  rest = bare_name(rest, marked);
  return looks_like_path(rest, !marked) && rest.find(' ') == std::string_view::npos ? std::string(rest) : "";
}

std::string language_in_info(std::string_view info) {
  return lower_ascii(info.substr(0, info.find_first_of(" \t:{,")));
}

bool is_shell(std::string_view language) {
  for (const std::string_view one : {"sh", "bash", "shell", "zsh", "console", "shell-session", "terminal",
                                     "cmd", "powershell", "ps1", "fish"}) {
    if (language == one) return true;
  }
  return false;
}

bool is_diff(std::string_view language) {
  return language == "diff" || language == "patch" || language == "udiff";
}

}  // namespace coder::edit
