-- The same words by three ways: the chat window, the command line, and the server itself.
local t = require('harness')
local case, eq, ok = t.case, t.eq, t.ok

local llama = require('llama').socket

---@param tokens integer that the tiny model says, for it would end too soon
local function config(tokens)
  return ('[models.tiny]\nprovider = "openai"\nbase_url = "unix://%s"\nmodel = "tiny"\ntemperature = 0\n'
    .. 'max_tokens = %d\nextra = { cache_prompt = false, ignore_eos = true }\n'):format(llama(), tokens)
end

-- The server's own answer.
local function curl(question)
  local body = vim.json.encode({
    model = 'tiny', temperature = 0, max_tokens = 200, cache_prompt = false, ignore_eos = true,
    messages = { { role = 'user', content = question } },
  })
  local address = 'http://localhost/v1/chat/completions'
  local done = vim.system({ 'curl', '-sS', '--unix-socket', llama(), address, '-d', body }):wait()
  return vim.json.decode(done.stdout).choices[1].message.content
end

local function chat_text(nv)
  local text = table.concat(nv:lines(), '\n')
  return text:match('.*\n## Coder · [^\n]*\n\n(.-)\n\n## You\n\n$')
end

case('byte-equal in the window, from the command line and by curl', function()
  local question = 'What does this program do, and why is it slow?'
  local expected = curl(question)
  ok(#expected > 500, 'the server answers at length: ' .. expected)
  local nv = t.nvim({ config = config(200) })
  nv:cmd('CoderAsk ' .. question)
  nv:wait_for('vim.wo.winbar:find(" in, ") and true', nil, 60000)
  ok(chat_text(nv) == expected, 'the window')
  local path = nv.dir .. '/config/coder-nvim/config.toml'
  local shell = vim.system({ t.bin, 'ask', '--config', path, question }, { text = false, cwd = nv.dir }):wait(60000)
  eq(shell.code, 0)
  ok(shell.stdout == expected or shell.stdout == expected .. '\n', 'the command line')
  local json = vim.system({ t.bin, 'ask', '--config', path, '--json', question }, { cwd = nv.dir }):wait(60000)
  eq(vim.json.decode(json.stdout).text, expected)
end)

case('an answer about a real file streams, and stops on <C-c>', function()
  local nv = t.nvim({ config = config(2000) })
  nv:cmd('edit ' .. t.root .. '/lua/coder/ask/maps.lua')
  nv:cmd('CoderAsk what does this do?')
  nv:wait_for('vim.wo.winbar:find("answering") and true', nil, 60000)
  local first = #nv:lines()
  local before = #table.concat(nv:lines())
  t.wait(function() return #table.concat(nv:lines()) > before end, 'more text')
  ok(#nv:lines() >= first)
  nv:type('<C-c>')
  nv:wait_for('vim.wo.winbar:find("stopped") and true')
end)
