---A page to read in a split below.
local api = vim.api

local M = {}

---@param buf integer
---@param lines string[]
local function fill(buf, lines)
  vim.bo[buf].modifiable = true
  api.nvim_buf_set_lines(buf, 0, -1, true, lines)
  vim.bo[buf].modifiable = false
end

---@param lines string[]
---@return integer height
local function height_for(lines) return math.min(#lines + 1, math.floor(vim.o.lines / 2)) end

---Grows with its page, unless the user has given it another height.
---@param win integer
---@param lines string[]
local function grow(win, lines)
  local height = height_for(lines)
  if api.nvim_win_get_height(win) ~= vim.w[win].coder_height or height <= vim.w[win].coder_height then return end
  api.nvim_win_set_height(win, height)
  vim.w[win].coder_height = api.nvim_win_get_height(win)
end

---@param name string
---@return integer? buf of the page called `name`
local function find(name)
  local buf = vim.fn.bufnr('^' .. name .. '$')
  return buf >= 0 and buf or nil
end

---Shows `lines` in the page called `name`, in its window if it has one.
---@param name string
---@param lines string[]
---@param opts? { prepare?: fun(buf: integer), nowrap?: boolean } `prepare` is called with a new page
---@return integer buf
function M.show(name, lines, opts)
  local buf = find(name)
  opts = opts or {}
  if not buf then
    buf = api.nvim_create_buf(false, true)
    api.nvim_buf_set_name(buf, name)
    vim.bo[buf].bufhidden = 'wipe'
    -- Back to where the page was asked for, which is not always the window next to it.
    local close = '<Cmd>execute "wincmd p |" winnr() .. "close"<CR>'
    vim.keymap.set('n', 'q', close, { buffer = buf, nowait = true, silent = true, desc = 'coder: close' })
    if opts.prepare then opts.prepare(buf) end
  end
  fill(buf, lines)
  local win = vim.fn.bufwinid(buf)
  if win >= 0 then
    api.nvim_set_current_win(win)
    grow(win, lines)
  else
    win = api.nvim_open_win(buf, true, { split = 'below', win = -1, height = height_for(lines) })
    vim.w[win].coder_height = api.nvim_win_get_height(win)
    if opts.nowrap then api.nvim_set_option_value('wrap', false, { win = win, scope = 'local' }) end
  end
  return buf
end

---@param name string
---@return integer? buf of the page called `name` if a window shows it
function M.shown(name)
  local buf = find(name)
  return buf and #vim.fn.win_findbuf(buf) > 0 and buf or nil
end

---Puts `lines` into the page called `name` if it is shown; the cursor stays where it is.
---@param name string
---@param lines string[]
---@return integer? buf
function M.update(name, lines)
  local buf = M.shown(name)
  if not buf then return end
  fill(buf, lines)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do grow(win, lines) end
  return buf
end

return M
