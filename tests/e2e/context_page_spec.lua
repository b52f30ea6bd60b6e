-- :CoderContext: the page, its keys, what it changes in the questions that follow.
local t = require('harness')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok

-- The question's own text does not matter here: three gathered pieces, what is pinned, and one that is left out.
local context = [[context = function(fake, params, reply)
  local without, items = params.without or {}, {}
  local function add(item)
    if not vim.tbl_contains(without, item.path) then items[#items + 1] = item end
  end
  local problem
  for _, word in ipairs(params.pinned or {}) do
    local path = word:match('^#file:"?([^"]+)')
    if path == 'missing.lua' then problem = word .. ': no such file' end
    local item = { path = path, first = 1, last = 8, label = 'any', form = 'named', tokens = 80 }
    if path then items[#items + 1] = item end
  end
  add({ path = 'src/a.lua', first = 2, last = 4, label = 'any', form = 'body', tokens = 1234, why = 'calls parse' })
  add({ path = 'src/a.lua', first = 7, last = 7, label = 'any', form = 'signature', tokens = 20, why = 'near by' })
  add({ path = 'b.lua', first = 1, last = 3, label = 'local_only', form = 'body', tokens = 30, why = 'same commits' })
  add({ path = 'c.lua', first = 0, last = 0, label = 'any', form = 'path', tokens = 4 })
  add({ path = 'secret.lua', first = 0, last = 0, label = 'local_only', dropped = 'private, deep is not trusted' })
  if problem then items = {} end
  local sum = 0
  for _, item in ipairs(items) do sum = sum + (item.tokens or 0) end
  fake.when('go', function()
    reply({ items = items, tokens = sum, root = vim.env.HOME .. '/project', problem = problem })
  end)
end]]

local mention = [[mention = function(fake, params, reply)
  local items = {}
  for _, word in ipairs({ '#buffer', '#file:', '#symbol:', '#file:c.lua', '#file:src/a.lua' }) do
    local stem = vim.endswith(word, ':') or word == '#buffer'
    if vim.startswith(word, params.lead) and stem == not params.lead:find(':') then
      items[#items + 1] = { word = word, info = '' }
    end
  end
  reply({ items = items })
end]]

---@param opts? table for t.nvim(); `waits`: the backend answers when there is a file `go`
local function nvim(opts)
  opts = opts or {}
  local calls = vim.fn.tempname()
  t.defer(function() vim.fn.delete(calls) end)
  local answer = opts.answer or 'fake.begin(id, params) fake.delta(id, "one") fake.finish(id)'
  local path = t.fake(('return { calls = "%s", answer = function(fake, id, params) %s end, methods = { %s, %s } }')
    :format(calls, answer, context, mention))
  local nv = t.nvim(vim.tbl_extend('keep', opts, { setup = ("{ backend_path = '%s', keymaps = true }"):format(path) }))
  for _, name in ipairs({ 'src/a.lua', 'b.lua', 'c.lua' }) do
    t.write(nv.dir .. '/project/' .. name, ('local x = 1\n'):rep(9))
  end
  if not opts.waits then t.write(nv.dir .. '/go', '') end
  nv.calls = calls
  return nv
end

---Parameters of the last call of `method`.
local function last(nv, method)
  local out
  if not vim.uv.fs_stat(nv.calls) then return {} end
  for line in io.lines(nv.calls) do
    local call = vim.json.decode(line)
    if call[1] == method then out = call[2] end
  end
  return out or {}
end

---The page once it holds `text`.
local function page(nv, text)
  nv:wait_for(([[vim.fn.bufname() == "coder://context" and vim.fn.search(%s, "nw") > 0]]):format(
    vim.inspect('\\V' .. text)), 'the page with ' .. text)
  return nv:lines()
end

---Waits until the page does not hold `text`.
local function gone(nv, text)
  nv:wait_for(([[vim.fn.search(%s, "nw") == 0]]):format(vim.inspect('\\V' .. text)), 'no ' .. text)
end

local function find(nv, text) nv:cmd(([[call search('\V%s', 'wc')]]):format(text)) end

case('the page', function()
  local nv = nvim()
  nv:cmd('edit project/c.lua | 3 | CoderAsk')
  nv:type('iwhy is it slow?<Esc>')
  nv:cmd('wincmd p | CoderContext')
  local lines = page(nv, 'src/a.lua')
  eq(lines, {
    '4 pieces, 1.3k tokens · <CR> jump · x remove · u take back · a add · p pin · R refresh · q close',
    'with why is it slow?, from project/c.lua',
    'body       src/a.lua:2-4   1.2k  calls parse',
    'signature  src/a.lua:7       20  near by',
    'body       b.lua:1-3         30  ⌂ same commits',
    'path       c.lua              4',
    'left out   secret.lua            ⌂ private, deep is not trusted',
  })
  eq(nv:get('{ vim.bo.modifiable, vim.bo.buftype, vim.bo.buflisted }'), { false, 'nofile', false })
  local sent = last(nv, 'context')
  eq({ sent.chat, sent.source, sent.line }, nv:get('{ vim.fn.bufnr("coder://chat/1"), vim.fn.bufnr("c.lua"), 3 }'))
  nv:type('q')
  eq(nv:get('#vim.api.nvim_list_wins()'), 2)
  nv:cmd('CoderAsk')
  nv:cmd('CoderContext')
  page(nv, 'src/a.lua')
  nv:type('q')
  eq(nv:get('vim.fn.bufname()'), 'coder://chat/1', 'back where it was asked for')
  eq(nv:messages(), '')
end)

case('without a conversation it is about the file one is in; the next question is asked with it', function()
  local nv = nvim()
  nv:cmd('edit project/c.lua | CoderContext #file:b.lua')
  nv:wait_message('pinned: #file:b.lua')
  eq(nv:get('#vim.api.nvim_list_wins()'), 1, 'nothing opens')
  nv:type('\\cx')
  eq(page(nv, 'pinned')[2], 'with (nothing asked yet), from project/c.lua')
  nv:cmd('wincmd p | CoderAsk why?')
  nv:wait_for('vim.wo.winbar:find(" in, ") and true')
  eq(last(nv, 'ask').pinned, { '#file:b.lua' })
  has(nv:get('vim.wo.winbar'), ' fake · local · any · +1 pinned · 10 in')
  nv:cmd('vertical resize 25')
  nv:wait_for('not vim.wo.winbar:find("pinned")')
end)

case('<CR> goes there, in a window for files', function()
  local nv = nvim()
  nv:cmd('edit project/c.lua | CoderAsk x')
  nv:wait_for('vim.wo.winbar:find(" in, ") and true')
  nv:cmd('CoderContext')
  page(nv, 'src/a.lua')
  find(nv, 'src/a.lua:7')
  nv:type('<CR>')
  eq(nv:get('{ vim.fn.bufname(), vim.fn.line("."), #vim.api.nvim_list_wins() }'), { 'project/src/a.lua', 7, 3 })
  eq(nv:get('vim.fn.bufwinid("coder://chat/1") > 0 and vim.fn.bufwinid("coder://context") > 0'), true)
  nv:type('<C-o>')
  eq(nv:get('vim.fn.bufname()'), 'project/c.lua', 'the way back')
  nv:cmd('wincmd b')
  find(nv, 'secret.lua')
  nv:type('<CR>')
  nv:wait_message('secret.lua is no file')
  nv:type('gg<CR>')
  nv:wait_message('no file in this line')
end)

case('x removes a file, u takes that back', function()
  local nv = nvim()
  nv:cmd('CoderContext')
  page(nv, 'src/a.lua')
  find(nv, 'src/a.lua:7')
  nv:type('x')
  page(nv, 'removed    src/a.lua')
  gone(nv, 'calls parse')
  eq(last(nv, 'context').without, { 'src/a.lua' })
  find(nv, 'b.lua')
  nv:type('x')
  page(nv, 'removed    b.lua')
  local lines = nv:lines()
  eq(vim.list_slice(lines, #lines - 1), { 'removed    src/a.lua', 'removed    b.lua' })
  local struck = nv:lua([[
    local ns = vim.api.nvim_get_namespaces()['coder.context']
    return vim.tbl_map(function(m) return { m[2] + 1, m[3], m[4].hl_group } end,
      vim.api.nvim_buf_get_extmarks(0, ns, { vim.fn.line('$') - 1, 11 }, -1, { details = true }))]])
  eq(struck, { { #lines, 11, 'CoderRemoved' } })
  eq(nv:get('vim.api.nvim_get_hl(0, { name = "CoderRemoved", link = false }).strikethrough'), true)
  nv:cmd('wincmd p | CoderAsk why?')
  nv:wait_for('vim.wo.winbar:find(" in, ") and true')
  eq(last(nv, 'ask').without, { 'src/a.lua', 'b.lua' })
  nv:cmd('CoderContext')
  page(nv, 'removed    b.lua')
  find(nv, 'removed    src/a.lua')
  nv:type('u')
  page(nv, 'calls parse')
  eq(last(nv, 'context').without, { 'b.lua' })
  nv:type('ggu')
  gone(nv, 'removed')
  eq(last(nv, 'context').without, nil)
  nv:type('u')
  nv:wait_message('nothing was removed')
  find(nv, 'secret.lua')
  nv:type('x')
  page(nv, 'removed    secret.lua')
end)

case('p pins the file, x unpins it, u pins it again', function()
  local nv = nvim()
  nv:cmd('CoderContext')
  page(nv, 'src/a.lua')
  find(nv, 'c.lua')
  nv:type('p')
  page(nv, 'pinned     c.lua:1-8')
  eq(last(nv, 'context').pinned, { '#file:c.lua' })
  find(nv, 'pinned')
  nv:type('p')
  nv:wait_message('that is pinned already')
  nv:type('x')
  page(nv, 'removed    #file:c.lua')
  eq(last(nv, 'context').pinned, nil)
  nv:type('u')
  page(nv, 'pinned     c.lua')
  find(nv, 'src/a.lua')
  nv:type('x')
  page(nv, 'removed    src/a.lua')
  find(nv, 'removed')
  nv:type('p')
  gone(nv, 'removed')
  eq(last(nv, 'context').pinned, { '#file:c.lua', '#file:src/a.lua' })
  eq(last(nv, 'context').without, nil)
end)

case('a adds words; what they are is completed', function()
  local nv = nvim()
  nv:cmd('CoderContext')
  page(nv, 'src/a.lua')
  nv:call('nvim_input', 'af')
  nv:wait_for('vim.fn.getcmdline() == "#f"')
  nv:call('nvim_input', 'ile:')
  t.wait(function() return last(nv, 'mention').lead == '#file:' end, 'the question ahead')
  vim.wait(30)
  nv:call('nvim_input', '<Tab>')
  nv:wait_for('vim.fn.getcmdline() == "#file:c.lua"', 'the completion')
  nv:call('nvim_input', ' #symbol:Parser.next<CR>')
  page(nv, 'pinned     #symbol:Parser.next')
  eq(last(nv, 'context').pinned, { '#file:c.lua', '#symbol:Parser.next' })
  nv:call('nvim_input', 'a<Esc>')
  nv:wait_for('vim.fn.mode() == "n"')
  eq(nv:get('#vim.api.nvim_get_autocmds({ event = "CmdlineChanged", pattern = "@" })'), 0)
end)

case(':CoderContext with words, with completion; ! forgets all', function()
  local nv = nvim()
  nv:call('nvim_input', ':CoderContext #sy')
  t.wait(function() return last(nv, 'mention').lead == '#sy' end, 'the question ahead')
  vim.wait(30)
  nv:call('nvim_input', '<Tab>')
  nv:wait_for('vim.fn.getcmdline() == "CoderContext #symbol:"')
  nv:call('nvim_input', 'X #file:"a b.lua"<CR>')
  nv:wait_message('pinned: #symbol:X #file:"a b.lua"')
  nv:cmd('CoderContext #fil:a.lua')
  nv:wait_message('#fil:a.lua is no word of context. There are #buffer #file: #symbol:')
  nv:cmd('CoderContext #file:')
  nv:wait_message('#file: is no word of context')
  nv:cmd('CoderContext a.lua')
  nv:wait_message('a.lua is no word of context')
  nv:cmd('CoderContext #file:missing.lua')
  nv:wait_message('#file:missing.lua: no such file')
  nv:cmd('CoderContext')
  eq(page(nv, 'missing')[2], '#file:missing.lua: no such file')
  find(nv, 'pinned     #file:missing')
  nv:type('x')
  page(nv, 'calls parse')
  nv:cmd('CoderContext!')
  gone(nv, 'pinned')
  gone(nv, 'removed')
  eq(last(nv, 'context').pinned, nil)
  nv:wait_message('nothing is pinned or removed any more')
  nv:cmd('CoderContext! #buffer')
  page(nv, 'pinned     #buffer')
  eq(nv:count_messages('nothing is pinned'), 1)
end)

case('what is pinned and removed belongs to a conversation', function()
  local nv = nvim()
  nv:lua('vim.ui.select = function(items, _, choose) choose(items[_G.pick]) end')
  nv:cmd('CoderContext #file:b.lua')
  nv:cmd('CoderAsk first')
  nv:wait_for('vim.wo.winbar:find(" in, ") and true')
  eq(last(nv, 'ask').pinned, { '#file:b.lua' })
  nv:lua('_G.pick = 1')
  nv:cmd('CoderAsk! second')
  nv:wait_for('vim.fn.bufname() == "coder://chat/2" and vim.wo.winbar:find(" in, ") and true')
  eq(last(nv, 'ask').pinned, nil)
  nv:cmd('CoderContext')
  eq(page(nv, 'calls parse')[2], 'with second')
  gone(nv, 'pinned')
  nv:lua('_G.pick = 3')
  nv:cmd('wincmd p | CoderAsk!')
  nv:cmd('CoderContext')
  eq(page(nv, 'pinned')[2], 'with first')
end)

case('while the answer streams', function()
  local nv = nvim({ answer = [[fake.begin(id, params) fake.delta(id, 'one')
    fake.when('end', function() fake.delta(id, ' two') fake.finish(id) end)]] })
  nv:cmd('CoderAsk why?')
  nv:wait_for('vim.fn.search("one", "nw") > 0')
  nv:cmd('CoderContext')
  page(nv, 'calls parse')
  find(nv, 'b.lua')
  nv:type('p')
  page(nv, 'pinned     b.lua')
  t.write(nv.dir .. '/end', '')
  nv:wait_for('vim.fn.getbufline("coder://chat/1", 7)[1] == "one two"')
end)

case('what takes long says so; one that was closed stays closed', function()
  local nv = nvim({ waits = true })
  nv:cmd('CoderContext')
  page(nv, 'collecting what would go along')
  t.write(nv.dir .. '/go', '')
  page(nv, 'calls parse')
  gone(nv, 'collecting')
  ok(nv:get('vim.api.nvim_win_get_height(0) >= vim.fn.line("$")'), 'the window grows with its page')
  nv:cmd('resize 2')
  nv:type('R')
  vim.wait(100)
  eq(nv:get('vim.api.nvim_win_get_height(0)'), 2, 'what the user set stays')
  vim.fn.delete(nv.dir .. '/go')
  nv:type('Rq')
  t.write(nv.dir .. '/go', '')
  vim.wait(250)
  eq(nv:get('#vim.api.nvim_list_wins()'), 1)
  nv:cmd('CoderContext')
  page(nv, 'calls parse')
  eq(nv:messages(), '')
end)

case('at 80 columns, and with ASCII signs', function()
  local nv = nvim({ columns = 80, lines = 24 })
  nv:lua('require("coder.config").current.statusline.ascii = true')
  nv:cmd('CoderContext')
  local lines = page(nv, 'calls parse')
  eq(lines[1], '4 pieces, 1.3k tokens · <CR> jump · x remove · u take back · a add · p pin')
  has(lines[5], '[local only] same commits')
  for _, line in ipairs(lines) do ok(vim.fn.strdisplaywidth(line) <= 80, line) end
end)

case('the conversation ends, its page is still there', function()
  local nv = nvim()
  nv:cmd('CoderContext')
  page(nv, 'calls parse')
  nv:cmd('bwipeout coder://chat/1')
  nv:type('R')
  nv:wait_message('this conversation has ended')
  nv:type('jjp')
  nv:cmd('CoderContext')
  nv:type('q')
  nv:cmd('CoderContext')
  page(nv, 'calls parse')
  eq(nv:get('vim.fn.bufexists("coder://chat/2")'), 1)
  eq(nv:messages():find('E%d+:'), nil)
end)

case('a backend that refuses', function()
  local nv = t.nvim({ setup = "{ backend_path = '/nonexistent' }" })
  nv:cmd('CoderContext')
  nv:wait_message('the backend /nonexistent does not exist')
  eq(nv:get('#vim.api.nvim_list_wins()'), 1)
end)
