---Servers of their own for the specs about several lanes: each a process that can be stopped and started again.
local t = require('harness')

local M = {}

---@class coder.test.Server
---@field port? integer
---@field url string
---@field job integer
local Server = {}
Server.__index = Server

---@param server coder.test.Server
local function launch(server)
  local out = ''
  local command = { 'node', t.root .. '/tests/support/mock_openai.mjs' }
  if server.port then vim.list_extend(command, { '--port', tostring(server.port) }) end
  server.job = vim.fn.jobstart(command, {
    on_stdout = function(_, data) out = out .. table.concat(data, '\n') end,
  })
  assert(server.job > 0, 'node is needed')
  t.wait(function()
    server.port = tonumber(out:match('(%d+)\n'))
    return server.port
  end, 'a server')
  server.url = ('http://127.0.0.1:%d'):format(server.port)
end

---@param scenario table for every request
---@return coder.test.Server
function M.server(scenario)
  local server = setmetatable({}, Server)
  launch(server)
  t.defer(function() server:stop() end)
  server:set(scenario)
  return server
end

---@param path string
---@param ... string
---@return string
function Server:http(path, ...)
  local done = vim.system({ 'curl', '-sS', '--max-time', '10', self.url .. path, ... }, { text = false }):wait()
  assert(done.code == 0, done.stderr)
  return done.stdout
end

---@param scenario table
function Server:set(scenario)
  self:http('/_scenarios', '-X', 'DELETE')
  self:http('/_scenarios', '-d', vim.json.encode({ ['*'] = scenario }))
end

function Server:stop() vim.fn.jobstop(self.job) vim.fn.jobwait({ self.job }, 2000) end

---@param scenario table
function Server:start(scenario)
  launch(self)
  self:set(scenario)
end

---@return table[] the chat requests that came, with all that was in them
function Server:posts()
  return vim.tbl_filter(function(r) return r.method == 'POST' end, vim.json.decode(self:http('/_requests')))
end

---@param name string
---@param lane string
---@param more? string
---@return string
function Server:block(name, lane, more)
  return ('[models.%s]\nprovider = "openai"\nbase_url = "%s/v1"\nmodel = "%s"\nlane = "%s"\n%s\n'):format(
    name, self.url, name, lane, more or '')
end

return M
