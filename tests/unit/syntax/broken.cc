// Whatever the text is: no crash, ranges inside it, parents before their children, bounded time.
#include <ctime>

#include "outline_text.h"

using namespace coder;
using syntax::Language;

namespace {

struct Sample {
  Language language;
  std::string text;
};

const std::vector<Sample>& samples() {
  static const std::vector<Sample> list = {
      {Language::python,
       "# c\n@d(1)\nclass A(B):\n    \"\"\"x\"\"\"\n    k: int = 1\n\n    async def f(self, a, *b: C, d=e) "
       "-> \"F\":\n"
       "        self.x = [g(i) for i, j in a if i]\n        return lambda y: f\"{y.z}\"\nfrom .m import (n "
       "as o, p)\n"
       "__all__ = ['A']\nX, (Y, *Z) = 1, (2, 3)\n"},
      {Language::rust,
       "/// d\n#[pyclass(name = \"N\")]\npub struct A<T: B>(T);\nuse a::{b, c::{self, D as E}, "
       "f::*};\nimpl<T> X<T> for "
       "A<T> where T: B {\n  #[getter]\n  fn get_f(&self, C { x, y: z }: C) -> u8 { let Some(q) = g!(x, "
       "h(z)) else { "
       "return 1 }; q.r::<S>() }\n}\nmacro_rules! m { ($a:expr) => { $a } }\nmod t;\n"},
      {Language::c,
       "#include <a.h>\n#define M(x) \\\n  f(x)\ntypedef struct { int a, *b; void (*c)(int d); } t;\nenum e "
       "{ A = 1, B "
       "};\nAPI static int *f(t *x, int n) { for (int i = 0; i < n; i++) g(x->a); return 0; }\nint y[] = "
       "{1,\n2};\n"},
      {Language::cpp,
       "namespace a::b {\ntemplate <class T, int N = 3> class EXPORT C final : public D<T> {\n public:\n  "
       "explicit "
       "C(int x) : x_(x) {}\n  ~C() override;\n  bool operator==(const C&) const;\n  using U = T;\n  int x_, "
       "y_;\n};\n"
       "int C<int>::f(E e) const NOTHROW { auto l = [&](int q) { return q; }; return l(e.g()); }\n}\n"},
      {Language::lua,
       "local a, b = require('x'), 2\nfunction M.f(c, ...) local d = c; return d:e(b) end\nM.t = { g = "
       "function(h) "
       "return h end, 1 }\nfunction M:i() for k, v in pairs(self) do end end\n"},
      {Language::go,
       "package p\nimport (\n\t\"a/b\"\n)\n// d\ntype T[K any] struct {\n\ta, B int `x`\n\t*c.D\n}\nfunc (t "
       "*T[K]) F(x "
       "int, y ...E) (z G, err error) { for i, v := range y { go func() { t.h(v, i) }() }; return }\nconst "
       "(\n\tA = "
       "iota\n\tB\n)\nvar q = map[string]int{\n\"a\": 1}\n"},
      {Language::java,
       "package p;\nimport a.B;\n/** d */\n@X(\"y\")\npublic class A<T extends C> extends D implements E {\n "
       " private "
       "static final int F = 1, G;\n  @Override public <R> R h(final T t, int... i) throws J { return t.k(x "
       "-> "
       "x.l()); }\n  enum M { N(1) { void o() {} }; }\n  record P(int q) {}\n}\n"},
      {Language::javascript,
       "import a, { b as c } from './d';\nexport default class A extends B { #e = 1; f = (g) => g.h; static "
       "async *i() "
       "{} }\nconst { j, k: { l } } = require('m'), n = async (o = p) => { const q = () => o; return <R "
       "s={q}>t</R>; "
       "};\nmodule.exports = { u() {}, v: function () {} };\n"},
      {Language::typescript,
       "export type A<T> = { b: T; c?(): void } & D;\n@E() export abstract class F<T extends G> implements H "
       "{\n  "
       "constructor(private i: J, readonly k = 1) {}\n  abstract l(): void;\n}\nnamespace M.N { export enum "
       "O { P, Q = "
       "1 } }\ndeclare function r(s: T): s is U;\nimport v = require('w');\n"},
      {Language::tsx, "export const A: FC<P> = ({ b, ...c }) => <D.E f={b}><g {...c} /></D.E>;\n"},
      {Language::ruby,
       "require 'a'\nmodule B\n  # c\n  class D < E::F\n    attr_accessor :g, :h\n    def self.i(j = 1, *k, "
       "l:, **m, "
       "&n) = o\n    def p; @q, r = s { |t, (u, v)| t.w(u) }; end\n    X = Struct.new(:y) do\n      def z; "
       "end\n    "
       "end\n    alias aa p\n  end\nend\n"},
      {Language::bash,
       "#!/bin/sh\n. ./a.sh\nB=1 C=(d e)\n# f\ng() {\n  local h=$1 i\n  J=1 k \"$h\" | l && m \"${i:-$B}\" "
       "<<EOF\nx "
       "$h\nEOF\n}\nfunction n { case $1 in o) p ;; esac; }\nexport Q=$(g)\n"},
  };
  return list;
}

void check(Language language, std::string_view text) {
  const std::string trouble =
      test::outline_trouble(syntax::outline(language, text), text, language == Language::go);
  if (!trouble.empty()) BOOST_TEST(false, trouble << " in:\n" << text.substr(0, 2000));
}

}  // namespace

