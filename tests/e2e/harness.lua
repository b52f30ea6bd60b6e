-- Real Neovims as children, a mock server, and checks. Nothing here knows what is tested.
local M = {}

M.root = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h:h:h')
M.nvim_path = vim.env.CODER_NVIM or vim.v.progpath
M.bin = vim.env.CODER_BIN or M.root .. '/build/coder-nvim'

local LIMIT_MS = 10000

---@type fun()[] undoes what the running case has done
local cleanup = {}
---@type coder.test.Nvim[] of the running case
local children = {}

---@param undo fun()
function M.defer(undo) table.insert(cleanup, 1, undo) end

---A folder of the running case.
---@return string
function M.dir()
  local dir = vim.fn.tempname()
  vim.fn.mkdir(dir, 'p')
  M.defer(function() vim.fn.delete(dir, 'rf') end)
  return dir
end

---@param path string
---@param text string
---@return string path
function M.write(path, text)
  vim.fn.mkdir(vim.fn.fnamemodify(path, ':h'), 'p')
  local file = assert(io.open(path, 'wb'))
  file:write(text)
  file:close()
  return path
end

---@param path string
---@return string
function M.read(path)
  local file = assert(io.open(path, 'rb'))
  local text = file:read('*a')
  file:close()
  return text
end

---An executable shell script.
---@param text string
---@return string path
function M.script(text)
  local path = M.write(M.dir() .. '/coder-nvim', '#!/bin/sh\n' .. text)
  vim.uv.fs_chmod(path, 493)
  return path
end

---A backend that does as the Lua file made of `text` tells it: tests/support/fake_backend.lua.
---@param text string
---@return string path
function M.fake(text)
  local file = M.write(M.dir() .. '/script.lua', text)
  return M.script(("exec '%s' -l '%s/tests/support/fake_backend.lua' '%s' \"$@\"\n"):format(M.nvim_path, M.root, file))
end

-- Checks

function M.ok(value, what)
  if not value then error(what or 'not so', 2) end
  return value
end

---@param got any
---@param expected any
function M.eq(got, expected, what)
  if vim.deep_equal(got, expected) then return end
  local texts = { what or 'not equal', vim.inspect(got), vim.inspect(expected) }
  error(('%s\n   got:      %s\n   expected: %s'):format(unpack(texts)), 2)
end

---@param text string
---@param part string plain
function M.has(text, part)
  if not text:find(part, 1, true) then error(('no %q in:\n%s'):format(part, text), 2) end
end

---@param condition fun(): any
---@param what string
---@param limit? integer ms
---@return any what `condition` returned
function M.wait(condition, what, limit)
  local deadline = vim.uv.now() + (limit or LIMIT_MS)
  while true do
    local value = condition()
    if value then return value end
    if vim.uv.now() > deadline then error('waited in vain for ' .. what, 2) end
    vim.wait(4)
  end
end

---A case that cannot run here; says so.
---@param why string
function M.skip(why) error({ skip = why }, 0) end

-- Children

---@class coder.test.Nvim
---@field job integer
---@field pipe uv.uv_pipe_t the channel calls go through
---@field replies table<integer, { err: any, result: any }>
---@field prompts integer hit-enter prompts that were answered
local Nvim = {}
Nvim.__index = Nvim

---@class coder.test.Opts
---@field config? string text of config.toml
---@field setup? string Lua table given to setup(); false: setup() is not called
---@field env? table<string, string>
---@field args? string[]
---@field lines? integer
---@field columns? integer

---@param opts? coder.test.Opts
---@return coder.test.Nvim
function M.nvim(opts)
  opts = opts or {}
  local dir = M.dir()
  if opts.config then vim.uv.fs_chmod(M.write(dir .. '/config/coder-nvim/config.toml', opts.config), 384) end
  local env = {
    HOME = dir, XDG_CONFIG_HOME = dir .. '/config', XDG_DATA_HOME = dir .. '/data', XDG_STATE_HOME = dir .. '/state',
    XDG_CACHE_HOME = dir .. '/cache', XDG_RUNTIME_DIR = dir .. '/run', TERM = 'xterm-256color',
    NVIM_LOG_FILE = dir .. '/nvim.log',
  }
  vim.fn.mkdir(env.XDG_RUNTIME_DIR, 'p', 448)
  local command = { M.nvim_path, '--clean', '--headless', '--listen', dir .. '/sock', '-n' }
  vim.list_extend(command, { '--cmd', 'set rtp^=' .. M.root })
  -- The file type of Python looks for one, which may take seconds.
  vim.list_extend(command, { '--cmd', 'let g:loaded_python3_provider = 0' })
  vim.list_extend(command, opts.args or {})
  local self = setmetatable({ dir = dir, prompts = 0, replies = {}, last_id = 0 }, Nvim)
  self.job = vim.fn.jobstart(command, {
    cwd = dir, env = vim.tbl_extend('force', env, opts.env or {}),
    on_exit = function() self.gone = true end,
  })
  assert(self.job > 0, 'Neovim does not start')
  self.pid = vim.fn.jobpid(self.job)
  table.insert(children, self)
  M.defer(function() self:kill() end)
  self:connect()
  self:cmd('let g:typed = 0 | noremap <F24> <Cmd>let g:typed += 1<CR>| inoremap <F24> <Cmd>let g:typed += 1<CR>')
  self:call('nvim_ui_attach', opts.columns or 140, opts.lines or 30, { ext_linegrid = true, rgb = true })
  if opts.setup ~= false then
    local setup = opts.setup or ("{ backend_path = '%s' }"):format(M.bin)
    self:lua(('require("coder").setup(%s)'):format(setup))
  end
  return self
