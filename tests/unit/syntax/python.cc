#include "outline_text.h"

using namespace coder;
using syntax::Language;

BOOST_AUTO_TEST_CASE(python_definitions_with_comments_and_decorators) {
  test::check(Language::python, R"py("""Module doc."""
from __future__ import annotations
import os.path as p, sys
from . import sibling
from ..pkg.mod import (A, B as C)  # trailing

__all__ = ["Tree", "load"]

# The limit.
# In bytes.
LIMIT: int = 10
TABLE = {
    "a": 1,
}
x, (y, *z) = 1, (2, 3)
try:
    import fast
except ImportError:
    fast = None

# not attached

@dataclass(frozen=True)
# between
@register("x")
class Tree(Base, metaclass=Meta):
    """Doc."""
    kids: list["Tree"] = field(default_factory=list)

    # comment
    def __init__(self, size: int = LIMIT, *args: str, **kw) -> None:
        # first
        super().__init__(size)
        self.size = size
        self.a.b = 3
        local = compute(size)
        local.go(local)
        return [k.f(q) for k, q in self.kids if k]

    async def load(self): pass
    @property
    def prop(self): return self._x

def outer(
    a, b
) -> "Dict[str, Tree]":  # why

    def inner(c):
        return a + c + LIMIT + outer(a)
    f = lambda value: value + helper(b)
    with open(a) as handle: handle.read()
    match a:
        case Point(x=0, y=yy): return yy
        case [one, *rest]: return one
    return inner

if __name__ == "__main__":
    outer(1, 2)
)py",
              {R"(
7-7 constant __all__ | __all__ = ["Tree", "load"]
9-11 constant LIMIT | LIMIT: int = 10
12-14 constant TABLE | TABLE =
15-15 constant x | x, (y, *z) = 1, (2, 3)
15-15 constant y | x, (y, *z) = 1, (2, 3)
15-15 constant z | x, (y, *z) = 1, (2, 3)
19-19 constant fast | fast = None
23-42 type Tree | class Tree(Base, metaclass=Meta):
28-28 field Tree.kids | kids: list["Tree"] = field(default_factory=list)
30-38 method Tree.__init__ | def __init__(self, size: int = LIMIT, *args: str, **kw) -> None:
34-34 field Tree.__init__.size | self.size = size
40-40 method Tree.load | async def load(self):
41-42 method Tree.prop | def prop(self):
44-55 function outer | def outer( a, b ) -> "Dict[str, Tree]":
48-49 function outer.inner | def inner(c):
)",
               R"(
: import:path import:sys import:sibling import:A import:B name:Tree name:load type:int import:fast name:ImportError name:__name__ call:outer
Tree: call:dataclass call:register type:Base type:Meta type:list type:Tree call:field name:list
Tree.__init__: type:int name:LIMIT type:str call:super call:__init__ attribute:a attribute:b call:compute call:go call:f attribute:kids
Tree.prop: call:property attribute:_x
outer: type:Dict type:Tree call:helper call:open call:read type:Point name:inner
outer.inner: name:LIMIT call:outer
)",
               "os.path, sys, ., ..pkg.mod, fast"});
}

BOOST_AUTO_TEST_CASE(python_ranges_are_those_of_the_text) {
  const std::string_view text = "# Doc.\n@cache\ndef f(a):\n    return a\n\nclass C: x = 1\n";
  const syntax::Outline outline = syntax::outline(Language::python, text);
  BOOST_REQUIRE(outline.symbols.size() == 3);
  const syntax::Symbol& f = outline.symbols[0];
  BOOST_TEST(text.substr(f.begin, f.end - f.begin) == "# Doc.\n@cache\ndef f(a):\n    return a");
  BOOST_TEST(text.substr(f.signature, f.signature_end - f.signature) == "def f(a):");
  BOOST_TEST(outline.symbols[2].name == "x");
  BOOST_TEST(outline.symbols[2].parent == 1);
}

BOOST_AUTO_TEST_CASE(python_type_aliases_and_parameters) {
  test::check(Language::python, R"py(type Pair[T] = tuple[T, Item]
def first[T](pair: Pair[T], *, key: Callable[[T], "Key"] | None = None) -> T:
    value: Other = pair[0]
    return value
)py",
              {R"(
1-1 type Pair | type Pair[T] = tuple[T, Item]
2-4 function first | def first[T](pair: Pair[T], *, key: Callable[[T], "Key"] | None = None) -> T:
)",
               R"(
Pair: type:tuple type:T type:Item
first: type:T*4 type:Pair type:Callable type:Key type:Other
)",
               ""});
}