BOOST_AUTO_TEST_CASE(samples_are_whole) {
  for (const Sample& sample : samples()) {
    BOOST_TEST_CONTEXT(syntax::name_of(sample.language)) {
      const syntax::Outline outline = syntax::outline(sample.language, sample.text);
      BOOST_TEST(!outline.errors);
      BOOST_TEST(!outline.symbols.empty());
      BOOST_TEST(!outline.uses.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(cut_off_at_every_byte) {
  for (const Sample& sample : samples()) {
    BOOST_TEST_CONTEXT(syntax::name_of(sample.language)) {
      const std::string_view text = sample.text;
      for (size_t end = 0; end <= text.size(); ++end) check(sample.language, text.substr(0, end));
      for (size_t begin = 0; begin <= text.size(); begin += 3) check(sample.language, text.substr(begin));
    }
  }
}

BOOST_AUTO_TEST_CASE(bytes_replaced) {
  for (const Sample& sample : samples()) {
    BOOST_TEST_CONTEXT(syntax::name_of(sample.language)) {
      uint32_t state = 7;
      for (int round = 0; round < 200; ++round) {
        std::string text = sample.text;
        for (int i = 0; i < 4; ++i) {
          state = state * 1664525u + 1013904223u;
          const char bytes[] = {'\0', '\xff', '(', '}', '\n', '"', '\xc3', ' '};
          text[(state >> 8) % text.size()] = bytes[state >> 29];
        }
        check(sample.language, text);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(encodings_and_line_ends) {
  for (const Sample& sample : samples()) {
    BOOST_TEST_CONTEXT(syntax::name_of(sample.language)) {
      const syntax::Outline plain = syntax::outline(sample.language, sample.text);
      std::string crlf;
      for (const char c : sample.text) {
        if (c == '\n') crlf += '\r';
        crlf += c;
      }
      check(sample.language, crlf);
      const syntax::Outline same = syntax::outline(sample.language, crlf);
      BOOST_REQUIRE(same.symbols.size() == plain.symbols.size());
      for (size_t i = 0; i < same.symbols.size(); ++i) {
        BOOST_TEST(same.symbols[i].name == plain.symbols[i].name);
        BOOST_TEST(same.symbols[i].first_line == plain.symbols[i].first_line);
        BOOST_TEST(same.symbols[i].last_line == plain.symbols[i].last_line);
      }
      const std::string bom = "\xef\xbb\xbf" + sample.text;
      check(sample.language, bom);
      BOOST_TEST(syntax::outline(sample.language, bom).symbols.size() == plain.symbols.size());
    }
  }
}

BOOST_AUTO_TEST_CASE(empty_and_not_text) {
  std::string every;
  for (int i = 0; i < 1024; ++i) every += static_cast<char>(i * 37);
  for (const Sample& sample : samples()) {
    BOOST_TEST(syntax::outline(sample.language, "").symbols.empty());
    check(sample.language, std::string(300, '\0'));
    check(sample.language, every);
    check(sample.language, "\xff\xfe" + sample.text);
  }
  BOOST_TEST(syntax::outline(Language::none, "def f(): pass").symbols.empty());
}

BOOST_AUTO_TEST_CASE(deep_nesting) {
  for (const Sample& sample : samples()) {
    BOOST_TEST_CONTEXT(syntax::name_of(sample.language)) {
      for (const char* pair : {"()", "[]", "{}", "<>"}) {
        const std::string open(5000, pair[0]), close(5000, pair[1]);
        check(sample.language, sample.text + "x = " + open + "y" + close + "\n");
        check(sample.language, open);
      }
    }
  }
  std::string classes;
  for (int i = 0; i < 500; ++i) classes += std::string(static_cast<size_t>(i), ' ') + "class A:\n";
  check(Language::python, classes + std::string(500, ' ') + "pass\n");
  std::string braces;
  for (int i = 0; i < 5000; ++i) braces += "mod a { fn f() { ";
  check(Language::rust, braces);
}

BOOST_AUTO_TEST_CASE(long_lines_and_slow_texts_end_in_time) {
  for (const Sample& sample : samples()) {
    if (sample.language != Language::python && sample.language != Language::c &&
        sample.language != Language::javascript) {
      continue;  // it is the same parser, and each takes its time
    }
    BOOST_TEST_CONTEXT(syntax::name_of(sample.language)) {
      std::string line = sample.text + "x = ";
      while (line.size() < syntax::kMaxParseBytes - 16) line += "a.b(c), ";
      const auto start = std::clock();
      check(sample.language, line);
      check(sample.language, std::string(1u << 20, '('));
      BOOST_TEST((std::clock() - start) / CLOCKS_PER_SEC < 60);
    }
  }
  BOOST_TEST(syntax::outline(Language::python, std::string(syntax::kMaxParseBytes + 1, 'x')).uses.empty());
}
