-- gf in a chat: from a place in the text to the file, and in which window.
local t = require('harness')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok

local ended = 'vim.wo.winbar:find(" in, ") and true'

---A Neovim with an answer of these lines on screen, and some files below `project`.
---@param lines string[]
---@param opts? { root?: string, context?: string, setup?: string, edit?: string, columns?: integer }
local function nvim(lines, opts)
  opts = opts or {}
  local answer = ([[fake.begin(id, params, { root = %s, context = %s })
    fake.delta(id, %q) fake.finish(id)]]):format(opts.root or "vim.env.HOME .. '/project'", opts.context or '{}',
    table.concat(lines, '\n'))
  local path = t.fake(('return { answer = function(fake, id, params) %s end }'):format(answer))
  local nv = t.nvim({ setup = ("{ backend_path = '%s', %s }"):format(path, opts.setup or ''), columns = opts.columns })
  for _, name in ipairs({ 'src/a.lua', 'b c.lua', 'd.lua', 'e.txt' }) do
    t.write(nv.dir .. '/project/' .. name, ('  local x = 1\n'):rep(20))
  end
  if opts.edit then nv:cmd('edit ' .. opts.edit) end
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  return nv
end

---gf with the cursor on the first `what` (plain).
---@param keys? string instead of gf
local function go(nv, what, keys)
  nv:cmd([[call win_gotoid(bufwinid('coder://chat/1'))]])
  nv:cmd(([[call cursor(1, 1) | call search('\V%s', 'c')]]):format((what:gsub("'", "''"))))
  nv:type(keys or 'gf')
end

---@return any[] name below the folder `project`, line
local function place(nv)
  return nv:get([[{ vim.api.nvim_buf_get_name(0):match('/project/(.*)') or vim.fn.bufname(), vim.fn.line('.') }]])
end

case('places as answers, quotations and error messages write them', function()
  local nv = nvim({
    '- `src/a.lua:10` `local x`  ', '  near by', 'see d.lua:3, or (src/a.lua:4-7).', '**src/a.lua:5:2**: no',
    'and `b c.lua:6`, `src/a.lua:7-9`', '```', 'src/a.lua:11: error', '```', 'just d.lua', '`e.txt:900`',
    '#file:"d.lua"',
  }, { edit = 'project/d.lua' })
  for what, expected in pairs({
    ['a.lua:10'] = { 'src/a.lua', 10 }, ['- `src'] = { 'src/a.lua', 10 }, ['d.lua:3'] = { 'd.lua', 3 },
    ['a.lua:4'] = { 'src/a.lua', 4 }, [':5:2'] = { 'src/a.lua', 5 }, ['c.lua:6'] = { 'b c.lua', 6 },
    ['and `b'] = { 'b c.lua', 6 }, ['a.lua:7'] = { 'src/a.lua', 7 }, [': error'] = { 'src/a.lua', 11 },
    ['e.txt'] = { 'e.txt', 20 }, ['see d'] = { 'd.lua', 3 },
  }) do
    go(nv, what)
    eq(place(nv), expected, what)
    eq(nv:get('vim.fn.col(".")'), 3, 'at the text of the line')
  end
  go(nv, 'd.lua:3')
  nv:cmd('normal! 8G')
  go(nv, 'd.lua\\$')
  eq(place(nv), { 'd.lua', 8 }, 'without a line the cursor stays')
  go(nv, '"d.lua')
  eq(place(nv), { 'd.lua', 8 })
  eq(nv:get('#vim.api.nvim_list_wins()'), 2)
  eq(nv:get('vim.bo.buflisted'), true)
  eq(nv:messages(), '')
end)

case('a quotation', function()
  local nv = nvim({ 'yes' })
  nv:cmd([[call append(2, ['`src/a.lua:3-5`', '```lua', 'x', '```'])]])
  go(nv, 'a.lua:3')
  eq(place(nv), { 'src/a.lua', 3 })
end)

case('the list of context that K shows', function()
  local nv = nvim({ 'one' }, { context = [[{
    { path = 'src/a.lua', first = 4, last = 6, label = 'any', form = 'body', tokens = 12, why = 'calls parse' } }]] })
  nv:cmd('5')
  nv:type('KK')
  nv:cmd([[call search('a.lua')]])
  nv:type('gf')
  eq(place(nv), { 'src/a.lua', 4 })
  nv:wait_for('#vim.api.nvim_list_wins() == 2', 'the float to be gone')
end)