end

-- A channel of our own: one of jobstart() takes no redraw events, and its calls cannot be given up.
function Nvim:connect()
  local state
  M.wait(function()
    if state == 'connected' or self.gone then return true end
    if state == 'connecting' then return false end
    state, self.pipe = 'connecting', vim.uv.new_pipe()
    self.pipe:connect(self.dir .. '/sock', function(err) state = err and 'refused' or 'connected' end)
  end, 'Neovim to listen')
  M.defer(function() self.pipe:close() end)
  local handle = function(_, data) return data end
  local unpack_some = vim.mpack.Unpacker({ ext = { [0] = handle, [1] = handle, [2] = handle } })
  self.pipe:read_start(function(_, data)
    local at = 1
    while data and at <= #data do
      local message
      message, at = unpack_some(data, at)
      if message ~= nil and message[1] == 1 then
        self.replies[message[2]] = { err = message[3], result = message[4] }
      end
    end
  end)
end

---@return integer id
function Nvim:send(method, ...)
  self.last_id = self.last_id + 1
  self.pipe:write(vim.mpack.encode({ 0, self.last_id, method, { ... } }))
  return self.last_id
end

-- Where Neovim waits for <CR>, every call but a few waits too.
function Nvim:answer_prompt()
  local id = self:send('nvim_get_mode')
  vim.wait(1000, function() return self.replies[id] end, 1)
  local mode = self.replies[id] and self.replies[id].result
  if mode and mode.blocking and mode.mode:find('^r') then
    self.prompts = self.prompts + 1
    self:send('nvim_input', '<CR>')
  end
end

function Nvim:call(method, ...)
  local id, deadline = self:send(method, ...), vim.uv.now() + LIMIT_MS
  while not vim.wait(50, function() return self.replies[id] or self.gone end, 1) do
    self:answer_prompt()
    if vim.uv.now() > deadline then error(method .. ' is not answered', 2) end
  end
  local reply = self.replies[id]
  if not reply then error('Neovim has ended', 2) end
  self.replies[id] = nil
  if reply.err ~= vim.NIL then error(reply.err[2], 2) end
  return reply.result
end

---@param code string
function Nvim:lua(code, ...) return self:call('nvim_exec_lua', code, { ... }) end

---@param expression string a Lua expression
function Nvim:get(expression, ...) return self:lua('return ' .. expression, ...) end

---@param command string
---@return string output
function Nvim:cmd(command) return self:call('nvim_exec2', command, { output = true }).output end

---Keys as typed.
---@param keys string
function Nvim:type(keys)
  -- A last key that says that it was reached. An interrupt among the keys may have thrown it away.
  self:cmd('let g:typed = 0')
  self:call('nvim_input', keys)
  local sent = 0
  M.wait(function()
    if self:get('vim.g.typed') > 0 then return true end
    if vim.uv.now() - sent > 1000 then
      sent = vim.uv.now()
      self:call('nvim_input', '<F24>')
    end
  end, 'the keys to be taken')
end

---@param expression string a Lua expression, evaluated in the child
---@param what? string
---@param limit? integer
function Nvim:wait_for(expression, what, limit)
  return M.wait(function()
    local value = self:get(expression)
    return value ~= vim.NIL and value
  end, what or expression, limit)
end

---@return string[]
function Nvim:lines(buf) return self:call('nvim_buf_get_lines', buf or 0, 0, -1, false) end

---@return string
function Nvim:messages() return self:cmd('messages') end

---Waits until :messages holds `part`.
---@param part string
function Nvim:wait_message(part)
  M.wait(function() return self:messages():find(part, 1, true) end, 'the message: ' .. part)
end

---How often :messages holds `part`.
---@param part string
function Nvim:count_messages(part)
  return select(2, self:messages():gsub(vim.pesc(part), ''))
end

---@return string
function Nvim:screen()
  return self:lua([[
    vim.cmd.redraw()
    local rows = {}
    for row = 1, vim.o.lines do
      local cells = {}
      for col = 1, vim.o.columns do cells[col] = vim.fn.screenstring(row, col) end
      rows[row] = (table.concat(cells):gsub(' +$', ''))
    end
    return table.concat(rows, '\n')
  ]])
end

---What is shown in the current buffer and is not its text: virtual lines, words separated by one space.
---@return string
function Nvim:virtual()
  return self:lua([[
    local out = {}
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, { details = true })) do
      if not mark[4].invalid then
        for _, line in ipairs(mark[4].virt_lines or {}) do
          for _, chunk in ipairs(line) do out[#out + 1] = chunk[1] end
        end
      end
    end
    return table.concat(out, ' ')
  ]])
