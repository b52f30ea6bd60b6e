-- What is shown, when it is trimmed, and when it goes.
local t = require('harness')
local g = require('ghost_help')
local case, eq, ok = t.case, t.eq, t.ok

case('shown for exactly the state it is for', function()
  local nv = g.start({ text = { 'def f():', '' } })
  nv:type('ja    re')
  local here = g.wait_cursor(nv)
  eq(here, g.here(nv))
  g.suggest(nv, 'turn 1\nx')
  local text, at = g.drawn(nv)
  eq(text, 'turn 1\nx')
  eq({ at.buf, at.line, at.col }, { here.buf, 1, 6 })
  eq(nv:lines(), { 'def f():', '    re' }, 'it is no text of the buffer')
end)

case('the backend answers a cursor', function()
  local nv = g.start({ script = 'ghost = function(fake, at) fake.show(at, "<" .. at.col .. ">") end' })
  nv:type('iab')
  t.wait(function() return g.drawn(nv) == '<2>' end, 'the ghost for the last key')
end)

case('what is for another state is dropped', function()
  local nv = g.start({ text = { 'one', 'two' } })
  nv:cmd('edit b.txt | edit a.txt')
  nv:type('Ax')
  g.wait_cursor(nv)
  local here = g.here(nv)
  local other = nv:get('vim.fn.bufnr("b.txt")')
  for name, value in pairs({ tick = here.tick - 1, line = 1, col = here.col - 1, buf = other }) do
    g.suggest(nv, 'no', { [name] = value })
    g.is(nv, nil, name)
  end
  g.suggest(nv, 'yes')
  g.is(nv, 'yes')
  nv:type('<Esc>')
  g.is(nv, nil)
  local late = vim.tbl_extend('force', g.here(nv), { id = 1, text = 'no', more = false, index = 1, count = 1 })
  g.event(nv, 'ghost_show', late)
  g.is(nv, nil, 'normal mode')
end)

