---Outside of insert mode: tells the backend where the cursor is, so that a local engine can read around it before
---the first key. When that is done is the backend's business.
local api = vim.api
local backend = require('coder.backend')
local buffers = require('coder.buffers')
local compat = require('coder.compat')
local config = require('coder.config')
local host = require('coder.ghost.host')

local M = {}

local tried = false -- the backend was started from here; it is not started again

-- Without a configuration there is no engine, and nothing to get ready.
---@return boolean
local function configured()
  local base = vim.env.XDG_CONFIG_HOME or vim.env.HOME and vim.env.HOME .. '/.config'
  return base ~= nil and vim.uv.fs_stat(base .. '/coder-nvim/config.toml') ~= nil
end

---@param buf integer the current one
---@return boolean ghost text may be wanted there; whether it applies, the backend knows
local function wanted(buf)
  local here = vim.b.coder_ghost
  if here == nil then here = config.current.ghost.enabled end
  local bo = vim.bo[buf]
  return here and config.current.ghost.early and buffers.is_file(buf) and bo.modifiable and not bo.readonly
end

local function tell()
  local buf = api.nvim_get_current_buf()
  if api.nvim_get_mode().mode:sub(1, 1) ~= 'n' or not wanted(buf) then return end
  if not buffers.attached(buf) or not backend.running() then
    if not backend.running() then
      if tried or not configured() then return end
      tried = true
    end
    return host.attach(buf, function()
      if buffers.attached(buf) and buf == api.nvim_get_current_buf() then tell() end
    end)
  end
  local cursor = api.nvim_win_get_cursor(0)
  backend.notify('rest', { buf = buf, line = cursor[1] - 1, col = cursor[2] })
end

local started = false

---Starts to listen, and tells where the cursor is now.
function M.start()
  if started or not compat.supported() then return end
  started = true
  local group = api.nvim_create_augroup('coder.rest', {})
  local events = { 'BufEnter', 'WinEnter', 'CursorMoved', 'TextChanged', 'FocusGained' }
  api.nvim_create_autocmd(events, { group = group, callback = tell })
  api.nvim_create_autocmd('ModeChanged', { group = group, pattern = 'i*:n*', callback = tell })
  tell()
end

return M
