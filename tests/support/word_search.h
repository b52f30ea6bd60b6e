// Finds given words in streams of bytes, however they are written there: as they are, percent-encoded (some
// characters or all), with JSON's escapes (also within a string within a string), as hexadecimal digits, in
// base64 of either alphabet and at any alignment. A word may be cut anywhere between two reads.
//
// A stream is read in several views at once, each undoing one or two encodings; every view goes through the
// same automata (Aho-Corasick), so the cost per byte does not grow with the words. The case of ASCII letters
// does not count, except in base64.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coder::test {

inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Base64 without padding, in the standard alphabet or the one for URLs.
inline std::string base64(std::string_view bytes, bool url = false) {
  const std::string alphabet =
      std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") + (url ? "-_" : "+/");
  std::string out;
  uint32_t kept = 0;
  int bits = 0;
  for (const char c : bytes) {
    kept = kept << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) out += alphabet[kept >> (bits - 6) & 63];
  }
  if (bits > 0) out += alphabet[kept << (6 - bits) & 63];
  return out;
}

inline std::string hex(std::string_view bytes, const char* digits = "0123456789abcdef") {
  std::string out;
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

/// All places of several words in a stream.
class Automaton {
 public:
  /// `meaning` is what a find of the word reports.
  void add(std::string_view word, int meaning) {
    size_t at = 0;
    for (const char c : word) {
      const size_t edge = at * 256 + static_cast<unsigned char>(c);
      if (next_[edge] < 0) {
        next_[edge] = static_cast<int>(meanings_.size());
        meanings_.push_back(-1);
        next_.resize(next_.size() + 256, -1);
      }
      at = static_cast<size_t>(next_[edge]);
    }
    meanings_[at] = meaning;
  }

  /// Once, after the last add().
  void finish() {
    std::deque<size_t> queue;
    std::vector<size_t> back(meanings_.size(), 0);
    for (size_t c = 0; c < 256; ++c) {
      next_[c] = std::max(next_[c], 0);
      if (next_[c] > 0) queue.push_back(static_cast<size_t>(next_[c]));
    }
    for (; !queue.empty(); queue.pop_front()) {
      const size_t at = queue.front();
      if (meanings_[at] < 0) meanings_[at] = meanings_[back[at]];
      for (size_t c = 0; c < 256; ++c) {
        int& next = next_[at * 256 + c];
        const int fall = next_[back[at] * 256 + c];
        if (next < 0) {
          next = fall;
        } else {
          back[static_cast<size_t>(next)] = static_cast<size_t>(fall);
          queue.push_back(static_cast<size_t>(next));
        }
      }
    }
  }

  /// 256 states for each state: the one after each byte. Begin with 0.
  const int* next() const { return next_.data(); }
  /// For each state what was found to end there; -1: nothing.
  const int* meanings() const { return meanings_.data(); }

 private:
  std::vector<int> next_ = std::vector<int>(256, -1);
  std::vector<int> meanings_{-1};
};

/// The words, in all encodings that are looked for as such. At least eight bytes each, so that no chance
/// makes one in base64 or hexadecimal digits. Any number of streams may use one, on any thread.
class WordSearch {
 public:
  explicit WordSearch(const std::vector<std::string>& words) : words_(words) {
    for (size_t i = 0; i < words.size(); ++i) {
      const int meaning = static_cast<int>(i);
      const std::string& word = words[i];
      std::string folded;
      for (const char c : word) folded += lower(c);
      text_.add(folded, meaning);
      text_.add(hex(word), meaning);
      for (const bool url : {false, true}) {
        for (size_t before = 0; before < 3; ++before) {
          // Only the characters that are made of the word's bits alone.
          const std::string whole = base64(std::string(before, '.') + word, url);
          const size_t first = (before * 8 + 5) / 6;
          const size_t last = (before + word.size()) * 8 / 6;
          base64_.add(whole.substr(first, last - first), meaning);
        }
      }
    }
    text_.finish();
    base64_.finish();
    for (size_t i = 0; i < 256; ++i) folded_[i] = static_cast<unsigned char>(lower(static_cast<char>(i)));
  }

  const std::vector<std::string>& words() const { return words_; }

 private:
  friend class WordStream;
  std::vector<std::string> words_;
  Automaton text_, base64_;
  std::array<unsigned char, 256> folded_{};  ///< lower case
};

/// Undoes one encoding.
class Undo {
 public:
  enum class Kind { percent, form, json };
  explicit Undo(Kind kind) : kind_(kind) {}

  /// Appends what `bytes` mean to `out`. False: they mean themselves.
  bool feed(std::string_view bytes, std::string& out) {
    bool changed = !held_.empty();
    for (size_t at = 0; at < bytes.size(); ++at) {
      if (held_.empty()) {
        size_t mark = std::min(bytes.find(kind_ == Kind::json ? '\\' : '%', at), bytes.size());
        if (kind_ == Kind::form) mark = std::min(mark, bytes.find('+', at));
        out.append(bytes.substr(at, mark - at));
        if (mark == bytes.size()) break;
        at = mark;
        changed = true;
      }
      if (kind_ == Kind::json) {
        json(bytes[at], out);
      } else {
        percent(bytes[at], out);
      }
    }
    return changed;
  }

 private:
  static int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char low = lower(c);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
  }

  /// What is held is no escape after all.
  void give_back(std::string& out) {
    out += held_;
    held_.clear();
  }

  void percent(char c, std::string& out) {
    if (c == '%') {
      give_back(out);
      held_ = "%";
    } else if (held_.empty()) {
      out += c == '+' ? ' ' : c;
    } else if (digit(c) < 0) {
      give_back(out);
      out += c;
    } else if (held_.size() == 1) {
      held_ += c;
    } else {
      out += static_cast<char>(digit(held_[1]) * 16 + digit(c));
      held_.clear();
    }
  }

  void json(char c, std::string& out) {
    if (held_.empty()) {
      held_ = c;
    } else if (held_.size() == 1) {
      if (c == 'u') {
        held_ += c;
        return;
      }
      held_.clear();
      static constexpr std::string_view kFrom = "nrtbf", kTo = "\n\r\t\b\f";
      const size_t at = kFrom.find(c);
      out += at == std::string_view::npos ? c : kTo[at];
    } else if (digit(c) < 0) {
      give_back(out);
      out += c;
    } else if (held_ += c; held_.size() == 6) {
      uint32_t unit = 0;
      for (size_t i = 2; i < 6; ++i) unit = unit << 4 | static_cast<uint32_t>(digit(held_[i]));
      held_.clear();
      code_unit(unit, out);
    }
  }

  void code_unit(uint32_t unit, std::string& out) {
    if (unit >= 0xD800 && unit < 0xDC00) {
      high_ = unit;
      return;
    }
    if (unit >= 0xDC00 && unit < 0xE000) unit = 0x10000 + ((high_ & 0x3FF) << 10) + (unit & 0x3FF);
    if (unit < 0x80) {
      out += static_cast<char>(unit);
      return;
    }
    const int more = unit < 0x800 ? 1 : unit < 0x10000 ? 2 : 3;
    static constexpr uint32_t kLead[] = {0, 0xC0, 0xE0, 0xF0};
    out += static_cast<char>(kLead[more] | unit >> (6 * more));
    for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | (unit >> (6 * i) & 0x3F));
  }

  Kind kind_;
  std::string held_;  ///< of an escape not complete yet
  uint32_t high_ = 0xD800;
};

