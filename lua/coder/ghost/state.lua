---What ghost text is doing, for the statusline.
local statusline = require('coder.statusline')

local M = {}

---@type coder.event.ghost_state?
local state
local switched_off = false

local function show()
  local name = switched_off and 'off' or state and state.state
  statusline.set_ghost(name, state and state.model)
end

---@param now coder.event.ghost_state
function M.set(now)
  state = now
  show()
end

---@param off boolean the user has switched ghost text off
function M.switch(off)
  switched_off = off
  show()
end

return M
