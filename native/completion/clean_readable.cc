#include "completion/clean_readable.h"

#include <algorithm>
#include <array>

namespace coder::completion {
namespace {

using std::string_view;

// Special tokens that turn up as text when a server does not know them for what they are. Source: the
// tokenizer files of the families in provider/fim.h. "<|name|>" and "<｜name｜>" are matched by their form.
constexpr std::array<string_view, 18> kTokens = {
    "<EOT>",          "<PRE>",          "<SUF>",
    "<MID>",          "</s>",           "<fim_prefix>",
    "<fim_suffix>",   "<fim_pad>",      "<fim_middle>",
    "<file_sep>",     "<repo_name>",    "<[fim-suffix]>",
    "<[fim-prefix]>", "<[fim-middle]>", "[SUFFIX]",
    "[PREFIX]",       "[MIDDLE]",       "<[end\xE2\x96\x81of\xE2\x96\x81sentence]>"};
constexpr size_t kLongestName = 40;

enum class Found { no, perhaps, yes };
struct Token {
  Found found = Found::no;
  size_t size = 0;
};

bool starts_with(string_view text, string_view start) { return text.substr(0, start.size()) == start; }

// "<" bar name bar ">", where bar is "|" or, in DeepSeek's tokens, U+FF5C, and the name has no blanks.
Token token_by_form(string_view text, string_view bar) {
  const string_view head = text.substr(1);
  if (head.size() < bar.size()) return {starts_with(bar, head) ? Found::perhaps : Found::no, 0};
  if (!starts_with(head, bar)) return {};
  for (size_t i = 1 + bar.size(), name = 0; name <= kLongestName; ++i, ++name) {
    if (i >= text.size()) return {Found::perhaps, 0};
    const string_view here = text.substr(i);
    if (starts_with(here, bar)) {
      if (name == 0 || here.size() < bar.size() + 1) return {name == 0 ? Found::no : Found::perhaps, 0};
      return here[bar.size()] == '>' ? Token{Found::yes, i + bar.size() + 1} : Token{};
    }
    const auto c = static_cast<unsigned char>(text[i]);
    if (c <= ' ' || c == '<' || c == '>' || c == '(' || c == ')') return {};
  }
  return {};
}

Token token_at(string_view text) {
  Token best;
  for (const string_view token : kTokens) {
    if (text[0] != token[0] || (text.size() > 1 && text[1] != token[1])) continue;
    if (starts_with(text, token)) return {Found::yes, token.size()};
    if (text.size() < token.size() && starts_with(token, text)) best.found = Found::perhaps;
  }
  if (text[0] != '<') return best;
  for (const string_view bar : {string_view("|"), string_view("\xEF\xBD\x9C")}) {
    const Token token = token_by_form(text, bar);
    if (token.found == Found::yes) return token;
    if (token.found == Found::perhaps) best.found = Found::perhaps;
  }
  return best;
}

// Length of the well-formed character at the start of `text`; 0: malformed; npos: cut off.
size_t character(string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return 0;
  for (size_t i = 1; i < size; ++i) {
    if (i >= text.size()) return string_view::npos;
    unsigned char low = 0x80, high = 0xBF;
    if (i == 1) {
      if (first == 0xE0) low = 0xA0;
      if (first == 0xED) high = 0x9F;
      if (first == 0xF0) low = 0x90;
      if (first == 0xF4) high = 0x8F;
    }
    if (byte(i) < low || byte(i) > high) return 0;
  }
  return size;
}

// Bytes that are text wherever they stand.
constexpr std::array<bool, 256> plain_bytes() {
  std::array<bool, 256> plain{};
  for (size_t c = '!'; c <= '~'; ++c) plain[c] = c != '<' && c != '[' && c != '`';
  return plain;
}
constexpr std::array<bool, 256> kPlain = plain_bytes();

enum class Kind { text, drop, end };

// Of a character that is no white space.
Kind kind_of(string_view c) {
  const auto first = static_cast<unsigned char>(c[0]);
  if (first == 0) return Kind::end;
  if (first < 0x20) return Kind::drop;
  if (first < 0x7F) return Kind::text;
  if (first == 0x7F) return Kind::drop;
  if (first == 0xC2 && static_cast<unsigned char>(c[1]) < 0xA0) return Kind::drop;  // C1 controls
  if (c == "\xEF\xBF\xBD") return Kind::end;                                        // U+FFFD
  if (c == "\xEF\xBB\xBF") return Kind::drop;                                       // byte order mark
  // Embeddings, overrides and isolates make code read otherwise than it runs (CVE-2021-42574).
  if ((c >= "\xE2\x80\xAA" && c <= "\xE2\x80\xAE") || (c >= "\xE2\x81\xA6" && c <= "\xE2\x81\xA9")) {
    return Kind::end;
  }
  return Kind::text;
}

constexpr string_view kFence = "```";

bool holds_fence(string_view text) {
  for (size_t at = text.find(kFence); at != string_view::npos; at = text.find(kFence, at + 1)) {
    size_t start = at;
    while (start > 0 && (text[start - 1] == ' ' || text[start - 1] == '\t')) --start;
    if (start == 0 || text[start - 1] == '\n') return true;
  }
  return false;
}

bool contains(string_view text, string_view part) { return text.find(part) != string_view::npos; }

}  // namespace

Readable readable(string_view raw, string_view before, string_view after, bool complete) {
  Readable out;
  out.text.reserve(raw.size());
  enum class Fences { unknown, text, ends } fences = Fences::unknown;
  bool line_blank = true;  // only blanks since the last line break
  bool anything = false;   // any character that is no white space came
  const auto leave_out = [&](size_t bytes) {
    out.left_out.insert(out.left_out.end(), bytes, out.text.size());
  };

  for (size_t i = 0; i < raw.size();) {
    size_t run = i;
    while (run < raw.size() && (kPlain[static_cast<unsigned char>(raw[run])] || (raw[run] == ' ' && run > i)))
      ++run;
    if (run > i) {
      out.text.append(raw, i, run - i);
      line_blank = false;
      anything = true;
      i = run;
      continue;
    }
    const char c = raw[i];
    if (c == ' ' || c == '\t' || c == '\n') {
      out.text.push_back(c);
      line_blank = line_blank || c == '\n';
      ++i;
      continue;
    }
    const string_view rest = raw.substr(i);
    if (c == '<' || c == '[') {
      const Token token = token_at(rest.substr(0, 64));
      const bool own = token.found == Found::yes && (contains(before, rest.substr(0, token.size)) ||
                                                     contains(after, rest.substr(0, token.size)));
      // HTML's </s> closes an <s>.
      const bool html = token.found == Found::yes && starts_with(rest, "</s>") &&
                        (contains(before, "<s>") || contains(out.text, "<s>"));
      if (token.found == Found::yes && !own && !html) {
        out.ended = true;
        return out;
      }
      if (token.found == Found::perhaps && !complete) return out;
    }
    if (c == '`' && line_blank && fences != Fences::text) {
      if (rest.size() < kFence.size() && starts_with(kFence, rest) && !complete) return out;
      if (starts_with(rest, kFence)) {
        if (fences == Fences::unknown) {
          fences = holds_fence(before) || holds_fence(after) ? Fences::text : Fences::ends;
        }
        if (fences == Fences::ends) {
          const size_t line_end = rest.find('\n');
          if (anything) {
            out.ended = true;
            return out;
          }
          if (line_end == string_view::npos) return out;
          leave_out(line_end + 1);
          i += line_end + 1;
          anything = true;  // the next fence closes
          continue;
        }
      }
    }
    const size_t size = character(rest);
    if (size == string_view::npos) return out;  // the rest of it comes, or never does
    const Kind kind = size == 0 ? Kind::end : kind_of(rest.substr(0, size));
    if (kind == Kind::end) {
      out.ended = true;
      return out;
    }
    if (kind == Kind::drop) {
      leave_out(size);
    } else {
      out.text.append(rest.substr(0, size));
      line_blank = false;
      anything = true;
    }
    i += size;
  }
  return out;
}

}  // namespace coder::completion
