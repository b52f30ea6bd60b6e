---Folds in the list of hunks: one for each file, which the user's opening and closing outlives every update.
local api, fn = vim.api, vim.fn
local page = require('coder.refactor.page')
local spots = require('coder.refactor.spots')

local M = {}

---'foldtext' of the list.
---@return string
function M.text()
  local line = api.nvim_buf_get_lines(0, vim.v.foldstart - 1, vim.v.foldstart, true)[1]
  return ('%s  +-- %d lines '):format(line, vim.v.foldend - vim.v.foldstart)
end

---@param it coder.ListPage
---@param run fun(block: coder.PageBlock, lnum: integer)
local function each_file(it, run)
  local base = 0
  for _, block in ipairs(it.blocks) do
    if block.path ~= '' and #block.lines > 1 then run(block, base + 1) end
    base = base + #block.lines
  end
end

---Remembers in `it` which folds of the current window are closed.
---@param it coder.ListPage
function M.note(it)
  if not vim.wo.foldenable or vim.wo.foldmethod ~= 'expr' then return end
  each_file(it, function(block, lnum) it.closed[block.path] = fn.foldclosed(lnum) ~= -1 end)
end

---Neovim 0.12 loses the last line of a fold now and then when lines near by change. Setting the option has it look at
---all lines again, which takes its time.
---@param it coder.ListPage
local function mend(it)
  local whole = true
  each_file(it, function(block, lnum) whole = whole and fn.foldlevel(lnum + #block.lines - 1) > 0 end)
  if whole then return end
  api.nvim_set_option_value('foldexpr', vim.wo.foldexpr, { win = api.nvim_get_current_win(), scope = 'local' })
end

---Has the folds of the current window as `it` remembers them.
---@param it coder.ListPage
function M.set(it)
  if not vim.wo.foldenable or vim.wo.foldmethod ~= 'expr' then return end
  mend(it)
  local here = spots.at(it.blocks, fn.line('.'))
  each_file(it, function(block, lnum)
    if not it.begun[block.path] and #block.lines > page.LONG then
      it.begun[block.path] = true
      if here and here.path ~= block.path then it.closed[block.path] = true end
    end
    local closed = it.closed[block.path] or false
    if closed == (fn.foldclosed(lnum) ~= -1) then return end
    pcall(vim.cmd, ('silent %d%s'):format(lnum, closed and 'foldclose' or 'foldopen'))
  end)
end

return M
