-- What the chat says of lanes: one that takes over, private text, why it was this one, another one.
local t = require('harness')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok

---A Neovim whose backend answers with `answer`, the body of function(fake, id, params).
---@param answer string
---@param setup? string further fields for setup()
---@param opts? table for t.nvim()
local function nvim(answer, setup, opts)
  local path = t.fake(('return { answer = function(fake, id, params) %s end }'):format(answer))
  opts = vim.tbl_extend('force', { setup = ("{ backend_path = '%s', %s }"):format(path, setup or '') }, opts or {})
  return t.nvim(opts)
end

local ended = 'vim.wo.winbar:find(" in, ") and true'
local hello = 'fake.begin(id, params) fake.delta(id, "one") fake.finish(id)'
-- The local lane fails when the file `go` is there, the cloud answers with `said`.
local takes_over = [[
  fake.begin(id, params, { context = { { path = 'a.py', first = 1, last = 9, label = 'any' } } })
  fake.event('ask_wait', { id = id, phase = 'connecting' })
  fake.when('go', function()
    fake.begin(id, params, {
      heading = '## Coder · deep · cloud', model = 'deep', lane = 'cloud', instead = 'fake did not answer: refused',
      context = { { path = 'b.py', first = 2, last = 3, label = 'any' } }, reasons = { 'mode auto', 'fake is down' },
    })
    fake.when('said', function() fake.delta(id, 'one') fake.finish(id) end)
  end)]]

---@param name 'go'|'said'
local function gate(nv, name) t.write(nv.dir .. '/' .. name, '') end

---Virtual text in the line `row` (1-based) of the current buffer, as { text, highlight }.
local function sign(nv, row)
  return nv:lua([[
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, -1, { ... - 1, 0 }, { ... - 1, -1 }, { details = true })) do
      if mark[4].virt_text and not mark[4].invalid then return mark[4].virt_text[1] end
    end]], row)
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

case('a lane that takes over: its heading and context instead, and why', function()
  local nv = nvim(takes_over)
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("fake", "nw") > 0')
  has(nv:virtual(), 'context: a.py:1-9')
  gate(nv, 'go')
  nv:wait_for('vim.fn.search("deep", "nw") > 0')
  eq(nv:lines(), { '## You', '', 'x', '', '## Coder · deep · cloud', '', '' })
  eq(nv:virtual(), 'fake did not answer: refused context: b.py:2-3')
  has(nv:get('vim.wo.winbar'), 'deep · cloud')
  gate(nv, 'said')
  nv:wait_for(ended)
  eq(nv:lines(), { '## You', '', 'x', '', '## Coder · deep · cloud', '', 'one', '', '## You', '', '' })
  eq(nv:virtual(), 'fake did not answer: refused context: b.py:2-3')
  ok(not nv:screen():find('a.py', 1, true), 'also on the screen')
  local hl = nv:lua([[
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, { details = true })) do
      if mark[4].virt_lines then return mark[4].virt_lines[1][1][2] end
    end]])
  eq(hl, 'CoderNote')
  nv:type('u')
  eq(nv:lines(), { '## You', '', 'x' }, 'one undo for all of it')
  eq(nv:virtual(), '')
  ok(not nv:screen():find('b.py', 1, true), 'also on the screen')
  nv:type('<C-r>')
  eq(nv:lines()[5], '## Coder · deep · cloud')
  eq(nv:messages():find('E%d+:'), nil)
end)

case('a lane that takes over while the user writes elsewhere in the chat', function()
  local nv = nvim(takes_over)
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("fake", "nw") > 0')
  nv:type('ggOabove')
  gate(nv, 'go')
  nv:wait_for('vim.fn.search("deep", "nw") > 0')
  nv:type(' it<Esc>')
  gate(nv, 'said')
  nv:wait_for(ended)
  eq(vim.list_slice(nv:lines(), 1, 8), { 'above it', '## You', '', 'x', '', '## Coder · deep · cloud', '', 'one' })
  eq(nv:get('vim.fn.line(".")'), 1)
  -- Undone as far as that, the heading before has its reasons again.
  for _ = 1, 9 do
    if vim.tbl_contains(nv:lines(), '## Coder · fake · local') then break end
    nv:type('u')
  end
  eq(nv:virtual(), '')
  nv:cmd('call search("^## Coder", "wc")')
  nv:type('K')
  has(float(nv), 'why fake (local lane)')
end)

