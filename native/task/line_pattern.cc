#include "task/line_pattern.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"

namespace coder::task {
namespace {

constexpr int kMaxDepth = 50;
constexpr int64_t kMaxRepeat = 200;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

using Set = std::bitset<256>;

Set range(unsigned char from, unsigned char to) {
  Set out;
  for (unsigned c = from; c <= to; ++c) out.set(c);
  return out;
}

/// The class of `\w` and its like; nullopt: the character stands for itself.
std::optional<Set> class_of(char c) {
  Set out;
  switch (c | 0x20) {
    case 'w':
      out = range('a', 'z') | range('A', 'Z') | range('0', '9') | range(0x80, 0xFF);
      out.set('_');
      break;
    case 'd':
      out = range('0', '9');
      break;
    case 's':
      for (const char blank : {' ', '\t', '\r', '\f', '\v', '\n'}) out.set(static_cast<unsigned char>(blank));
      break;
    default:
      return std::nullopt;
  }
  return (c & 0x20) != 0 ? out : ~out;
}

char escaped(char c) { return c == 't' ? '\t' : c == 'r' ? '\r' : c; }

Error wrong(const std::string& what) {
  return Error{ErrorKind::usage, "the pattern " + what, "leave `regex` out to search for the text as it is"};
}

}  // namespace

/// Compiles by recursive descent; each function gives the first state of its part, which leads to `next`.
/// The parts are built from the end, so the pattern is first read into a tree.
class LinePatternParser {
 public:
  LinePatternParser(std::string_view text, bool ignore_case) : text_(text), ignore_case_(ignore_case) {}

  Result<LinePattern> run() {
    const size_t tree = alternatives(0);
    if (!problem_.empty()) return wrong(problem_);
    if (at_ < text_.size()) return wrong("has a ) without its (");
    LinePattern out;
    out.states_.push_back({LinePattern::Kind::match, 0, 0, 0});
    out.first_ = emit(out, tree, 0);
    if (!problem_.empty()) return wrong(problem_);
    return out;
  }

 private:
  using Kind = LinePattern::Kind;
  enum class Form { set, assertion, chain, either, repeat };
  struct Node {
    Form form = Form::chain;
    Set set;
    Kind kind = Kind::start;
    std::vector<size_t> parts;
    int64_t least = 0, most = 0;  ///< most < 0: any number
  };

  size_t add(Node node) {
    nodes_.push_back(std::move(node));
    return nodes_.size() - 1;
  }
  bool done() const { return at_ >= text_.size() || !problem_.empty(); }
  size_t fail(const std::string& why) {
    if (problem_.empty()) problem_ = why;
    return add({});
  }

  size_t alternatives(int depth) {
    if (depth > kMaxDepth) return fail("is nested too deep");
    Node either;
    either.form = Form::either;
    either.parts.push_back(chain(depth));
    while (!done() && text_[at_] == '|') {
      ++at_;
      either.parts.push_back(chain(depth));
    }
    return either.parts.size() == 1 ? either.parts.front() : add(std::move(either));
  }

  size_t chain(int depth) {
    Node out;
    while (!done() && text_[at_] != '|' && text_[at_] != ')') out.parts.push_back(repeated(depth));
    return add(std::move(out));
  }

  size_t repeated(int depth) {
    size_t part = atom(depth);
    while (!done()) {
      Node repeat;
      repeat.form = Form::repeat;
      repeat.most = -1;
      const char c = text_[at_];
      if (c == '*') {
        ++at_;
      } else if (c == '+') {
        repeat.least = 1;
        ++at_;
      } else if (c == '?') {
        repeat.most = 1;
        ++at_;
      } else if (c != '{' || !counts(repeat)) {
        break;
      }
      if (!done() && text_[at_] == '?') ++at_;  // lazy
      repeat.parts.push_back(part);
      part = add(std::move(repeat));
    }
    return part;
  }

  /// "{n}", "{n,}", "{n,m}"; anything else is text, as most engines have it.
  bool counts(Node& repeat) {
    size_t i = at_ + 1;
    const auto figure = [&]() -> std::optional<int64_t> {
      int64_t value = 0;
      const size_t begin = i;
      for (; i < text_.size() && text_[i] >= '0' && text_[i] <= '9'; ++i)
        value = std::min<int64_t>(value * 10 + (text_[i] - '0'), kMaxRepeat + 1);
      return i == begin ? std::nullopt : std::optional(value);
    };
    const auto least = figure();
    if (!least) return false;
    repeat.least = repeat.most = *least;
    if (i < text_.size() && text_[i] == ',') {
      ++i;
      repeat.most = figure().value_or(-1);
    }
    if (i >= text_.size() || text_[i] != '}') return false;
    at_ = i + 1;
    if (repeat.least > kMaxRepeat || repeat.most > kMaxRepeat) fail("repeats more than 200 times");
    if (repeat.most >= 0 && repeat.most < repeat.least) fail("has a {n,m} with m below n");
    return true;
  }