for _, file in ipairs({ 'a.txt', 'a.py' }) do
  case('typed along it is trimmed, and no frame shows it otherwise: ' .. file, function()
    local nv = g.with('ix = ', 'foo(bar)\nbaz', { file = file })
    nv:cmd('syntax on')
    local frames = g.frames(nv)
    t.wait(function() return frames[#frames] == 'x = foo(bar)' end, 'the first frame')
    for _, key in ipairs({ 'f', 'o', 'o', '(', 'X' }) do
      nv:call('nvim_input', key)
      vim.wait(30)
    end
    t.wait(function() return frames[#frames] == 'x = foo(X' end, 'the last frame')
    eq(frames[#frames - 1], 'x = foo(bar)')
    for i, frame in ipairs(frames) do
      ok(i == #frames or frame == 'x = foo(bar)' or i == 1, 'a frame: ' .. vim.inspect(frames))
    end
    g.is(nv, nil)
    eq(#g.sent(nv, 'ghost_close'), 0, 'the next cursor says it all')
  end)
end

case('typed to its end it is gone, and its keys are free', function()
  local nv = g.with('i', 'ab')
  nv:type('ab')
  g.is(nv, nil)
  nv:type('<Tab>c')
  eq(nv:lines(), { 'ab\tc' })
end)

case('typed along in the middle of a line', function()
  local nv = g.with('if()<Left>', 'one, two', { text = { '' } })
  nv:type('on')
  g.is(nv, 'e, two')
  eq(nv:lines(), { 'f(on)' })
  nv:cmd('call setline(1, "f(on]")')
  nv:type('e')
  g.is(nv, nil, 'the text right of it has changed')
end)

case('a line break typed along, with the indent Neovim adds', function()
  local nv = g.with('i    if x:', '\n    return\ny')
  nv:cmd('setlocal autoindent')
  nv:type('<CR>')
  eq(nv:lines(), { '    if x:', '    ' })
  g.is(nv, 'return\ny')
  local _, at = g.drawn(nv)
  eq({ at.line, at.col }, { 1, 4 })
  nv:type('r')
  g.is(nv, 'eturn\ny')
end)

case('characters of several bytes, combining ones too', function()
  local nv = g.with('i', 'äe\204\129你😀z')
  nv:type('ä')
  g.is(nv, 'e\204\129你😀z')
  nv:type('e')
  nv:type('\204\129')
  g.is(nv, '你😀z')
  nv:type('你😀')
  g.is(nv, 'z')
end)

for name, keys in pairs({ ['another character'] = 'x', ['<BS>'] = '<BS>', ['<Left>'] = '<Left>', ['<Down>'] = '<Down>',
  ['<Del>'] = '<Del>', ['<Esc>'] = '<Esc>', ['<C-c>'] = '<C-c>', ['<C-u>'] = '<C-u>', ['<C-t>'] = '<C-t>' }) do
  case('gone after ' .. name, function()
    local nv = g.with('Aab', 'cd', { text = { '', 'two(three)' } })
    g.is(nv, 'cd')
    nv:type(keys)
    g.is(nv, nil)
  end)
end

case('a growing one grows in place', function()
  local nv = g.with('i', 'on', {})
  g.suggest(nv, 'one two', { more = true })
  g.is(nv, 'one two')
  g.suggest(nv, 'one two\nthree', { more = true })
  g.is(nv, 'one two\nthree')
  nv:type('o')
  local event = { col = 0, id = 1, text = 'one two\nthree four', more = true, index = 1, count = 1 }
  local stale = vim.tbl_extend('force', g.here(nv), event)
  stale.tick = stale.tick - 1
  g.event(nv, 'ghost_show', stale)
  g.is(nv, 'ne two\nthree', 'growth for the state before the key')
  g.suggest(nv, 'ne two\nthree four', { more = true })
  g.is(nv, 'ne two\nthree four')
  g.suggest(nv, 'another')
  g.is(nv, 'another', 'an alternative')
end)

case('hidden by the backend, for this state only', function()
  local nv = g.with('i', 'abc')
  local before = g.here(nv)
  nv:type('a')
  g.event(nv, 'ghost_hide', { buf = before.buf, tick = before.tick })
  g.is(nv, 'bc')
  g.event(nv, 'ghost_hide', { buf = before.buf, tick = g.here(nv).tick })
  g.is(nv, nil)
end)

case('gone with every way out of insert mode, and the backend is told', function()
  for _, keys in ipairs({ '<Esc>', '<C-o>', '<C-r>=', '<C-o>:', '<Cmd>stopinsert<CR>', '<C-\\><C-n>', '<Insert>' }) do
    local nv = g.with('i', 'abc')
    nv:call('nvim_input', keys)
    t.wait(function() return g.drawn(nv) == nil end, 'no ghost after ' .. keys)
    t.wait(function() return #g.sent(nv, 'ghost_close') == 1 end, 'ghost_close after ' .. keys)
    eq(g.sent(nv, 'ghost_close')[1].dismissed, false)
    nv:kill()
  end
end)

case('back after a look at another mode', function()
  local nv = g.with('iab', 'c')
  for _, keys in ipairs({ '<C-o>h', '<C-r>=""<CR>' }) do
    nv:type(keys)
    g.is(nv, nil)
    g.suggest(nv, 'c')
    g.is(nv, 'c')
  end
end)

case('never in replace mode', function()
  local nv = g.start({ text = { 'abc' } })
  nv:type('RX')
  local here = vim.tbl_extend('force', g.here(nv), { id = 1, text = 'no', more = false, index = 1, count = 1 })
  g.event(nv, 'ghost_show', here)
  g.is(nv, nil)
  eq(#g.sent(nv, 'cursor'), 0)
end)

case('the buffer leaves the window, or is wiped out', function()
  local ways = { 'edit! b.txt', 'bwipeout!', 'enew!', 'split b.txt', 'new', 'tabnew', 'close | new', 'help' }
  for _, how in ipairs(ways) do
    local nv = g.with('iab', 'c')
    nv:cmd('split')
    nv:cmd(how)
    g.is(nv, nil, how)
    t.wait(function() return #g.sent(nv, 'ghost_close') > 0 end, 'ghost_close after ' .. how)
    eq(nv:messages(), '', how)
    nv:kill()
  end
end)

case('another window, another buffer, while inserting', function()
  local nv = g.start({ text = { 'one' } })
  nv:cmd('split b.txt | call setline(1, "bee")')
  nv:type('A')
  g.suggest(nv, 'x')
  nv:type('<Cmd>wincmd w<CR>')
  g.is(nv, nil)
  g.suggest(nv, 'y')
  local _, at = g.drawn(nv)
  eq(at.buf, nv:get('vim.fn.bufnr("a.txt")'))
end)

case('a change from elsewhere while it is shown', function()
  local nv = g.with('iab', 'cd', { text = { '', 'two' } })
  nv:cmd('call appendbufline("a.txt", 1, "new")')
  nv:type('c')
  g.is(nv, nil, 'a line more below it')
  g.suggest(nv, 'd')
  nv:cmd('call setline(1, "other")')
  nv:type('d')
  g.is(nv, nil)
end)

case('one cursor for each state, and none for nothing', function()
  local nv = g.start()
  nv:type('i')
  g.wait_cursor(nv)
  for _, key in ipairs({ 'a', 'b', 'c', '<Left>', '<Cmd>let x = 1<CR>' }) do
    nv:type(key)
    g.wait_cursor(nv)
  end
  local seen = {}
  for _, at in ipairs(g.sent(nv, 'cursor')) do
    local key = ('%d %d %d'):format(at.tick, at.line, at.col)
    ok(not seen[key], 'sent twice: ' .. key)
    seen[key] = true
  end
  eq(vim.tbl_count(seen), 5)
end)

case('two buffers never show two', function()
  local nv = g.with('ia', 'b')
  nv:type('<Esc>')
  nv:cmd('split b.txt')
  nv:type('ix')
  g.suggest(nv, 'y')
  g.is(nv, 'y')
end)