case('a lane that takes over after its heading was undone, or deleted', function()
  for _, keys in ipairs({ 'u', ':%delete<CR>' }) do
    local nv = nvim(takes_over)
    nv:cmd('CoderAsk x')
    nv:wait_for('vim.fn.search("fake", "nw") > 0')
    nv:type(keys)
    gate(nv, 'go')
    gate(nv, 'said')
    nv:wait_for(ended)
    local headings = vim.tbl_filter(function(line) return vim.startswith(line, '## Coder') end, nv:lines())
    eq(headings, { '## Coder · deep · cloud' }, keys)
    ok(vim.tbl_contains(nv:lines(), 'one'))
    has(nv:virtual(), 'fake did not answer')
  end
end)

case('a lane that takes over where text cannot be changed now', function()
  local nv = nvim(takes_over)
  nv:cmd('nnoremap <expr> X getcharstr() .. ""')
  nv:cmd('CoderAsk x')
  nv:call('nvim_input', 'X') -- holds the text locked until a key is typed
  gate(nv, 'go')
  vim.wait(100)
  gate(nv, 'said')
  vim.wait(200)
  nv:call('nvim_input', 'l')
  nv:wait_for(ended)
  eq(vim.list_slice(nv:lines(), 1, 7), { '## You', '', 'x', '', '## Coder · deep · cloud', '', 'one' })
  eq(nv:messages(), '')
end)

case('a long reason wraps below the heading', function()
  local nv = nvim((takes_over:gsub('refused', ('much to say '):rep(20))), 'ask = { width = 40 }')
  gate(nv, 'go')
  gate(nv, 'said')
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  local widest = nv:lua([[
    local widest, count = 0, 0
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, { details = true })) do
      for _, line in ipairs(mark[4].virt_lines or {}) do
        widest, count = math.max(widest, vim.fn.strdisplaywidth(line[1][1])), count + 1
      end
    end
    return { widest, count }]])
  ok(widest[1] < 40 and widest[2] > 5, vim.inspect(widest))
end)

local private = [[
  fake.begin(id, params, { label = 'local_only', private_text = true })
  fake.delta(id, 'one') fake.finish(id)]]

case('private text: a sign at the heading and in the winbar', function()
  local nv = nvim(private)
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  eq(sign(nv, 5), { '⌂ local only', 'CoderPrivate' })
  has(nv:get('vim.wo.winbar'), ' fake · local · %#CoderPrivate#⌂ local only%* · 10 in, 20 out')
  local rows = vim.split(nv:screen(), '\n')
  has(rows[1], 'fake · local · ⌂ local only · 10 in, 20 out')
  has(rows[6], '## Coder · fake · local ⌂ local only')
  nv:cmd('vertical resize 30')
  nv:wait_for('vim.wo.winbar == " fake · %#CoderPrivate#⌂ local only%*%<"')
  nv:type('u')
  eq(sign(nv, 3), vim.NIL, 'it goes with the heading')
  nv = nvim(hello)
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  eq(sign(nv, 5), vim.NIL)
  has(nv:get('vim.wo.winbar'), ' fake · local · any · ')
end)

case('the same in ASCII', function()
  local nv = nvim(private, 'statusline = { ascii = true }')
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  eq(sign(nv, 5)[1], '[local only]')
  has(nv:get('vim.wo.winbar'), '%#CoderPrivate#[local only]%*')
end)

case('CoderPrivate is there in every colour scheme, light and dark, and can be set', function()
  local nv = nvim(private)
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  for _, scheme in ipairs({ 'default', 'habamax', 'morning' }) do
    for _, background in ipairs({ 'light', 'dark' }) do
      nv:cmd(('set background=%s | colorscheme %s'):format(background, scheme))
      local hl = nv:get('vim.api.nvim_get_hl(0, { name = "CoderPrivate" })')
      eq(hl.link, 'DiagnosticOk', scheme)
      ok(nv:get('vim.api.nvim_get_hl(0, { name = "CoderPrivate", link = false })').fg, scheme .. ' ' .. background)
    end
  end
  nv = nvim(private, nil, { args = { '--cmd', 'highlight CoderPrivate guifg=#ff0000' } })
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  eq(nv:get('vim.api.nvim_get_hl(0, { name = "CoderPrivate" })').fg, 0xff0000)
end)

local why = [[
  local n = #vim.split(table.concat(params.label and { params.label } or {}), 'x')
  fake.count = (fake.count or 0) + n
  fake.begin(id, params, { reasons = { 'mode auto', 'answer ' .. fake.count .. ': 12 characters, `local_only` *none*' },
    private_text = fake.count == 2 })
  fake.delta(id, 'one') fake.finish(id)]]

