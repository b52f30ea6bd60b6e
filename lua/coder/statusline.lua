---The text for the statusline: where requests go, then what ghost text is doing.
local config = require('coder.config')

local M = {}

-- A text that lasts shorter is not drawn: each key asks for ghost text, and answers come within this time.
local DRAW_MS = 80

local signs = { idle = '●', asking = '◌', failed = '✗', off = '○', to = '⇄' }
local ascii = { idle = '*', asking = '~', failed = '!', off = '-', to = '<>' }

-- What the text is made of.
---@type string?
local mode
---@type { state: string, model?: string }?
local ghost

local text, drawn = '', ''
local used, waiting = false, false

local function draw()
  waiting = false
  if text == drawn then return end
  drawn = text
  vim.cmd.redrawstatus({ bang = true })
end

---Makes the text anew; options may have changed.
function M.refresh()
  local set = config.current.statusline.ascii and ascii or signs
  local sign = ghost and set[ghost.state]
  local parts = { mode }
  if sign then
    if mode then parts[2] = set.to end
    vim.list_extend(parts, { ghost.model or 'coder', sign })
  end
  text = table.concat(parts, ' ')
  if not used or waiting or text == drawn then return end
  waiting = true
  vim.defer_fn(draw, DRAW_MS)
end

---@param name string the mode, or the model that all requests go to
function M.set_mode(name)
  mode = name
  M.refresh()
end

---@param state string? see coder.event.ghost_state; nil: nothing is known
---@param model? string
function M.set_ghost(state, model)
  ghost = state and { state = state, model = model }
  M.refresh()
end

---@return string for the statusline
function M.text()
  if not used then
    used, drawn = true, text
  end
  return (text:gsub('%%', '%%%%'))
end

return M