case("elsewhere it is Vim's own", function()
  local nv = nvim({ 'nothing.lua:3', 'https://example.org:80/x', 'file e.txt' })
  local fine, err = pcall(go, nv, 'nothing.lua')
  has(fine and nv:messages() or err, "E447: Can't find file \"nothing.lua")
  nv:cmd('set path+=' .. nv.dir .. '/other')
  t.write(nv.dir .. '/other/found.txt', 'x\n')
  nv:cmd('call setline(7, "found.txt")')
  go(nv, 'found.txt')
  eq(nv:get('vim.fn.expand("%:t")'), 'found.txt')
end)

case('<CR> still sends', function()
  local nv = nvim({ 'src/a.lua:3' })
  nv:cmd('normal! Gisrc/a.lua:3')
  nv:type('<CR>')
  nv:wait_for('vim.fn.line("$") > 14')
  eq(nv:get('vim.fn.bufname()'), 'coder://chat/1')
end)

case('paths begin at the root that was told, else at that of the file, else here', function()
  local nv = nvim({ 'd.lua:2', 'only.lua:1', 'far/only.lua:2' }, { edit = 'repo/sub/x.lua' })
  vim.fn.mkdir(nv.dir .. '/repo/.git', 'p')
  t.write(nv.dir .. '/repo/d.lua', 'a\nb\n')
  t.write(nv.dir .. '/repo/only.lua', 'a\nb\n')
  t.write(nv.dir .. '/far/only.lua', 'a\nb\n')
  go(nv, 'd.lua')
  eq(place(nv), { 'd.lua', 2 })
  go(nv, 'only.lua')
  has(nv:get('vim.api.nvim_buf_get_name(0)'), '/repo/only.lua')
  go(nv, 'far')
  has(nv:get('vim.api.nvim_buf_get_name(0)'), '/far/only.lua')
  nv = nvim({ 'project/d.lua:3' }, { root = 'nil' })
  go(nv, 'd.lua')
  eq(place(nv), { 'd.lua', 3 })
end)

case("the window: one that shows the file, the source's, another for files, a new one", function()
  local nv = nvim({ 'src/a.lua:3', 'd.lua:4' }, { edit = 'project/d.lua' })
  nv:cmd('wincmd t | let g:source = win_getid() | belowright split project/e.txt | let g:other = win_getid() | help')
  go(nv, 'a.lua')
  eq(place(nv), { 'src/a.lua', 3 })
  eq(nv:get('vim.fn.win_getid() == vim.g.source'), true, "the source's")
  nv:cmd('buffer d.lua')
  nv:cmd('call win_execute(g:other, "edit project/src/a.lua")')
  go(nv, 'a.lua')
  eq(nv:get('vim.fn.win_getid() == vim.g.other'), true, 'it is shown there')
  nv:cmd('call win_execute(g:source, "edit project/e.txt") | call win_execute(g:other, "edit project/e.txt")')
  nv:cmd('call win_gotoid(g:other)')
  go(nv, 'd.lua')
  eq(nv:get('vim.fn.win_getid() == vim.g.other'), true, 'the last one')
  nv:cmd('helpclose | call win_gotoid(bufwinid("coder://chat/1")) | only')
  go(nv, 'd.lua')
  eq(place(nv), { 'd.lua', 4 })
  eq(nv:get('{ #vim.api.nvim_list_wins(), vim.fn.winnr(), vim.wo.winbar, vim.wo.foldmethod }'), { 2, 1, '', 'manual' })
  eq(nv:get('vim.fn.bufwinid("coder://chat/1") > 0'), true)
end)

case('a window that must keep its buffer, and one with changes that cannot be hidden', function()
  local nv = nvim({ 'src/a.lua:3', 'd.lua:4' }, { edit = 'project/d.lua' })
  nv:cmd('wincmd t | setlocal winfixbuf')
  go(nv, 'a.lua')
  eq(place(nv), { 'src/a.lua', 3 })
  eq(nv:get('#vim.api.nvim_list_wins()'), 3)
  nv = nvim({ 'src/a.lua:3' }, { edit = 'project/d.lua' })
  nv:cmd('wincmd t | set nohidden | call setline(1, "changed")')
  go(nv, 'a.lua')
  eq(place(nv), { 'src/a.lua', 3 })
  eq(nv:get('#vim.api.nvim_list_wins()'), 3)
  eq(nv:messages(), '')
end)

case('a chat in a float makes room', function()
  local nv = nvim({ 'src/a.lua:3' }, { setup = "ask = { position = 'float' }" })
  go(nv, 'a.lua')
  eq(place(nv), { 'src/a.lua', 3 })
  eq(nv:get('#vim.api.nvim_list_wins()'), 1)
  nv:cmd('CoderAsk')
  ok(nv:get('vim.fn.bufname()'):find('coder://chat/1'))
end)
