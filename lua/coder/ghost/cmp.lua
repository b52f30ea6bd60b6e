---A source for nvim-cmp: `require('cmp').register_source('coder', require('coder.ghost.cmp').new())`.
local source = require('coder.ghost.source')

local M = {}
M.__index = M

function M.new() return setmetatable({}, M) end

function M.is_available() return source.available(vim.api.nvim_get_current_buf()) end

function M.get_debug_name() return 'coder' end

function M.get_position_encoding_kind() return 'utf-8' end

---@param params { context: { bufnr: integer, cursor: { row: integer, col: integer } } } 1-based
---@param callback fun(response: table)
function M:complete(params, callback)
  if self.cancel then self.cancel() end
  local buf, at = params.context.bufnr, params.context.cursor
  local line, col = at.row - 1, at.col - 1
  self.cancel = source.request(buf, line, col, function(text)
    callback({ isIncomplete = true, items = text and { source.item(buf, line, col, text) } or {} })
  end)
end

return M
