#include "outline_text.h"

using namespace coder;
using syntax::Language;

BOOST_AUTO_TEST_CASE(rust_definitions_and_uses) {
  test::check(Language::rust, R"rs(//! Crate doc.
use std::{fmt, io::{self, Read as R}};
use crate::a::b::Config;
use super::helper;
pub use self::inner::*;
mod inner;
extern crate serde;

/// The limit.
pub const LIMIT: usize = 10;

/// A tree.
#[derive(Debug, Clone)]
pub struct Tree<T: Node> {
    /// Its kids.
    pub kids: Vec<T>,
    #[serde(default)]
    size: usize,
}

pub enum Shape {
    Dot, // a trailing comment
    /// Round.
    Circle(f32),
    Rect { w: f32, h: f32 } = LIMIT,
}

pub trait Node: Sized + 'static {
    type Item;
    const N: usize;
    fn visit(&self, other: &dyn Visitor) -> Self::Item;
}

impl<T> fmt::Display for Tree<T>
where
    T: Node,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = size(self.size);
        let Some(first) = self.kids.first() else { return Err(fmt::Error) };
        write!(f, "{}", Config::render(first, helper(size)))?;
        match first.shape {
            Shape::Circle(radius) if radius > LIMIT_F => inner::draw(radius),
            Shape::Rect { w, h: height } => area(w, height),
            other => other.into(),
        }
        self.kids.iter().map(|kid| kid.visit(&mut Printer { out: f, ..Default::default() })).collect::<Vec<_>>()
    }
}

macro_rules! square {
    ($x:expr) => { multiply($x, $x) };
}

#[cfg(test)]
mod tests {
    #[test]
    fn works() { assert_eq!(super::run(Tree::new(3)), Ok(Shape::Dot)); }
}
)rs",
              {R"(
6-6 module inner | mod inner;
9-10 constant LIMIT | pub const LIMIT: usize = 10;
12-19 type Tree | pub struct Tree<T: Node>
15-16 field Tree.kids | pub kids: Vec<T>
17-18 field Tree.size | size: usize
21-26 type Shape | pub enum Shape
22-22 field Shape.Dot | Dot
23-24 field Shape.Circle | Circle
25-25 field Shape.Rect | Rect
25-25 field Shape.Rect.w | w: f32
25-25 field Shape.Rect.h | h: f32
28-32 type Node | pub trait Node: Sized + 'static
29-29 type Node.Item | type Item;
30-30 constant Node.N | const N: usize;
31-31 method Node.visit | fn visit(&self, other: &dyn Visitor) -> Self::Item;
34-49 block Tree | impl<T> fmt::Display for Tree<T> where T: Node,
38-48 method Tree.fmt | fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result
51-53 macro square | macro_rules! square
55-59 module tests | mod tests
57-58 function tests.works | fn works()
)",
               R"(
: import:fmt import:io import:Read import:Config import:helper import:serde
Tree: call:derive type:Debug type:Clone type:Node type:Vec call:serde
Shape: name:LIMIT
Node: type:Sized
Node.visit: type:Visitor type:Self type:Item
Tree: name:fmt type:Display type:Tree type:Node
Tree.fmt: name:fmt*3 type:Formatter type:Result call:size attribute:size type:Some attribute:kids*2 call:first call:Err attribute:Error call:write type:Config call:render call:helper attribute:shape type:Shape*2 type:Circle name:LIMIT_F name:inner call:draw type:Rect attribute:w attribute:h call:area call:into call:iter call:map call:visit type:Printer attribute:out type:Default call:default call:collect type:Vec
square: call:multiply
tests.works: call:assert_eq call:run type:Tree call:new call:Ok type:Shape type:Dot
)",
               "std::fmt, std::io, crate::a::b, super::helper, self::inner, serde"});
}

BOOST_AUTO_TEST_CASE(rust_tells_python_names) {
  const syntax::Outline outline = syntax::outline(Language::rust, R"rs(
#[pyclass(module = "tokenizers", name = "Token")]
pub struct PyToken { token: Token }

#[pymethods]
impl PyToken {
    #[getter]
    fn get_id(&self) -> u32 { self.token.id }
    #[getter(text)]
    fn the_text(&self) -> &str { &self.token.value }
    #[setter]
    #[allow(dead_code)]
    fn set_id(&mut self, id: u32) {}
    #[pyo3(name = "as_pair", signature = (deep = false))]
    fn pair(&self) {}
}

/// Doc.
#[cfg_attr(feature = "python", pyfunction(name = "fast_path"))]
fn fast_path_impl() {}

#[pyfunction]
fn plain() {}

#[pymodule]
#[pyo3(name = "_native")]
fn native(m: &Bound<PyModule>) -> PyResult<()> {
    m.add_class::<PyToken>()?;
    m.add_function(wrap_pyfunction!(plain, m)?)
}
)rs");
  std::string names;
  for (const syntax::Symbol& symbol : outline.symbols) names += symbol.name + "/" + symbol.alias + " ";
  BOOST_TEST(names ==
             "PyToken/Token token/ PyToken/ get_id/id the_text/text set_id/id pair/as_pair "
             "fast_path_impl/fast_path plain/ native/_native ");
  BOOST_TEST(outline.symbols[7].first_line == 17u);
  const std::string uses = test::uses_text(outline);
  BOOST_TEST(uses.find("native: call:pymodule call:pyo3 ") != std::string::npos);
  BOOST_TEST(uses.find("type:PyToken call:add_function call:wrap_pyfunction name:plain") !=
             std::string::npos);
}
