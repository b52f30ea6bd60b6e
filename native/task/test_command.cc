#include "task/test_command.h"

#include <algorithm>

#include "base/text.h"

namespace coder::task {
namespace {

using Argv = std::vector<std::string>;

constexpr size_t kMaxNames = 50;  ///< of Go's tests in one argument

/// `path` from `folder`, which it lies below.
std::string below(const std::string& folder, const std::string& path) {
  return folder.empty() ? path : path.substr(folder.size() + 1);
}

std::string first_there(const TestProject& project, const std::string& base, const Argv& folders) {
  for (const std::string& one : folders) {
    if (project.has_folder(in_folder(base, one))) return in_folder(base, one);
  }
  return in_folder(base, folders.front());
}

std::string without_head(std::string folder, const Argv& heads) {
  for (const std::string& head : heads) {
    if (folder == head) return "";
    if (folder.starts_with(head + "/")) return folder.substr(head.size() + 1);
  }
  return folder;
}

/// The first of `names` that is there in `base`.
std::string one_there(const TestProject& project, const std::string& base, const Argv& names) {
  for (const std::string& one : names) {
    if (project.has(in_folder(base, one))) return one;
  }
  return "";
}

/// How `name` of the root, or of a folder between it and `base`, is called from `base`.
std::string from_above(const TestProject& project, const std::string& base, const std::string& name) {
  std::string folder = base, up;
  while (true) {
    if (project.has(in_folder(folder, name))) return up.empty() ? "./" + name : up + name;
    if (folder.empty()) return "";
    const size_t slash = folder.rfind('/');
    folder = slash == std::string::npos ? "" : folder.substr(0, slash);
    up += "../";
  }
}

std::string native_extension(const TestProject& project, const Framework& framework,
                             const std::string& extension) {
  const bool plain_c = framework.id == "unity" || framework.id == "cmocka" || framework.id == "criterion";
  if (plain_c) return ".c";
  if (extension != ".c" && !extension.starts_with(".h")) return extension;
  for (const char* one : {".cc", ".cpp", ".cxx"}) {
    const auto ends = [&](const std::string& path) { return path.ends_with(one); };
    if (std::any_of(project.paths.begin(), project.paths.end(), ends)) return one;
  }
  return ".cpp";
}

std::string javascript_place(const TestProject& project, const std::string& id, const std::string& base,
                             const PathParts& parts) {
  if (id == "mocha" || id == "ava")
    return path_of({first_there(project, base, {"test", "tests"}), parts.stem + ".test", parts.extension});
  if (id == "jasmine") return path_of({in_folder(base, "spec"), parts.stem + ".spec", parts.extension});
  if (id == "playwright") return path_of({in_folder(base, "tests"), parts.stem + ".spec", parts.extension});
  return path_of({parts.folder, parts.stem + (id == "deno" ? "_test" : ".test"), parts.extension});
}

std::string ruby_place(const TestProject& project, const std::string& id, const std::string& base,
                       const PathParts& parts) {
  const std::string inner =
      without_head(parts.folder == base ? "" : below(base, parts.folder), {"lib", "app"});
  if (id == "rspec") return path_of({in_folder(in_folder(base, "spec"), inner), parts.stem + "_spec", ".rb"});
  const bool rails = project.has(in_folder(base, "bin/rails"));
  return path_of({in_folder(in_folder(base, "test"), inner),
                  rails ? parts.stem + "_test" : "test_" + parts.stem, ".rb"});
}

std::string java_place(const std::string& base, const PathParts& parts) {
  std::string folder = parts.folder;
  const size_t main = folder.find("src/main/");
  if (main != std::string::npos) {
    folder.replace(main, 9, "src/test/");
  } else {
    const std::string inner = folder == base ? "" : below(base, folder);
    folder = in_folder(in_folder(base, "test"), without_head(inner, {"src"}));
  }
  return path_of({folder, parts.stem + "Test", ".java"});
}

// --- commands ---------------------------------------------------------------

Argv python(const TestProject& project, const std::string& base, const std::string& module) {
  if (!from_above(project, base, "uv.lock").empty()) return {"uv", "run", "python", "-m", module};
  if (project.has(in_folder(base, "poetry.lock"))) return {"poetry", "run", "python", "-m", module};
  if (project.has(in_folder(base, "Pipfile.lock"))) return {"pipenv", "run", "python", "-m", module};
  for (const char* folder : {".venv", "venv"}) {
    if (project.read(in_folder(base, std::string(folder) + "/pyvenv.cfg")))
      return {std::string(folder) + "/bin/python", "-m", module};
  }
  return {"python3", "-m", module};
}

Argv django(const TestProject& project, const std::string& base, const std::string& file) {
  Argv argv = python(project, base, "x");
  argv.resize(argv.size() - 2);
  std::string module = file.substr(0, file.size() - 3);
  std::replace(module.begin(), module.end(), '/', '.');
  argv.insert(argv.end(), {"manage.py", "test", module});
  return argv;
}

Argv javascript(const TestProject& project, const Framework& framework, const std::string& base,
                const std::string& file) {
  const std::string& id = framework.id;
  if (id == "node") return {"node", "--test", file};
  if (id == "bun") return {"bun", "test", file};
  if (id == "deno") return {"deno", "test", file};
  // Nothing is fetched only because it is missing.
  Argv argv{"npx", "--no-install"};
  if (!from_above(project, base, "pnpm-lock.yaml").empty()) argv = {"pnpm", "exec"};
  if (!from_above(project, base, "yarn.lock").empty()) argv = {"yarn", "run"};
  argv.push_back(id);
  if (id == "vitest") argv.emplace_back("run");
  if (id == "playwright") argv.emplace_back("test");
  argv.push_back(file);
  return argv;
}

/// The functions of one file, in the package of its folder.
Argv go(const TestProject& project, const std::string& test, const std::string& file) {
  const std::string folder = parts_of(file).folder;
  Argv argv{"go", "test", folder.empty() ? "." : "./" + folder};
  std::vector<std::string> names;
  const std::string text = project.read(test).value_or("");
  for (const std::string_view line : split(text, '\n')) {
    if (!line.starts_with("func Test")) continue;
    const size_t end = line.find('(');
    if (end != std::string_view::npos) names.emplace_back(line.substr(5, end - 5));
  }
  if (!names.empty() && names.size() <= kMaxNames) {
    argv.emplace_back("-run");
    argv.push_back("^(" + join(names, "|") + ")$");
  }
  return argv;
}

Argv cargo(const std::string& file) {
  std::vector<std::string> names = components(file.substr(0, file.size() - 3));
  if (names.size() > 1 && names[0] == "tests") return {"cargo", "test", "--test", names[1]};
  if (names.size() > 2 && names[0] == "src" && names[1] == "bin") return {"cargo", "test", "--bin", names[2]};
  if (names.empty() || names[0] != "src") return {"cargo", "test"};
  names.erase(names.begin());
  if (names.size() == 1 && (names[0] == "lib" || names[0] == "main")) return {"cargo", "test", "tests::"};
  if (names.back() == "mod") names.pop_back();
  return {"cargo", "test", join(names, "::") + (names.back() == "tests" ? "" : "::")};
}

Argv java(const TestProject& project, const std::string& base, const std::string& file) {
  const PathParts parts = parts_of(file);
  if (project.has(in_folder(base, "pom.xml"))) {
    const std::string wrapper = from_above(project, base, "mvnw");
    return {wrapper.empty() ? "mvn" : wrapper, "-B", "-Dtest=" + parts.stem, "test"};
  }
  std::string name = "*" + parts.stem;
  if (const size_t at = file.find("src/test/java/"); at != std::string::npos) {
    name = file.substr(at + 14, file.size() - at - 14 - 5);
    std::replace(name.begin(), name.end(), '/', '.');
  }
  const std::string wrapper = from_above(project, base, "gradlew");
  return {wrapper.empty() ? "gradle" : wrapper, "test", "--tests", name};
}

Argv ruby(const TestProject& project, const Framework& framework, const std::string& base,
          const std::string& file) {
  Argv argv;
  if (project.has(in_folder(base, "Gemfile"))) argv = {"bundle", "exec"};
  if (framework.id == "rspec") {
    argv.insert(argv.end(), {"rspec", file});
  } else if (project.has(in_folder(base, "bin/rails"))) {
    argv = {"bin/rails", "test", file};
  } else {
    argv.insert(argv.end(), {"ruby", "-Ilib", "-Itest", file});
  }
  return argv;
}

Argv lua(const TestProject& project, const Framework& framework, const std::string& base,
         const std::string& file) {
  if (framework.id == "busted") return {"busted", file};
  if (framework.id == "luaunit") return {"lua", file};
  // It stands inside of an Ex command.
  if (file.find_first_of("'\"|\\ %#<!") != std::string::npos) return {};
  const std::string init = one_there(project, base,
                                     {"tests/minimal_init.lua", "tests/minimal_init.vim", "tests/init.lua",
                                      "scripts/minimal_init.lua", "scripts/minimal_init.vim"});
  if (init.empty()) return {};
  return {"nvim",
          "--headless",
          "--noplugin",
          "-u",
          init,
          "-c",
          framework.id == "mini" ? "lua MiniTest.run_file('" + file + "')" : "PlenaryBustedFile " + file};
}

/// A build folder of CMake's that is there already: tests are built in it, and those called as the file run.
Argv native(const TestProject& project, const std::string& file) {
  Argv folders{"build",       "out",         "_build",        "cmake-build-debug", "build/dev",
               "build/debug", "build/Debug", "build/release", "build/default",     "out/build"};
  for (const std::string& one : folders) {
    if (!project.read(one + "/CTestTestfile.cmake")) continue;
    std::string names = parts_of(file).stem;
    // Many tests are one program for each folder: "tests/unit/http/client.cc" is in unit_http.
    const std::vector<std::string> folder = components(parts_of(file).folder);
    if (!folder.empty() && among_tests(file, Family::none) &&
        !among_tests(folder.back() + "/x", Family::none))
      names += "|" + folder.back();
    std::erase_if(names, [](char c) { return c == '\'' || c == '\\' || c == '/'; });
    return {"sh", "-c",
            "cmake --build " + one + " && ctest --test-dir " + one +
                " --output-on-failure --no-tests=error -R '" + names + "'"};
  }
  return {};
}

}  // namespace

std::string usual_place(const TestProject& project, const Framework& framework, const std::string& source) {
  const Family family = family_of(source);
  const std::string base = package_of(project, family, source);
  PathParts parts = parts_of(source);
  if (family == Family::python && parts.stem == "__init__" && !parts.folder.empty())
    parts.stem = components(parts.folder).back();
  const std::string& id = framework.id;
  switch (family) {
    case Family::python:
      if (id == "django") return path_of({parts.folder, "test_" + parts.stem, ".py"});
      return path_of({first_there(project, base, {"tests", "test"}), "test_" + parts.stem, ".py"});
    case Family::javascript:
      return javascript_place(project, id, base, parts);
    case Family::go:
      return path_of({parts.folder, parts.stem + "_test", ".go"});
    case Family::rust:
      return path_of({in_folder(base, "tests"), parts.stem, ".rs"});
    case Family::native:
      return path_of({first_there(project, base, {"tests", "test", "unittests"}), parts.stem + "_test",
                      native_extension(project, framework, parts.extension)});
    case Family::java:
      return java_place(base, parts);
    case Family::ruby:
      return ruby_place(project, id, base, parts);
    case Family::lua:
      if (id == "busted") return path_of({in_folder(base, "spec"), parts.stem + "_spec", ".lua"});
      if (id == "plenary") return path_of({in_folder(base, "tests"), parts.stem + "_spec", ".lua"});
      return path_of({in_folder(base, "tests"), "test_" + parts.stem, ".lua"});
    case Family::bash:
      if (id == "shunit2")
        return path_of({first_there(project, base, {"tests", "test"}), "test_" + parts.stem, ".sh"});
      return path_of({first_there(project, base, {"test", "tests"}), parts.stem, ".bats"});
    case Family::none:
      break;
  }
  return "";
}

TestCommand command_for(const TestProject& project, const Framework& framework, const std::string& test) {
  const Family family = family_of(test);
  const std::string base = package_of(project, family, test);
  std::string file = below(base, test);
  if (file.starts_with("-")) file.insert(0, "./");  // no option
  TestCommand out;
  out.folder = base;
  if (framework.id == "own") {
    out.problem = "the project has its own way of testing";
    return out;
  }
  switch (family) {
    case Family::python:
      if (framework.id == "django") {
        out.argv = django(project, base, file);
      } else {
        out.argv = python(project, base, framework.id);
        out.argv.push_back(file);
      }
      break;
    case Family::javascript:
      out.argv = javascript(project, framework, base, file);
      break;
    case Family::go:
      out.argv = go(project, test, below(base, test));
      break;
    case Family::rust:
      out.argv = cargo(file);
      break;
    case Family::java:
      out.argv = java(project, base, file);
      break;
    case Family::ruby:
      out.argv = ruby(project, framework, base, file);
      break;
    case Family::lua:
      out.argv = lua(project, framework, base, file);
      if (out.argv.empty()) out.problem = "no minimal_init.lua is found that Neovim could begin with";
      break;
    case Family::bash:
      out.argv = {framework.id == "shunit2" ? "bash" : "bats", file};
      break;
    case Family::native:
      out.argv = native(project, file);
      if (!out.argv.empty()) break;
      if (("\n" + project.read("Makefile").value_or("")).find("\ntest:") != std::string::npos) {
        out.argv = {"make", "test"};
        out.all = true;
      } else {
        out.problem = "no build folder with tests is found";
      }
      break;
    case Family::none:
      out.problem = "its language is not known";
      break;
  }
  return out;
}

}  // namespace coder::task
