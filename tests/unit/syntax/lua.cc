#include "outline_text.h"

using namespace coder;
using syntax::Language;

BOOST_AUTO_TEST_CASE(lua_definitions_and_uses) {
  test::check(Language::lua, R"text(-- Module.
local api = require("vim.api")
local util = require 'app.util'
local M = {}
local limit, name = 10, "x"

--- Opens.
--- @param path string
function M.open(path, opts)
  local handle = io.open(path)
  local function close() handle:close(); M.cleanup(path) end
  for i, line in ipairs(lines) do util.emit(line, i, limit) end
  return handle
end

function M:render(width) self.width = width; return self:draw(width) end
local function helper(a) return a end
function global_fn() end
M.run = function(cb) cb(helper(1)) end
local compute = function(n) return n * limit end
M.handlers = {
  -- on open
  open = function(ev) M.open(ev.path) end,
  close = helper,
}
M.VERSION = "1.0"
vim.keymap.set("n", "x", function() local z = 1; helper(z) end)
return M
)text",
              {R"out(
4-4 constant M | local M = {}
5-5 constant limit | local limit, name = 10, "x"
5-5 constant name | local limit, name = 10, "x"
7-14 function open | function M.open(path, opts)
11-11 function open.close | local function close()
16-16 method render | function M:render(width)
17-17 function helper | local function helper(a)
18-18 function global_fn | function global_fn() end
19-19 function run | M.run = function(cb)
20-20 function compute | local compute = function(n)
21-25 constant handlers | M.handlers =
22-23 function handlers.open | open = function(ev)
26-26 constant VERSION | M.VERSION = "1.0"
)out",
               R"out(
: call:require*2 attribute:handlers name:helper attribute:VERSION name:vim attribute:keymap call:set call:helper
open: name:io call:open call:ipairs name:lines name:util call:emit name:limit
open.close: call:close call:cleanup
render: attribute:width call:draw
run: attribute:run call:helper
compute: name:limit
handlers.open: call:open attribute:path
)out",
               "vim.api, app.util"});
}
