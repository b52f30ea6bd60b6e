-- What a question takes along: what is sent with it, what the chat says of it, and going there.
local t = require('harness')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok

local ended = 'vim.wo.winbar:find(" in, ") and true'
local hello = 'fake.begin(id, params) fake.delta(id, "one") fake.finish(id)'

---A Neovim whose backend answers with `answer`, the body of function(fake, id, params), in a project of a few files.
---@param answer string
---@param setup? string further fields for setup()
---@param opts? table for t.nvim()
local function nvim(answer, setup, opts)
  local calls = vim.fn.tempname()
  t.defer(function() vim.fn.delete(calls) end)
  local path = t.fake(('return { calls = "%s", answer = function(fake, id, params) %s end }'):format(calls, answer))
  opts = vim.tbl_extend('force', { setup = ("{ backend_path = '%s', %s }"):format(path, setup or '') }, opts or {})
  local nv = t.nvim(opts)
  for _, name in ipairs({ 'src/a.lua', 'b c.lua', 'd.lua', 'e.txt' }) do
    t.write(nv.dir .. '/project/' .. name, ('  local x = 1\n'):rep(20))
  end
  nv.calls, nv.real = calls, vim.uv.fs_realpath(nv.dir)
  return nv
end

---Parameters of the last question, when there are `n`.
local function asked(nv, n)
  return t.wait(function()
    local out = {}
    if not vim.uv.fs_stat(nv.calls) then return end
    for line in io.lines(nv.calls) do
      local call = vim.json.decode(line)
      if call[1] == 'ask' then out[#out + 1] = call[2] end
    end
    return out[n]
  end, ('question %d'):format(n))
end

---Text of the float that is open.
local function float(nv)
  return nv:lua([[
    for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
      if vim.api.nvim_win_get_config(win).relative ~= '' then
        return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(win), 0, -1, false), '\n')
      end
    end]])
end

-- What is sent

case('where the user is: selection, line, open files, jumps', function()
  local nv = nvim(hello)
  nv:cmd('edit project/d.lua | normal! 7G')
  nv:cmd('edit project/src/a.lua')
  nv:type('3GVjj<Esc>9G')
  nv:cmd('badd project/e.txt | help | CoderAsk x')
  nv:wait_for(ended)
  local sent = asked(nv, 1)
  eq(sent.source, nil, 'a help page is none')
  nv:cmd('wincmd p | close | CoderAsk y')
  nv:wait_for('vim.fn.line("$") > 12')
  sent = asked(nv, 2)
  local project = nv.real .. '/project/'
  eq({ sent.source, sent.line }, { nv:get('vim.fn.bufnr("a.lua")'), 9 })
  eq({ sent.selection_first, sent.selection_last }, { 3, 5 })
  eq(sent.open[1], project .. 'src/a.lua')
  table.sort(sent.open)
  eq(sent.open, { project .. 'd.lua', project .. 'src/a.lua' }, 'what is loaded and a file')
  eq(sent.jumps[1], { path = project .. 'src/a.lua', line = 5 })
  ok(vim.tbl_contains(vim.tbl_map(function(jump) return jump.path end, sent.jumps), project .. 'd.lua'))
  eq({ sent.diagnostics, sent.pinned, sent.without }, {})
  nv:cmd('wincmd p | silent 4,$delete')
  nv:cmd('CoderAsk z')
  eq({ asked(nv, 3).selection_first, asked(nv, 3).selection_last }, {}, 'a selection that is not there any more')
end)

