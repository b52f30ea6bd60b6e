---What ghost text is doing, for the statusline.
local config = require('coder.config')

local M = {}

-- A state that lasts shorter is not drawn: each key asks, and answers come within this time.
local DRAW_MS = 80

local signs = { idle = '●', asking = '◌', failed = '✗', off = '○' }
local ascii = { idle = '*', asking = '~', failed = '!', off = '-' }

---@type coder.event.ghost_state?
local state
local switched_off = false
local text, drawn = '', ''
local used, waiting = false, false

local function draw()
  waiting = false
  if text == drawn then return end
  drawn = text
  vim.cmd.redrawstatus({ bang = true })
end

local function changed()
  local name = switched_off and 'off' or state and state.state
  local sign = name and (config.current.statusline.ascii and ascii or signs)[name]
  text = sign and ('%s %s'):format(state and state.model or 'coder', sign) or ''
  if not used or waiting or text == drawn then return end
  waiting = true
  vim.defer_fn(draw, DRAW_MS)
end

---@param now coder.event.ghost_state? nil: the backend is gone
function M.set(now)
  state = now
  changed()
end

---@param off boolean the user has switched ghost text off
function M.switch(off)
  switched_off = off
  changed()
end

---Has the text made anew, with other signs perhaps.
M.refresh = changed

---@return string for the statusline
function M.text()
  if not used then
    used, drawn = true, text
  end
  return (text:gsub('%%', '%%%%'))
end

---@return coder.event.ghost_state?
function M.get() return state end

return M
