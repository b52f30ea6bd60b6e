#include "syntax/language.h"

#include <array>

#include "base/text.h"

namespace coder::syntax {
namespace {

struct Entry {
  std::string_view name;
  Language language;
};

/// Extensions, lower case.
constexpr Entry kExtensions[] = {
    {"py", Language::python},
    {"pyi", Language::python},
    {"pyw", Language::python},
    {"rs", Language::rust},
    {"c", Language::c},
    {"h", Language::cpp},
    {"cc", Language::cpp},
    {"cpp", Language::cpp},
    {"cxx", Language::cpp},
    {"c++", Language::cpp},
    {"hh", Language::cpp},
    {"hpp", Language::cpp},
    {"hxx", Language::cpp},
    {"h++", Language::cpp},
    {"inl", Language::cpp},
    {"ipp", Language::cpp},
    {"tpp", Language::cpp},
    {"cu", Language::cpp},
    {"cuh", Language::cpp},
    {"lua", Language::lua},
    {"rockspec", Language::lua},
    {"js", Language::javascript},
    {"mjs", Language::javascript},
    {"cjs", Language::javascript},
    {"jsx", Language::javascript},
    {"ts", Language::typescript},
    {"mts", Language::typescript},
    {"cts", Language::typescript},
    {"tsx", Language::tsx},
    {"go", Language::go},
    {"java", Language::java},
    {"rb", Language::ruby},
    {"rake", Language::ruby},
    {"gemspec", Language::ruby},
    {"ru", Language::ruby},
    {"podspec", Language::ruby},
    {"sh", Language::bash},
    {"bash", Language::bash},
    {"ksh", Language::bash},
    {"zsh", Language::bash},
    {"bats", Language::bash},
    {"ebuild", Language::bash},
};

/// Whole names of files.
constexpr Entry kNames[] = {
    {"SConstruct", Language::python}, {"SConscript", Language::python},  {"wscript", Language::python},
    {".luacheckrc", Language::lua},   {"Rakefile", Language::ruby},      {"Gemfile", Language::ruby},
    {"Vagrantfile", Language::ruby},  {"Podfile", Language::ruby},       {"Brewfile", Language::ruby},
    {".bashrc", Language::bash},      {".bash_profile", Language::bash}, {".bash_aliases", Language::bash},
    {".profile", Language::bash},     {".zshrc", Language::bash},        {"PKGBUILD", Language::bash},
    {"APKBUILD", Language::bash},
};

/// Interpreters, without the version behind them ("python3.11").
constexpr Entry kInterpreters[] = {
    {"python", Language::python}, {"pypy", Language::python},     {"lua", Language::lua},
    {"luajit", Language::lua},    {"node", Language::javascript}, {"nodejs", Language::javascript},
    {"ruby", Language::ruby},     {"sh", Language::bash},         {"bash", Language::bash},
    {"dash", Language::bash},     {"ksh", Language::bash},        {"zsh", Language::bash},
};

template <size_t N>
Language find(const Entry (&table)[N], std::string_view name) {
  for (const Entry& entry : table) {
    if (entry.name == name) return entry.language;
  }
  return Language::none;
}

/// "python" of "#!/usr/bin/env -S python3.11 -u".
std::string_view interpreter(std::string_view line) {
  if (line.substr(0, 2) != "#!") return {};
  line.remove_prefix(2);
  line = line.substr(0, line.find('\n'));
  for (std::string_view word : split(trim(line), ' ')) {
    word = trim(word);
    word = word.substr(word.rfind('/') + 1);
    // The words before it: env, its options, and variables that it sets.
    if (word.empty() || word == "env" || word.front() == '-' || word.find('=') != std::string_view::npos) {
      continue;
    }
    while (!word.empty() && (word.back() == '.' || (word.back() >= '0' && word.back() <= '9'))) {
      word.remove_suffix(1);
    }
    return word;
  }
  return {};
}

}  // namespace

Language language_of(std::string_view path, std::string_view first_line) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const Language by_name = find(kNames, name);
  if (by_name != Language::none) return by_name;
  const size_t dot = name.rfind('.');
  if (dot != std::string_view::npos && dot > 0) {
    const std::string_view extension = name.substr(dot + 1);
    const Language language = extension == "C" ? Language::cpp : find(kExtensions, lower_ascii(extension));
    if (language != Language::none) return language;
  }
  return find(kInterpreters, interpreter(first_line));
}

std::string_view name_of(Language language) {
  constexpr std::array<std::string_view, 13> names = {
      "none",       "python", "rust", "c",    "cpp",  "lua",  "javascript",
      "typescript", "tsx",    "go",   "java", "ruby", "bash",
  };
  const auto at = static_cast<size_t>(language);
  return at < names.size() ? names[at] : names[0];
}

}  // namespace coder::syntax
