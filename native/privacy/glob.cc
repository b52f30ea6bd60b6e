#include "privacy/glob.h"

namespace coder::privacy {
namespace {

using Set = std::bitset<256>;

unsigned char byte_of(char c) { return static_cast<unsigned char>(c); }

/// `c` in both letter cases: patterns ignore case.
void add_byte(Set& set, unsigned char c) {
  set.set(c);
  if (c >= 'a' && c <= 'z') set.set(c - 'a' + 'A');
  if (c >= 'A' && c <= 'Z') set.set(c - 'A' + 'a');
}

Set not_slash() {
  Set set;
  set.set();
  set.reset('/');
  return set;
}

/// Position of the "]" that closes the class opened at `open`; npos when there is none.
size_t class_end(std::string_view p, size_t open) {
  size_t i = open + 1;
  if (i < p.size() && (p[i] == '!' || p[i] == '^')) ++i;
  if (i < p.size() && p[i] == ']') ++i;  // a "]" that comes first is a member
  for (; i < p.size() && p[i] != ']'; ++i) {
    if (p[i] == '\\') ++i;
  }
  return i < p.size() ? i : std::string_view::npos;
}

}  // namespace

Glance::Glance(std::string_view p) : path(p) {
  for (size_t i = 0; i < p.size(); ++i) {
    if (i == 0 || p[i - 1] == '/') begins.set(byte_of(p[i]));
    if (i + 1 < p.size() && p[i + 1] != '/') continue;
    ends.set(byte_of(p[i]));
    cuts.push_back(i + 1);
  }
}

Glob::Glob(std::string_view p) : pattern_(p), empty_(p.empty()) {
  while (p.substr(0, 2) == "./") p.remove_prefix(2);
  if (p == ".") p = "**";
  absolute_ = p.substr(0, 1) == "/";
  // What matches a folder covers all below it, so that "x/", "x/**" and "x" differ only in whether
  // they hold a slash that ties them to the root.
  while (!p.empty() && p.back() == '/') p.remove_suffix(1);
  floating_ = !absolute_ && !p.empty() && p.find('/') == std::string_view::npos;
  const auto ends_in = [&p](std::string_view end) {
    return p.size() >= end.size() && p.substr(p.size() - end.size()) == end;
  };
  while (p == "**" || ends_in("/**") || ends_in("/")) p.remove_suffix(p == "**" ? 2 : ends_in("/") ? 1 : 3);
  while (!p.empty() && p.front() == '/') p.remove_prefix(1);
  while (!absolute_ && p.substr(0, 3) == "**/") {
    p.remove_prefix(3);
    floating_ = true;
  }

  for (size_t i = 0; i < p.size(); ++i) {
    const bool component_begins = i == 0 || p[i - 1] == '/';
    size_t end = 0;
    if (p[i] == '*') {
      size_t stars = 1;
      while (i + stars < p.size() && p[i + stars] == '*') ++stars;
      i += stars - 1;
      tokens_.push_back({stars > 1 ? Kind::deep : Kind::star, {}});
      if (stars > 1 && component_begins && i + 1 < p.size() && p[i + 1] == '/') {
        tokens_.push_back({Kind::boundary, {}});  // "**/" is any number of whole components, also none
        ++i;
      }
    } else if (p[i] == '?') {
      tokens_.push_back({Kind::byte, not_slash()});
      tokens_.push_back({Kind::tail, {}});
    } else if (p[i] == '[' && (end = class_end(p, i)) != std::string_view::npos) {
      const bool negated = p[i + 1] == '!' || p[i + 1] == '^';
      const size_t begin = i + (negated ? 2 : 1);
      add_class(p.substr(begin, end - begin), negated);
      i = end;
    } else {
      if (p[i] == '\\' && i + 1 < p.size()) ++i;
      Set set;
      add_byte(set, byte_of(p[i]));
      tokens_.push_back({Kind::byte, set});
    }
  }
}

void Glob::add_class(std::string_view body, bool negated) {
  Set set;
  bool ascii = true;
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i] == '\\' && i + 1 < body.size()) ++i;
    const unsigned char low = byte_of(body[i]);
    unsigned char high = low;
    if (i + 2 < body.size() && body[i + 1] == '-') {
      i += 2;
      if (body[i] == '\\' && i + 1 < body.size()) ++i;
      high = byte_of(body[i]);
    }
    for (int c = low; c <= high; ++c) add_byte(set, static_cast<unsigned char>(c));
    ascii = ascii && low < 0x80 && high < 0x80;
  }
  // Sets are of bytes: "not ä" cannot be said, and anything is the safe reading of it.
  if (negated) set = ascii ? ~set : Set().set();
  tokens_.push_back({Kind::byte, set & not_slash()});
  tokens_.push_back({Kind::tail, {}});
}

bool Glob::matches(std::string_view path, bool anywhere) const {
  if (tokens_.empty()) return !empty_;  // "/", "**" and the like: everything
  if (matches_here(path)) return true;
  if (!anywhere && !floating_) return false;
  for (size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    if (matches_here(path.substr(slash + 1))) return true;
  }
  return false;
}

bool Glob::may_match(const Glance& glance) const {
  if (tokens_.empty()) return !empty_;
  if (tokens_.front().kind == Kind::byte && (tokens_.front().set & glance.begins).none()) return false;
  if (tokens_.back().kind != Kind::byte) return true;
  if ((tokens_.back().set & glance.ends).none()) return false;
  // A match ends where a component does: compare what the pattern says of the last bytes.
  for (const size_t cut : glance.cuts) {
    size_t token = tokens_.size(), at = cut;
    while (token > 0 && at > 0 && tokens_[token - 1].kind == Kind::byte &&
           tokens_[token - 1].set[byte_of(glance.path[at - 1])]) {
      --token;
      --at;
    }
    if (token == 0 || tokens_[token - 1].kind != Kind::byte) return true;
  }
  return false;
}

bool Glob::matches_here(std::string_view path) const {
  if (tokens_[0].kind == Kind::byte && (path.empty() || !tokens_[0].set[byte_of(path[0])])) return false;
  // here[i]: the tokens before the i-th can match the path up to this byte.
  static thread_local std::vector<char> here, next;
  here.assign(tokens_.size() + 1, 0);
  here[0] = 1;
  for (size_t at = 0;; ++at) {
    bool alive = false;
    for (size_t i = 0; i < tokens_.size(); ++i) {  // steps that take no byte
      if (!here[i]) continue;
      alive = true;
      const Kind kind = tokens_[i].kind;
      const bool begins = at == 0 || path[at - 1] == '/';
      if (kind != Kind::byte && (kind != Kind::boundary || begins)) here[i + 1] = 1;
    }
    if (here[tokens_.size()] && (at == path.size() || path[at] == '/')) return true;
    if (at == path.size() || !alive) return false;
    const unsigned char c = byte_of(path[at]);
    next.assign(tokens_.size() + 1, 0);
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (!here[i]) continue;
      switch (tokens_[i].kind) {
        case Kind::byte:
          if (tokens_[i].set[c]) next[i + 1] = 1;
          break;
        case Kind::tail:
          if ((c & 0xC0) == 0x80) next[i] = 1;
          break;
        case Kind::star:
          if (c != '/') next[i] = 1;
          break;
        case Kind::deep:
          next[i] = 1;
          break;
        case Kind::boundary:
          break;
      }
    }
    here.swap(next);
  }
}

}  // namespace coder::privacy
