-- What else may own the place at the cursor.
local t = require('harness')
local g = require('ghost_help')
local case, eq = t.case, t.eq

-- A suggestion for the state the child is in, whether or not the cursor was sent.
local function force(nv, text)
  local event = { id = 9, text = text, more = false, index = 1, count = 1 }
  g.event(nv, 'ghost_show', vim.tbl_extend('force', g.here(nv), event))
end

local both = '{ ghost = { with_menu = true, with_snippet = true } }'

for name, keys in pairs({ ['<C-n>'] = '<C-n>', ['<C-x><C-n>'] = '<C-x><C-n>',
  ['complete()'] = '<Cmd>call complete(1, ["alpha", "alphabet"])<CR>' }) do
  case('the completion menu of ' .. name .. ' hides it, and it comes back', function()
    local nv = g.with('oal', 'x', { text = { 'alpha alphabet' } })
    nv:type(keys)
    g.is(nv, nil)
    eq(nv:get('vim.fn.pumvisible()'), 1)
    force(nv, 'no')
    g.is(nv, nil)
    t.wait(function() return #g.sent(nv, 'ghost_close') > 0 end, 'ghost_close')
    nv:type('<C-e>')
    eq(nv:get('vim.fn.pumvisible()'), 0)
    g.suggest(nv, 'y')
    g.is(nv, 'y')
    eq(nv:messages(), '')
  end)
end

case('both together if the user says so', function()
  local nv = g.with('oal', 'x', { text = { 'alpha alphabet' }, setup = both })
  nv:type('<C-n>')
  eq(nv:get('vim.fn.pumvisible()'), 1)
  g.suggest(nv, '!')
  g.is(nv, '!')
  nv:type('<Tab>')
  eq(nv:lines()[2], 'alpha!')
end)

case('a snippet that still has places to jump to', function()
  local nv = g.start()
  nv:type('i')
  nv:lua('vim.snippet.expand("for ${1:x} in ${2:y} do$0")')
  nv:type('a')
  eq(nv:get('vim.fn.mode()'), 'i')
  force(nv, 'no')
  g.is(nv, nil)
  nv:lua('vim.snippet.jump(1)')
  nv:type('b')
  nv:lua('vim.snippet.jump(1)')
  nv:type(' ')
  g.suggest(nv, 'yes')
  g.is(nv, 'yes')
  nv = g.start({ setup = both })
  nv:type('i')
  nv:lua('vim.snippet.expand("for ${1:x} in ${2:y} do$0")')
  nv:type('a')
  g.suggest(nv, 'yes')
  g.is(nv, 'yes')
end)

-- As far as we look into it.
local luasnip = [[
  _G.jumpable = false
  package.loaded['luasnip.session'] = { current_nodes = {} }
  package.loaded['luasnip'] = { locally_jumpable = function(dir) return dir == 1 and jumpable end }
]]

case('a snippet of LuaSnip', function()
  local nv = g.start()
  nv:lua(luasnip)
  nv:type('ia')
  g.suggest(nv, 'yes')
  g.is(nv, 'yes')
  nv:lua([[package.loaded['luasnip.session'].current_nodes[vim.api.nvim_get_current_buf()] = {} jumpable = true]])
  nv:type('y')
  g.is(nv, nil)
  nv:lua('jumpable = false')
  nv:type('b')
  g.suggest(nv, 'yes')
  g.is(nv, 'yes')
end)

-- Menus in floating windows tell of themselves by events.
local menus = {
  ['nvim-cmp'] = {
    load = [[
      _G.open, _G.told = false, {}
      local core = { view = { visible = function() return open end } }
      package.loaded['cmp.core'] = {}
      package.loaded['cmp'] = { core = core, event = { on = function(_, name, f) told[name] = f end } }
    ]],
    open = 'open = true told.menu_opened({})',
    close = 'told.menu_closed({}) open = false',
  },
  ['blink.cmp'] = {
    load = [[
      _G.open = false
      package.loaded['blink.cmp.completion.windows.menu'] = { win = { is_open = function() return open end } }
    ]],
    open = 'open = true vim.api.nvim_exec_autocmds("User", { pattern = "BlinkCmpMenuOpen" })',
    close = 'vim.api.nvim_exec_autocmds("User", { pattern = "BlinkCmpMenuClose" }) open = false',
  },
}
for name, menu in pairs(menus) do
  case('the menu of ' .. name, function()
    local nv = g.start()
    nv:lua(menu.load)
    nv:type('ia')
    g.suggest(nv, 'x')
    g.is(nv, 'x')
    nv:lua(menu.open)
    g.is(nv, nil, 'opened without a key')
    nv:type('b')
    force(nv, 'no')
    g.is(nv, nil)
    nv:lua(menu.close)
    g.suggest(nv, 'y')
    g.is(nv, 'y', 'closed without a key')
  end)

  case('the menu of ' .. name .. ', both together', function()
    local nv = g.start({ setup = both })
    nv:lua(menu.load)
    nv:type('ia')
    nv:lua(menu.open)
    g.suggest(nv, 'x')
    g.is(nv, 'x')
  end)
end

for _, name in ipairs({ 'copilot.suggestion', 'github-copilot', 'supermaven', 'codeium', 'minuet.virtualtext', 'vt_fim',
  'cmp:GHOST_TEXT', 'blink_cmp_ghost_text', 'nvim.lsp.inline_completion' }) do
  case("another plugin's ghost: " .. name, function()
    local nv = g.start({ text = { '', 'two' } })
    nv:lua('_G.ns = vim.api.nvim_create_namespace(...)', name)
    nv:type('ia')
    g.wait_cursor(nv)
    nv:lua('vim.api.nvim_buf_set_extmark(0, ns, 0, 1, { virt_text = { { "other" } }, virt_text_pos = "inline" })')
    force(nv, 'no')
    g.is(nv, nil)
    nv:lua('vim.api.nvim_buf_clear_namespace(0, ns, 0, -1)')
    nv:lua('vim.api.nvim_buf_set_extmark(0, ns, 1, 1, { virt_text = { { "a lens" } } })')
    nv:type('b')
    g.suggest(nv, 'yes')
    g.is(nv, 'yes', 'what is drawn in another line does not count')
    nv:lua('vim.api.nvim_buf_set_extmark(0, ns, 0, 2, { virt_text = { { "other" } }, virt_text_pos = "inline" })')
    nv:type('y')
    g.is(nv, nil)
  end)
end

case('never while a macro is recorded or played', function()
  local nv = g.start({ text = { 'one', 'two', 'three' } })
  nv:type('qaA')
  nv:type('x')
  force(nv, 'no')
  g.is(nv, nil)
  nv:type('<Tab><Esc>jq')
  eq(nv:lines(), { 'onex\t', 'two', 'three' })
  local before = #g.sent(nv, 'cursor')
  nv:type('2@a')
  eq(nv:lines(), { 'onex\t', 'twox\t', 'threex\t' })
  eq(#g.sent(nv, 'cursor'), before, 'nothing is asked meanwhile')
  nv:type('A')
  g.suggest(nv, 'yes')
  g.is(nv, 'yes')
end)

case('a macro that begins while it is shown', function()
  local nv = g.with('ia', 'b')
  nv:type('<C-o>qa')
  g.is(nv, nil)
  nv:type('c')
  force(nv, 'no')
  g.is(nv, nil)
end)

case('buffers that are no text to write', function()
  for _, how in ipairs({ 'setlocal buftype=nofile', 'setlocal buftype=prompt', 'setlocal readonly',
    'setlocal buftype=acwrite', 'setlocal nomodifiable | setlocal modifiable readonly' }) do
    local nv = g.start()
    nv:cmd(how)
    nv:type('ia')
    vim.wait(50)
    force(nv, 'no')
    g.is(nv, nil, how)
    eq(#g.sent(nv), 0, how)
    nv:kill()
  end
end)

case('the command-line window', function()
  local nv = g.start()
  nv:type('ia<Esc>')
  local before = #g.sent(nv, 'cursor')
  nv:call('nvim_input', 'q:ia')
  nv:wait_for('vim.fn.getcmdwintype() == ":" and vim.fn.mode() == "i"')
  force(nv, 'no')
  g.is(nv, nil)
  eq(#g.sent(nv, 'cursor'), before)
end)
