---Hunks in the files themselves: going from one to the next, deciding about the one under the cursor. The two keys are
---mapped in a buffer while hunks are drawn in it and at no other time.
local api, fn = vim.api, vim.fn
local draw = require('coder.refactor.draw')
local notify = require('coder.notify')
local previews = require('coder.refactor.preview')

local M = {}

local keys = {
  [']h'] = { '<Cmd>lua require("coder.refactor.inside").move(1)<CR>', 'coder: next hunk' },
  ['[h'] = { '<Cmd>lua require("coder.refactor.inside").move(-1)<CR>', 'coder: previous hunk' },
}

---@type table<integer, table<string, table>> what was mapped in a buffer before, as maparg() says it
local before = {}

---@param buf integer
local function set(buf)
  before[buf] = {}
  for lhs, key in pairs(keys) do
    local map = fn.maparg(lhs, 'n', false, true)
    if map.buffer == 1 then before[buf][lhs] = map end
    api.nvim_buf_set_keymap(buf, 'n', lhs, key[1], { noremap = true, nowait = true, silent = true, desc = key[2] })
  end
end

-- One that somebody has mapped anew meanwhile stays as it is.
---@param buf integer
local function restore(buf)
  for lhs, key in pairs(keys) do
    if fn.maparg(lhs, 'n') == key[1] then
      local old = before[buf][lhs]
      api.nvim_buf_del_keymap(buf, 'n', lhs)
      if old then fn.mapset('n', false, old) end
    end
  end
  before[buf] = nil
end

draw.on_change = function(buf, on)
  if on == (before[buf] ~= nil) then return end
  api.nvim_buf_call(buf, function() (on and set or restore)(buf) end)
end

---Virtual lines above the first line are scrolled into view.
---@param hunk? coder.Hunk
function M.reveal(hunk)
  if not hunk or hunk.first > 0 or #hunk.old > 0 or fn.line('w0') > 1 then return end
  fn.winrestview({ topline = 1, topfill = math.min(#hunk.lines, api.nvim_win_get_height(0) - 1) })
end

---Goes to the next hunk of the buffer, or the one before.
---@param step 1|-1
function M.move(step)
  local lnum, places, left, to = fn.line('.'), draw.places(0 + api.nvim_get_current_buf()), vim.v.count1, nil
  for i = step > 0 and 1 or #places, step > 0 and #places or 1, step do
    if (places[i].lnum - lnum) * step > 0 and left > 0 then
      to, left = places[i], left - 1
    end
  end
  if not to then return notify.info(step > 0 and 'no hunk below' or 'no hunk above') end
  vim.cmd("normal! m'")
  api.nvim_win_set_cursor(0, { to.lnum, 0 })
  vim.cmd('normal! zv^')
  local at = previews.current and previews.current.hunks[to.id]
  M.reveal(at and at.hunk)
end

---@return string? id of the hunk under the cursor
local function here()
  local lnum, preview, above = fn.line('.'), previews.current, nil
  for _, place in ipairs(draw.places(api.nvim_get_current_buf())) do
    local at = preview and preview.hunks[place.id]
    if at then
      if lnum >= place.lnum and lnum < place.lnum + math.max(#at.hunk.old, 1) then return place.id end
      -- Lines that are only put in are shown below the line before.
      if #at.hunk.old == 0 and lnum == place.lnum - 1 then above = place.id end
    end
  end
  return above
end

---Decides about the hunk under the cursor.
---@param what coder.Decision
function M.decide(what)
  local id = here()
  if not id then return notify.info('no hunk here') end
  require('coder.refactor.act').decide(assert(previews.current), { id }, what)
end

return M
