---What the user has added to the context of a conversation, and taken away from it.
local M = {}

---@class coder.Removal
---@field path? string that is not gathered any more
---@field word? string that was pinned

---@param list any[]
---@param value any
---@return boolean removed
local function take(list, value)
  for i, one in ipairs(list) do
    if vim.deep_equal(one, value) then
      table.remove(list, i)
      return true
    end
  end
  return false
end

---The word that names a file.
---@param path string
---@return string
function M.word(path)
  -- A full stop or a bracket at the end of a name would count as the sentence's.
  local plain = not path:find('%s') and path:find('[%w_/*+~-]$')
  return plain and '#file:' .. path or ('#file:"%s"'):format(path)
end

---@param text string as typed; a name in double quotes may hold blanks
---@return string[] words
function M.split(text)
  local out, at = {}, 1
  while true do
    at = text:find('%S', at)
    if not at then return out end
    local to = select(2, text:find('^#%a+:"[^"]*"', at)) or select(2, text:find('^%S+', at))
    out[#out + 1] = text:sub(at, to)
    at = to + 1
  end
end

---@param chat coder.Chat
---@param word string
---@return boolean new
function M.pin(chat, word)
  take(chat.removed, { word = word })
  if vim.tbl_contains(chat.pinned, word) then return false end
  table.insert(chat.pinned, word)
  return true
end

---Takes back a pin, as if it had never been.
---@param chat coder.Chat
---@param word string
function M.unpin(chat, word) take(chat.pinned, word) end

---@param chat coder.Chat
---@param removal coder.Removal
function M.remove(chat, removal)
  if removal.word and not take(chat.pinned, removal.word) then return end
  if removal.path then
    if vim.tbl_contains(chat.without, removal.path) then return end
    table.insert(chat.without, removal.path)
  end
  table.insert(chat.removed, removal)
end

---Takes back a removal.
---@param chat coder.Chat
---@param removal coder.Removal
function M.restore(chat, removal)
  take(chat.removed, removal)
  if removal.path then take(chat.without, removal.path) end
  if removal.word then M.pin(chat, removal.word) end
end

---@param chat coder.Chat
function M.clear(chat) chat.pinned, chat.without, chat.removed = {}, {}, {} end

return M
