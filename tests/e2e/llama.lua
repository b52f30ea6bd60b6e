-- The real llama-server with the tiny model, for the cases that want one.
local t = require('harness')

local M = {}

local server = vim.env.CODER_LLAMA_SERVER
local model = vim.env.CODER_TINY_MODEL
local socket

---A llama-server on a unix socket, for the rest of the run.
---@return string socket
function M.socket()
  if not server or not model then t.skip('CODER_LLAMA_SERVER and CODER_TINY_MODEL are not set') end
  if socket then return socket end
  socket = vim.fn.tempname() .. '.sock'
  local log = {}
  local job = vim.fn.jobstart({ server, '--host', socket, '--model', model, '--ctx-size', '16384', '--parallel', '4',
    '--no-ui', '--offline' }, { on_stderr = function(_, data) vim.list_extend(log, data) end })
  t.ok(job > 0, 'llama-server starts')
  vim.api.nvim_create_autocmd('VimLeavePre', { callback = function() vim.fn.jobstop(job) end })
  t.wait(function()
    return vim.system({ 'curl', '-sf', '--unix-socket', socket, 'http://localhost/health' }):wait().code == 0
  end, 'llama-server to be ready; its log:\n' .. table.concat(log, '\n'), 60000)
  return socket
end

return M
