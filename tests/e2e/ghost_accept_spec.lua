-- Ghost text taken into the buffer: undo, the dot, and nothing that meddles with the text.
local t = require('harness')
local g = require('ghost_help')
local case, eq, ok = t.case, t.eq, t.ok

local code = 'foo(a)\n    if x then\n\treturn "\\1"\n  end'
local taken = { 'x = foo(a)', '    if x then', '\treturn "\\1"', '  end' }

-- Options that change typed text.
local meddling = 'set autoindent smartindent expandtab textwidth=10 formatoptions=tcroqla2 cinkeys=0},0),:,!^F,o,O,e '
  .. '| set cindent shiftwidth=3'

case('all of it: the cursor is where it ends', function()
  local nv = g.with('ix = ', code, { text = { '', 'next' } })
  nv:type('<Tab>')
  eq(nv:lines(), vim.list_extend(vim.deepcopy(taken), { 'next' }))
  eq(nv:get('vim.api.nvim_win_get_cursor(0)'), { 4, 5 })
  g.is(nv, nil)
  local accepted = g.sent(nv, 'ghost_accept')
  eq(accepted, { { buf = nv:get('vim.fn.bufnr()'), id = 1, bytes = #code, all = true } })
  eq(nv:messages(), '')
end)

case('the backend hears of it before the text changes', function()
  local nv = g.with('ix', 'yz')
  nv:type('<Tab>')
  g.wait_cursor(nv)
  local names = vim.tbl_map(function(message) return message[1] end, g.sent(nv))
  eq(vim.list_slice(names, #names - 1), { 'ghost_accept', 'cursor' })
end)

case('nothing meddles with it', function()
  local nv = g.start({ text = { '' } })
  nv:cmd(meddling)
  nv:cmd('iabbrev foo WRONG | inoremap ( WRONG | autocmd InsertCharPre * let v:char = "!"')
  nv:cmd('set noautoindent')
  nv:lua('vim.api.nvim_buf_set_lines(0, 0, -1, true, { "x = " })')
  nv:cmd(meddling)
  nv:type('A')
  g.suggest(nv, code)
  nv:type('<Tab>')
  eq(nv:lines(), taken)
  eq(nv:messages(), '')
end)

case('one undo takes back it and nothing else', function()
  local nv = g.start({ text = { 'zero' } })
  nv:type('ox = ')
  g.suggest(nv, code)
  nv:type('<Tab>')
  nv:type(' done<Esc>')
  local after = vim.list_extend({ 'zero' }, taken)
  after[5] = '  end done'
  eq(nv:lines(), after)
  nv:type('u')
  after[5] = '  end'
  eq(nv:lines(), after, 'what was typed after it')
  nv:type('u')
  eq(nv:lines(), { 'zero', 'x = ' }, 'the accepted text')
  nv:type('u')
  eq(nv:lines(), { 'zero' }, 'what was typed before it')
  nv:type('<C-r><C-r>')
  eq(nv:lines(), after, 'and again')
end)

case('each of three words is one undo', function()
  local nv = g.with('ix', ' = one + two')
  nv:type('<M-w>')
  nv:type('<M-w>')
  nv:type('<M-w>')
  eq(nv:lines(), { 'x = one +' })
  g.is(nv, ' two')
  nv:type('<Esc>')
  for _, left in ipairs({ 'x = one', 'x =', 'x', '' }) do
    nv:type('u')
    eq(nv:lines(), { left })
  end
end)

case('the dot repeats what was typed and what was accepted', function()
  for _, options in ipairs({ 'set noautoindent', meddling }) do
    local nv = g.start({ text = { '', 'next' } })
    nv:lua('vim.api.nvim_buf_set_lines(0, 0, 1, true, { "" })')
    nv:cmd(options .. ' | set textwidth=0 formatoptions=')
    nv:type('ix = ')
    g.suggest(nv, code)
    nv:type('<Tab>')
    nv:type(';<Esc>')
    eq(nv:messages(), '', options)
    nv:cmd('call append("$", "")')
    nv:type('G.')
    local once = vim.deepcopy(taken)
    once[4] = '  end;'
    local all = vim.list_extend(vim.list_extend(vim.deepcopy(once), { 'next' }), once)
    eq(nv:lines(), all, options)
    nv:type('u')
    eq(#nv:lines(), #taken + 2, 'one undo takes the repetition back')
    nv:kill()
  end
end)

case('the dot again, with a count (from 0.11 on), and of a change', function()
  local nv = g.with('ia', 'b')
  nv:type('<Tab>')
  nv:type('c<Esc>')
  nv:type('$.')
  eq(nv:lines(), { 'ababcc' })
  nv:type('u')
  if nv:get('vim.fn.has("nvim-0.11")') == 1 then
    nv:type('03.')
    eq(nv:lines(), { 'abcabcabcabc' })
  end
  nv = g.start({ text = { 'one two', 'three four' } })
  nv:type('cwfo')
  g.suggest(nv, 'o(1)')
  nv:type('<Tab>')
  nv:type('<Esc>j0.')
  eq(nv:lines(), { 'foo(1) two', 'foo(1) four' })
end)

case('the dot after words, a line and the rest', function()
  local nv = g.with('i', 'one two\n  three\n  four five', { text = { '', 'next' } })
  nv:type('<M-w>')
  nv:type('<M-l>')
  nv:type('<M-l>')
  nv:type('<Tab>')
  nv:type('!<Esc>')
  eq(nv:lines(), { 'one two', '  three', '  four five!', 'next' })
  nv:cmd('call append("$", "")')
  nv:type('G.')
  eq(vim.list_slice(nv:lines(), 5), { 'one two', '  three', '  four five!' })
  eq(vim.tbl_map(function(a) return { a.bytes, a.all } end, g.sent(nv, 'ghost_accept')),
    { { 3, false }, { 4, false }, { 8, false }, { 12, true } })
end)

case('words: with the blanks before them, one line break at most', function()
  local text = 'foo.bar(äöü, "x")\n\n    return 你好 + y'
  local nv = g.with('i', text)
  local words = { 'foo', '.', 'bar', '(', 'äöü', ',', ' "', 'x', '")', '\n', '\n    return', ' 你好', ' +', ' y' }
  local got = ''
  for _, word in ipairs(words) do
    nv:type('<M-w>')
    got = got .. word
    eq(table.concat(nv:lines(), '\n'), got)
    local left = text:sub(#got + 1)
    g.is(nv, left ~= '' and left or nil)
  end
end)

case('lines: the rest of this one, then the next', function()
  local nv = g.with('ix = ', 'one\n\n  two\n')
  local lines = {}
  for _, line in ipairs({ 'x = one', '', '  two', '' }) do
    lines[#lines + 1] = line
    nv:type('<M-l>')
    eq(nv:lines(), lines)
  end
  g.is(nv, nil)
end)

case('while it grows: what is visible is taken', function()
  local nv = g.with('i', 'one')
  g.suggest(nv, 'one two', { more = true })
  nv:type('<M-w>')
  g.is(nv, ' two')
  nv:type('<Tab>')
  eq(nv:lines(), { 'one two' })
  eq(vim.tbl_map(function(a) return { a.bytes, a.all } end, g.sent(nv, 'ghost_accept')), { { 3, false }, { 4, true } })
end)

case('in the middle of a line, several lines', function()
  local nv = g.with('if()<Left>', 'a,\n  b\n')
  nv:type('<Tab>')
  eq(nv:lines(), { 'f(a,', '  b', ')' })
  eq(nv:get('vim.api.nvim_win_get_cursor(0)'), { 3, 0 })
end)

case('at the end of a file without a line break; in a file with CRLF', function()
  local nv = g.start()
  t.write(nv.dir .. '/dos.txt', 'one\r\ntwo')
  nv:cmd('edit dos.txt | set nofixendofline')
  eq(nv:get('vim.bo.fileformat'), 'dos')
  nv:type('GA')
  g.suggest(nv, ' x\n  y')
  nv:type('<Tab>')
  nv:type('<Esc>')
  nv:cmd('write')
  eq(t.read(nv.dir .. '/dos.txt'), 'one\r\ntwo x\r\n  y')
end)

case('marks, extmarks and other windows move along', function()
  local nv = g.start({ text = { 'one', 'two', 'three' } })
  nv:cmd('3mark a | split | 3 | wincmd p')
  local mark = nv:lua('return vim.api.nvim_buf_set_extmark(0, vim.api.nvim_create_namespace("test"), 2, 1, {})')
  nv:type('1GA')
  g.suggest(nv, '\nnew\nnew')
  nv:type('<Tab>')
  eq(nv:get("vim.fn.line(\"'a\")"), 5)
  local at = nv:get('vim.api.nvim_buf_get_extmark_by_id(0, vim.api.nvim_get_namespaces().test, ..., {})', mark)
  eq(at, { 4, 1 })
  eq(nv:get('vim.api.nvim_win_get_cursor(vim.fn.win_getid(vim.fn.winnr("#")))')[1], 5)
end)

case('text typed ahead comes after it', function()
  local nv = g.with('ix', ' = 1')
  nv:type('<Tab>;<CR>y')
  eq(nv:lines(), { 'x = 1;', 'y' })
end)

case('two <Tab> at once: the second one is a tab', function()
  local nv = g.with('ix', 'y')
  nv:type('<Tab><Tab>z')
  eq(nv:lines(), { 'xy\tz' })
end)

case('an abbreviation before it and at its end stays as it is', function()
  local nv = g.start()
  nv:cmd('iabbrev teh the')
  nv:type('iteh')
  g.suggest(nv, ' or teh')
  nv:type('<Tab>')
  nv:type(' x')
  eq(nv:lines(), { 'teh or teh x' })
end)

case('insert mode that replaces, counts and blocks', function()
  local nv = g.start({ text = { 'abc' } })
  nv:type('3ix')
  g.suggest(nv, 'y')
  nv:type('<Tab>')
  nv:type('<Esc>')
  ok(nv:lines()[1]:find('^xy') and nv:lines()[1]:find('abc$'), nv:lines()[1])
  eq(nv:messages(), '')
end)

case("what pastes, registers and the command line's history hold is left alone", function()
  local nv = g.with('ix', 'yz\nw')
  nv:lua('vim.fn.setreg("a", "kept") vim.fn.setreg("\\"", "kept too") _G.paste = vim.paste')
  nv:type('<Tab>')
  eq(nv:get('{ vim.fn.getreg("a"), vim.fn.getreg("\\""), vim.paste == paste }'), { 'kept', 'kept too', true })
  eq(nv:get('{ vim.fn.histnr("expr"), vim.o.eventignore }'), { -1, '' })
end)

case('told to others', function()
  local nv = g.start()
  nv:lua([[
    _G.told = {}
    vim.api.nvim_create_autocmd('User', { pattern = 'CoderGhost*', callback = function(args)
      local data = args.data or {}
      table.insert(told, args.match .. (data.kind and ' ' .. data.kind .. ' ' .. data.text or ''))
    end })
  ]])
  nv:type('ix')
  g.suggest(nv, ' = 1')
  nv:type('<M-w>')
  nv:type('<Tab>')
  eq(nv:get('told'),
    { 'CoderGhostShown', 'CoderGhostAccepted word  =', 'CoderGhostAccepted all  1', 'CoderGhostHidden' })
end)
