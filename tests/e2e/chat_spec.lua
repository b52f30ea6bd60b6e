-- The chat window, with a backend that is told what to send and when.
local t = require('harness')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok

---A Neovim whose backend answers with `answer`, the body of function(fake, id, params).
---@param answer string
---@param more? string further fields of the script
---@param setup? string further fields for setup()
local function nvim(answer, more, setup)
  local path = t.fake(('return { answer = function(fake, id, params) %s end, %s }'):format(answer, more or ''))
  return t.nvim({ setup = ("{ backend_path = '%s', %s }"):format(path, setup or '') })
end

local ended = 'vim.wo.winbar:find(" in, ") and true'
-- An answer that waits for the variable `go` in Neovim.
local hello = 'fake.begin(id, params) fake.delta(id, "one\\ntwo") fake.finish(id)'
-- Ten lines, one every 20 ms.
local slow = [[
  fake.begin(id, params)
  local lines = {}
  for i = 1, 10 do lines[i] = 'line ' .. i .. '\n' end
  fake.stream(id, lines, 20)]]
local ten = {}
for i = 1, 10 do ten[i] = 'line ' .. i end

---Text of the last answer.
local function answer_of(nv)
  local text = table.concat(nv:get('vim.api.nvim_buf_get_lines(vim.fn.bufnr("coder://chat/1"), 0, -1, false)'), '\n')
  return text:match('.*\n## Coder · [^\n]*\n\n(.-)\n\n## You') or text:match('.*\n## Coder · [^\n]*\n\n(.*)$')
end

case('a question, its answer, room for the next', function()
  local nv = nvim(hello)
  nv:cmd('CoderAsk what is this?')
  nv:wait_for(ended)
  eq(nv:lines(), {
    '## You', '', 'what is this?', '', '## Coder · fake · local', '', 'one', 'two', '', '## You', '', '',
  })
  eq(nv:get('vim.api.nvim_win_get_cursor(0)'), { 12, 0 }, 'the cursor waits below ## You')
  eq(nv:get('vim.fn.mode()'), 'n')
  eq(nv:get('vim.b.coder_label'), 'any')
  eq(nv:get('vim.bo.filetype'), 'markdown')
  ok(nv:get('vim.treesitter.highlighter.active[vim.api.nvim_get_current_buf()] ~= nil'), 'tree-sitter highlights')
  has(nv:get('vim.wo.winbar'), 'fake · local · any · 10 in, 20 out · $? · 20 tok/s · 1000 ms')
  eq(nv:messages(), '')
end)

case('the text is the bytes that came', function()
  local nasty = 'a\0b\r\nc\rd\n\n\n  \t x \n```lua\n\n```\n' .. ('long '):rep(20000)
    .. '\n你好 😀 e\204\129 \255\254 end \n'
  local nv = nvim(([[
    local text, i = %s, 0
    fake.begin(id, params)
    local pieces, at = {}, 1
    while at <= #text do
      i = i + 1
      local size = i %% 7 == 0 and 5000 or i %% 5 + 1
      pieces[i] = text:sub(at, at + size - 1)
      at = at + size
    end
    fake.stream(id, pieces, 1)]]):format(('%q'):format(nasty):gsub('\r', '\\r'):gsub('%z', '\\0')))
  nv:cmd('CoderAsk x')
  nv:wait_for(ended, nil, 30000)
  eq(answer_of(nv) == nasty, true, 'byte for byte')
end)

case('one undo takes the answer back, one more the question', function()
  local nv = nvim(slow)
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  eq(answer_of(nv), table.concat(ten, '\n') .. '\n')
  nv:type('u')
  eq(nv:lines(), { '## You', '', 'x' })
  nv:type('<C-r>')
  eq(answer_of(nv), table.concat(ten, '\n') .. '\n')
  nv:type('uu')
  eq(nv:lines(), { '## You', '', '' })
end)

case('one undo also when the answer came while the user was elsewhere', function()
  local nv = nvim(slow)
  nv:cmd('CoderAsk x')
  nv:cmd('wincmd p')
  nv:type('ihello<Esc>')
  nv:wait_for('vim.fn.getbufline("coder://chat/1", "$")[1] == "" and vim.fn.bufwinid("coder://chat/1") > 0 and '
    .. 'vim.wo[vim.fn.bufwinid("coder://chat/1")].winbar:find(" in, ") and true')
  eq(nv:lines(), { 'hello' })
  nv:cmd('wincmd p')
  nv:type('u')
  eq(nv:lines(), { '## You', '', 'x' })
end)

