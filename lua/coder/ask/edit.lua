---Changes to a chat buffer by us: in order, joined into one undo block as long as nobody else changes
---the buffer in between, and followed by every window whose cursor was on the last line.
local api = vim.api

local M = {}

local RETRY_MS = 30

---@param buf integer
---@return integer row, integer col end of the buffer
function M.end_of(buf)
  local row = api.nvim_buf_line_count(buf) - 1
  return row, #api.nvim_buf_get_lines(buf, row, row + 1, true)[1]
end

---@param buf integer
---@return { [1]: integer, [2]: integer }[] windows with the cursor on the last line, and its distance from the end
local function followers(buf)
  local out, row, col = {}, nil, nil
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    if not row then row, col = M.end_of(buf) end
    local cursor = api.nvim_win_get_cursor(win)
    if cursor[1] == row + 1 then out[#out + 1] = { win, col - cursor[2] } end
  end
  return out
end

---@param buf integer
---@param windows { [1]: integer, [2]: integer }[]
local function follow(buf, windows)
  if #windows == 0 then return end
  local row, col = M.end_of(buf)
  for _, w in ipairs(windows) do pcall(api.nvim_win_set_cursor, w[1], { row + 1, math.max(col - w[2], 0) }) end
end

---The next change joins the last one's undo block, or starts one of its own.
---@param chat coder.Chat
local function undo_block(chat)
  local buf = chat.buf
  if chat.tick == api.nvim_buf_get_changedtick(buf) then
    -- Fails after an undo; then it is a block of its own.
    if buf == api.nvim_get_current_buf() then return pcall(vim.cmd.undojoin) end
    return pcall(api.nvim_buf_call, buf, vim.cmd.undojoin)
  end
  -- Setting the option ends an open block (the user may be typing in the buffer).
  vim.bo[buf].undolevels = vim.bo[buf].undolevels
end

---@param chat coder.Chat
---@param change coder.Change
---@return boolean done false when the text is locked now
local function apply(chat, change)
  local buf = chat.buf
  if change.fresh then chat.tick = nil end
  local locked = not vim.bo[buf].modifiable
  if locked then vim.bo[buf].modifiable = true end
  local windows = followers(buf)
  undo_block(chat)
  local done, err = pcall(change.run)
  follow(buf, windows)
  if locked then vim.bo[buf].modifiable = false end
  chat.tick = api.nvim_buf_get_changedtick(buf)
  if done then return true end
  -- E565: textlock, as in an expression mapping that waits for a key. Anything else is a defect.
  if tostring(err):find('E565', 1, true) then return false end
  require('coder.notify').error(tostring(err))
  return true
end

---@param chat coder.Chat
local function drain(chat)
  while chat.changes[1] do
    if not api.nvim_buf_is_loaded(chat.buf) then
      chat.changes = {}
      return
    end
    if not apply(chat, chat.changes[1]) then
      return vim.defer_fn(function() drain(chat) end, RETRY_MS)
    end
    local after = table.remove(chat.changes, 1).after
    if after then after() end
  end
end

---@class coder.Change
---@field run fun() changes the buffer
---@field fresh? boolean starts an undo block
---@field after? fun() called when it is done

---Makes a change now or, where text is locked, as soon as that is over.
---@param chat coder.Chat
---@param change coder.Change
function M.change(chat, change)
  table.insert(chat.changes, change)
  if #chat.changes == 1 then drain(chat) end
end

return M