  size_t of_set(Set set) {
    if (ignore_case_) {
      for (unsigned c = 'a'; c <= 'z'; ++c) {
        const bool either = set.test(c) || set.test(c - 0x20);
        set.set(c, either);
        set.set(c - 0x20, either);
      }
    }
    Node node;
    node.form = Form::set;
    node.set = set;
    return add(std::move(node));
  }

  size_t assertion(Kind kind) {
    Node node;
    node.form = Form::assertion;
    node.kind = kind;
    return add(std::move(node));
  }

  size_t atom(int depth) {
    const char c = text_[at_++];
    switch (c) {
      case '(': {
        if (text_.substr(at_, 2) == "?:") {
          at_ += 2;
        } else if (at_ < text_.size() && text_[at_] == '?') {
          return fail("has a group that begins with (?, which is not known here");
        }
        const size_t inside = alternatives(depth + 1);
        if (done() || text_[at_] != ')') return fail("has a ( without its )");
        ++at_;
        return inside;
      }
      case '[':
        return bracket();
      case '.':
        return of_set(~Set());
      case '^':
        return assertion(Kind::start);
      case '$':
        return assertion(Kind::end);
      case '*':
      case '+':
      case '?':
        return fail(std::string("has nothing before ") + c);
      case '\\': {
        if (at_ >= text_.size()) return fail("ends with a backslash");
        const char next = text_[at_++];
        if (next == 'b') return assertion(Kind::word_edge);
        if (next >= '0' && next <= '9') return fail("has a back reference, which is not known here");
        if (const auto set = class_of(next)) return of_set(*set);
        return of_set(Set().set(static_cast<unsigned char>(escaped(next))));
      }
      default:
        return of_set(Set().set(static_cast<unsigned char>(c)));
    }
  }

  size_t bracket() {
    Set set;
    const bool negated = at_ < text_.size() && text_[at_] == '^';
    if (negated) ++at_;
    for (bool first = true;; first = false) {
      if (at_ >= text_.size()) return fail("has a [ without its ]");
      char c = text_[at_++];
      if (c == ']' && !first) break;
      if (c == '\\' && at_ < text_.size()) {
        c = text_[at_++];
        if (const auto more = class_of(c)) {
          set |= *more;
          continue;
        }
        c = escaped(c);
      }
      char to = c;
      if (at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']') {
        to = text_[at_ + 1];
        at_ += 2;
        if (to == '\\' && at_ < text_.size()) to = escaped(text_[at_++]);
      }
      const auto low = static_cast<unsigned char>(c), high = static_cast<unsigned char>(to);
      if (high < low) return fail("has a range in [ ] that goes backwards");
      set |= range(low, high);
    }
    return of_set(negated ? ~set : set);
  }

  uint32_t state(LinePattern& out, LinePattern::State one) {
    if (out.states_.size() >= LinePattern::kMaxStates) {
      problem_ = "is too large";
      return 0;
    }
    out.states_.push_back(one);
    return static_cast<uint32_t>(out.states_.size() - 1);
  }

