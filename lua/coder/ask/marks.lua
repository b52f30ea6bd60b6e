---Virtual lines in a chat buffer: what is shown there and is not its text.
local api = vim.api

local M = {}

local ns = api.nvim_create_namespace('coder.ask.virtual')

for name, link in pairs({ CoderContext = 'Comment', CoderNote = 'DiagnosticWarn', CoderError = 'DiagnosticError' }) do
  api.nvim_set_hl(0, name, { default = true, link = link })
end

---Virtual lines do not wrap by themselves.
---@param buf integer
---@param text string
---@return string[] lines that fit the narrowest window on the buffer
function M.wrap(buf, text)
  local width, out = 80, {}
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do width = math.min(width, api.nvim_win_get_width(win) - 1) end
  for _, line in ipairs(vim.split(text, '\n', { plain = true })) do
    local current = ''
    for word in line:gmatch('%S+') do
      local longer = current == '' and word or current .. ' ' .. word
      if current ~= '' and vim.fn.strdisplaywidth(longer) > width then
        out[#out + 1] = current
        current = word
      else
        current = longer
      end
    end
    out[#out + 1] = current
  end
  return out
end

---Shows `lines` below row `row`. They go when that line goes.
---@param buf integer
---@param row integer
---@param lines string[]
---@param hl string
function M.below(buf, row, lines, hl)
  local length = #(api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or '')
  api.nvim_buf_set_extmark(buf, ns, row, 0, {
    end_row = row, end_col = length, invalidate = length > 0, undo_restore = length > 0,
    virt_lines = vim.tbl_map(function(line) return { { line, hl } } end, lines),
  })
end

---Takes away what is shown from `row` on.
---@param buf integer
---@param row integer
function M.clear(buf, row) api.nvim_buf_clear_namespace(buf, ns, row, -1) end

---@param items { path: string, first: integer, last: integer, dropped?: string }[]
---@return string? one line that lists the context; nil when there is none
function M.context_line(items)
  local out = {}
  for _, item in ipairs(items) do
    local lines = item.last > 0 and (':%d-%d'):format(item.first, item.last) or ''
    out[#out + 1] = item.dropped and ('%s dropped (%s)'):format(item.path, item.dropped) or item.path .. lines
  end
  return #out > 0 and 'context: ' .. table.concat(out, ', ') or nil
end

return M
