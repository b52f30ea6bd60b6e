-- Changes to open buffers that the backend asks for: all of them or none, and nothing else is disturbed.
local t = require('harness')
local case, eq, has = t.case, t.eq, t.has

local change = 'require("coder.refactor.buffers").change(...)'

---A child with these files open, the first one in the window.
---@param files table<string, string>
---@param names string[]
local function nvim(files, names)
  local nv = t.nvim()
  nv:cmd('cd ' .. nv.dir)
  for _, name in ipairs(names) do t.write(nv.dir .. '/' .. name, files[name]) end
  for i = #names, 1, -1 do nv:cmd('edit ' .. names[i]) end
  return nv
end

---@param edits table[]
---@param more? table
local function item(nv, name, edits, more)
  local buf = nv:get('vim.fn.bufnr(...)', name)
  local tick = nv:get('vim.api.nvim_buf_get_changedtick(...)', buf)
  return vim.tbl_extend('force', { buf = buf, tick = tick, edits = edits }, more or {})
end

local function text(nv, name) return nv:get('vim.api.nvim_buf_get_lines(vim.fn.bufnr(...), 0, -1, true)', name) end

case('what is open', function()
  local nv = nvim({ ['a.txt'] = 'one\ntwo\n', ['d.txt'] = 'one\r\ntwo\r\n', ['n.txt'] = 'one' },
    { 'a.txt', 'd.txt', 'n.txt' })
  nv:cmd('set hidden | badd never.txt | edit l.txt | set fileencoding=latin1 nomodifiable | help | only')
  nv:cmd('call setbufvar("n.txt", "&fixendofline", 0) | call setbufvar("n.txt", "&bomb", 1)')
  nv:cmd('call nvim_create_buf(v:true, v:false)')
  local list = {}
  for _, one in ipairs(nv:get('require("coder.refactor.buffers").list()')) do
    eq(one.buf, nv:get('vim.fn.bufnr(...)', vim.fs.basename(one.path)))
    eq(vim.fs.dirname(one.path), vim.uv.fs_realpath(nv.dir))
    list[vim.fs.basename(one.path)] = { one.eol, one.final_newline, one.bom, one.modifiable }
  end
  eq(list, {
    ['a.txt'] = { '\n', true, false, true }, ['d.txt'] = { '\r\n', true, false, true },
    ['n.txt'] = { '\n', false, true, true }, ['l.txt'] = { '\n', true, false, false },
  })
end)

