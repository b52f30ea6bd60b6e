// TOML text as a tree of plain values that know their line; bounded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace coder::config {

struct Entry;

struct Node {
  enum class Type { boolean, integer, number, text, list, table, date };
  Type type = Type::table;
  int line = 0;  ///< 1-based, where the value begins; for a table its header or first key
  bool boolean = false;
  int64_t integer = 0;
  double number = 0;  ///< of an integer too
  std::string text;
  std::vector<Node> items;     ///< of a list
  std::vector<Entry> entries;  ///< of a table, in file order

  const Node* find(const std::string& key) const;
  const char* type_name() const;  ///< "a string", "an integer" …
};

struct Entry {
  std::string key;
  int line = 0;  ///< of the key
  Node value;
};

/// Parses TOML 1.0, a BOM and CRLF line ends included. Fails (kind config) on the first syntax error
/// or invalid UTF-8, and past 16 levels of nested values or 16 of dotted keys; `error_line` is then
/// its 1-based line. The message holds no value of the text: it may be a key.
Result<Node> parse_toml(const std::string& text, int& error_line);

}  // namespace coder::config
