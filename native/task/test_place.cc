#include "task/test_place.h"

#include <algorithm>

#include "base/text.h"

namespace coder::task {
namespace {

constexpr size_t kExamples = 3;
constexpr size_t kRead = 6;       ///< tests that are read for what they use
constexpr size_t kRustRead = 24;  ///< sources that are looked at for tests inside
constexpr std::string_view kRustTests = "#[cfg(test)]";

/// Whole lines of `text` from `first` (0-based byte) on.
TestExample example(const std::string& path, const std::string& text, size_t from) {
  TestExample out;
  out.path = path;
  out.first = 1 + static_cast<size_t>(
                      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(from), '\n'));
  out.text = text.substr(from);
  if (out.text.size() > kMaxExampleBytes) {
    const size_t end = out.text.rfind('\n', kMaxExampleBytes);
    out.text = end == std::string::npos ? std::string(clip_utf8(out.text, kMaxExampleBytes))
                                        : out.text.substr(0, end + 1);
  }
  return out;
}

/// Where the tests inside a source file begin.
size_t inside_at(const std::string& text) {
  const size_t at = text.find(kRustTests);
  if (at == std::string::npos) return at;
  // "#[cfg(test)] mod tests;" has them in another file.
  const size_t module = text.find("mod ", at), end = text.find_first_of("{;", at);
  const bool other =
      module != std::string::npos && end != std::string::npos && module < end && text[end] == ';';
  return other ? std::string::npos : at;
}

/// The file of "#[cfg(test)] mod tests;"; empty: there is no such line.
std::string module_file(const std::string& source, const std::string& text) {
  const size_t at = text.find(kRustTests);
  if (at == std::string::npos || inside_at(text) != std::string::npos) return "";
  const size_t module = text.find("mod ", at), end = text.find(';', at);
  const std::string name(trim(std::string_view(text).substr(module + 4, end - module - 4)));
  const PathParts parts = parts_of(source);
  const bool own = parts.stem == "mod" || parts.stem == "lib" || parts.stem == "main";
  return path_of({own ? parts.folder : in_folder(parts.folder, parts.stem), name, ".rs"});
}

/// Sources with tests inside, the nearest first.
std::vector<TestExample> inside_examples(const TestProject& project, const std::string& source) {
  std::vector<std::pair<size_t, std::string>> sources;
  const std::string base = package_of(project, Family::rust, source);
  for (const std::string& path : project.paths) {
    const bool near = base.empty() || path.starts_with(base + "/");
    if (near && path != source && path.ends_with(".rs") && !among_tests(path, Family::rust))
      sources.emplace_back(shared_folders(path, source), path);
  }
  std::stable_sort(sources.begin(), sources.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<TestExample> out;
  for (size_t i = 0; i < sources.size() && i < kRustRead && out.size() < kExamples; ++i) {
    const std::optional<std::string> text = project.read(sources[i].second);
    if (!text) continue;
    if (const size_t at = inside_at(*text); at != std::string::npos)
      out.push_back(example(sources[i].second, *text, at));
  }
  return out;
}

std::vector<TestExample> examples_of(const TestProject& project, const std::vector<const TestPair*>& near,
                                     const std::string& file) {
  std::vector<TestExample> out;
  for (const TestPair* pair : near) {
    if (out.size() == kExamples) break;
    if (pair->test == file) continue;
    if (const std::optional<std::string> text = project.read(pair->test); text && !trim(*text).empty())
      out.push_back(example(pair->test, *text, 0));
  }
  return out;
}

/// Tests are there, but none whose source can be told: their folder and their way of being called.
std::string like_others(const std::vector<const TestPair*>& near, const std::string& source) {
  const PathParts own = parts_of(source);
  for (const TestPair* pair : near) {
    const PathParts parts = parts_of(pair->test);
    if (of_another_kind(pair->test) || !among_tests(in_folder(parts.folder, "x.txt"), Family::none)) continue;
    const bool same = family_of(source) != Family::javascript && family_of(source) != Family::python;
    return path_of({parts.folder, pair->name.affix.prefix + own.stem + pair->name.affix.suffix,
                    same ? parts.extension : own.extension});
  }
  return "";
}

void place_new(const TestProject& project, const std::vector<TestPair>& pairs,
               const std::vector<const TestPair*>& near, TestPlace& out) {
  if (family_of(out.source) == Family::go) {
    out.file = usual_place(project, out.framework, out.source);
    out.why = "as Go wants it";
  } else if (const Convention found = convention_for(pairs, out.source); !found.path.empty()) {
    out.file = found.path;
    out.why = "as " + found.like->test + " is for " + found.like->source;
  } else if (const std::string other = like_others(near, out.source); !other.empty()) {
    out.file = other;
    out.why = "beside the tests that are there";
  } else {
    out.file = usual_place(project, out.framework, out.source);
    out.why = "where " + out.framework.name + " usually has it";
  }
  out.exists = project.has(out.file);
}

/// Rust has its unit tests in the source, or in a module below it; others see only what is public.
void place_rust(const TestProject& project, const std::vector<TestPair>& pairs, TestPlace& out) {
  const std::string text = project.read(out.source).value_or("");
  out.examples = inside_examples(project, out.source);
  if (const std::string file = module_file(out.source, text); !file.empty()) {
    out.file = file;
    out.why = "by `mod` in " + out.source;
    out.exists = project.has(file);
    return;
  }
  const TestPair* test = test_of(pairs, out.source);
  if (inside_at(text) == std::string::npos && out.examples.empty() && test) {
    out.file = test->test;
    out.exists = true;
    out.why = "it is there already";
    out.examples = examples_of(project, neighbours(pairs, out.source, out.file, kExamples), out.file);
    return;
  }
  out.inside = out.exists = true;
  out.file = out.source;
  out.why = inside_at(text) != std::string::npos ? "its tests are there already"
            : out.examples.empty()               ? "where Rust usually has it"
                                                 : "as in " + out.examples.front().path;
}

/// `path` is a test: what it tests, and how it is run.
TestPlace of_test(const std::vector<TestPair>& pairs, const std::string& path) {
  TestPlace out;
  out.of_test = out.exists = true;
  out.file = path;
  out.why = "it is a test";
  for (const TestPair& pair : pairs) {
    if (pair.test == path) out.source = pair.source;
  }
  return out;
}

}  // namespace

Result<TestPlace> find_test_place(const TestProject& project, const std::string& path) {
  const Family family = family_of(path);
  if (family == Family::none) {
    return Error{ErrorKind::usage,
                 "where tests of " + path +
                     " belong is not known: its language is none of "
                     "Python, JavaScript, TypeScript, Go, Rust, C, C++, Java, Ruby, Lua and Bash",
                 "Ask with :CoderAsk, or refactor with :CoderRefactor"};
  }
  const std::vector<TestPair> pairs = test_pairs(project.paths, family);
  const bool is_test =
      std::any_of(pairs.begin(), pairs.end(), [&](const TestPair& one) { return one.test == path; }) ||
      (!project.has(path) && test_name(path, family));  // it is not saved yet
  TestPlace out;
  if (is_test) {
    out = of_test(pairs, path);
  } else {
    out.source = path;
    if (const TestPair* there = test_of(pairs, path)) out.file = there->test;
  }
  // The test itself says best what it uses.
  std::vector<const TestPair*> near = neighbours(pairs, path, out.file, kRead), read = near;
  for (const TestPair& pair : pairs) {
    if (pair.test == out.file) read.insert(read.begin(), &pair);
  }
  std::optional<Framework> framework = framework_of(project, path, read);
  if (!framework && !near.empty())
    framework = Framework{"own", "the project's own way of testing", false, "as in " + near.front()->test};
  if (!framework) {
    return Error{ErrorKind::usage, "no test framework is found in this project for " + path,
                 framework_hint(family)};
  }
  out.framework = std::move(*framework);
  if (!is_test && family == Family::rust) {
    place_rust(project, pairs, out);
  } else if (!is_test && !out.file.empty()) {
    out.exists = true;
    out.why = "it is there already";
  } else if (!is_test) {
    place_new(project, pairs, near, out);
  }
  if (out.examples.empty())
    out.examples = examples_of(project, neighbours(pairs, path, out.file, kRead), out.file);
  out.command = command_for(project, out.framework, out.file);
  return out;
}

std::string in_words(const TestPlace& place) {
  std::string out = place.file;
  out += place.exists ? " (" + place.why + ")" : " (new; " + place.why + ")";
  out += ", " + place.framework.name;
  if (!place.framework.why.empty()) out += " (" + place.framework.why + ")";
  return out;
}

}  // namespace coder::task
