-- One Neovim under measurement, its engine's log, and the keys of one run. Nothing here knows whose ghost text it is.
local machine = require('ghost_machine')
local t = require('harness')

---@class bench.Contender
---@field name string
---@field nvim coder.test.Nvim
---@field port integer of its engine
---@field runs integer so far: every run types a word of its own
local M = {}
M.__index = M

---@param ms number
local function sleep(ms) vim.wait(ms, function() return false end) end
M.sleep = sleep

---@type bench.Contender[]
local all = {}

function M.end_all()
  for _, one in ipairs(all) do one.nvim:kill() end
end

-- Ours, as a user would configure it.
local config = [[
mode = "local"

[models.mock]
provider = "openai"
base_url = "http://127.0.0.1:%d/v1"
api_key = "x"
model = "%s"
lane = "local"
%s
]]

---@param name string
---@param port integer
---@param opts { init?: string, file?: string, model?: string, more?: string, runtime?: string }
---  init: a Lua file, without: ours; more: lines of the model's block; runtime: $XDG_RUNTIME_DIR, shared with others
---@return bench.Contender
function M.start(name, port, opts)
  local self = setmetatable({ name = name, port = port, runs = 0 }, M)
  local env = { BENCH_PORT = tostring(port), CODER_ROOT = t.root, XDG_RUNTIME_DIR = opts.runtime }
  local child = { columns = 120, lines = 40, env = env }
  if opts.init then
    child.setup, child.args = false, { '--cmd', 'let g:loaded_coder = 1' }
  else
    child.config = config:format(port, opts.model or 'qwen2.5-coder-1.5b-mock', opts.more or '')
  end
  self.nvim = t.nvim(child)
  table.insert(all, self)
  if opts.file then self.nvim:cmd('edit ' .. vim.fn.fnameescape(opts.file)) end
  self.nvim:lua('dofile(...)', t.root .. '/tests/bench/ghost_probe.lua')
  if opts.init then
    self.nvim:cmd('luafile ' .. vim.fn.fnameescape(opts.init))
    t.wait(function() return self.nvim:get('_G.bench_ready == true') end, name .. ' to be ready')
  end
  return self
end

---@param path string
---@param body? table sent as JSON
---@param method? string
---@return any
function M:request(path, body, method)
  local command = { 'curl', '-sS', ('http://127.0.0.1:%d%s'):format(self.port, path) }
  if method then vim.list_extend(command, { '-X', method }) end
  if body then vim.list_extend(command, { '--data-binary', '@-' }) end
  local done = vim.system(command, { stdin = body and vim.json.encode(body) }):wait()
  assert(done.code == 0, done.stderr)
  return vim.json.decode(done.stdout)
end

---The engine's log since `fresh`.
---@return table[]
function M:log() return self:request('/_log') end

function M:fresh() self:request('/_log', nil, 'DELETE') end

---@return table[] redraws since `arm`
function M:seen() return self.nvim:get('_G.bench_probe.seen') end

---@param key string
---@return number at
function M:key(key) return self.nvim:get('_G.bench_probe.key(...)', key) end

---A new line below `line` with a word of its own, insert mode at its end, everything quiet.
---@param line integer
---@param pause number ms
---@return string word
function M:place(line, pause)
  self.runs = self.runs + 1
  local word = ('v%d = '):format(self.runs)
  self.nvim:lua('_G.bench_probe.place(...)', line)
  self.nvim:call('nvim_input', '<Esc>o    ' .. word)
  sleep(pause)
  -- As the outside yardstick has it: insert mode left and entered again.
  self.nvim:call('nvim_input', '<Esc>a')
  sleep(pause)
  self:fresh()
  self.nvim:lua('_G.bench_probe.arm()')
  return word
end

function M:back()
  self.nvim:call('nvim_input', '<Esc>')
  sleep(20)
  self.nvim:lua('_G.bench_probe.back()')
end

---Waits for ghost text from a request whose text before the cursor ends with `before`.
---@param before string blanks at the end do not count
---@param limit? number ms
---@return table? request, table? redraw
function M:visible(before, limit)
  local deadline = vim.uv.now() + (limit or 4000)
  repeat
    sleep(20)
    local seen = self:seen()
    if #seen > 0 and seen[#seen].seq then
      for _, request in ipairs(self:log()) do
        if vim.endswith((request.before:gsub('%s+$', '')), before) then
          for _, redraw in ipairs(seen) do
            if redraw.seq == request.seq then return request, redraw end
          end
        end
      end
    end
  until vim.uv.now() > deadline
end

---CPU time of this Neovim and its descendants, ms.
function M:cpu() return machine.cpu(self.nvim.pid) end

return M