  // NOLINTNEXTLINE(misc-no-recursion): as deep as the tree, which kMaxDepth bounds
  uint32_t emit(LinePattern& out, size_t index, uint32_t next) {
    if (!problem_.empty()) return next;
    const Node& node = nodes_[index];
    switch (node.form) {
      case Form::set:
        out.sets_.push_back(node.set);
        return state(out, {Kind::byte, static_cast<uint32_t>(out.sets_.size() - 1), next, 0});
      case Form::assertion:
        return state(out, {node.kind, 0, next, 0});
      case Form::chain:
        for (size_t i = node.parts.size(); i-- > 0;) next = emit(out, node.parts[i], next);
        return next;
      case Form::either: {
        uint32_t first = emit(out, node.parts.back(), next);
        for (size_t i = node.parts.size() - 1; i-- > 0;) {
          const uint32_t one = emit(out, node.parts[i], next);
          first = state(out, {Kind::split, 0, one, first});
        }
        return first;
      }
      case Form::repeat:
        return emit_repeat(out, node, next);
    }
    return next;
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  uint32_t emit_repeat(LinePattern& out, const Node& node, uint32_t next) {
    uint32_t first = next;
    if (node.most < 0) {
      const uint32_t loop = state(out, {Kind::split, 0, 0, next});
      if (!problem_.empty()) return next;
      const uint32_t body = emit(out, node.parts.front(), loop);
      out.states_[loop].next = body;
      first = loop;
    } else {
      for (int64_t i = node.least; i < node.most && problem_.empty(); ++i) {
        const uint32_t body = emit(out, node.parts.front(), first);
        first = state(out, {Kind::split, 0, body, next});
      }
    }
    for (int64_t i = 0; i < node.least && problem_.empty(); ++i) first = emit(out, node.parts.front(), first);
    return first;
  }

  std::string_view text_;
  bool ignore_case_;
  size_t at_ = 0;
  std::string problem_;
  std::vector<Node> nodes_;
};

Result<LinePattern> LinePattern::compile(std::string_view pattern, const Options& options) {
  if (pattern.empty()) return wrong("is empty");
  if (pattern.size() > kMaxBytes) return wrong("is longer than 1,000 bytes");
  if (pattern.find('\n') != std::string_view::npos)
    return wrong("has a line end; lines are searched one by one");
  if (!options.regex) {
    LinePattern out;
    out.options_ = options;
    out.literal_ = options.ignore_case ? lower_ascii(pattern) : std::string(pattern);
    return out;
  }
  Result<LinePattern> out = LinePatternParser(pattern, options.ignore_case).run();
  if (!out) return out;
  out->options_ = options;
  out->find_starts();
  return out;
}

void LinePattern::find_starts() {
  std::vector<bool> seen(states_.size(), false);
  std::vector<uint32_t> open = {first_};
  while (!open.empty()) {
    const uint32_t now = open.back();
    open.pop_back();
    if (seen[now]) continue;
    seen[now] = true;
    const State& one = states_[now];
    if (one.kind == Kind::byte) {
      starts_ |= sets_[one.set];
    } else if (one.kind == Kind::match) {
      may_be_empty_ = true;
    } else {
      open.push_back(one.next);
      if (one.kind == Kind::split) open.push_back(one.other);
    }
  }
}

/// Adds what can be reached from `state` without a byte.
void LinePattern::follow(uint32_t state, std::string_view line, size_t at, std::vector<uint32_t>& out,
                         Visited& seen, uint64_t mark) const {
  std::vector<uint32_t>& open = seen.open;
  open.push_back(state);
  while (!open.empty()) {
    const uint32_t now = open.back();
    open.pop_back();
    if (seen.marks[now] == mark) continue;
    seen.marks[now] = mark;
    const State& one = states_[now];
    switch (one.kind) {
      case Kind::byte:
      case Kind::match:
        out.push_back(now);
        break;
      case Kind::split:
        open.push_back(one.other);
        open.push_back(one.next);
        break;
      case Kind::start:
        if (at == 0) open.push_back(one.next);
        break;
      case Kind::end:
        if (at == line.size()) open.push_back(one.next);
        break;
      case Kind::word_edge: {
        const bool before = at > 0 && is_word(line[at - 1]);
        const bool after = at < line.size() && is_word(line[at]);
        if (before != after) open.push_back(one.next);
        break;
      }
    }
  }
}

bool LinePattern::found_in(std::string_view line) const {
  if (!literal_.empty()) {
    const std::string lower = options_.ignore_case ? lower_ascii(line) : std::string();
    const std::string_view text = options_.ignore_case ? std::string_view(lower) : line;
    for (size_t at = text.find(literal_); at != std::string_view::npos; at = text.find(literal_, at + 1)) {
      const size_t end = at + literal_.size();
      const bool inside = (at > 0 && is_word(text[at - 1])) || (end < text.size() && is_word(text[end]));
      if (!options_.whole_word || !inside) return true;
    }
    return false;
  }
  const auto may_start = [&](size_t at) { return starts_.test(static_cast<unsigned char>(line[at])); };
  size_t at = 0;
  // Most lines hold nothing that a match could begin with.
  if (!may_be_empty_) {
    while (at < line.size() && !may_start(at)) ++at;
    if (at == line.size()) return false;
  }
  std::vector<uint32_t> now, next;
  Visited seen{std::vector<uint64_t>(states_.size(), 0), {}};
  for (; at <= line.size(); ++at) {
    // A match may begin anywhere.
    if (may_be_empty_ || (at < line.size() && may_start(at))) follow(first_, line, at, now, seen, at + 1);
    next.clear();
    for (const uint32_t index : now) {
      const State& one = states_[index];
      if (one.kind == Kind::match) return true;
      if (at < line.size() && sets_[one.set].test(static_cast<unsigned char>(line[at])))
        follow(one.next, line, at + 1, next, seen, at + 2);
    }
    now.swap(next);
  }
  return false;
}

}  // namespace coder::task
