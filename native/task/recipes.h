// The daily tasks: what is asked of a model for each of them, and what its answer is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace coder::task {

enum class Contract {
  prose,     ///< Markdown for people
  findings,  ///< see findings.h
  edits,     ///< edit blocks, see refactor.h
};

/// "text", "findings", "edits".
const char* to_string(Contract contract);

struct Recipe {
  std::string name;  ///< as routing's `tasks` and --task have it
  std::string does;  ///< for help
  Contract contract = Contract::prose;
  bool of_files = true;     ///< it is about files that are named; else about a text, such as a diff
  std::string prompt = {};  ///< the user's own, with "{files}" in it; empty: one of ours
};

const std::vector<Recipe>& recipes();
/// One of ours, or nullptr.
const Recipe* find_recipe(std::string_view name);
/// One of ours, or one that the user has configured; nullopt: there is none of this name.
std::optional<Recipe> recipe_of(std::string_view name, const config::Config& config);
/// Every name, for messages and completion.
std::vector<std::string> recipe_names(const config::Config& config);

/// What a task is about.
struct About {
  std::vector<std::string> files;  ///< as they are named in the prompt
  std::string words;               ///< the user's own, besides; or the text that it is about
  std::string language;            ///< that people speak, for the answer; empty: as it comes
};

/// Lines, 1-based and inclusive.
struct Lines {
  int64_t first = 1, last = 1;
  bool operator==(const Lines&) const = default;
};
/// Those of the innermost function, method or type around a line, with its comment; nullopt: there is none.
std::optional<Lines> lines_around(const std::string& path, const std::vector<std::string>& lines,
                                  int64_t line);

/// The request in words, as the newest turn has it.
std::string request_of(const Recipe& recipe, const About& about);

/// How the answer is to be written: the same for each request, so it stands first and engines keep it. May be
/// empty.
std::string rules_of(const Recipe& recipe);

/// The form of the answer as a JSON schema; empty: it has none.
std::string schema_of(const Recipe& recipe);

}  // namespace coder::task
