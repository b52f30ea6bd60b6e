-- The same words by three ways: the chat window, the command line, and the server itself.
local t = require('harness')
local case, eq, ok = t.case, t.eq, t.ok

local server = vim.env.CODER_LLAMA_SERVER
local model = vim.env.CODER_TINY_MODEL
local socket

---A llama-server with the tiny model, on a unix socket, for the rest of the run.
---@return string socket
local function llama()
  if not server or not model then t.skip('CODER_LLAMA_SERVER and CODER_TINY_MODEL are not set') end
  if socket then return socket end
  socket = vim.fn.tempname() .. '.sock'
  local log = {}
  local job = vim.fn.jobstart({ server, '--host', socket, '--model', model, '--ctx-size', '4096', '--parallel', '1',
    '--no-ui', '--offline' }, { on_stderr = function(_, data) vim.list_extend(log, data) end })
  ok(job > 0, 'llama-server starts')
  vim.api.nvim_create_autocmd('VimLeavePre', { callback = function() vim.fn.jobstop(job) end })
  t.wait(function()
    return vim.system({ 'curl', '-sf', '--unix-socket', socket, 'http://localhost/health' }):wait().code == 0
  end, 'llama-server to be ready; its log:\n' .. table.concat(log, '\n'), 60000)
  return socket
end

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
