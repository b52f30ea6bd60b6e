-- The whole way: a mock server, the real backend, the chat window.
local t = require('harness')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok

local ended = 'vim.wo.winbar:find(" in, ") and true'
local failed = 'vim.wo.winbar:find("failed") and true'

-- Text of the last answer.
local function answer_of(nv)
  local text = table.concat(nv:get('vim.api.nvim_buf_get_lines(vim.fn.bufnr("coder://chat/1"), 0, -1, false)'), '\n')
  return text:match('.*\n## Coder · [^\n]*\n\n(.-)\n\n## You') or text:match('.*\n## Coder · [^\n]*\n\n(.*)$')
end

---@param scenario table of the mock
---@param more? string for the configuration
local function start(scenario, more)
  local mock = t.mock({ mock = scenario })
  return t.nvim({ config = mock:config(more) }), mock
end

-- A question and its answer.
local function ask(scenario, more)
  local nv, mock = start(scenario, more)
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  return nv, mock
end

local nasty = 'NUL \0 CR \r CRLF \r\n\n\n\ttab  two spaces at the end  \n# 你好 😀 e\204\129\n'
  .. '```lua\nlocal x = "```"\n```\n' .. ('a long line '):rep(3000) .. '\n|last'

for _, how in ipairs({
  { 'as it comes', {} },
  { 'at 500 tokens a second', { rate = 500, content = nasty:sub(1, 200) .. '…' } },
  { 'byte by byte', { split = 1, content = nasty:gsub('a long line ', 'a ') } },
  { 'with CRLF, cut between CR and LF', { eol = '\r\n', split = 7 } },
  { 'with CR', { eol = '\r', split = 11 } },
  { 'with comments, no [DONE]', { comment_ms = 20, first_ms = 100, done = false } },
  { 'all in one token', { tokens = { nasty } } },
}) do
  case('the text is the bytes that were sent, ' .. how[1], function()
    local content = how[2].content or how[2].tokens and how[2].tokens[1] or nasty
    local nv = ask(vim.tbl_extend('keep', how[2], { content = content }))
    ok(answer_of(nv) == content, 'byte for byte')
    eq(nv:messages(), '')
    nv:type('u')
    eq(nv:lines(), { '## You', '', 'x' }, 'one undo')
  end)
end