case('the user writes above while the answer arrives', function()
  local nv = nvim(slow)
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("line 2", "nw") > 0')
  nv:type('ggOabove')
  nv:wait_for('vim.fn.search("line 6", "nw") > 0')
  nv:type(' it all<Esc>')
  nv:wait_for(ended)
  eq(answer_of(nv), table.concat(ten, '\n') .. '\n')
  eq(nv:lines()[1], 'above it all')
  eq(nv:get('vim.api.nvim_win_get_cursor(0)[1]'), 1, 'the cursor stays where the user writes')
end)

case('the user writes the next question below while the answer arrives', function()
  local nv = nvim(slow)
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("line 2", "nw") > 0')
  nv:type('Gonext')
  nv:wait_for('vim.fn.search("line 6", "nw") > 0')
  nv:type(' question')
  nv:wait_for(ended)
  nv:type('?<Esc>')
  eq(answer_of(nv), table.concat(ten, '\n') .. '\n')
  local lines = nv:lines()
  -- How many blank lines there are depends on where in a line the answer was when the user came.
  eq(lines[#lines], 'next question?')
  t.ok(vim.tbl_contains(vim.list_slice(lines, #lines - 3), '## You'), 'it is a section of its own')
end)

case('an undo in the middle of an answer breaks nothing', function()
  local nv = nvim(slow)
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("line 3", "nw") > 0')
  nv:type('u')
  nv:wait_for(ended)
  local lines = nv:lines()
  eq(vim.list_slice(lines, 1, 6), { '## You', '', 'x', '', '## Coder · fake · local', '' })
  ok(not vim.tbl_contains(lines, 'line 2'), 'what was undone stays undone')
  ok(vim.tbl_contains(lines, 'line 10'))
  eq(nv:messages():gsub('[^\n]*fewer lines;[^\n]*\n?', ''), '')
end)

case('the buffer emptied in the middle of an answer breaks nothing', function()
  local nv = nvim(slow)
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("line 3", "nw") > 0')
  nv:cmd('%delete')
  nv:wait_for(ended)
  eq(vim.list_slice(nv:lines(), 1, 3), { '', '## Coder · fake · local', '' })
  ok(vim.tbl_contains(nv:lines(), 'line 10'))
end)

case('text that cannot be changed now is changed later', function()
  local nv = nvim(slow)
  nv:cmd('nnoremap <expr> X getcharstr() .. ""')
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("line 2", "nw") > 0')
  nv:call('nvim_input', 'X') -- holds the text locked until a key is typed
  vim.wait(150)
  nv:call('nvim_input', 'l')
  nv:wait_for(ended)
  eq(answer_of(nv), table.concat(ten, '\n') .. '\n')
  eq(nv:messages(), '')
end)

case('the view follows only from the last line', function()
  local nv = nvim(slow:gsub('1, 10', '1, 60'):gsub('20%)$', '5)'))
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("line 10", "nw") > 0')
  eq(nv:get('vim.fn.line(".") == vim.fn.line("$")'), true, 'on the last line')
  nv:type('gg')
  nv:wait_for(ended)
  eq(nv:get('vim.fn.line(".")'), 1)
  eq(nv:get('vim.fn.line("w0")'), 1)
end)

case('the window closed, and all others, while the answer arrives', function()
  local nv = nvim(slow)
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("line 2", "nw") > 0')
  nv:type('q')
  eq(nv:get('#vim.api.nvim_list_wins()'), 1)
  nv:wait_for('vim.fn.getbufline("coder://chat/1", "$")[1] == ""')
  nv:wait_for('#vim.fn.getbufline("coder://chat/1", 1, "$") == 21', 'the end of the answer')
  nv:cmd('CoderAsk')
  eq(answer_of(nv), table.concat(ten, '\n') .. '\n')
  nv:cmd('only')
  nv:type('q')
  eq(nv:get('vim.api.nvim_buf_get_name(0)'), '', 'the last window shows something else')
end)

case(':only, two windows, another tab page', function()
  local nv = nvim(slow)
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("line 2", "nw") > 0')
  nv:cmd('only | split')
  eq(nv:get('vim.wo.wrap and vim.wo.linebreak'), true)
  nv:wait_for(ended)
  eq(nv:get([[#vim.tbl_filter(function(w) return vim.wo[w].winbar:find(' in, ') end,
    vim.fn.win_findbuf(vim.fn.bufnr()))]]), 2)
  nv:cmd('tabnew | CoderAsk')
  eq(nv:get('#vim.fn.win_findbuf(vim.fn.bufnr())'), 3)
  eq(nv:get('vim.fn.bufname()'), 'coder://chat/1')
  eq(answer_of(nv), table.concat(ten, '\n') .. '\n')
end)

case('a wiped chat stops its answer', function()
  local nv = nvim(slow, [[methods = { stop = function(fake, params, reply)
    reply({ stopped = 1 })
    fake.event('notice', { level = 'info', text = 'stopped ' .. params.id })
  end }]])
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("line 2", "nw") > 0')
  nv:cmd('bwipeout')
  nv:wait_message('stopped 1')
  nv:cmd('CoderAsk again')
  nv:wait_for(ended)
  eq(nv:get('vim.fn.bufname()'), 'coder://chat/2')
end)

case('a chat wiped before its answer has an id', function()
  local nv = nvim(slow, [[methods = {
    ask = function(fake, params, reply) fake.after(100, function() reply({ id = 9 }) end) end,
    stop = function(fake, params, reply)
      reply({ stopped = 1 })
      fake.event('notice', { level = 'info', text = 'stopped ' .. params.id })
    end }]])
  nv:cmd('CoderAsk x')
  nv:cmd('bwipeout')
  nv:wait_message('stopped 9')
end)

case('a buffer that is not modifiable', function()
  local nv = nvim(slow)
  nv:cmd('CoderAsk x')
  nv:cmd('setlocal nomodifiable')
  nv:wait_for(ended)
  eq(answer_of(nv), table.concat(ten, '\n') .. '\n')
  eq(nv:get('vim.bo.modifiable'), false)
end)

case('waiting is shown, with seconds, and then no more', function()
  local nv = nvim([[
    fake.event('ask_wait', { id = id, phase = 'queued' })
    fake.after(1200, function()
      fake.begin(id, params)
      fake.event('ask_wait', { id = id, phase = 'retry', text = 'again: 503 100%' })
      fake.after(300, function() fake.delta(id, 'x') end)
      fake.after(600, function() fake.finish(id, { finish = 'length', usd = 0.5 }) end)
    end)]])
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.wo.winbar:find("waiting in the queue, 0 s · <C-c> stops", 1, true) and true')
  nv:wait_for('vim.wo.winbar:find("waiting in the queue, 1 s", 1, true) and true')
  nv:wait_for('vim.wo.winbar:find("fake · local · any · again: 503 100%%, 1 s", 1, true) and true')
  nv:wait_for('vim.wo.winbar:find("answering", 1, true) and true')
  nv:wait_for(ended)
  has(nv:get('vim.wo.winbar'), 'length · 10 in, 20 out · $0.5000')
  has(nv:virtual(), 'cut off: the limit of tokens was reached')
  eq(nv:messages(), '')
end)

case('where there is little room the winbar says what matters most', function()
  local nv = nvim([[fake.begin(id, params, { label = 'local_only' }) fake.delta(id, 'x')
    fake.finish(id, { finish = 'length', usd = 0.5, input = 123456 })]])
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  local full = ' fake · local · local_only · length · 123.5k in, 20 out · $0.5000 · 20 tok/s · 1000 ms%<'
  nv:cmd('vertical resize 100')
  nv:wait_for(('vim.wo.winbar == "%s"'):format(full))
  for width, text in pairs({
    [60] = ' fake · local_only · length · 123.5k in, 20 out · $0.5000%<',
    [40] = ' fake · local_only · length · $0.5000%<',
    [20] = ' fake · length%<',
  }) do
    nv:cmd('vertical resize ' .. width)
    nv:wait_for(('vim.wo.winbar == "%s"'):format(text))
  end
end)

case('the context is one line below the heading, not text', function()
  local nv = nvim([[
    fake.begin(id, params, { label = 'local_only', context = {
      { path = 'a.py', first = 1, last = 120, label = 'any' },
      { path = 'b.py', first = 0, last = 0, label = 'local_only', dropped = 'private' },
    } })
    fake.delta(id, 'x') fake.finish(id)]])
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  has(nv:virtual(), 'context: a.py:1-120, b.py dropped (private)')
  ok(not table.concat(nv:lines()):find('a.py', 1, true))
  eq(nv:get('vim.b.coder_label'), 'local_only')
  nv:type('u')
  eq(nv:virtual(), '', 'it goes with the heading')
end)

case('an error is shown below the answer and told once', function()
  local nv = nvim([[
    fake.begin(id, params) fake.delta(id, 'half')
    fake.finish(id, {
      finish = vim.NIL, error = { kind = 'provider', message = 'fake: it broke', hint = 'Mend it' },
    })]])
  nv:cmd('CoderAsk x')
  nv:wait_message('coder: fake: it broke. Mend it')
  eq(nv:count_messages('it broke'), 1)
  has(nv:virtual(), 'fake: it broke. Mend it')
  eq(answer_of(nv), 'half')
  has(nv:get('vim.wo.winbar'), 'failed')
  eq(nv.prompts, 0)
end)

case('a long error wraps in the window and asks for no key', function()
  local nv = nvim([[fake.begin(id, params) fake.finish(id, { finish = vim.NIL, error = {
    kind = 'provider', message = ('many words '):rep(30) .. 'last', hint = 'What to do' } })]])
  nv:cmd('CoderAsk x')
  nv:wait_message('many words')
  has(nv:virtual(), 'last. What to do')
  eq(nv.prompts, 0)
end)

case('a refused question says why below it; asked again, that goes', function()
  local nv = nvim('', [[methods = { ask = function(fake, params, reply)
    fake.asked = (fake.asked or 0) + 1
    if fake.asked == 1 then return reply(nil, { kind = 'policy', message = 'not allowed', hint = 'Ask nicely' }) end
    reply({ id = 7 })
    fake.begin(7, params) fake.delta(7, 'fine') fake.finish(7)
  end }]])
  nv:cmd('CoderAsk x')
  nv:wait_message('not allowed. Ask nicely')
  eq(nv:lines(), { '## You', '', 'x' })
  has(nv:virtual(), 'not allowed. Ask nicely')
  nv:type('<CR>')
  nv:wait_for(ended)
  eq(answer_of(nv), 'fine')
  eq(nv:virtual(), '')
end)

case('reasoning is folded away, in every window', function()
  local nv = nvim([[
    fake.begin(id, params)
    fake.delta(id, nil, 'let me\nsee') fake.delta(id, nil, ' now')
    fake.when('go', function() fake.delta(id, 'Answer', nil) fake.delta(id, '.\n') fake.finish(id) end)]])
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("see now", "nw") > 0')
  eq(nv:get('vim.fn.foldclosed(8)'), -1, 'open while it arrives')
  t.write(nv.dir .. '/go', '')
  nv:wait_for(ended)
  eq(answer_of(nv), '<think>\nlet me\nsee now\n</think>\n\nAnswer.\n')
  eq(nv:get('{ vim.fn.foldclosed(8), vim.fn.foldclosedend(8) }'), { 7, 10 })
  has(nv:screen(), 'reasoning: 2 lines, 14 characters')
  nv:cmd('split')
  eq(nv:get('vim.fn.foldclosed(8)'), 7)
  nv:cmd('tabnew | buffer coder://chat/1')
  eq(nv:get('{ vim.fn.foldclosed(8), vim.fn.foldclosedend(8) }'), { 7, 10 })
end)

case('<CR>, <C-s>: follow-ups in the same window', function()
  local nv = nvim(hello)
  nv:cmd('CoderAsk')
  eq(nv:lines(), { '## You', '', '' })
  eq(nv:get('{ vim.fn.line("."), vim.fn.mode() }'), { 3, 'n' })
  nv:type('ifirst<Esc><CR>')
  nv:wait_for(ended)
  nv:type('isecond<C-s>')
  nv:wait_for('vim.fn.line("$") == 21')
  eq(nv:get('vim.fn.mode()'), 'n')
  eq(vim.list_slice(nv:lines(), 9), { '', '## You', '', 'second', '', '## Coder · fake · local', '', 'one', 'two', '',
    '## You', '', '' })
end)

case('a question asked during an answer is asked after it', function()
  local nv = nvim(slow)
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("line 2", "nw") > 0')
  nv:type('<CR>')
  nv:wait_message('the answer is still coming')
  nv:cmd('CoderAsk and then?')
  nv:wait_for('vim.fn.search("and then?", "nw") > 0 and #vim.tbl_filter(function(l) return l == "line 10" end, '
    .. 'vim.api.nvim_buf_get_lines(0, 0, -1, false)) == 2')
  local lines = nv:lines()
  local at = vim.fn.index(lines, 'and then?')
  eq(vim.list_slice(lines, at - 4, at + 3), {
    'line 10', '', '', '## You', '', 'and then?', '', '## Coder · fake · local',
  })
end)

case('questions in quick succession keep their order', function()
  local nv = nvim(hello, [[methods = { ask = function(fake, params, reply)
    fake.n = (fake.n or 0) + 1
    local id = fake.n
    fake.after(100, function()
      reply({ id = id }) fake.begin(id, params) fake.delta(id, 'answer ' .. id) fake.finish(id)
    end)
  end }]])
  nv:cmd('CoderAsk first')
  nv:cmd('CoderAsk second')
  nv:wait_for('vim.fn.search("answer 2", "nw") > 0')
  nv:wait_for(ended)
  eq(vim.tbl_filter(function(l) return l ~= '' end, nv:lines()), {
    '## You', 'first', '## Coder · fake · local', 'answer 1',
    '## You', 'second', '## Coder · fake · local', 'answer 2', '## You',
  })
end)

case('a range is quoted, a question follows; without one the cursor is below', function()
  local nv = nvim(hello)
  nv:cmd('call setline(1, ["a", "b", "c"])')
  nv:cmd('2,3CoderAsk why?')
  nv:wait_for(ended)
  eq(vim.list_slice(nv:lines(), 1, 6), { '## You', '', 'lines 2 to 3:', '', 'why?', '' })
  nv:cmd('wincmd p')
  nv:cmd('1CoderAsk')
  nv:wait_for('vim.fn.search("lines 1 to 1", "nw") > 0')
  local lines = nv:lines()
  eq(vim.list_slice(lines, #lines - 4), { '## You', '', 'lines 1 to 1:', '', '' })
  eq(nv:get('vim.fn.line(".") == vim.fn.line("$")'), true)
end)

case('a visual selection', function()
  local nv = nvim(hello, nil, 'keymaps = true')
  nv:cmd('call setline(1, ["a", "b", "c"])')
  nv:cmd('let mapleader = " " | lua require("coder.keymaps").set(true)')
  nv:type('Vj ca')
  nv:wait_for('vim.fn.search("lines 1 to 2", "nw") > 0')
end)

case('gr asks the last question again', function()
  local nv = nvim(hello)
  nv:cmd('CoderAsk why?')
  nv:wait_for(ended)
  nv:type('gr')
  nv:wait_for('vim.fn.line("$") == 21')
  eq(#vim.tbl_filter(function(l) return l == 'why?' end, nv:lines()), 2)
end)

case(']] and [[ go between sections, gy yanks the code', function()
  local nv = nvim([[fake.begin(id, params)
    fake.delta(id, 'see\n\n```lua\nlocal x\n\nlocal y\n```\nand\n~~~\nz\n~~~\nend\n') fake.finish(id)]])
  nv:cmd('CoderAsk why?')
  nv:wait_for(ended)
  nv:type('gg]]')
  eq(nv:get('vim.fn.getline(".")'), '## Coder · fake · local')
  nv:type(']]')
  eq(nv:get('vim.fn.getline(".")'), '## You')
  nv:type('2[[')
  eq(nv:get('vim.fn.line(".")'), 1)
  nv:cmd('call search("local y")')
  nv:type('gy')
  eq(nv:get('vim.fn.getreg(\'"\')'), 'local x\n\nlocal y\n')
  nv:cmd('call search("^z")')
  nv:type('"agy')
  eq(nv:get('vim.fn.getreg("a")'), 'z\n')
  nv:cmd('call search("^end")')
  nv:type('gy')
  nv:wait_message('no code block under the cursor')
end)

case('<C-c> stops: what arrived stays', function()
  local nv = nvim('fake.begin(id, params) fake.delta(id, "half")')
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("half", "nw") > 0')
  nv:type('<C-c>')
  nv:wait_for(ended)
  eq(answer_of(nv), 'half')
  has(nv:virtual(), 'stopped')
end)

case('<C-c> before the question has been taken', function()
  local nv = nvim('', [[methods = {
    ask = function(fake, params, reply)
      fake.after(200, function() reply({ id = 3 }) fake.begin(3, params) fake.delta(3, 'too late') end)
    end,
    stop = function(fake, params, reply)
      reply({ stopped = 1 })
      fake.event('notice', { level = 'info', text = 'stopped ' .. params.id })
    end }]])
  nv:cmd('CoderAsk x')
  nv:type('0') -- Neovim looks whether <C-c> is mapped when it begins to wait for a key
  nv:type('<C-c>')
  has(nv:virtual(), 'stopped')
  nv:wait_message('stopped 3')
  eq(nv:lines(), { '## You', '', 'x' })
end)

case('a backend that does not stop is ended', function()
  local nv = nvim('fake.begin(id, params) fake.delta(id, "half")', 'methods = { stop = function() end }')
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("half", "nw") > 0')
  nv:cmd('CoderStop')
  nv:wait_message('the backend does not stop an answer')
  eq(answer_of(nv), 'half')
  t.wait(function() return #nv:processes() == 0 end, 'the backend to be gone')
end)

case('unknown events and events for nobody are ignored', function()
  local nv = nvim([[
    fake.event('from_the_future', { id = id }) fake.event('ask_delta', { id = 99, text = 'x' })
    fake.event('ask_end', { id = 99 }) fake.event('reply', { call = 12345 }) fake.event('notice', 3)
    fake.event('ask_begin', { id = 50, chat = 4711, context = {} }) fake.event('ask_delta', 'no table')
    fake.event('notice', { level = 'warn', text = 'lane left' }) ]] .. hello)
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  eq(nv:messages(), 'coder: lane left')
end)

case(':CoderAsk! goes on with another conversation', function()
  local nv = nvim(hello)
  nv:lua([[vim.ui.select = function(items, opts, choose)
    _G.shown = vim.tbl_map(opts.format_item, items)
    choose(items[_G.pick], _G.pick)
  end]])
  nv:cmd('CoderAsk the first question')
  nv:wait_for(ended)
  nv:lua('_G.pick = 1')
  nv:cmd('CoderAsk!')
  eq(nv:get('_G.shown'), { 'New conversation', 'the first question' })
  eq(nv:get('vim.fn.bufname()'), 'coder://chat/2')
  nv:type('iand another<Esc>')
  nv:lua('_G.pick = 3')
  nv:cmd('CoderAsk! more')
  eq(nv:get('_G.shown'), { 'New conversation', 'and another', 'the first question' })
  eq(nv:get('vim.fn.bufname()'), 'coder://chat/1')
  nv:wait_for('vim.fn.line("$") == 21')
  nv:lua('vim.ui.select = function(_, _, choose) choose(nil) end')
  nv:cmd('wincmd p | CoderAsk!')
end)

for position, check in pairs({
  right = 'vim.fn.winwidth(0) == 40 and vim.fn.win_screenpos(0)[2] > 90',
  bottom = 'vim.fn.winwidth(0) == 140 and vim.fn.win_screenpos(0)[1] > 10',
  float = 'vim.api.nvim_win_get_config(0).relative == "editor" and vim.fn.winwidth(0) == 40',
}) do
  case('position ' .. position, function()
    local nv = nvim(hello, nil, ("ask = { position = '%s', width = 40, height = 0.4 }"):format(position))
    nv:cmd('CoderAsk x')
    nv:wait_for(ended)
    ok(nv:get(check), check)
    nv:type('q')
    eq(nv:get('#vim.api.nvim_list_wins()'), 1)
    nv:cmd('CoderAsk')
    ok(nv:get(check), check)
  end)
end

case(':w writes a copy, :q never asks', function()
  local nv = nvim(hello)
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  nv:cmd('write copy.md')
  has(t.read(nv.dir .. '/copy.md'), '## Coder · fake · local\n\none\ntwo\n')
  nv:type('Gisome text<Esc>')
  nv:cmd('quit')
  eq(nv:get('#vim.api.nvim_list_wins()'), 1)
  nv:cmd('CoderAsk')
  has(table.concat(nv:lines(), '\n'), 'some text')
  nv:send('nvim_command', 'quitall')
  t.wait(function() return nv.gone end, 'Neovim to end')
end)

case(':edit in a chat loses the text to undo only', function()
  local nv = nvim(slow)
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("line 2", "nw") > 0')
  pcall(nv.cmd, nv, 'edit')
  nv:cmd('CoderAsk y')
  nv:wait_for(ended)
  eq(answer_of(nv), table.concat(ten, '\n') .. '\n')
end)

case('no window can be opened from the command-line window', function()
  local nv = nvim(hello)
  nv:type('q:')
  nv:cmd('CoderAsk x')
  t.wait(function() return nv:screen():find('no window for the chat here: E11', 1, true) end, 'the message')
end)

case('the source is the file the question was asked from', function()
  local nv = nvim([[
    fake.begin(id, params)
    fake.delta(id, 'source ' .. tostring(params.source) .. ':' .. tostring(params.line))
    fake.finish(id)]],
    [[methods = { buf_attach = function(fake, params, reply)
      reply({})
      fake.event('notice', { level = 'info', text = ('attach %d %s'):format(params.buf, params.path) })
    end }]])
  nv:cmd('edit a.txt | call setline(1, ["a", "b", "c", "d"]) | 3 | CoderAsk x')
  nv:wait_for(ended)
  local buf = nv:get('vim.fn.bufnr("a.txt")')
  eq(answer_of(nv), ('source %d:3'):format(buf))
  has(nv:messages(), ('attach %d %s/a.txt'):format(buf, vim.uv.fs_realpath(nv.dir)))
  nv:type('gr')
  nv:wait_for('vim.fn.line("$") > 12')
  eq(answer_of(nv), ('source %d:3'):format(buf), 'asked again from the chat')
  nv:cmd('wincmd p | 4 | file b.txt')
  nv:wait_message(('attach %d %s/b.txt'):format(buf, vim.uv.fs_realpath(nv.dir)))
  nv:cmd('help | CoderAsk z')
  nv:wait_for('vim.fn.line("$") > 22')
  eq(answer_of(nv), ('source %d:4'):format(buf), 'a help page is not a source')
end)

case('send_buffer = false offers nothing', function()
  local nv = nvim([[fake.begin(id, params) fake.delta(id, 'source ' .. tostring(params.source)) fake.finish(id)]], nil,
    'ask = { send_buffer = false }')
  nv:cmd('edit a.txt | CoderAsk x')
  nv:wait_for(ended)
  eq(answer_of(nv), 'source nil')
end)

-- Keys of a user who does anything but wait.
local restless = {
  'ihello<Esc>', 'Anext line<CR>more<Esc>', 'Obefore<Esc>', 'u', '<C-r>', 'dd', 'gg', 'G', 'gUU', 'p', 'yyP', 'J', '.',
  'xxx', ']]', '[[', '<C-w>v', '<C-w>w', 'zz', 'zf2j', 'Vd', '2dd', 'ciwword<Esc>', ':s/e/E/e<CR>', 'uu', 'g-',
}

for seed = 1, 4 do
  case('whatever the user does meanwhile, nothing breaks, seed ' .. seed, function()
    local nv = nvim(slow:gsub('1, 10', '1, 400'):gsub('20%)$', '4)'))
    nv:cmd([[set nomore | let @" = 'text' | CoderAsk x]])
    nv:wait_for('vim.fn.search("line 1", "nw") > 0')
    math.randomseed(seed)
    local typed = {}
    for i = 1, 40 do
      typed[i] = restless[math.random(#restless)]
      nv:type(typed[i])
      if nv:get('vim.fn.bufname() ~= "coder://chat/1"') == true then nv:cmd('CoderAsk') end
    end
    local what = 'after ' .. table.concat(typed, ' ')
    local asking = 'require("coder.ask.chat").last.asking == nil'
    -- What is taken back once the answer is whole is gone, and rightly so.
    local still = not nv:get(asking)
    t.wait(function() return nv:get(asking) end, 'the end ' .. what)
    ok(not still or vim.tbl_contains(nv:lines(), 'line 400'), 'the last line ' .. what)
    eq(nv:messages():match('[^\n]*coder:[^\n]*'), nil, what)
    eq(nv:messages():match('E%d+:[^\n]*'), nil, what)
    -- The undo tree is in order: all the way back and forth gives the same text.
    -- What was taken back after the end of the answer first comes back.
    nv:cmd('silent! normal! 9999' .. vim.keycode('<C-r>'))
    local text = nv:lines()
    nv:cmd('silent! normal! 9999u')
    nv:cmd('silent! normal! 9999' .. vim.keycode('<C-r>'))
    eq(nv:lines(), text, 'undo and redo ' .. what)
  end)
end
