-- Answers written into the chat buffer, whatever the user does to it meanwhile.
local t = require('harness')
local chat = require('chat_help')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok
local nvim, ended, hello, slow, ten, answer_of = chat.nvim, chat.ended, chat.hello, chat.slow, chat.ten, chat.answer_of

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

case('a buffer that is not modifiable', function()
  local nv = nvim(slow)
  nv:cmd('CoderAsk x')
  nv:cmd('setlocal nomodifiable')
  nv:wait_for(ended)
  eq(answer_of(nv), table.concat(ten, '\n') .. '\n')
  eq(nv:get('vim.bo.modifiable'), false)
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

case('unknown events and events for nobody are ignored', function()
  local nv = nvim([[
    fake.event('from_the_future', { id = id }) fake.event('ask_delta', { id = 99, text = 'x' })
    fake.event('ask_end', { id = 99 }) fake.event('reply', { call = 12345 }) fake.event('notice', 3)
    fake.event('ask_begin', { id = 50, chat = 4711, context = {} }) fake.event('ask_delta', 'no table')
    fake.event('notice', { level = 'warn', text = 'lane left' }) ]] .. hello)
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  nv:wait_message('lane left')
  eq(nv:messages(), 'coder: lane left')
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