case('typing above and below while it streams', function()
  local nv = start({ count = 300, rate = 300 })
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("word10", "nw") > 0')
  nv:type('ggOabove')
  nv:wait_for('vim.fn.search("word100", "nw") > 0')
  nv:type('<Esc>Gobelow')
  nv:wait_for(ended)
  local words = {}
  for i = 0, 299 do words[i + 1] = 'word' .. i .. (i % 12 == 11 and '\n' or ' ') end
  eq(answer_of(nv), table.concat(words))
  local lines = nv:lines()
  eq(lines[1], 'above')
  eq(vim.list_slice(lines, #lines - 3), { '', '## You', '', 'below' })
end)

case('a follow-up sends the conversation', function()
  local nv, mock = ask({ { content = 'First answer.\n\nIn two parts.' }, { reasoning = 'hmm', content = 'Second.' },
    { content = 'Third.' } })
  nv:type('iand then?<Esc><CR>')
  nv:wait_for('vim.fn.search("^Second", "nw") > 0 and ' .. ended)
  nv:type('iand now?<Esc><CR>')
  nv:wait_for('vim.fn.search("^Third", "nw") > 0 and ' .. ended)
  eq(mock:wait_request(3).body.messages, {
    { role = 'user', content = 'x' },
    { role = 'assistant', content = 'First answer.\n\nIn two parts.' },
    { role = 'user', content = 'and then?' },
    { role = 'assistant', content = 'Second.' },
    { role = 'user', content = 'and now?' },
  })
end)

case('what the user edits in an earlier answer is what is sent', function()
  local nv, mock = ask({ content = 'wrong' })
  nv:cmd('%s/wrong/right/')
  nv:type('Giagain<Esc><CR>')
  eq(mock:wait_request(2).body.messages[2].content, 'right')
end)

case('the file asked from is context, unsaved changes included; a range is quoted', function()
  local nv, mock = start({ content = 'ok' })
  t.write(nv.dir .. '/src/a.py', 'def f():\n    return 1\n')
  vim.fn.mkdir(nv.dir .. '/.git')
  nv:cmd('edit src/a.py | call setline(2, "    return 42") | 2CoderAsk why?')
  nv:wait_for(ended)
  local messages = mock:wait_request(1).body.messages
  eq(#messages, 2)
  eq(messages[1].role, 'system')
  has(messages[1].content, 'src/a.py')
  has(messages[1].content, 'return 42')
  eq(messages[2].content, '`src/a.py:2`\n```python\n    return 42\n```\n\nwhy?')
  has(nv:virtual(), 'context: src/a.py:1-2')
  nv:cmd('wincmd p | call setline(1, "def g():")')
  nv:cmd('CoderAsk and now?')
  has(mock:wait_request(2).body.messages[1].content, 'def g():')
end)

case('an unnamed empty buffer gives no context', function()
  local _, mock = ask({ content = 'ok' })
  eq(mock:wait_request(1).body.messages, { { role = 'user', content = 'x' } })
end)

case('a reloaded and a renamed buffer', function()
  local nv, mock = start({ content = 'ok' })
  t.write(nv.dir .. '/a.txt', 'one\n')
  nv:cmd('edit a.txt | CoderAsk x')
  nv:wait_for(ended)
  t.write(nv.dir .. '/a.txt', 'two\nthree\n')
  nv:cmd('wincmd p | edit! | file b.txt | CoderAsk y')
  local sent = mock:wait_request(2).body.messages[1].content
  has(sent, 'b.txt')
  has(sent, 'two\nthree')
end)

local private = '[privacy]\nlocal_only = ["secret/**"]\n'

case('a private file: quoting it to a lane that is not trusted is refused, nothing is sent', function()
  local mock = t.mock({ mock = { content = 'ok' } })
  local nv = t.nvim({ config = (mock:config(private):gsub('lane = "local"', 'lane = "cloud"')) })
  vim.fn.mkdir(nv.dir .. '/.git')
  t.write(nv.dir .. '/secret/a.py', 'TOKEN = 1\n')
  nv:cmd('edit secret/a.py | 1CoderAsk why?')
  nv:wait_for(failed)
  has(nv:virtual(), 'local_only')
  eq(nv:get('vim.b.coder_label'), 'local_only')
  -- The label stays with the conversation, whatever is edited away.
  nv:cmd('%s/TOKEN/x/')
  nv:type('<CR>')
  nv:wait_for('vim.wo.winbar:find("failed") and true')
  eq(mock.requests(), {})
end)

case('a private file as context is left out and listed', function()
  local mock = t.mock({ mock = { content = 'ok' } })
  local nv = t.nvim({ config = (mock:config(private):gsub('lane = "local"', 'lane = "cloud"')) })
  vim.fn.mkdir(nv.dir .. '/.git')
  t.write(nv.dir .. '/secret/a.py', 'TOKEN = 1\n')
  nv:cmd('edit secret/a.py | CoderAsk why?')
  nv:wait_for(ended)
  ok(not vim.json.encode(mock:wait_request(1).body):find('TOKEN', 1, true))
  has(nv:virtual(), 'context: secret/a.py dropped (private')
  eq(nv:get('vim.b.coder_label'), 'any')
end)

case('a private file goes to a trusted lane, and the label stays', function()
  local nv, mock = start({ content = 'ok' }, private)
  vim.fn.mkdir(nv.dir .. '/.git')
  t.write(nv.dir .. '/secret/a.py', 'TOKEN = 1\n')
  nv:cmd('edit secret/a.py | CoderAsk why?')
  nv:wait_for(ended)
  has(mock:wait_request(1).body.messages[1].content, 'TOKEN')
  eq(nv:get('vim.b.coder_label'), 'local_only')
  has(nv:get('vim.wo.winbar'), 'local only')
end)

case('a file on the never-send list is neither quoted nor context', function()
  local nv, mock = start({ content = 'ok' })
  t.write(nv.dir .. '/.env', 'TOKEN=1\n')
  nv:cmd('edit .env | 1CoderAsk why?')
  nv:wait_message('never-send')
  eq(vim.list_slice(nv:lines(), 1, 3), { '## You', '', 'why?' })
  eq(mock.requests(), {})
  nv:type('<CR>')
  nv:wait_for(ended)
  ok(not vim.json.encode(mock:wait_request(1).body):find('TOKEN', 1, true))
end)

case('winbar: tokens, cost by the price, speed', function()
  local nv = ask({ count = 100, usage = { prompt_tokens = 1000, completion_tokens = 200, total_tokens = 1200 } },
    'price = { input = 1.0, output = 10.0 }')
  has(nv:get('vim.wo.winbar'), 'mock · local · any · 1000 in, 200 out · $0.0030')
end)

case('reasoning', function()
  local nv = ask({ reasoning = 'Let me see.\nYes.', content = 'The answer.' })
  eq(answer_of(nv), '<think>\nLet me see.\nYes.\n</think>\n\nThe answer.')
  eq(nv:get('vim.fn.foldclosed(8)'), 7)
end)

case('the answer cut off by its limit', function()
  local nv = ask({ content = 'and so', finish = 'length' })
  has(nv:virtual(), 'cut off')
  has(nv:get('vim.wo.winbar'), 'length')
end)

case('<C-c> closes the connection', function()
  local nv, mock = start({ count = 1000, rate = 100 })
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("word10", "nw") > 0')
  nv:type('<C-c>')
  nv:wait_for('vim.wo.winbar:find("stopped") and true')
  t.wait(function() return mock.requests()[1].closed == 'aborted' end, 'the connection to be closed')
  has(nv:virtual(), 'stopped')
  nv:cmd('CoderStop')
  nv:wait_message('nothing to stop')
end)

case('a wiped chat closes the connection; a hidden one goes on', function()
  local nv, mock = start({ count = 1000, rate = 200 })
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("word10", "nw") > 0')
  nv:cmd('close')
  t.wait(function() return answer_of(nv):find('word60') end, 'more text')
  eq(mock.requests()[1].closed, vim.NIL)
  nv:cmd('bwipeout coder://chat/1')
  t.wait(function() return mock.requests()[1].closed == 'aborted' end, 'the connection to be closed')
  eq(nv:messages(), '')
end)

case('two conversations answer at once, the first out of sight', function()
  local nv = start({ count = 150, rate = 150 })
  nv:lua('vim.ui.select = function(items, _, choose) choose(items[1], 1) end')
  nv:cmd('CoderAsk x')
  nv:cmd('CoderAsk! y')
  eq(nv:get('#vim.api.nvim_list_wins()'), 2, 'one window for both')
  nv:wait_for('vim.wo.winbar:find("answering") and true')
  ok(answer_of(nv), 'the first has begun, too')
  nv:wait_for(ended)
  t.wait(function() return answer_of(nv):find('word149') end, 'the end of the first')
  local words = {}
  for i = 0, 149 do words[i + 1] = 'word' .. i .. (i % 12 == 11 and '\n' or ' ') end
  eq(answer_of(nv), table.concat(words))
  has(table.concat(nv:lines(), '\n'), table.concat(words))
end)

case('Neovim is never blocked while it waits', function()
  local nv = start({ hold = true })
  nv:lua([[
    local last = vim.uv.now()
    _G.gap = 0
    vim.uv.new_timer():start(5, 5, vim.schedule_wrap(function()
      _G.gap, last = math.max(_G.gap, vim.uv.now() - last), vim.uv.now()
    end))]])
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.wo.winbar:find(", 2 s") and true')
  ok(nv:get('_G.gap') < 300, 'longest gap ' .. nv:get('_G.gap') .. ' ms')
  nv:cmd('CoderStop')
  nv:wait_for('vim.wo.winbar:find("stopped") and true', 'it to stop', 1000)
end)

case('a hit-enter prompt in the middle of an answer', function()
  local nv = start({ count = 200, rate = 200 })
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("word10", "nw") > 0')
  nv:call('nvim_input', ':echo "a\\nb\\nc"<CR>')
  vim.wait(200)
  nv:wait_for(ended)
  ok(nv.prompts > 0)
  local words = {}
  for i = 0, 199 do words[i + 1] = 'word' .. i .. (i % 12 == 11 and '\n' or ' ') end
  eq(answer_of(nv), table.concat(words))
end)

case('the command-line window open in the middle of an answer', function()
  local nv = start({ count = 100, rate = 200 })
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("word10", "nw") > 0')
  nv:cmd('wincmd p')
  nv:type('q:')
  t.wait(function() return answer_of(nv):find('word99') end, 'the answer')
  nv:type(':q<CR>')
  nv:cmd('CoderAsk')
  nv:wait_for(ended)
end)

-- Servers that do not do what they should. What is said: the name of the model, what happened.
for name, bad in pairs({
  ['wrong key'] = { { status = 401, body = { error = { message = 'Incorrect API key' } } }, '401', 'config.toml' },
  ['no such model'] = { { status = 404, body = { error = { message = 'The model `mock` does not exist',
    code = 'model_not_found' } } }, 'mock' },
  ['HTML'] = { { html = true }, '502' },
  ['HTML with status 200'] = { { status = 200, type = 'text/html', body = '<html>Welcome</html>' }, 'mock' },
  ['dies in the middle'] = { { count = 50, rate = 200, die = 10 }, 'mock', text = 'word7' },
  ['ends without a finish'] = { { content = 'half', finish = vim.NIL, done = false }, 'mock', text = 'half' },
  ['error in the stream'] = { { count = 50, error_after = 5, error = { message = 'KV cache exhausted' } },
    'KV cache exhausted', text = 'word4' },
}) do
  case('server: ' .. name, function()
    local nv = start(bad[1])
    nv:cmd('CoderAsk x')
    nv:wait_for(failed, nil, 30000)
    for i = 2, #bad do has(nv:virtual(), bad[i]) end
    if bad.text then has(answer_of(nv), bad.text) end
    nv:wait_message('coder: ')
    eq(nv:count_messages('coder: '), 1)
    eq(nv.prompts, 0, 'no key asked for')
    eq(vim.list_slice(nv:lines(), 1, 3), { '## You', '', 'x' })
    -- The next question goes well.
    t.mock({ mock = { content = 'Fine now.' } })
    nv:cmd('CoderAsk and now?')
    nv:wait_for('vim.fn.search("Fine now.", "nw") > 0')
  end)
end

case('server: not there', function()
  local nv = t.nvim({
    config = '[models.gone]\nprovider = "openai"\nbase_url = "http://127.0.0.1:9/v1"\nmodel = "m"\n',
  })
  nv:cmd('CoderAsk x')
  nv:wait_for(failed, nil, 30000)
  has(nv:virtual(), 'gone')
  has(nv:virtual(), '127.0.0.1:9')
end)

case('server: busy at first; the retry is shown and goes well', function()
  local nv = start({ { status = 503, body = { error = { message = 'busy' } } }, { content = 'Here.' } })
  nv:cmd('CoderAsk x')
  nv:wait_for(ended)
  eq(answer_of(nv), 'Here.')
  eq(nv:messages(), '')
end)

-- The configuration

case('no configuration: what to do', function()
  local nv = t.nvim()
  nv:cmd('CoderAsk x')
  nv:wait_for(failed)
  has(nv:virtual(), 'no model is configured')
  has(nv:virtual(), ':help coder-config')
end)

case('a broken configuration is named by file and line, told once at the start', function()
  local nv = t.nvim({ config = 'mode = "auto"\n\n[models.x\n' })
  nv:cmd('CoderAsk x')
  nv:wait_for(failed)
  nv:wait_message('config.toml:3')
end)

case('an unknown key warns and goes on', function()
  local nv = ask({ content = 'ok' }, 'modle = "y"')
  nv:wait_message('config.toml:7: unknown key')
  nv:wait_message('did you mean `model`?')
end)

case('a change of the configuration counts without a restart', function()
  local nv, mock = ask({ content = 'ok' })
  t.write(nv.dir .. '/config/coder-nvim/config.toml', (mock:config():gsub('model = "mock"', 'model = "other"')))
  t.wait(function()
    nv:type('gr')
    nv:wait_for(ended)
    local all = mock.requests()
    return all[#all].body.model == 'other'
  end, 'the new model')
  t.write(nv.dir .. '/config/coder-nvim/config.toml', 'broken')
  nv:wait_message('config.toml:1')
end)
