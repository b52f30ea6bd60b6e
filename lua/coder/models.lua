---:CoderModels: one model for all requests of this session, or none.
local api = vim.api
local backend = require('coder.backend')
local mode = require('coder.mode')
local notify = require('coder.notify')

local M = {}

-- When the servers take longer than this to say what they have, that is told.
local TELL_MS = 500

---@class coder.ModelChoice
---@field text string
---@field model string "" for none
---@field id? string

---@type string[] NAMEs of the last list
local names = {}
---@type table? of the call that runs
local asking

---@return string[] for completion
function M.names() return vim.list_extend({ 'auto' }, names) end

---@param item table of coder.rpc.models.result
---@return string
local function id_of(item)
  if not item.resolved or item.resolved == item.id then return item.id end
  return ('%s (%s)'):format(item.resolved, item.id)
end

---@param item table
---@return string
local function lane_of(item) return item.trusted and item.lane .. ', trusted' or item.lane end

---@param item table
---@return string one line
local function state_of(item)
  if not item.error then return item.state end
  local why = vim.startswith(item.error, item.name .. ': ') and item.error:sub(#item.name + 3) or item.error
  return 'no list: ' .. (why:gsub('%s+', ' '))
end

---@param items table[]
---@return string[] lines of columns; an error needs room, so only the names are a column then
local function lanes(items)
  local wide = { 0, 0, 0 }
  local rows = vim.tbl_map(function(item)
    local row = { item.name, id_of(item), lane_of(item), state_of(item), columns = item.error and 1 or #wide }
    for i = 1, row.columns do wide[i] = math.max(wide[i], vim.fn.strdisplaywidth(row[i])) end
    return row
  end, items)
  return vim.tbl_map(function(row)
    for i = 1, row.columns do row[i] = row[i] .. (' '):rep(wide[i] - vim.fn.strdisplaywidth(row[i])) end
    return table.concat(row, '  ')
  end, rows)
end

---@param result coder.rpc.models.result
---@return coder.ModelChoice[]
local function choices(result)
  local out = { { text = 'auto: let the mode decide', model = '' } }
  for i, text in ipairs(lanes(result.items)) do out[i + 1] = { text = text, model = result.items[i].name } end
  for _, item in ipairs(result.items) do
    local ids = vim.list_slice(item.live)
    local chosen = result.model == item.name and result.id
    -- One that is used is there, whatever the server lists.
    if chosen and not vim.tbl_contains(ids, chosen) then ids[#ids + 1] = chosen end
    for _, id in ipairs(ids) do
      if id == chosen or id ~= (item.resolved or item.id) then
        out[#out + 1] = { text = ('%s: %s'):format(item.name, id), model = item.name, id = id }
      end
    end
  end
  return out
end

---@param text string
---@return string that fits the list of vim.ui.select()
local function fit(text)
  local room = vim.o.columns - 8
  if vim.fn.strdisplaywidth(text) <= room then return text end
  return vim.fn.strcharpart(text, 0, room - 1) .. '…'
end

---@param result coder.rpc.models.result
local function choose(result)
  local function current(choice)
    return choice.model == (result.model or '') and choice.id == result.id
  end
  vim.ui.select(choices(result), {
    prompt = 'Model',
    kind = 'coder.model',
    format_item = function(choice) return fit((current(choice) and '* ' or '  ') .. choice.text) end,
  }, function(choice)
    if choice then mode.apply({ model = choice.model, id = choice.id }) end
  end)
end

---Calls `run` now, or when the user, who has begun to do something else meanwhile, is back in normal mode.
---@param before string mode when it was asked for
---@param run fun()
local function when_free(before, run)
  local now = api.nvim_get_mode().mode
  if now == before or now == 'n' then return run() end
  api.nvim_create_autocmd('ModeChanged', { pattern = '*:n', once = true, callback = vim.schedule_wrap(run) })
end

---Lets the user choose among the lanes and what their servers list.
function M.pick()
  if asking then return notify.info('the servers are being asked for their models') end
  local call, before = {}, api.nvim_get_mode().mode
  asking = call
  vim.defer_fn(function()
    if asking == call then notify.info('asking the servers for their models') end
  end, TELL_MS)
  backend.call('models', {}, function(err, result)
    asking = nil
    if err then return notify.error(err) end
    names = vim.tbl_map(function(item) return item.name end, result.items)
    mode.learn(result)
    when_free(before, function() choose(result) end)
  end)
end

---Has one model take all requests.
---@param name string NAME of its block; "auto": the mode decides again
function M.set(name) mode.apply({ model = name == 'auto' and '' or name }) end

return M
