---Completion of the words that name context, in a chat buffer: a menu as soon as one is begun, and 'completefunc'. The
---backend knows the words; its answer counts only if the cursor is still where it was asked for.
local api, fn = vim.api, vim.fn
local around = require('coder.ask.around')
local backend = require('coder.backend')
local buffers = require('coder.buffers')
local chats = require('coder.ask.chat')
local compat = require('coder.compat')
local fences = require('coder.ask.fences')
local sections = require('coder.ask.sections')

local M = {}

---@class coder.MentionAt a word that is being written
---@field buf integer
---@field row integer 1-based
---@field start integer byte column of its "#", 1-based
---@field lead string what is there of it

---@type coder.MentionAt? asked for last
local asked
---@type coder.MentionAt? whose menu is open
local menu
---@type coder.MentionAt? that was taken from the menu as it is
local taken
---@type fun()? sets 'completeopt' to what it was before the menu
local restore
local opening = false

---@param a coder.MentionAt?
---@param b coder.MentionAt?
---@return boolean
local function same(a, b)
  return a ~= nil and b ~= nil and a.buf == b.buf and a.row == b.row and a.start == b.start and a.lead == b.lead
end

-- A word begins after a blank or a bracket; a name in double quotes may hold blanks.
local forms = { '()#%a*$', '()#%a+:%S*$', '()#%a+:"[^"]*$' }

---@param before string
---@param start integer
---@return boolean
local function may_begin(before, start)
  return start == 1 or before:sub(start - 1, start - 1):find('[%s(%[{]') ~= nil
end

---@param before string
---@return integer? start
local function start_of(before)
  for _, form in ipairs(forms) do
    local start = before:match(form)
    if start and may_begin(before, start) then return start end
  end
end

---Whether words count in this line: it belongs to a question, and not to a code block there.
---@param row integer of the cursor
---@return boolean
local function counts(row)
  local lines = api.nvim_buf_get_lines(0, 0, row, false)
  for i = row, 1, -1 do
    local kind = lines[i]:find('^%s*##') and sections.kind(lines[i])
    if kind == 'coder' or (kind and i == row) then return false end
    if kind then return not fences.block(vim.list_slice(lines, i + 1), row - i) end
  end
  return false
end

---The word left of the cursor.
---@param manual? boolean where none has begun, one may begin here
---@return coder.MentionAt?
local function here(manual)
  local row, col = unpack(api.nvim_win_get_cursor(0))
  local before = api.nvim_get_current_line():sub(1, col)
  local start = start_of(before)
  local lead = start and before:sub(start) or '#'
  if not start then
    start = manual and may_begin(before, col + 1) and col + 1 or nil
    if not start then return end
  end
  local ticks = select(2, before:sub(1, start - 1):gsub('`', ''))
  if ticks % 2 == 1 or not counts(row) then return end
  return { buf = api.nvim_get_current_buf(), row = row, start = start, lead = lead }
end

-- Only while a menu is open.
local group = api.nvim_create_augroup('coder.complete', {})

local function over()
  if opening then return end
  local word = vim.v.completed_item.word or ''
  -- After a colon a name is to follow.
  if menu and word:find('[^:]$') then taken = vim.tbl_extend('force', menu, { lead = word }) end
  menu = nil
  if restore then restore() end
  restore = nil
  api.nvim_clear_autocmds({ group = group })
end

---@param word coder.MentionAt
---@param items { word: string, info: string }[]
local function open(word, items)
  local matches = vim.tbl_map(function(item)
    -- What is typed on is asked for anew, so nothing is to be filtered away meanwhile.
    return { word = item.word, menu = item.info, equal = 1, dup = 1 }
  end, items)
  if not restore then
    restore = compat.quiet_menu()
    api.nvim_create_autocmd({ 'CompleteDone', 'InsertLeave' }, { group = group, buffer = word.buf, callback = over })
  end
  opening = true
  local ok = pcall(fn.complete, word.start, matches) -- fails where text is locked
  opening = false
  menu = word
  if not ok or not items[1] then over() end
end

---@param chat coder.Chat
---@param word coder.MentionAt
---@param manual boolean
local function ask(chat, word, manual)
  asked = word
  local source = around.source(chat)
  -- Its project is the one whose files and symbols are meant.
  if source and not buffers.attached(source) then buffers.attach(source, nil, true) end
  backend.call('mention', { lead = word.lead, source = source }, function(err, result)
    if asked ~= word or api.nvim_get_current_buf() ~= word.buf then return end
    if err then
      if manual then require('coder.notify').error(err) end
      return
    end
    if not api.nvim_get_mode().mode:find('^i') or not same(here(manual), word) then return end
    local items = result.items
    if #items == 1 and items[1].word == word.lead then items = {} end
    if items[1] or menu then open(word, items) end
  end, not manual)
end

---The text left of the cursor has changed.
---@param chat coder.Chat
function M.typed(chat)
  if not require('coder.config').current.ask.complete then return end
  local word = here()
  if not word then
    asked, taken = nil, nil
    return
  end
  if fn.reg_recording() ~= '' or fn.reg_executing() ~= '' then return end
  -- Another menu has the place; in ours, an item that is tried is no text that was typed.
  if fn.pumvisible() == 1 then
    if not menu or fn.complete_info({ 'selected' }).selected >= 0 then return end
  elseif require('coder.ghost.spot').menu() then
    return
  end
  if same(word, asked) or same(word, taken) then return end
  ask(chat, word, false)
end

---'completefunc': the menu opens when the answer is there.
---@param findstart 0|1
---@return integer|table
function M.func(findstart)
  if findstart == 0 then return {} end
  local chat, word = chats.of(api.nvim_get_current_buf()), here(true)
  if chat and word then ask(chat, word, true) end
  return -3 -- no completion, and no message
end

return M
