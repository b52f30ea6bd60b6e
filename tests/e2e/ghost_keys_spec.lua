-- The keys of ghost text, and what else is mapped to them.
local t = require('harness')
local g = require('ghost_help')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok

local keys = { '<Tab>', '<M-l>', '<M-w>', '<M-]>', '<M-[>', '<C-]>' }

---@param nv coder.test.Nvim
---@return string[] descriptions of the buffer's insert mode mappings
local function ours(nv)
  local out = nv:get([[vim.iter(vim.api.nvim_buf_get_keymap(0, 'i')):map(function(map)
    return (map.desc or ''):find('^coder: ') and map.lhs or nil
  end):totable()]])
  table.sort(out)
  return out
end

case('mapped while there is a ghost, and only then', function()
  local nv = g.start()
  nv:type('ix')
  eq(ours(nv), {})
  g.suggest(nv, 'yz')
  eq(#ours(nv), #keys)
  nv:type('y')
  eq(#ours(nv), #keys)
  nv:type('q')
  eq(ours(nv), {})
  g.suggest(nv, 'yz')
  nv:type('<Esc>')
  eq(ours(nv), {})
  nv:type('a')
  g.suggest(nv, 'yz')
  nv:cmd('split b.txt')
  eq(ours(nv), {})
  nv:cmd('wincmd p')
  eq(ours(nv), {}, 'in the buffer that was left')
end)

---@param nv coder.test.Nvim
---@return table what <Tab> is mapped to
local function plain(nv)
  return nv:lua([[
    local map = vim.fn.maparg('<Tab>', 'i', false, true)
    map.callback = map.callback and 'Lua'
    return map
  ]])
end

-- Each gives its name when <Tab> is typed.
local mappings = {
  ['a global one'] = "inoremap <Tab> [user]",
  ['an expression'] = "inoremap <expr> <Tab> '[user]'",
  ['a Lua function'] =
    "lua vim.keymap.set('i', '<Tab>', function() vim.api.nvim_put({ '[user]' }, 'c', false, true) end)",
  ['a remapping one'] = 'inoremap X [user]| imap <Tab> X',
  ['one of the buffer'] = 'inoremap <buffer> <Tab> [user]',
  ['an expression of the buffer'] = "inoremap <buffer> <expr> <Tab> '[user]'",
  ['a Lua expression of the buffer'] =
    "lua vim.keymap.set('i', '<Tab>', function() return '[user]' end, { buffer = 0, expr = true })",
  ['a script-local one of the buffer'] =
    "function! s:f() | return '[user]' | endfunction | inoremap <buffer> <silent> <Tab> <C-r>=<SID>f()<CR>",
}
for name, map in pairs(mappings) do
  case('<Tab> is mapped: ' .. name, function()
    local nv = g.start()
    if map:find('SID') then
      nv:cmd('source ' .. t.write(nv.dir .. '/map.vim', (map:gsub(' | ', '\n'))))
    else
      nv:cmd(map)
    end
    local before = plain(nv)
    nv:type('i<Tab>')
    eq(nv:lines(), { '[user]' }, 'before there was a ghost')
    g.suggest(nv, '(ghost)')
    nv:type('<Tab>')
    eq(nv:lines(), { '[user](ghost)' })
    nv:type('<Tab>')
    eq(nv:lines(), { '[user](ghost)[user]' }, 'after it was taken')
    g.suggest(nv, '(ghost)')
    nv:type('<C-]><Tab>')
    eq(nv:lines(), { '[user](ghost)[user][user]' }, 'after it was dismissed')
    local after = plain(nv)
    for _, field in ipairs({ 'buffer', 'expr', 'noremap', 'silent', 'nowait', 'rhs', 'sid', 'callback' }) do
      eq(after[field], before[field], field)
    end
  end)
end

case('mapped by somebody else while the ghost is there: theirs stays', function()
  local nv = g.with('i', '(ghost)')
  nv:cmd('inoremap <buffer> <Tab> [user]| inoremap <M-l> [global]')
  nv:type('<Tab>')
  eq(nv:lines(), { '[user]' })
  g.suggest(nv, '(ghost)')
  nv:cmd('inoremap <buffer> <Tab> [new]')
  nv:type('<Esc>')
  nv:type('S<Tab><M-l>')
  eq(nv:lines(), { '[new][global]' })
end)

case('longer mappings of the user do not make the key wait', function()
  local nv = g.start()
  nv:cmd('set timeoutlen=100000 | inoremap <Tab>x [user]')
  nv:type('i')
  g.suggest(nv, 'abc')
  nv:type('<Tab>')
  eq(nv:lines(), { 'abc' })
end)

case('the ghost no longer fits when the key comes: the key is what it was', function()
  local nv = g.start()
  nv:cmd('inoremap <Tab> [user]')
  nv:type('i')
  g.suggest(nv, 'abc')
  -- A change that Neovim has not told of yet.
  nv:lua([[
    vim.api.nvim_buf_set_lines(0, 0, -1, true, { 'other' })
    vim.api.nvim_feedkeys(vim.keycode('<Tab>'), 'mt', false)
  ]])
  nv:type('!')
  has(nv:lines()[1], '[user]')
  g.is(nv, nil)
  eq(ours(nv), {})
end)

case('dismissed: it stays away until the text changes', function()
  local nv = g.with('iab', 'cd')
  nv:type('<C-]>')
  g.is(nv, nil)
  eq(nv:lines(), { 'ab' })
  t.wait(function() return #g.sent(nv, 'ghost_close') > 0 end, 'ghost_close')
  eq(g.sent(nv, 'ghost_close'), { { buf = 1, dismissed = true } })
  local late = vim.tbl_extend('force', g.here(nv), { id = 1, text = 'cde', more = true, index = 1, count = 1 })
  g.event(nv, 'ghost_show', late)
  g.is(nv, nil, 'growth that was under way')
  nv:type('c')
  g.suggest(nv, 'd')
  g.is(nv, 'd')
end)

case('<C-]> without a ghost expands an abbreviation, as ever', function()
  local nv = g.start()
  nv:cmd('iabbrev teh the')
  nv:type('iteh<C-]>')
  eq(nv:lines(), { 'the' })
end)

case('next and previous', function()
  local nv = g.with('iab', 'cd')
  nv:type('<M-]>')
  nv:type('<M-[>')
  t.wait(function() return #g.sent(nv, 'ghost_cycle') == 2 end, 'two ghost_cycle')
  local here = g.here(nv)
  eq(g.sent(nv, 'ghost_cycle'), { { buf = 1, tick = here.tick, step = 1 }, { buf = 1, tick = here.tick, step = -1 } })
  g.is(nv, 'cd', 'until the other one is there')
  g.suggest(nv, 'xy', { id = 2, index = 2, count = 2 })
  g.is(nv, 'xy')
  eq(#ours(nv), #keys)
end)

case('keys of your own, and none', function()
  local nv = g.start({ setup = "{ ghost = { keys = { accept = '<C-y>', line = false, word = '' } } }" })
  nv:type('iab')
  g.suggest(nv, 'cd')
  nv:type('<Tab>')
  eq(nv:lines(), { 'ab\t' })
  g.suggest(nv, 'cd')
  eq(#ours(nv), 4)
  nv:type('<C-y>')
  eq(nv:lines(), { 'ab\tcd' })
  local checked = nv:lua([[
    require('coder').setup({ ghost = { keys = { accept = true, wrod = 'x' } } })
    return require('coder.config').problems
  ]])
  eq(checked, { 'ghost.keys.accept: expected string, got boolean',
    'ghost.keys.wrod: unknown option; did you mean ghost.keys.word?' })
end)

case('<Plug> mappings and functions do the same, with an expression too', function()
  local nv = g.start({ setup = '{ ghost = { keys = { accept = false } } }' })
  nv:cmd('imap <C-l> <Plug>(coder-ghost-accept-word)')
  nv:lua([[
    vim.keymap.set('i', '<Tab>', function()
      return require('coder').ghost.accept() and '' or '[else]'
    end, { expr = true })
    vim.keymap.set('i', '<F2>', function()
      if not require('coder').ghost.accept_line() then vim.api.nvim_put({ '[else]' }, 'c', false, true) end
    end)
  ]])
  nv:type('ix')
  g.suggest(nv, ' = 1 +\n  2\n  3')
  nv:type('<C-l>')
  eq(nv:lines(), { 'x =' })
  nv:type('<F2>')
  eq(nv:lines(), { 'x = 1 +' })
  nv:type('<Tab>')
  eq(nv:lines(), { 'x = 1 +', '  2', '  3' })
  nv:type('<Tab><F2><C-l>')
  eq(nv:lines()[3], '  3[else][else]')
  for _, name in ipairs({ 'accept', 'accept_line', 'accept_word', 'next', 'previous', 'dismiss', 'visible' }) do
    eq(nv:lua('return require("coder").ghost[...]()', name), false, name)
  end
  eq(nv:messages(), '')
end)

case('triggered by hand, also where it is switched off', function()
  for _, setup in ipairs({ '{}', '{ ghost = { enabled = false } }' }) do
    local nv = g.start({ setup = setup })
    nv:type('iab')
    local before = #g.sent(nv, 'cursor')
    nv:type(setup == '{}' and '<M-\\>' or '<Cmd>lua require("coder").ghost.trigger()<CR>')
    t.wait(function() return #g.sent(nv, 'cursor') > before end, 'a cursor')
    local all = g.sent(nv, 'cursor')
    eq(all[#all].manual, true)
    g.suggest(nv, 'cd')
    g.is(nv, 'cd')
    nv:type('c')
    g.is(nv, 'd')
    g.suggest(nv, 'd!')
    g.is(nv, 'd!', 'and it goes on')
    nv:type('x')
    g.is(nv, nil)
    if setup ~= '{}' then
      vim.wait(100)
      all = g.sent(nv, 'cursor')
      eq(all[#all].col, 3, 'nothing is asked after that')
    end
    nv:kill()
  end
end)

case('the trigger leaves your mapping alone', function()
  local nv = g.start()
  nv:cmd('inoremap <M-\\> [user]')
  nv:type('ia<M-\\>')
  eq(nv:lines(), { 'a[user]' })
  nv = g.start({ setup = '{ ghost = { keys = { trigger = false } } }' })
  nv:type('i')
  eq(nv:get([[vim.fn.maparg('<M-\\>', 'i')]]), '')
end)

case('all have descriptions', function()
  local nv = g.with('i', 'x')
  eq(#ours(nv), #keys)
  local plugs = nv:get([[vim.iter(vim.api.nvim_get_keymap('i')):map(function(map)
    return map.lhs:find('coder') and { map.lhs, map.desc or '' } or nil
  end):totable()]])
  ok(#plugs > 7)
  for _, map in ipairs(plugs) do ok(map[2]:find('^coder: '), map[1]) end
end)
