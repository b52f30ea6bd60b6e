---A page to read in a split below.
local api = vim.api

local M = {}

---Shows `lines` in the page called `name`, in its window if it has one.
---@param name string
---@param lines string[]
function M.show(name, lines)
  local buf = vim.fn.bufnr('^' .. name .. '$')
  if buf < 0 then
    buf = api.nvim_create_buf(false, true)
    api.nvim_buf_set_name(buf, name)
    vim.bo[buf].bufhidden = 'wipe'
    vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = buf, nowait = true, silent = true, desc = 'coder: close' })
  end
  vim.bo[buf].modifiable = true
  api.nvim_buf_set_lines(buf, 0, -1, true, lines)
  vim.bo[buf].modifiable = false
  local win = vim.fn.bufwinid(buf)
  if win >= 0 then return api.nvim_set_current_win(win) end
  local height = math.min(#lines + 1, math.floor(vim.o.lines / 2))
  api.nvim_open_win(buf, true, { split = 'below', win = -1, height = height })
end

return M