end

---Descendants of the child, as process ids.
---@return integer[]
function Nvim:processes()
  local out, from = {}, { self.pid }
  while #from > 0 do
    local pid = table.remove(from)
    local file = io.open(('/proc/%d/task/%d/children'):format(pid, pid))
    for child in (file and file:read('*a') or ''):gmatch('%d+') do
      out[#out + 1] = tonumber(child)
      from[#from + 1] = tonumber(child)
    end
    if file then file:close() end
  end
  return out
end

function Nvim:kill()
  if self.gone then return end
  local pids = self:processes()
  vim.fn.jobstop(self.job)
  vim.wait(2000, function() return self.gone end, 5)
  for _, pid in ipairs(pids) do pcall(vim.uv.kill, pid, 'sigkill') end
end

-- The mock server

local mock_job, mock_port

---@param path string
---@param ... string curl's arguments
local function http(path, ...)
  local command = { 'curl', '-sS', '--max-time', '10', ('http://127.0.0.1:%s%s'):format(mock_port, path), ... }
  local done = vim.system(command, { text = false }):wait()
  assert(done.code == 0, done.stderr)
  return done.stdout
end

---@class coder.test.Mock
local Mock = {}
Mock.__index = Mock

---The mock server with these scenarios and no others: tests/support/mock_openai.mjs.
---@param scenarios? table<string, table>
---@return coder.test.Mock
function M.mock(scenarios)
  if not mock_job then
    local out = ''
    mock_job = vim.fn.jobstart({ 'node', M.root .. '/tests/support/mock_openai.mjs' }, {
      on_stdout = function(_, data) out = out .. table.concat(data, '\n') end,
    })
    assert(mock_job > 0, 'node is needed')
    M.wait(function() mock_port = out:match('(%d+)\n') return mock_port end, 'the mock server')
  end
  http('/_requests', '-X', 'DELETE')
  http('/_scenarios', '-X', 'DELETE')
  local all = vim.tbl_extend('keep', scenarios or {}, { ['*'] = { content = 'Hello from the mock server.' } })
  http('/_scenarios', '-d', vim.json.encode(all))
  return setmetatable({ url = ('http://127.0.0.1:%s/v1'):format(mock_port) }, Mock)
end

---A config.toml with one local model on the mock.
---@param more? string lines of the model's block, then other sections
---@return string
function Mock:config(more)
  return ('[models.mock]\nprovider = "openai"\nbase_url = "%s"\napi_key = "sk-test"\nmodel = "mock"\n'
    .. 'lane = "local"\n%s\n'):format(self.url, more or '')
end

---Chat requests so far.
---@return table[]
function Mock.requests()
  return vim.tbl_filter(function(r) return r.method == 'POST' end, vim.json.decode(http('/_requests')))
end

---All requests so far.
---@return table[]
function Mock.all() return vim.json.decode(http('/_requests')) end

---@param n integer
---@return table the n-th chat request
function Mock:wait_request(n)
  return M.wait(function() return self.requests()[n] end, ('request %d at the mock'):format(n))
end

-- Cases

local cases = {}

---@param name string
---@param run fun()
function M.case(name, run)
  local file = debug.getinfo(2, 'S').source:match('([%w_]+)_spec%.lua$')
  cases[#cases + 1] = { name = file .. ': ' .. name, run = run }
end

local function show_children()
  for i, child in ipairs(children) do
    if child.gone then
      print(('   Neovim %d has ended'):format(i))
    else
      local ok, text = pcall(function()
        return '\n:messages\n' .. child:messages() .. '\nscreen\n' .. child:screen()
      end)
      print(('   Neovim %d%s'):format(i, ('\n' .. tostring(text)):gsub('\n', '\n   | ')))
      if not ok then print('   (it does not answer)') end
    end
  end
end

---@param filter? string plain part of names
---@return boolean green
function M.run(filter)
  local passed, failed, skipped = 0, 0, 0
  for _, case in ipairs(cases) do
    if not filter or case.name:find(filter, 1, true) then
      local start = vim.uv.hrtime()
      local ok, err = xpcall(case.run, function(e)
        return type(e) == 'table' and e or (tostring(e) .. '\n' .. debug.traceback('', 2))
      end)
      local ms = (vim.uv.hrtime() - start) / 1e6
      if ok then
        passed = passed + 1
        print(('ok    %s (%d ms)'):format(case.name, ms))
      elseif type(err) == 'table' and err.skip then
        skipped = skipped + 1
        print(('SKIP  %s: %s'):format(case.name, err.skip))
      else
        failed = failed + 1
        print(('FAIL  %s (%d ms)\n%s'):format(case.name, ms, (('\n' .. tostring(err)):gsub('\n', '\n   '))))
        show_children()
      end
      for _, undo in ipairs(cleanup) do pcall(undo) end
      cleanup, children = {}, {}
    end
  end
  if mock_job then vim.fn.jobstop(mock_job) end
  print(('%d passed, %d failed%s'):format(passed, failed, skipped > 0 and (', %d skipped'):format(skipped) or ''))
  return failed == 0 and passed + skipped > 0
end

return M
