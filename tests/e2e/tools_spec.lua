-- Tools in a conversation: the real backend against the mock.
local t = require('harness')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok

local ended = 'vim.wo.winbar:find(" in, ") and true'

---@param name string
---@param arguments string JSON
---@param content? string
local function call(name, arguments, content)
  local id = ('id%d'):format(vim.uv.hrtime() % 1000000)
  return {
    content = content, tool_calls = { { index = 0, id = id, ['function'] = { name = name, arguments = arguments } } },
  }
end

---A Neovim in a project, and a model that answers in these rounds.
---@param rounds table[]
---@param head? string of the configuration
---@param lane? string
local function nvim(rounds, head, lane)
  local mock = t.mock({ mock = rounds })
  local config = mock:config(head):gsub('lane = "local"', ('lane = "%s"'):format(lane or 'local'))
  local nv = t.nvim({ config = config })
  nv.mock, nv.root = mock, nv.dir .. '/project'
  vim.fn.mkdir(nv.root .. '/.git', 'p')
  t.write(nv.root .. '/a.py', 'def one():\n    return 1\n')
  t.write(nv.root .. '/client/b.py', 'DEAL = 7\n')
  t.write(nv.root .. '/.env', 'KEY=topsecret\n')
  nv:cmd('cd ' .. nv.root)
  nv:cmd('edit a.py')
  return nv
end

local private = '[privacy]\nlocal_only = ["client/**"]\n'

case('calls are lines of the answer, which one undo takes back, and which are not sent again', function()
  local nv = nvim({
    call('read_file', '{"path": "a.py"}', 'I look.'), call('read_file', '{"path": ".env"}'),
    { content = 'It is\none.' }, { content = 'Again.' },
  })
  nv:cmd('CoderAsk #repo what is it?')
  nv:wait_for(ended)
  local answer = {
    'I look.', '', '> [tool] read_file a.py → 2 lines', '> [tool] read_file .env → refused: never sent (rule .env)', '',
    'It is', 'one.',
  }
  local lines = nv:lines()
  eq(vim.list_slice(lines, 7, 13), answer)
  eq(nv:messages(), '')
  local last = nv.mock:wait_request(3).body.messages
  eq({ last[#last].role, last[#last - 2].role }, { 'tool', 'tool' })
  ok(not vim.json.encode(last):find('topsecret', 1, true))
  nv:type('u')
  eq(nv:lines(), { '## You', '', '#repo what is it?' })
  nv:type('<C-r>')
  eq(vim.list_slice(nv:lines(), 7, 13), answer)
  nv:type('Giand?<Esc><CR>')
  nv:wait_for('vim.fn.search("^Again", "nw") > 0 and ' .. ended)
  local messages = nv.mock:wait_request(4).body.messages
  eq(messages[#messages - 1].content, 'I look.\n\nIt is\none.')
end)

case('unsaved changes are what a tool reads', function()
  local nv = nvim({ call('read_file', '{"path": "a.py"}'), { content = 'ok' } })
  nv:lua('vim.api.nvim_buf_set_lines(0, 0, -1, true, { "changed = 1" })')
  nv:cmd('CoderAsk #repo what is it?')
  nv:wait_for(ended)
  local messages = nv.mock:wait_request(2).body.messages
  has(messages[#messages].content, '1\tchanged = 1')
end)

case('a question that is not about the repository has no tools, unless all have', function()
  local nv = nvim({ { content = 'ok' } })
  nv:cmd('CoderAsk what?')
  nv:wait_for(ended)
  eq(nv.mock:wait_request(1).body.tools, nil)
  nv = nvim({ { content = 'ok' } }, '[tools]\nask = true\n')
  nv:cmd('CoderAsk what?')
  nv:wait_for(ended)
  ok(#nv.mock:wait_request(1).body.tools > 5, 'tools')
end)

case(':CoderStop between two calls: what came stays, nothing more is asked', function()
  local nv = nvim({ call('read_file', '{"path": "a.py"}', 'I look.'), { content = 'never', first_ms = 60000 } })
  nv:cmd('CoderAsk #repo what is it?')
  nv:wait_for('vim.fn.search("^> .tool. read_file", "nw") > 0')
  nv.mock:wait_request(2)
  nv:cmd('CoderStop')
  nv:wait_for('vim.fn.search("^## You", "nw") > 0 and vim.fn.line("$") > 10')
  local text = table.concat(nv:lines(), '\n')
  has(text, 'I look.\n\n> [tool] read_file a.py → 2 lines')
  ok(not text:find('never', 1, true))
end)

case('private text that a tool read makes the conversation private; another lane does not get it', function()
  local nv = nvim({ call('read_file', '{"path": "client/b.py"}'), { content = 'Seven.' } }, private)
  nv:cmd('CoderAsk #repo what is the deal?')
  nv:wait_for(ended)
  has(table.concat(nv:lines(), '\n'), '> [tool] read_file client/b.py → 1 line')
  eq(nv:get('vim.b.coder_label'), 'local_only')
  nv = nvim({ call('read_file', '{"path": "client/b.py"}'), { content = 'Unknown.' } }, private, 'cloud')
  nv:cmd('CoderAsk #repo what is the deal?')
  nv:wait_for(ended)
  has(table.concat(nv:lines(), '\n'), '→ refused: private (rule client/**)')
  eq(nv:get('vim.b.coder_label'), 'any')
  ok(not vim.json.encode(nv.mock:wait_request(2).body):find('DEAL', 1, true))
end)

case('a review reads where it may, and says how often', function()
  local rounds = { call('references', '{"name": "one"}', 'a.py:1: error: no'), { content = '[]' } }
  local nv = nvim(rounds, '[tools]\nreview = true\n')
  nv:cmd('CoderReview')
  nv:wait_message('nothing found by mock (1 tool call, in :CoderLog)')
end)
