#include "task/recipes.h"

#include "base/text.h"
#include "syntax/outline.h"
#include "task/findings.h"
#include "task/refactor.h"

namespace coder::task {

const char* to_string(Contract contract) {
  switch (contract) {
    case Contract::edits:
      return "edits";
    case Contract::findings:
      return "findings";
    case Contract::prose:
      break;
  }
  return "text";
}

const std::vector<Recipe>& recipes() {
  static const std::vector<Recipe> kRecipes{
      {"review", "look for bugs, slow code and security holes", Contract::findings, true, ""},
      {"doc", "write docstrings or comments, as edits", Contract::edits, true, ""},
      {"test", "write tests, as edits", Contract::edits, true, ""},
      {"fix", "mend what is reported, as edits", Contract::edits, true, ""},
      {"explain", "explain code", Contract::prose, true, ""},
      {"pr", "describe a diff as a pull request", Contract::prose, false, ""},
      {"commit", "write the message of a commit for a diff", Contract::prose, false, ""}};
  return kRecipes;
}

const Recipe* find_recipe(std::string_view name) {
  for (const Recipe& recipe : recipes()) {
    if (name == recipe.name) return &recipe;
  }
  return nullptr;
}

std::optional<Recipe> recipe_of(std::string_view name, const config::Config& config) {
  if (const Recipe* ours = find_recipe(name)) return *ours;
  const auto own = config.tasks.find(std::string(name));
  if (own == config.tasks.end()) return std::nullopt;
  using Answer = config::OwnTask::Answer;
  Recipe out;
  out.name = own->first;
  out.does = one_line(own->second.prompt, 100);
  out.prompt = own->second.prompt;
  out.contract = own->second.answer == Answer::edits      ? Contract::edits
                 : own->second.answer == Answer::findings ? Contract::findings
                                                          : Contract::prose;
  return out;
}

std::vector<std::string> recipe_names(const config::Config& config) {
  std::vector<std::string> out;
  for (const Recipe& recipe : recipes()) out.push_back(recipe.name);
  for (const auto& [name, own] : config.tasks) out.push_back(name);
  return out;
}

std::string request_of(const Recipe& recipe, const About& about) {
  const std::string_view name = recipe.name;
  const std::string files = about.files.empty() ? "the code below" : join(about.files, ", ");
  const std::string own = (about.language.empty() ? "" : " Answer in " + about.language + ".") +
                          (about.words.empty() ? "" : "\n\n" + about.words);
  if (!recipe.prompt.empty()) {
    std::string out = recipe.prompt;
    constexpr std::string_view kFiles = "{files}";
    bool named = false;
    for (size_t at = out.find(kFiles); at != std::string::npos; at = out.find(kFiles, at + files.size())) {
      out.replace(at, kFiles.size(), files);
      named = true;
    }
    return out + (named ? "" : "\n\nIt is about " + files + ".") + own;
  }
  if (name == "review") {
    return "Review " + files +
           ". Report what is wrong: bugs (also in rare cases), needless slowness, security holes such as "
           "text "
           "of users inside SQL, shell commands or paths. Leave out style, naming and taste, and what you "
           "are "
           "not sure of." +
           own;
  }
  if (name == "doc") {
    return "Write the missing docstrings or comments of functions, classes and modules in " + files +
           ", in the convention of the language and in the manner of those that are there. Say what callers "
           "must know: purpose, units, ranges, errors. Change no code." +
           own;
  }
  if (name == "test") {
    return "Write tests for " + files +
           " with the test framework that the project uses, into the test file that belongs to it, or a new "
           "one beside its like. Cover ordinary use, limits and errors. Change no code but tests." +
           own;
  }
  if (name == "fix") {
    return "Mend what is reported here about " + files +
           ", at its cause, with the smallest change that does, and change nothing else." + own;
  }
  if (name == "explain") {
    return "Explain " + files +
           ": what it is for, how it works step by step, and what is surprising about it. Name functions and "
           "lines." +
           own;
  }
  if (name == "pr") {
    return "Write the title and description of a pull request for this diff: a first line of at most 72 "
           "characters, then what changes and why, for a reviewer, then what to look at closely and how it "
           "was or can be tested. Say nothing that the diff does not show." +
           own;
  }
  return "Write the message of a commit for this diff: a first line of at most 60 characters in the "
         "imperative, an empty line, then why, in few lines of at most 72 characters. The message alone, "
         "without a fence." +
         own;
}

std::optional<Lines> lines_around(const std::string& path, const std::vector<std::string>& lines,
                                  int64_t line) {
  using syntax::SymbolKind;
  const std::string text = join(lines, "\n");
  const syntax::Outline outline =
      syntax::outline(syntax::language_of(path, lines.empty() ? std::string_view() : lines[0]), text);
  std::optional<Lines> out;
  for (const syntax::Symbol& symbol : outline.symbols) {
    const bool wanted = symbol.kind == SymbolKind::function || symbol.kind == SymbolKind::method ||
                        symbol.kind == SymbolKind::type || symbol.kind == SymbolKind::macro;
    const Lines at{int64_t{symbol.first_line} + 1, int64_t{symbol.last_line} + 1};
    if (!wanted || line < at.first || line > at.last) continue;
    if (!out || at.last - at.first <= out->last - out->first) out = at;
  }
  return out;
}

std::string schema_of(const Recipe& recipe) {
  return recipe.contract == Contract::findings ? findings_schema() : "";
}

std::string rules_of(const Recipe& recipe) {
  switch (recipe.contract) {
    case Contract::edits:
      return edit_rules();
    case Contract::findings:
      return findings_rules();
    case Contract::prose:
      break;
  }
  return "";
}

}  // namespace coder::task
