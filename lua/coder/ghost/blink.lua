---A provider for blink.cmp: `providers = { coder = { name = 'coder', module = 'coder.ghost.blink', async = true } }`.
local source = require('coder.ghost.source')

local M = {}
M.__index = M

function M.new() return setmetatable({}, M) end

function M.enabled() return source.available(vim.api.nvim_get_current_buf()) end

---@param context { bufnr: integer, cursor: { [1]: integer, [2]: integer } } line 1-based
---@param callback fun(response: table)
---@return fun() cancel
function M.get_completions(_, context, callback)
  local buf, line, col = context.bufnr, context.cursor[1] - 1, context.cursor[2]
  return source.request(buf, line, col, function(text)
    callback({
      is_incomplete_forward = true, is_incomplete_backward = true,
      items = text and { source.item(buf, line, col, text) } or {},
    })
  end)
end

return M
