---Windows on a chat buffer.
local api = vim.api
local bar = require('coder.ask.bar')
local chats = require('coder.ask.chat')
local fold = require('coder.ask.fold')

local M = {}

local options = {
  wrap = true, linebreak = true, list = false, number = false, relativenumber = false, signcolumn = 'no',
  colorcolumn = '', foldcolumn = '0', foldmethod = 'manual', foldenable = true,
  foldtext = "v:lua.require'coder.ask.fold'.text()",
}

---Makes a window that has just opened on the chat fit for it.
---@param chat coder.Chat
---@param win integer
function M.prepare(chat, win)
  for name, value in pairs(options) do api.nvim_set_option_value(name, value, { win = win, scope = 'local' }) end
  bar.apply(chat, win)
  fold.apply(win)
end

---@param size number cells, or below 1 a part of all
---@param all integer
---@return integer
local function cells(size, all)
  return math.max(1, math.floor(math.min(size < 1 and size * all or size, all)))
end

---@return vim.api.keyset.win_config
local function placement()
  local ask = require('coder.config').current.ask
  local width, height = cells(ask.width, vim.o.columns), cells(ask.height, vim.o.lines)
  if ask.position == 'right' then return { split = 'right', win = -1, width = width } end
  if ask.position == 'bottom' then return { split = 'below', win = -1, height = height } end
  width, height = math.min(width, vim.o.columns - 2), math.min(height, vim.o.lines - 4)
  return {
    relative = 'editor', border = ask.border, width = math.max(width, 1), height = math.max(height, 1),
    col = math.floor((vim.o.columns - width) / 2), row = math.max(math.floor((vim.o.lines - height) / 2) - 1, 0),
  }
end

---Goes to a window of this tab page that shows the chat, or makes one of it that shows another
---conversation, or opens one.
---@param chat coder.Chat
---@return boolean
function M.open(chat)
  local other
  for _, win in ipairs(api.nvim_tabpage_list_wins(0)) do
    local buf = api.nvim_win_get_buf(win)
    if buf == chat.buf then
      api.nvim_set_current_win(win)
      return true
    end
    if chats.of(buf) and not vim.wo[win].winfixbuf then other = win end
  end
  if other then
    api.nvim_set_current_win(other)
    api.nvim_win_set_buf(other, chat.buf)
    return true
  end
  local ok, err = pcall(api.nvim_open_win, chat.buf, true, placement())
  if not ok then
    local why = tostring(err):match('E%d+:.*') or tostring(err)
    require('coder.notify').error('no window for the chat here: ' .. why)
  end
  return ok
end

---Puts the cursor of the current window at the end of the chat, if it is there.
---@param chat coder.Chat
function M.to_end(chat)
  if api.nvim_get_current_buf() == chat.buf then
    api.nvim_win_set_cursor(0, { api.nvim_buf_line_count(chat.buf), vim.v.maxcol })
  end
end

---Closes the current window; the conversation goes on.
function M.hide()
  if pcall(api.nvim_win_close, 0, false) then return end
  -- The last window: show what was there before.
  local other = vim.fn.bufnr('#')
  if other > 0 and other ~= api.nvim_get_current_buf() and api.nvim_buf_is_loaded(other) then
    api.nvim_win_set_buf(0, other)
  else
    vim.cmd.enew()
  end
end

return M
