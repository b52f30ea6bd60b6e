#include "config/toml.h"

#include <toml++/toml.h>

#include <algorithm>

#include "base/text.h"

namespace coder::config {
namespace {

constexpr int kMaxDots = 16;

/// The line of the first byte that is no UTF-8; 0 when there is none.
int invalid_utf8_line(const std::string& text) {
  int line = 0;
  for (std::string_view piece : split(text, '\n')) {
    ++line;
    if (to_valid_utf8(piece) != piece) return line;
  }
  return 0;
}

/// The line on which a key has more than kMaxDots dots, 0 when none has. The library nests a table
/// for each one without a limit and takes them apart recursively. Strings and comments are stepped
/// over as TOML reads them; past the first syntax error, where the two may differ, the library stops.
int too_deep_line(std::string_view text) {
  int line = 1, dots = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '#') {
      i = std::min(text.find('\n', i), text.size()) - 1;
    } else if (c == '"' || c == '\'') {
      const bool triple = text.substr(i, 3) == std::string(3, c);
      for (i += triple ? 3 : 1; i < text.size(); ++i) {
        if (text[i] == '\n') ++line;
        if (text[i] == '\\' && c == '"') {
          if (++i < text.size() && text[i] == '\n') ++line;
        } else if (triple && text.substr(i, 3) == std::string(3, c)) {
          i += 2;
          for (int more = 0; more < 2 && i + 1 < text.size() && text[i + 1] == c; ++more) ++i;
          break;
        } else if (!triple && (text[i] == c || text[i] == '\n')) {
          break;
        }
      }
    } else if (c == '.') {
      if (++dots > kMaxDots) return line;
    } else if (std::string_view("\n,=[]{}").find(c) != std::string_view::npos) {
      dots = 0;
      if (c == '\n') ++line;
    }
  }
  return 0;
}

/// The library's words without what it quotes of the text, names of tables and single characters aside.
std::string without_values(std::string_view words) {
  constexpr std::string_view kPrefix = "Error while parsing ";
  if (words.substr(0, kPrefix.size()) == kPrefix) words.remove_prefix(kPrefix.size());
  words = words.substr(0, words.find(" (TOML_"));
  const bool names_a_table = words.find("redefine") != std::string_view::npos;
  std::string out;
  const std::vector<std::string_view> pieces = split(words, '\'');
  for (size_t i = 0; i < pieces.size(); ++i) {
    const bool quoted = i % 2 == 1;
    if (quoted) out += '\'';
    out += quoted && !names_a_table && count_code_points(pieces[i]) > 2 ? "…" : std::string(pieces[i]);
    if (quoted) out += '\'';
  }
  return one_line(out, 300);
}

Node convert(const toml::node& from);

Node convert_table(const toml::table& table) {
  // The library sorts by key; the file's order is that of the keys' places.
  struct Placed {
    toml::source_position at;
    Entry entry;
  };
  std::vector<Placed> placed;
  for (auto&& [key, value] : table) {
    const toml::source_position at = key.source().begin;
    placed.push_back({at, {std::string(key.str()), static_cast<int>(at.line), convert(value)}});
  }
  std::stable_sort(placed.begin(), placed.end(),
                   [](const Placed& a, const Placed& b) { return a.at < b.at; });
  Node out;
  for (Placed& item : placed) out.entries.push_back(std::move(item.entry));
  return out;
}

Node convert(const toml::node& from) {
  Node out;
  if (const toml::table* table = from.as_table()) {
    out = convert_table(*table);
  } else if (const toml::array* list = from.as_array()) {
    out.type = Node::Type::list;
    for (const toml::node& item : *list) out.items.push_back(convert(item));
  } else if (const auto* text = from.as_string()) {
    out.type = Node::Type::text;
    out.text = text->get();
  } else if (const auto* integer = from.as_integer()) {
    out.type = Node::Type::integer;
    out.integer = integer->get();
    out.number = static_cast<double>(out.integer);
  } else if (const auto* number = from.as_floating_point()) {
    out.type = Node::Type::number;
    out.number = number->get();
  } else if (const auto* boolean = from.as_boolean()) {
    out.type = Node::Type::boolean;
    out.boolean = boolean->get();
  } else {
    out.type = Node::Type::date;
  }
  out.line = static_cast<int>(from.source().begin.line);
  return out;
}

}  // namespace

const Node* Node::find(const std::string& key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

const char* Node::type_name() const {
  switch (type) {
    case Type::boolean:
      return "true or false";
    case Type::integer:
      return "an integer";
    case Type::number:
      return "a number";
    case Type::text:
      return "a string";
    case Type::list:
      return "a list";
    case Type::table:
      return "a table";
    case Type::date:
      return "a date";
  }
  return "a value";
}

Result<Node> parse_toml(const std::string& text, int& error_line) {
  if ((error_line = invalid_utf8_line(text)) > 0) {
    return Error{ErrorKind::config, "not valid UTF-8", "save the file as UTF-8"};
  }
  if ((error_line = too_deep_line(text)) > 0) {
    return Error{ErrorKind::config, "a key with more than " + std::to_string(kMaxDots) + " dots", ""};
  }
  const toml::parse_result parsed = toml::parse(std::string_view(text));
  if (!parsed) {
    error_line = static_cast<int>(parsed.error().source().begin.line);
    return Error{ErrorKind::config, "TOML syntax, " + without_values(parsed.error().description()), ""};
  }
  return convert(parsed.table());
}

}  // namespace coder::config