local set_diagnostics = [[
  local buf, from, to, severity = ...
  local ns = vim.api.nvim_create_namespace('test' .. severity)
  local list = {}
  for i = from, to do list[#list + 1] = { lnum = i, col = 0, severity = severity, message = 'm' .. i } end
  vim.diagnostic.set(ns, buf, list)]]

case('where a language server says that it is defined, if it says so in time', function()
  local nv = nvim(hello)
  nv:cmd('edit project/src/a.lua | normal! 3G')
  nv:lua([[
    _G.asked = {}
    vim.lsp.start({ name = 'fake', cmd = function()
      return {
        request = function(method, params, reply)
          if method == 'initialize' then
            reply(nil, { capabilities = { definitionProvider = true } })
          elseif method == 'textDocument/definition' then
            table.insert(asked, { line = params.position.line, reply = function(path, line)
              local at = { line = line, character = 0 }
              reply(nil, { { targetUri = vim.uri_from_fname(path), targetRange = { start = at, ['end'] = at },
                targetSelectionRange = { start = at, ['end'] = at } } })
            end })
          end
          return true, 1
        end,
        notify = function() return true end,
        is_closing = function() return false end,
        terminate = function() end,
      }
    end })]])
  nv:wait_for('#vim.lsp.get_clients({ bufnr = 0, method = "textDocument/definition" }) == 1')
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  eq(asked(nv, 1).definitions, nil, 'a question does not wait')
  nv:wait_for('#asked == 1')
  eq(nv:get('asked[1].line'), 2)
  local path = nv.real .. '/project/d.lua'
  nv:lua(('asked[1].reply(%q, 6)'):format(path))
  nv:wait_for('require("coder.ask.chat").last.definitions')
  nv:type('iand now?<Esc><CR>')
  eq(asked(nv, 2).definitions, { { path = path, line = 7 } })
end)

case('diagnostics: those of the source first, errors before hints, a hundred at most', function()
  local nv = nvim(hello)
  nv:cmd('edit project/d.lua | edit project/src/a.lua | new | setlocal buftype=nofile')
  local a, d = nv:get('vim.fn.bufnr("a.lua")'), nv:get('vim.fn.bufnr("d.lua")')
  nv:lua(set_diagnostics, nv:get('vim.fn.bufnr()'), 0, 3, 1)
  nv:cmd('close')
  nv:lua(set_diagnostics, a, 4, 5, 4)
  nv:lua(set_diagnostics, a, 1, 1, 2)
  nv:lua(set_diagnostics, d, 2, 3, 1)
  nv:cmd('CoderAsk x')
  local got = vim.tbl_map(function(one)
    return ('%s:%d %s %s'):format(one.path:match('[^/]+$'), one.line, one.severity, one.message)
  end, asked(nv, 1).diagnostics)
  eq(got, { 'a.lua:2 warning m1', 'a.lua:5 hint m4', 'a.lua:6 hint m5', 'd.lua:3 error m2', 'd.lua:4 error m3' })
  nv:wait_for(ended)
  for _, many in ipairs({ 60, 400 }) do
    nv:lua(set_diagnostics, a, 1, many, 4)
    nv:lua(set_diagnostics, d, 1, many, 1)
    nv:cmd('CoderAsk y')
    nv:wait_for('require("coder.ask.chat").last.asking == nil')
    local counts = {}
    for _, one in ipairs(asked(nv, many == 60 and 2 or 3).diagnostics) do
      local key = one.path:match('[^/]+$') .. ' ' .. one.severity
      counts[key] = (counts[key] or 0) + 1
    end
    eq(counts, many == 60 and { ['a.lua warning'] = 1, ['a.lua hint'] = 39, ['d.lua error'] = 60 }
      or { ['a.lua warning'] = 1, ['d.lua error'] = 99 })
  end
end)

case('with send_buffer off nothing of where the user is', function()
  local nv = nvim(hello, 'ask = { send_buffer = false }')
  nv:cmd('edit project/d.lua | normal! 7GV')
  nv:type('<Esc>')
  nv:cmd('CoderAsk x')
  local sent = asked(nv, 1)
  eq({ sent.source, sent.line, sent.selection_first, sent.open, sent.jumps }, {})
end)

case('nothing is loaded or attached for it, and it takes little time (printed, not judged)', function()
  local nv = nvim(hello)
  nv:lua([[
    for i = 1, 100 do
      local buf = vim.fn.bufadd(('%s/file%d.lua'):format(vim.env.HOME, i))
      vim.bo[buf].buflisted = true
      if i % 2 == 0 then vim.fn.bufload(buf) end
    end
    vim.cmd('edit project/d.lua')]])
  for i = 1, 20 do nv:lua(set_diagnostics, nv:get(('vim.fn.bufnr("file%d.lua$")'):format(i * 2)), 0, 0, 1) end
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  eq(nv:get('#vim.fn.getbufinfo({ bufloaded = 1, buflisted = 1 })'), 51)
  local attached = {}
  for line in io.lines(nv.calls) do
    local call = vim.json.decode(line)
    if call[1] == 'buf_attach' then attached[#attached + 1] = call[2].path:match('[^/]+$') end
  end
  eq(attached, { 'd.lua', '1' })
  local times = nv:lua([[
    local around, chat, out = require('coder.ask.around'), require('coder.ask.chat').last, {}
    for i = 1, 100 do
      local start = vim.uv.hrtime()
      around.params(chat)
      out[i] = (vim.uv.hrtime() - start) / 1e6
    end
    table.sort(out)
    return out]])
  print(('      with 100 buffers: %.2f ms at best, %.2f median, %.2f p95'):format(times[1], times[50], times[95]))
end)

-- What the chat says

---@param items string Lua list of items
---@param more? string
local function answer(items, more)
  return ([[fake.begin(id, params, { root = vim.env.HOME .. '/project', context = %s %s })
    fake.delta(id, 'one') fake.finish(id)]]):format(items, more or '')
end

local many = [[(function()
  local out = { { path = 'src/a.lua', first = 1, last = 212, label = 'any', form = 'buffer', tokens = 900 },
    { path = 'd.lua', first = 1, last = 20, label = 'any', form = 'named', tokens = 80, why = '#file:d.lua' } }
  for i = 1, 14 do
    out[#out + 1] = { path = 'x/' .. i .. '.lua', first = i, last = i + 9, label = 'any', form = 'body', tokens = 230,
      why = 'calls parse' }
  end
  return out
end)()]]

case('a line below the heading says what went along; K lists it', function()
  local nv = nvim(answer(many), nil, { columns = 180 })
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  eq(nv:virtual(), 'context: src/a.lua:1-212, #file:d.lua, 14 more from the repository (3.2k tokens)')
  nv:cmd('5')
  nv:type('K')
  local lines = vim.split(float(nv), '\n')
  eq(vim.list_slice(lines, 1, 7), {
    'why fake (local lane):', '- mode auto', '', 'context, about 4.2k tokens:',
    '- src/a.lua:1-212 (buffer, 900 tokens)', '- d.lua:1-20 (named, 80 tokens, #file:d.lua)',
    '- x/1.lua:1-10 (body, 230 tokens, calls parse)',
  })
  eq(#lines, 20)
end)

case('the same in a narrow window', function()
  local nv = nvim(answer(many), nil, { columns = 80, lines = 24 })
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  eq(nv:virtual(), 'context: 16 pieces (4.2k tokens)')
  has(nv:screen(), '│context: 16 pieces (4.2k tokens)')
end)

case('what was left out is named, on lines of its own where there is no room', function()
  local items = [[{ { path = 'src/a.lua', first = 1, last = 9, label = 'any', form = 'buffer' },
    { path = 'p.lua', first = 0, last = 0, label = 'local_only', dropped = 'private (rule p*), deep is not trusted' }
  }]]
  local nv = nvim(answer(items), nil, { columns = 170 })
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  eq(nv:virtual(), 'context: src/a.lua:1-9, p.lua dropped (private (rule p*), deep is not trusted)')
  nv = nvim(answer(items), 'ask = { width = 40 }')
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  local rows = vim.split(nv:screen(), '\n')
  has(rows[7], 'context: src/a.lua:1-9')
  has(rows[8], 'p.lua dropped (private (rule p*), deep')
  has(rows[9], 'is not trusted)')
  local dropped = {}
  for i = 1, 6 do
    dropped[i] = ('{ path = "p%d", first = 0, last = 0, label = "local_only", dropped = "private" }'):format(i)
  end
  nv = nvim(answer(('{ %s }'):format(table.concat(dropped, ', '))))
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  eq(nv:virtual(), 'context: p1 dropped (private), p2 dropped (private), p3 dropped (private), 3 more dropped')
end)

case('an answer without a model', function()
  local nv = nvim([[
    fake.event('mode_changed', { mode = 'auto' })
    fake.begin(id, params, {
      model = 'index', heading = '## Coder · index · no model', root = vim.env.HOME .. '/project',
      reasons = { 'no model is configured' } })
    fake.delta(id, '- `src/a.lua:10` `local x`  \n  near by\n')
    fake.finish(id, { ms = 0, input = 0, output = 0, usd = 0.0 })]])
  nv:cmd('set statusline=%{v:lua.require\\"coder\\".statusline()} | CoderAsk x')
  nv:wait_for('vim.wo.winbar == " index, no model · any%<"')
  eq(nv:virtual(), '')
  nv:cmd('5')
  nv:type('K')
  eq(float(nv), 'why no model has answered:\n- no model is configured')
  eq(nv:get('require("coder").statusline()'), 'auto')
  nv:cmd('7')
  nv:type('0gf')
  eq(nv:get('{ vim.fn.expand("%:t"), vim.fn.line("."), vim.fn.col(".") }'), { 'a.lua', 10, 3 })
  nv:cmd('wincmd p')
  nv:type('gr')
  eq(asked(nv, 2).avoid, nil, 'no lane has answered')
end)
