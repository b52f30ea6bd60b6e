-- What of a project goes along with a question: the real backend, its index, and a server that tells what came.
local t = require('harness')
local router = require('router_help')
local case, eq, ok = t.case, t.eq, t.ok

local price = [[
local M = {}

--- Sum of all prices.
function M.total_price(items, tax)
  local sum = 0
  for _, item in ipairs(items) do sum = sum + item.price end
  return sum * tax
end

return M
]]
local cart = [[
local price = require('price')

local M = {}

function M.checkout(cart)
  return price.total_price(cart.items, 1.2)
end

return M
]]

-- A Neovim on cart.lua of a small repository, with one server.
local function shop(opts)
  opts = opts or {}
  local server = router.server({ content = 'an answer' })
  local nv = t.nvim({ config = (opts.config or '') .. server:block('box', opts.lane or 'local') })
  local root = nv.dir .. '/repo'
  t.write(root .. '/lua/price.lua', price)
  t.write(root .. '/lua/cart.lua', cart)
  t.write(root .. '/client/secret.lua', 'local S = {}\nfunction S.total_price_secret(items) return 42 end\nreturn S\n')
  for _, args in ipairs({ { 'init', '-q' }, { 'add', '-A' },
    { '-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '-qm', 'a shop' } }) do
    local done = vim.system(vim.list_extend({ 'git', '-C', root }, args)):wait()
    assert(done.code == 0, done.stderr)
  end
  nv:cmd('edit ' .. root .. '/lua/cart.lua')
  return nv, server, root
end

-- Asks, waits for the answer, and tells what the server got.
local function ask(nv, server, question)
  local before = #server:posts()
  nv:cmd('CoderAsk ' .. question)
  t.wait(function() return #server:posts() > before end, 'the question at the server')
  nv:wait_for('vim.wo.winbar:find(" in, ") and true')
  local posts = server:posts()
  return vim.json.encode(posts[#posts].body)
end

local function chat(nv)
  return table.concat(nv:lines(nv:get('vim.fn.bufnr("coder://chat/1")')), '\n')
end
local function has(text, what) ok(text:find(what, 1, true), what .. ' is not in ' .. text) end
local function lacks(text, what) ok(not text:find(what, 1, true), what .. ' is in ' .. text) end

case('a function of a file that nobody opened comes along when the question is about it', function()
  local nv, server = shop()
  local sent = ask(nv, server, 'how does total_price treat the tax?')
  has(sent, 'function M.total_price(items, tax)')
end)

case('an unsaved change in another buffer is seen', function()
  local nv, server, root = shop()
  nv:cmd('edit ' .. root .. '/lua/price.lua')
  nv:cmd('call setline(4, "function M.total_price(items, tax, rebate)")')
  ask(nv, server, 'one') -- from that buffer
  nv:cmd('wincmd p')
  nv:cmd('set hidden | edit ' .. root .. '/lua/cart.lua')
  local sent = ask(nv, server, 'how does total_price treat the tax?')
  has(sent, 'function M.total_price(items, tax, rebate)')
end)

case('words name what goes along', function()
  local nv, server, root = shop()
  t.write(root .. '/lua/mail.lua', 'return { send = function(address) end }\n')
  t.write(root .. '/lua/price.lua', (price:gsub('sum %* tax', 'sum * tax + 1')))
  local sent = ask(nv, server, 'compare #file:lua/mail.lua with #symbol:checkout and #diff')
  has(sent, 'send = function(address)')
  has(sent, 'return price.total_price(cart.items, 1.2)')
  has(sent, 'sum * tax + 1')
end)

case('a word that means nothing is told, and nothing is sent', function()
  local nv, server = shop()
  nv:cmd('CoderAsk what is #symbol:chekout for?')
  nv:wait_message('no such symbol')
  nv:wait_message('symbol:checkout')
  eq(#server:posts(), 0)
end)

case('private files stay out of what a cloud lane gets', function()
  local nv, server = shop({ lane = 'cloud', config = '[privacy]\nlocal_only = ["client/**"]\n' })
  local sent = ask(nv, server, 'what is total_price_secret next to total_price?')
  has(sent, 'function M.total_price(items, tax)')
  lacks(sent, 'S.total_price_secret')
  lacks(sent, 'client/')
end)

case('without a model the best places answer', function()
  local nv = t.nvim({ config = '' })
  local root = nv.dir .. '/repo'
  t.write(root .. '/lua/price.lua', price)
  t.write(root .. '/lua/cart.lua', cart)
  vim.fn.mkdir(root .. '/.git', 'p')
  nv:cmd('edit ' .. root .. '/lua/cart.lua')
  nv:cmd('CoderAsk where is total_price computed?')
  nv:wait_for('table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\\n"):find("price.lua:4", 1, true) and true')
  has(chat(nv), 'No model has answered')
  has(chat(nv), 'function M.total_price(items, tax)')
end)