case('K on a heading says why it was this lane', function()
  local nv = nvim(why)
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  nv:cmd('CoderAsk y')
  nv:wait_for('vim.fn.line("$") > 16')
  nv:wait_for(ended)
  nv:cmd('5')
  nv:type('K')
  eq(float(nv), 'why fake (local lane):\n- mode auto\n- answer 1: 12 characters, `local_only` *none*')
  has(nv:screen(), '- answer 1: 12 characters, `local_only` *none*')
  eq(nv:get('vim.fn.line(".")'), 5, 'the cursor stays')
  nv:type('j')
  nv:wait_for('#vim.api.nvim_tabpage_list_wins(0) == 2', 'the float to close')
  nv:cmd('call search("## Coder")')
  nv:type('K')
  has(float(nv), 'answer 2')
  has(float(nv), 'private text: trusted lanes only')
  nv:type('K')
  nv:wait_for('vim.api.nvim_win_get_config(0).relative ~= ""', 'K again goes there')
  eq(nv:messages(), '')
end)

case('K elsewhere is the usual one', function()
  local nv = nvim(why)
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  nv:cmd('setlocal keywordprg=:Keyword | command! -nargs=* -count Keyword let g:word = <q-args>')
  nv:cmd('3')
  nv:type('K')
  eq(nv:get('vim.g.word'), 'x')
  eq(float(nv), vim.NIL)
  nv:cmd('1 | unlet g:word')
  nv:type('wK')
  eq(nv:get('vim.g.word'), 'You', "a heading of the user's has no reasons")
end)

case('K after the heading was replaced, edited, undone and redone', function()
  local nv = nvim(takes_over)
  gate(nv, 'go')
  gate(nv, 'said')
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  nv:cmd('5')
  nv:type('K')
  local text = 'why deep (cloud lane):\n- mode auto\n- fake is down\n- fake did not answer: refused'
  eq(float(nv), text .. '\n\ncontext:\n- b.py:2-3')
  for _, keys in ipairs({ 'ggOabove<Esc>6GA (good)<Esc>', 'ddu', 'uu' }) do
    nv:type(keys)
    nv:cmd('call search("^## Coder", "wc")')
    nv:type('K')
    has(float(nv), 'fake is down')
  end
  nv:type('u<C-r>')
  nv:cmd('call search("^## Coder", "wc")')
  nv:type('K')
  nv:wait_message('why this lane has answered is not known any more')
  eq(nv:messages():find('E%d+:'), nil)
end)

case('gr asks on another lane, gR as the mode decides', function()
  local nv = nvim([[
    local lane = params.avoid == 'local' and 'cloud' or 'local'
    fake.begin(id, params, { lane = lane, heading = '## Coder · fake · ' .. lane })
    fake.delta(id, 'avoid ' .. tostring(params.avoid)) fake.finish(id)]])
  local function last()
    return vim.tbl_filter(function(line) return vim.startswith(line, 'avoid') end, nv:lines())
  end
  nv:cmd('CoderAsk why?')
  nv:wait_for(ended)
  eq(last(), { 'avoid nil' })
  for i, keys in ipairs({ 'gr', 'gr', 'gR', 'gr' }) do
    nv:type(keys)
    t.wait(function() return #last() == i + 1 end, 'the answer to ' .. keys)
    nv:wait_for('require("coder.ask.chat").last.asking == nil')
  end
  eq(last(), { 'avoid nil', 'avoid local', 'avoid cloud', 'avoid nil', 'avoid local' })
  eq(#vim.tbl_filter(function(line) return line == 'why?' end, nv:lines()), 5)
end)

case('gr before anything was answered', function()
  local nv = nvim('fake.begin(id, params) fake.delta(id, "avoid " .. tostring(params.avoid)) fake.finish(id)')
  nv:cmd('CoderAsk')
  nv:type('gr')
  nv:wait_message('nothing has been asked yet')
  nv:type('iwhy?<Esc>gr')
  nv:wait_for('vim.fn.search("avoid nil", "nw") > 0')
end)

case('what is waited for has words, also where the event brings none', function()
  local nv = nvim([[
    local phases = { 'limited', 'warming', 'from_the_future' }
    for i, phase in ipairs(phases) do
      fake.after(i * 150, function() fake.event('ask_wait', { id = id, phase = phase }) end)
    end
    fake.after(600, function() fake.event('ask_wait', { id = id, phase = 'warming', text = 'loading: 43 %' }) end)
    fake.after(750, function() fake.begin(id, params) fake.finish(id) end)]])
  nv:cmd('CoderAsk x')
  for _, words in ipairs({
    'waiting for its turn under the rate limit, ', 'the engine is loading, ', 'from_the_future, ', 'loading: 43 %%, ',
  }) do
    nv:wait_for(('vim.wo.winbar:find("%s", 1, true) and true'):format(words))
  end
  nv:wait_for(ended)
end)
