// Command-line arguments against a small table of options.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace coder::app {

struct OptionSpec {
  const char* name;   ///< "--file"
  const char* value;  ///< "F"; nullptr for a flag
  const char* help;
  bool repeated = false;
};

struct CommandSpec {
  const char* name;
  const char* positional;  ///< "PROMPT|-"; empty when none are taken
  const char* summary;
  std::vector<OptionSpec> options;
};

class Args {
 public:
  bool has(const std::string& name) const { return values_.count(name) > 0; }
  std::optional<std::string> get(const std::string& name) const;
  std::vector<std::string> all(const std::string& name) const;
  const std::vector<std::string>& positional() const { return positional_; }

  /// Takes "--name value", "--name=value", "--" and "-" (a positional). Errors (kind usage) name the
  /// argument and the nearest option.
  static Result<Args> parse(const CommandSpec& spec, const std::vector<std::string>& argv);

 private:
  std::map<std::string, std::vector<std::string>> values_;
  std::vector<std::string> positional_;
};

/// Options every command takes.
const std::vector<OptionSpec>& common_options();

/// "usage: coder-nvim …" with every option.
std::string help_text(const CommandSpec& spec);

/// Whole number in [low, high] or an error (kind usage) naming `option`.
Result<int64_t> parse_whole(const std::string& option, const std::string& text, int64_t low, int64_t high);

}  // namespace coder::app
