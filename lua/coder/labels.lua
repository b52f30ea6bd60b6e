---Labels of buffers: whether what they hold may go anywhere, or to trusted lanes only. Kept in the variable
---`b:coder_label`, so that they survive a crash of the backend.
local api = vim.api

local M = {}

local PRIVATE = 'local_only'

---@type fun(buf: integer)[]
local listeners = {}

---Calls `listener` when a buffer's label has changed.
---@param listener fun(buf: integer)
function M.on_change(listener) listeners[#listeners + 1] = listener end

---@param buf integer
---@return string? label nil where nothing is known
function M.of(buf)
  local label = vim.b[buf].coder_label
  return type(label) == 'string' and label or nil
end

---Joins `label` to what `buf` has held so far: once private, it stays so. A word we do not know counts as private.
---@param buf integer
---@param label string?
function M.join(buf, label)
  if not label or not api.nvim_buf_is_valid(buf) then return end
  local before = M.of(buf)
  local now = (label ~= 'any' or (before or 'any') ~= 'any') and PRIVATE or 'any'
  if now == before then return end
  vim.b[buf].coder_label = now
  for _, listener in ipairs(listeners) do listener(buf) end
end

return M
