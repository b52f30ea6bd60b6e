---The ghost on screen and whether it still fits what has been typed: plain comparison, nothing else.
local api = vim.api

local M = {}

---@class coder.Ghost
---@field buf integer
---@field tick integer state of the buffer it fits
---@field line integer 0-based
---@field col integer byte column
---@field id integer of the suggestion
---@field text string what is left of it
---@field index integer
---@field count integer
---@field more boolean still growing
---@field before string text of the line left of it
---@field rest string text of the line right of it
---@field lines integer of the buffer
---@field changed boolean follow() has trimmed it
---@type coder.Ghost?
M.ghost = nil

---@param now coder.event.ghost_show for the current state of the current buffer
---@return boolean changed what is on screen changes
function M.set(now)
  local old = M.ghost
  local same = old and old.tick == now.tick and old.line == now.line and old.col == now.col and old.buf == now.buf
  local unchanged = same and old.text == now.text
  if not same then
    local text = api.nvim_get_current_line()
    old = { before = text:sub(1, now.col), rest = text:sub(now.col + 1), lines = api.nvim_buf_line_count(now.buf) }
    old.buf, old.tick, old.line, old.col = now.buf, now.tick, now.line, now.col
    M.ghost = old
  end
  old.id, old.text, old.more, old.index, old.count = now.id, now.text, now.more, now.index, now.count
  return not unchanged
end

---What has been put in between the ghost and the cursor, if nothing else has changed.
---@param ghost coder.Ghost
---@param line integer of the cursor
---@param col integer of the cursor
---@return string? typed, string? before text left of the cursor
local function typed(ghost, line, col)
  if line == ghost.line then
    local text = api.nvim_get_current_line()
    if col < ghost.col or #text ~= col + #ghost.rest then return end
    if text:sub(1, ghost.col) ~= ghost.before or text:sub(col + 1) ~= ghost.rest then return end
    return text:sub(ghost.col + 1, col), text:sub(1, col)
  end
  if line < ghost.line then return end
  local lines = api.nvim_buf_get_lines(ghost.buf, ghost.line, line + 1, false)
  local first, last = lines[1], lines[#lines]
  if first:sub(1, ghost.col) ~= ghost.before or last:sub(col + 1) ~= ghost.rest then return end
  lines[1], lines[#lines] = first:sub(ghost.col + 1), last:sub(1, col)
  return table.concat(lines, '\n'), lines[#lines]
end

---The cursor is there now: trims the ghost by what was typed along it.
---@param tick integer
---@param line integer
---@param col integer
---@return boolean fits
function M.follow(tick, line, col)
  local ghost = M.ghost
  ghost.changed = false
  if tick == ghost.tick then return line == ghost.line and col == ghost.col end
  local lines = api.nvim_buf_line_count(ghost.buf)
  if lines - ghost.lines ~= line - ghost.line then return false end
  local put, before = typed(ghost, line, col)
  if not put or ghost.text:sub(1, #put) ~= put then return false end
  ghost.changed = put ~= ''
  ghost.text = ghost.text:sub(#put + 1)
  ghost.tick, ghost.line, ghost.col, ghost.lines, ghost.before = tick, line, col, lines, before
  return true
end

return M
