-- What the backend is told of buffers: their names and labels, and what of them goes into registers.
local t = require('harness')
local case, eq, ok = t.case, t.eq, t.ok

---A Neovim with a backend that mirrors every buffer it is told of.
---@param script? string further members of the script; its `attach` gets fake, params, reply
local function nvim(script)
  local calls = t.dir() .. '/calls'
  local path = t.fake(([[
    local script = { calls = %q, ghost = true, answer = function(fake, id, params)
      fake.begin(id, params) fake.finish(id)
    end, %s }
    local known = {}
    script.methods = { buf_attach = function(fake, params, reply)
      if not known[params.buf] then fake.attach(params.buf) end
      known[params.buf] = true
      reply({ ghost = true })
      if script.attach then script.attach(fake, params) end
    end }
    return script]]):format(calls, script or ''))
  local nv = t.nvim({ setup = ("{ backend_path = '%s' }"):format(path) })
  nv.calls = calls
  return nv
end

---Everything the backend got so far, as { name, params }.
local function log(nv)
  local out = {}
  local file = io.open(nv.calls)
  for line in file and file:lines() or function() end do
    local done, call = pcall(vim.json.decode, line)
    if done then out[#out + 1] = call end
  end
  if file then file:close() end
  return out
end

---@return table[] parameters of the calls of `method` so far
local function called(nv, method)
  local out = {}
  for _, call in ipairs(log(nv)) do
    if call[1] == method then out[#out + 1] = call[2] end
  end
  return out
end

---Waits until all that was sent up to now has arrived.
local function settle(nv)
  nv:lua([[
    _G.settled = false
    require('coder.backend').call('health', {}, function() _G.settled = true end)]])
  nv:wait_for('settled')
end

---A file that the backend mirrors.
local function attached(nv, name, lines)
  nv:cmd('edit ' .. name)
  nv:call('nvim_buf_set_lines', 0, 0, -1, true, lines)
  nv:lua('require("coder.buffers").attach(vim.api.nvim_get_current_buf())')
  nv:wait_for('require("coder.buffers").attached(vim.api.nvim_get_current_buf())')
end

---What the last `yank` points at in the mirror as it was then.
---@return string[]? lines, string? kind
local function yanked(nv)
  local mirror, text, kind = {}, nil, nil
  for _, call in ipairs(log(nv)) do
    local p = call[2]
    if call[1] == 'nvim_buf_lines_event' then
      local first, last = p[3], p[4] < 0 and #mirror or p[4]
      local rest = vim.list_slice(mirror, last + 1)
      mirror = vim.list_extend(vim.list_extend(vim.list_slice(mirror, 1, first), p[5]), rest)
    elseif call[1] == 'yank' then
      text, kind = vim.list_slice(mirror, p.first, p.last), p.kind
      if kind == 'char' then
        text[#text] = text[#text]:sub(1, p.last_col + 1)
        text[1] = text[1]:sub(p.col + 1)
      elseif kind == 'block' then
        for i, line in ipairs(text) do text[i] = line:sub(p.col + 1, p.last_col + 1) end
      end
    end
  end
  return text, kind
end

local text = { 'one two three', 'ein\tzwei', '日本 e\204\129x ende', '', 'last line', 'abcdef', 'ghijkl' }

for keys, kind in pairs({
  yy = 'line', ['2yy'] = 'line', yG = 'line', [':2,3yank<CR>'] = 'line', [':2delete<CR>'] = 'line', ['2Gdd'] = 'line',
  ggdG = 'line', ['2Gcc<Esc>'] = 'line', VGy = 'line', ['3GyG'] = 'line', ['2Gyvj'] = 'line', ['V"ay'] = 'line',
  yw = 'char', yiw = 'char', wyw = 'char', ['wwy$'] = 'char', ['3Gwye'] = 'char', ['3Gwy2l'] = 'char', x = 'char',
  ['3G$x'] = 'char', ['3Gx'] = 'char', ['3G0dw'] = 'char', ['3Gvly'] = 'char', ['3G$y0'] = 'char', ['3Gvjjd'] = 'char',
  wvjy = 'char', wdvj = 'char', cwnew = 'char', D = 'char', ['wy/last<CR>'] = 'char', ['5Gwd?two<CR>'] = 'char',
  wviwy = 'char', ['5Gcwx'] = 'char', ['2Gvlly'] = 'char', ['3Gwyl'] = 'char',
  ['6Gl<C-v>jly'] = 'block', ['6G4l<C-v>jhhy'] = 'block', ['6Gl<C-v>j$y'] = 'block', ['6Gl<C-v>jd'] = 'block',
  ['7G$<C-v>khc'] = 'block',
}) do
  case('told of what goes into a register: ' .. keys, function()
    local nv = nvim()
    attached(nv, 'a.txt', text)
    nv:cmd('set nowrapscan | normal! gg0')
    nv:type(keys .. '<Esc>')
    settle(nv)
    local got, got_kind = yanked(nv)
    eq(got_kind, kind)
    local register = nv:get([[vim.fn.getreg(vim.v.char == '' and ... or '"', 1, 1)]], keys:find('"a') and 'a' or '"')
    -- The line end at the end of a motion is not told of.
    if kind == 'char' and register[#register] == '' then register[#register], got[#got] = nil, nil end
    eq(got, register)
    eq(#called(nv, 'yank'), 1)
    eq(nv:messages():find('E%d+:'), nil)
  end)
end

case('a deletion is told of before it is seen', function()
  local nv = nvim()
  attached(nv, 'a.txt', text)
  for _, keys in ipairs({ 'dd', 'x', 'cwx<Esc>', 'Vjd', 'vjd', 'gg0<C-v>jd', ':1,2delete<CR>' }) do
    local before = #log(nv)
    nv:type('gg0' .. keys)
    settle(nv)
    local names = vim.tbl_map(function(call) return call[1] end, vim.list_slice(log(nv), before + 1))
    eq(names[1], 'yank', keys)
    ok(vim.tbl_contains(names, 'nvim_buf_lines_event'), keys)
  end
end)

case('with marks that were kept it may have been any line', function()
  local nv = nvim()
  attached(nv, 'a.txt', text)
  nv:cmd('normal! ggyy')
  nv:cmd('lockmarks 5yank')
  settle(nv)
  eq(called(nv, 'yank')[2], { buf = 1, first = 1, col = 0, last = #text, last_col = 0, kind = 'line' })
end)

case('nothing is told of the black hole, of puts, and of what is no file', function()
  local nv = nvim()
  attached(nv, 'a.txt', text)
  nv:type('"_ddpP')
  nv:cmd('help')
  nv:type('yy')
  nv:cmd('enew | setlocal buftype=nofile')
  nv:type('ix<Esc>yy')
  settle(nv)
  eq(called(nv, 'yank'), {})
end)

case('a file the backend does not know yet is made known by a yank', function()
  local nv = nvim()
  nv:cmd('edit b.txt')
  nv:call('nvim_buf_set_lines', 0, 0, -1, true, text)
  nv:type('yy')
  eq(nv:processes(), {}, 'but nothing is started')
  nv:cmd('CoderStatus')
  nv:wait_for('vim.fn.bufname() == "coder://status"')
  nv:cmd('close | edit! c.txt')
  nv:call('nvim_buf_set_lines', 0, 0, -1, true, text)
  nv:type('2yy')
  t.wait(function() return #called(nv, 'yank') == 1 end, 'the yank')
  eq(called(nv, 'yank')[1].last, 2)
  local buf = nv:get('vim.fn.bufnr("c.txt")')
  eq(called(nv, 'yank')[1].buf, buf)
  local names = vim.tbl_map(function(call) return call[1] end, log(nv))
  local lines = vim.fn.index(names, 'nvim_buf_lines_event', 0)
  ok(lines >= 0 and lines < vim.fn.index(names, 'yank'), 'its text comes first')
  -- Gone before the backend could see it.
  nv:cmd('edit! d.txt')
  nv:call('nvim_buf_set_lines', 0, 0, -1, true, text)
  nv:type('dd')
  settle(nv)
  eq(#called(nv, 'yank'), 1)
  nv:type('yy')
  settle(nv)
  eq(#called(nv, 'yank'), 2)
end)

case('gy in a chat is told of', function()
  local nv = nvim([[answer = function(fake, id, params)
    fake.begin(id, params, { label = 'local_only' }) fake.delta(id, '```\nsecret\ncode\n```\n') fake.finish(id)
  end]])
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.wo.winbar:find(" in, ") and true')
  nv:cmd('call search("code")')
  nv:type('gy')
  settle(nv)
  local chat = nv:get('vim.fn.bufnr()')
  eq(called(nv, 'yank'), { { buf = chat, first = 8, col = 0, last = 9, last_col = 0, kind = 'line' } })
  eq(nv:get([[vim.fn.getreg('"')]]), 'secret\ncode\n')
end)

case('cost of a yank (printed, not judged)', function()
  local nv = nvim()
  local lines = {}
  for i = 1, 10000 do lines[i] = ('    local value_%d = compute(%d)'):format(i, i) end
  attached(nv, 'a.lua', lines)
  local function cost(keys)
    return nv:lua([[
      local keys, with, without = ..., math.huge, math.huge
      local function run()
        local start = vim.uv.hrtime()
        for _ = 1, 20 do vim.cmd('silent normal! ' .. keys) end
        return (vim.uv.hrtime() - start) / 20e3
      end
      for _ = 1, 20 do
        vim.o.eventignore = 'TextYankPost'
        without = math.min(without, run())
        vim.o.eventignore = ''
        with = math.min(with, run())
      end
      return with - without]], keys)
  end
  local line, all, word = cost('yy'), cost('ggyG'), cost('yiw')
  -- Of the last one most is Neovim's own: it makes a list for whoever listens.
  print(('      yy %.1f µs, a word %.1f µs, 10,000 lines %.1f µs'):format(line, word, all))
end)

-- Labels

case('a label the backend gives a buffer stays, and is sent along', function()
  local nv = nvim()
  attached(nv, 'a.txt', text)
  local buf = nv:get('vim.fn.bufnr()')
  eq(called(nv, 'buf_attach')[1].label, nil)
  local function label(now)
    nv:lua([[require('coder.backend').receive('buf_label', ...)]], { buf = buf, label = now })
  end
  label('any')
  eq(nv:get('vim.b.coder_label'), 'any')
  label('local_only')
  label('any')
  eq(nv:get('vim.b.coder_label'), 'local_only', 'never back')
  label('from_the_future')
  eq(nv:get('vim.b.coder_label'), 'local_only', 'never back')
  nv:lua([[require('coder.backend').receive('buf_label', { buf = 4711, label = 'local_only' })]])
  nv:cmd('file b.txt')
  t.wait(function() return #called(nv, 'buf_attach') == 2 end, 'the new name')
  eq(called(nv, 'buf_attach')[2].label, 'local_only')
  vim.uv.kill(nv:get('require("coder.backend").info.pid'), 'sigkill')
  nv:wait_message('the backend ended')
  nv:type('i')
  t.wait(function() return #called(nv, 'buf_attach') == 3 end, 'the next backend')
  eq(called(nv, 'buf_attach')[3].label, 'local_only')
end)

case('a word that is not known counts as private', function()
  local nv = nvim()
  attached(nv, 'a.txt', text)
  nv:lua([[require('coder.backend').receive('buf_label', { buf = 1, label = 'from_the_future' })]])
  eq(nv:get('vim.b.coder_label'), 'local_only')
end)

case('the label of a chat: shown at once, sent with the next question', function()
  local nv = nvim()
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.wo.winbar:find(" in, ") and true')
  nv:lua([[require('coder.backend').receive('buf_label', { buf = vim.fn.bufnr(), label = 'local_only' })]])
  ok(nv:get('vim.wo.winbar'):find('local_only', 1, true))
  nv:type('iy<Esc><CR>')
  t.wait(function() return #called(nv, 'ask') == 2 end, 'the question')
  eq(called(nv, 'ask')[2].label, 'local_only')
  local attaches = called(nv, 'buf_attach')
  eq(attaches[#attaches].label, 'local_only')
end)

case('a conversation that quotes a private buffer is private', function()
  local nv = nvim()
  attached(nv, 'a.txt', text)
  nv:lua([[require('coder.backend').receive('buf_label', { buf = 1, label = 'local_only' })]])
  nv:cmd('1CoderAsk why?')
  t.wait(function() return #called(nv, 'ask') == 1 end, 'the question')
  eq(called(nv, 'ask')[1].label, 'local_only')
end)

-- Names

---Paths sent for buffer 1 so far, without the folder.
local function paths(nv, buf)
  local out = {}
  for _, params in ipairs(called(nv, 'buf_attach')) do
    if params.buf == (buf or 1) then out[#out + 1] = vim.fs.basename(params.path) end
  end
  return out
end

for command, expected in pairs({
  ['file b.txt'] = { 'a.txt', 'b.txt' },
  ['saveas b.txt'] = { 'a.txt', 'b.txt' },
  ['call nvim_buf_set_name(0, "b.txt")'] = { 'a.txt', 'b.txt' },
  ['write b.txt'] = { 'a.txt' }, -- another file gets the text
  ['0file'] = { 'a.txt', '' },
  ['file b.txt | file c.txt'] = { 'a.txt', 'b.txt', 'c.txt' },
  ['write | edit'] = { 'a.txt' },
}) do
  case('renamed by :' .. command, function()
    local nv = nvim()
    attached(nv, 'a.txt', text)
    nv:cmd(command)
    settle(nv)
    eq(paths(nv), expected)
  end)
end

case('an unnamed buffer gets a name', function()
  for _, command in ipairs({ 'write b.txt', 'saveas b.txt', 'file b.txt' }) do
    local nv = nvim()
    nv:call('nvim_buf_set_lines', 0, 0, -1, true, text)
    nv:lua('require("coder.buffers").attach(1)')
    nv:wait_for('require("coder.buffers").attached(1)')
    nv:cmd(command)
    settle(nv)
    eq(paths(nv), { '', 'b.txt' }, command)
    nv:cmd('normal! yy')
    settle(nv)
    eq(#called(nv, 'yank'), 1, command)
  end
end)

case('an unnamed buffer that is asked from, or quoted', function()
  local nv = nvim()
  nv:call('nvim_buf_set_lines', 0, 0, -1, true, text)
  nv:cmd('CoderAsk x')
  t.wait(function() return #called(nv, 'ask') == 1 end, 'the question')
  eq(called(nv, 'ask')[1].source, 1)
  eq(paths(nv), { '' })
  nv:wait_for('require("coder.ask.chat").last.asking == nil')
  nv:cmd('wincmd p | 2CoderAsk y')
  t.wait(function() return #called(nv, 'ask') == 2 end, 'the question')
  eq(#called(nv, 'quote'), 1)
  eq(paths(nv), { '', '', '' }, 'quoted, then asked from')
end)

case('a buffer that went is forgotten; one that was read again is not', function()
  local nv = nvim()
  attached(nv, 'a.txt', text)
  nv:cmd('write | edit!')
  vim.wait(30)
  eq(nv:get('require("coder.buffers").attached(1)'), true)
  nv:cmd('enew | bdelete 1')
  nv:wait_for('not require("coder.buffers").attached(1)')
end)

case(':CoderStatus tells from which buffer, and makes its name known', function()
  local nv = nvim()
  nv:cmd('edit a.txt | CoderStatus')
  nv:wait_for('vim.fn.bufname() == "coder://status"')
  eq(called(nv, 'status'), { { buf = 1 } })
  eq(paths(nv), { 'a.txt' })
  nv:cmd('CoderStatus')
  t.wait(function() return #called(nv, 'status') == 2 end, 'the page anew')
  eq(called(nv, 'status')[2], { buf = 1 }, 'asked from the page itself')
  nv:cmd('bwipeout 1 | CoderStatus')
  t.wait(function() return #called(nv, 'status') == 3 end, 'the page anew')
  eq(called(nv, 'status')[3], vim.empty_dict())
end)
