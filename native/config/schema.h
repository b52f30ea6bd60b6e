// Every key of the configuration file, once: the table drives checking, the
// advice about unknown keys, and the list in the manual.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/toml.h"

namespace coder::config {

/// Bits: what a value may be.
enum Accepts : unsigned {
  boolean = 1,
  integer = 2,
  number = 4,  ///< integers too
  text = 8,
  texts = 16,  ///< list of strings
  table = 32,  ///< its keys are in the schema section of the same name, if there is one
};

struct Key {
  const char* section;  ///< "" is the top level; "models.NAME" each block under models
  const char* name;
  unsigned accepts;
  const char* fallback;  ///< the default in words
  const char* help;
  const char* choices = "";  ///< "a|b|c" for a string or each string of a list
  std::optional<double> min = {}, max = {};
  bool required = false;
};

const std::vector<Key>& schema();

/// One line per key, "[section] key: type, default: help", for the manual and its test.
std::string schema_help();

/// Collects problems about one file.
struct Report {
  std::string file;
  std::vector<Problem>& problems;

  void error(int line, std::string message) { add(Severity::error, line, std::move(message)); }
  void warning(int line, std::string message) { add(Severity::warning, line, std::move(message)); }

 private:
  void add(Severity severity, int line, std::string message);
};

/// Checks `table` against `section` and takes out what is wrong or unknown, so that what is left
/// has the types and ranges of the schema. `shown` is how messages name the table. False after an error.
/// No message holds a value of the file.
bool check_table(Node& table, const std::string& section, const std::string& shown, Report& report);

/// "; did you mean `x`?" or nothing.
std::string did_you_mean(const std::string& name, const std::vector<std::string>& known);

}  // namespace coder::config