/// One stream that is searched. `found` is told the word's index and where: "json" or the like. Once for each
/// view that shows it.
class WordStream {
 public:
  using Found = std::function<void(int word, const char* view)>;
  WordStream(const WordSearch& search, Found found) : search_(search), found_(std::move(found)) {
    using Kind = Undo::Kind;
    // Each after the one it is made from.
    views_ = {{"plain", 0, Kind::json},
              {"percent", 0, Kind::percent},
              {"percent twice", 1, Kind::percent},
              {"form", 0, Kind::form},
              {"json", 0, Kind::json},
              {"json twice", 4, Kind::json},
              {"percent in json", 4, Kind::percent},
              {"json in percent", 1, Kind::json}};
  }

  void feed(std::string_view bytes) {
    views_[0].before = views_[0].state;
    look(views_[0], bytes);
    views_[0].text = bytes;
    for (size_t i = 1; i < views_.size(); ++i) {
      View& view = views_[i];
      const View& from = views_[view.from];
      view.bytes.clear();
      const bool changed = view.undo.feed(from.text, view.bytes);
      view.text = view.bytes;
      view.before = view.state;
      // The same bytes from the same state find the same.
      if (!changed && view.state == from.before) {
        view.state = from.state;
      } else {
        look(view, view.text);
      }
    }
  }

 private:
  struct State {
    int text = 0, base64 = 0;
    bool operator==(const State& other) const = default;
  };
  struct View {
    const char* name;
    size_t from;
    Undo undo;
    State state = {}, before = {};  ///< before: the bytes last fed
    std::string bytes = {};
    std::string_view text = {};
    View(const char* called, size_t made_from, Undo::Kind kind) : name(called), from(made_from), undo(kind) {}
  };

  void look(View& view, std::string_view bytes) {
    const int* const text = search_.text_.next();
    const int* const text_meanings = search_.text_.meanings();
    const int* const base64 = search_.base64_.next();
    const int* const base64_meanings = search_.base64_.meanings();
    const unsigned char* const folded = search_.folded_.data();
    int a = view.state.text, b = view.state.base64;
    const char* const end = bytes.data() + bytes.size();
    for (const char* at = bytes.data(); at != end; ++at) {
      const auto byte = static_cast<unsigned char>(*at);
      a = text[a * 256 + folded[byte]];
      b = base64[b * 256 + byte];
      if (text_meanings[a] >= 0) found_(text_meanings[a], view.name);
      if (base64_meanings[b] >= 0) found_(base64_meanings[b], view.name);
    }
    view.state = {a, b};
  }

  const WordSearch& search_;
  Found found_;
  std::vector<View> views_;
};

}  // namespace coder::test