case('the backend has buffers attached that it does not see yet', function()
  local calls = vim.fn.tempname()
  t.defer(function() vim.fn.delete(calls) end)
  local nv = t.nvim({ setup = ("{ backend_path = '%s' }"):format(t.fake(('return { calls = "%s" }'):format(calls))) })
  nv:cmd('edit a.txt | let g:a = bufnr() | edit b.txt | let g:b = bufnr()')
  nv:lua('require("coder.refactor.buffers").attach({ vim.g.a, 999, vim.g.b })')
  local function attached()
    local out = {}
    for line in vim.uv.fs_stat(calls) and io.lines(calls) or function() end do
      local call = vim.json.decode(line)
      if call[1] == 'buf_attach' then out[#out + 1] = vim.fs.basename(call[2].path) end
    end
    return out
  end
  t.wait(function() return #attached() == 2 end, 'both to be attached')
  eq(attached(), { 'a.txt', 'b.txt' })
end)

case('several buffers, each in one undo block of its own', function()
  local nv = nvim({ ['a.txt'] = 'one\ntwo\nthree\nfour\n', ['b.txt'] = 'x\ny\n' }, { 'a.txt', 'b.txt' })
  nv:type('ggOzero<Esc>')
  local result = nv:get(change, {
    item(nv, 'a.txt', { { 1, 2, { 'ONE', 'and' } }, { 3, 3, { 'put' } }, { 3, 4, {} }, { 5, 5, { 'end' } } }),
    item(nv, 'b.txt', { { 0, 2, { 'z' } } }),
  })
  eq(text(nv, 'a.txt'), { 'zero', 'ONE', 'and', 'two', 'put', 'four', 'end' })
  eq(text(nv, 'b.txt'), { 'z' })
  eq(result.problem, nil)
  nv:type('Golater<Esc>u')
  eq(text(nv, 'a.txt'), { 'zero', 'ONE', 'and', 'two', 'put', 'four', 'end' }, 'later typing is not joined')
  nv:type('u')
  eq(text(nv, 'a.txt'), { 'zero', 'one', 'two', 'three', 'four' }, 'what was typed before is not joined')
  nv:type('u')
  eq(text(nv, 'a.txt'), { 'one', 'two', 'three', 'four' })
  eq(text(nv, 'b.txt'), { 'z' })
  nv:cmd('buffer b.txt')
  nv:type('u')
  eq(text(nv, 'b.txt'), { 'x', 'y' })
end)

case('one that has changed meanwhile: nothing is done at all', function()
  local nv = nvim({ ['a.txt'] = 'one\n', ['src/b.txt'] = 'x\n' }, { 'a.txt', 'src/b.txt' })
  local items = { item(nv, 'a.txt', { { 0, 1, { 'ONE' } } }), item(nv, 'src/b.txt', { { 0, 1, { 'X' } } }) }
  nv:cmd('call setbufline("src/b.txt", 1, "y")')
  eq(nv:get(change, items), { problem = 'src/b.txt has changed meanwhile' })
  eq(text(nv, 'a.txt'), { 'one' })
  eq(nv:get('vim.bo.modified'), false)
  items[2] = item(nv, 'src/b.txt', { { 0, 1, { 'X' } } })
  nv:cmd('call setbufvar("src/b.txt", "&modifiable", 0)')
  eq(nv:get(change, items), { problem = "src/b.txt cannot be changed ('modifiable' is off)" })
  nv:cmd('bunload! src/b.txt')
  eq(nv:get(change, items), { problem = 'src/b.txt is not open any more' })
  nv:cmd('bwipeout! src/b.txt')
  eq(nv:get(change, items).problem, ('buffer %d is not open any more'):format(items[2].buf))
  eq(text(nv, 'a.txt'), { 'one' })
end)

case('one that fails midway: those before it are as they were', function()
  local nv = nvim({ ['a.txt'] = 'one\ntwo\n', ['b.txt'] = 'x\n', ['c.txt'] = 'c\n' }, { 'a.txt', 'b.txt', 'c.txt' })
  nv:cmd('call setbufvar("c.txt", "&undolevels", -1)')
  local items = {
    item(nv, 'a.txt', { { 0, 1, { 'ONE', 'more' } } }, { final_newline = false }),
    item(nv, 'c.txt', { { 0, 1, { 'C' } } }),
    item(nv, 'b.txt', { { 0, 1, { 'X' } }, { 7, 9, { 'there is no such line' } } }),
  }
  local result = nv:get(change, items)
  has(result.problem, 'b.txt cannot be changed now')
  eq({ text(nv, 'a.txt'), text(nv, 'b.txt'), text(nv, 'c.txt') }, { { 'one', 'two' }, { 'x' }, { 'c' } })
  eq(nv:get('{ vim.bo.modified, vim.bo.endofline, vim.bo.fixendofline }'), { false, true, true })
  eq(nv:get('vim.fn.undotree().seq_cur'), 0)
  nv:type('u')
  eq(text(nv, 'a.txt'), { 'one', 'two' })
end)

case('cursor, view, marks and other windows stay with their lines', function()
  local lines = {}
  for i = 1, 100 do lines[i] = 'line ' .. i end
  local nv = nvim({ ['a.txt'] = table.concat(lines, '\n') .. '\n' }, { 'a.txt' })
  nv:cmd('50mark a | 20mark b | 60mark C | 10mark d')
  nv:cmd('split | normal! 30Gzt')
  nv:cmd('wincmd p | normal! 55Gzt')
  nv:type('lll')
  nv:get(change, { item(nv, 'a.txt', { { 4, 5, { 'x', 'x', 'x' } }, { 19, 20, { 'twenty' } }, { 59, 60, { 'sixty' } },
    { 9, 10, {} } }) })
  local function at(mark) return nv:get('vim.api.nvim_buf_get_mark(0, ...)', mark)[1] end
  eq({ nv:get('vim.fn.line(".")'), nv:get('vim.fn.col(".")'), nv:get('vim.fn.getline("w0")') }, { 56, 4, 'line 55' })
  eq({ at('a'), at('b'), at('C') }, { 51, 21, 61 })
  eq(nv:get('vim.fn.getline(21)'), 'twenty')
  nv:cmd('wincmd p')
  eq(nv:get('{ vim.fn.getline("."), vim.fn.getline("w0") }'), { 'line 30', 'line 30' })
end)

case('the last newline; a buffer without any text', function()
  local nv = nvim({ ['a.txt'] = 'one\n', ['e.txt'] = '', ['n.txt'] = 'one' }, { 'a.txt', 'e.txt', 'n.txt' })
  eq(nv:get(change, {
    item(nv, 'a.txt', { { 0, 1, { 'ONE' } } }, { final_newline = false }),
    item(nv, 'e.txt', { { 0, 0, { 'first', 'second' } } }),
    item(nv, 'n.txt', { { 1, 1, { 'two' } } }, { final_newline = true }),
  }).problem, nil)
  nv:cmd('set hidden | wall')
  eq(t.read(nv.dir .. '/a.txt'), 'ONE')
  eq(t.read(nv.dir .. '/e.txt'), 'first\nsecond\n')
  eq(t.read(nv.dir .. '/n.txt'), 'one\ntwo\n')
end)

case('what is being typed in another buffer, or in the same one, is not disturbed', function()
  local nv = nvim({ ['a.txt'] = 'one\ntwo\nthree\n' }, { 'a.txt' })
  nv:type('3GAxy')
  nv:get(change, { item(nv, 'a.txt', { { 0, 1, { 'ONE', 'more' } } }) })
  nv:call('nvim_input', 'z<Esc>')
  nv:wait_for('vim.fn.mode() == "n"')
  eq(text(nv, 'a.txt'), { 'ONE', 'more', 'two', 'threexyz' })
  eq(nv:get('vim.fn.line(".")'), 4)
  nv:type('u')
  eq(text(nv, 'a.txt'), { 'ONE', 'more', 'two', 'threexy' })
  nv:type('u')
  eq(text(nv, 'a.txt'), { 'one', 'two', 'threexy' }, 'one undo takes back the change and nothing else')
  nv:type('u')
  eq(text(nv, 'a.txt'), { 'one', 'two', 'three' })
end)
