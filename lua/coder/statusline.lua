---The text for the statusline: where requests go, what ghost text is doing, what was spent today.
local config = require('coder.config')

local M = {}

-- A text that lasts shorter is not drawn: each key asks for ghost text, and answers come within this time.
local DRAW_MS = 80

local signs = { idle = '●', asking = '◌', loading = '◌', failed = '✗', off = '○', to = '⇄' }
local ascii = { idle = '*', asking = '~', loading = '~', failed = '!', off = '-', to = '<>' }

-- What the text is made of.
---@type string?
local mode
---@type { state: string, model?: string }?
local ghost
---@type coder.event.engine_state?
local engine
---@type number? USD
local spent

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
  -- A local engine that is up needs no word: the lanes tell.
  local waits = engine and (engine.state == 'loading' and set.asking or engine.state == 'failed' and set.failed)
  if sign then
    if mode then parts[2] = set.to end
    if not (waits and ghost.model == 'engine') then vim.list_extend(parts, { ghost.model or 'coder', sign }) end
  end
  if waits then
    parts[#parts + 1] = 'engine ' .. waits .. (engine.percent and (' %d %%'):format(engine.percent) or '')
  end
  if spent and spent > 0 then parts[#parts + 1] = ('$%.2f'):format(spent) end
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

---@param state coder.event.engine_state? of the local engine; nil: nothing is known
function M.set_engine(state)
  engine = state
  M.refresh()
end

---@param usd number? of today; nil: nothing is known
function M.set_spent(usd)
  spent = usd
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
