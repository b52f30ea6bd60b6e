---Keys in a chat buffer.
local M = {}

local sections = require('coder.ask.sections')

---Goes to the next heading, or the one before.
---@param flags string of |search()|
local function jump(flags)
  local count = vim.v.count1
  vim.cmd("normal! m'")
  for _ = 1, count do vim.fn.search(sections.heading, flags .. 'W') end
end

---@return integer? first, integer? last lines of the fenced code block under the cursor, without its fences
local function code_block()
  local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  local open, close = require('coder.ask.fences').block(lines, vim.fn.line('.'))
  if open then return open + 1, close and close - 1 or #lines end
end

local function yank()
  local first, last = code_block()
  if not first then return require('coder.notify').info('no code block under the cursor') end
  local lines = vim.api.nvim_buf_get_lines(0, first - 1, last, false)
  require('coder.yank').lines(vim.api.nvim_get_current_buf(), first, last)
  vim.fn.setreg(vim.v.register, lines, 'l')
  require('coder.notify').info(('%d lines yanked'):format(#lines))
end

---@param chat coder.Chat
local function apply(chat)
  local row = vim.fn.line('.') - 1
  local lines = sections.answer(chat.buf, row)
  if not lines then return require('coder.notify').info('no answer here') end
  local all = sections.list(chat.buf)
  local last = vim.iter(all):rev():find(function(section) return section.kind == 'coder' end)
  if chat.asking and chat.begun and last.head <= row then
    return require('coder.notify').info('the answer is still coming; <C-c> stops it')
  end
  require('coder').apply({
    text = table.concat(lines, '\n'), source = chat.source, label = require('coder.labels').of(chat.buf),
    name = 'an answer in ' .. vim.api.nvim_buf_get_name(chat.buf),
  })
end

---@param chat coder.Chat
---@param ask table the functions of coder.ask
function M.set(chat, ask)
  local function map(modes, key, run, desc, more)
    local opts = { buffer = chat.buf, nowait = true, silent = true, desc = 'coder: ' .. desc }
    vim.keymap.set(modes, key, run, vim.tbl_extend('force', opts, more or {}))
  end
  map('n', '<CR>', function() ask.send(chat) end, 'send')
  map({ 'n', 'i' }, '<C-s>', function()
    vim.cmd.stopinsert()
    ask.send(chat)
  end, 'send')
  map('n', '<C-c>', function() ask.stop(chat) end, 'stop the answer')
  map('n', 'gr', function() ask.again(chat, chat.lane) end, 'ask the last question again, on another lane')
  map('n', 'gR', function() ask.again(chat) end, 'ask the last question again')
  map('n', 'gy', yank, 'yank the code block')
  map('n', 'ga', function() apply(chat) end, 'preview the edits of the answer')
  map('n', 'K', function()
    local heading = vim.startswith(vim.api.nvim_get_current_line(), sections.coder)
    return heading and "<Cmd>lua require('coder.ask.reasons').show()<CR>" or 'K'
  end, 'why this lane, on a heading', { expr = true })
  require('coder.ask.places').map(chat.buf, chat)
  map('n', 'q', function() require('coder.ask.window').hide() end, 'hide the chat')
  map({ 'n', 'x' }, ']]', function() jump('') end, 'next section')
  map({ 'n', 'x' }, '[[', function() jump('b') end, 'previous section')
end

return M
