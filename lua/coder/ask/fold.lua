---Reasoning is folded away as soon as it has ended. Manual folds belong to windows, so they are made
---again in every window that shows the chat.
local api = vim.api

local M = {}

local ns = api.nvim_create_namespace('coder.ask.reasoning')

---@param win integer
---@param first integer 1-based
---@param last integer
local function fold(win, first, last)
  if vim.wo[win].foldmethod ~= 'manual' then return end
  api.nvim_win_call(win, function()
    if vim.fn.foldlevel(first) == 0 then pcall(vim.cmd.fold, { range = { first, last } }) end
  end)
end

---Remembers rows `first` to `last` as reasoning and folds them.
---@param buf integer
---@param first integer 0-based
---@param last integer
function M.add(buf, first, last)
  api.nvim_buf_set_extmark(buf, ns, first, 0, { end_row = last, end_col = 0 })
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do fold(win, first + 1, last + 1) end
end

---Folds what is to be folded in a window that has just opened on the chat.
---@param win integer
function M.apply(win)
  local buf = api.nvim_win_get_buf(win)
  for _, mark in ipairs(api.nvim_buf_get_extmarks(buf, ns, 0, -1, { details = true })) do
    local line = api.nvim_buf_get_lines(buf, mark[2], mark[2] + 1, false)[1]
    if line == '<think>' then fold(win, mark[2] + 1, mark[4].end_row + 1) end
  end
end

---'foldtext' of chat windows.
---@return string
function M.text()
  local first, last = vim.v.foldstart, vim.v.foldend
  local lines = api.nvim_buf_get_lines(0, first - 1, last, false)
  if lines[1] ~= '<think>' then return vim.fn.foldtext() end
  local inside = vim.list_slice(lines, 2, #lines - 1)
  local count = vim.fn.strchars(table.concat(inside, '\n'))
  return ('+-- reasoning: %d line%s, %d characters '):format(#inside, #inside == 1 and '' or 's', count)
end

return M
