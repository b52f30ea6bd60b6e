---The text of :CoderContext's page: what would go along with a question, a piece in each line.
local api = vim.api
local around = require('coder.ask.around')
local chats = require('coder.ask.chat')
local items = require('coder.ask.items')
local marks = require('coder.ask.marks')
local pins = require('coder.ask.pins')

local M = {}

-- Columns of what a piece goes along as, and of all that stands beside its place.
local FORM = 11
local BESIDE = 50

local hints = { '<CR> jump', 'x remove', 'u take back', 'a add', 'p pin', 'R refresh', 'q close' }

api.nvim_set_hl(0, 'CoderRemoved', { default = true, link = '@markup.strikethrough' })

---@class coder.ContextRow what a line is about: a piece and the word that pins it, or one of the others alone
---@field item? coder.ContextItem
---@field word? string that is pinned
---@field removal? coder.Removal

---@class coder.ContextPage
---@field lines string[]
---@field rows table<integer, coder.ContextRow> by line, 1-based
---@field looks { [1]: integer, [2]: integer, [3]: integer, [4]: string }[] line, columns (0-based), highlight

---@alias coder.Piece { [1]: string, [2]: string? } text, highlight

---@param text string
---@param width integer
---@return string in so many columns; of a longer one, its end
local function padded(text, width)
  local wide = vim.fn.strdisplaywidth(text)
  if wide <= width then return text .. (' '):rep(width - wide) end
  return '…' .. vim.fn.strcharpart(text, vim.fn.strchars(text) - width + 1)
end

---@param chat coder.Chat
---@param item coder.ContextItem
---@return string? word that pins it
local function pin_of(chat, item)
  if item.form ~= 'named' then return end
  for _, word in ipairs(chat.pinned) do
    if word == item.why or word == pins.word(item.path) then return word end
  end
end

---@param result coder.rpc.context.result
---@return coder.Piece[]
local function heading(result)
  local count = #vim.tbl_filter(function(item) return not item.dropped end, result.items)
  local sum = ('%d piece%s, %s tokens'):format(count, count == 1 and '' or 's', items.count(result.tokens))
  local room, keys = vim.o.columns - #sum - 1, ''
  for _, hint in ipairs(hints) do
    room = room - #hint - 3
    if room >= 0 then keys = ('%s · %s'):format(keys, hint) end
  end
  return { { sum, 'Title' }, { keys, 'CoderContext' } }
end

---@param chat coder.Chat
---@return string which question, and the file it would be asked from
local function about(chat)
  local text = 'with ' .. chats.title(chat)
  local source = around.source(chat)
  local name = source and api.nvim_buf_get_name(source) or ''
  return name ~= '' and ('%s, from %s'):format(text, vim.fn.fnamemodify(name, ':~:.')) or text
end

---@param form string
---@return coder.Piece
local function column(form) return { padded(form, FORM), 'CoderContext' } end

---@param item coder.ContextItem
---@param pinned boolean
---@param wide integer
---@return coder.Piece[]
local function line_of(item, pinned, wide)
  local form = pinned and 'pinned' or item.dropped and 'left out' or item.form or 'text'
  local tokens = item.tokens and items.count(item.tokens) or ''
  local out = { column(form), { ('%s %6s'):format(padded(items.place(item), wide), tokens) } }
  local gap = '  '
  if item.label ~= 'any' then
    out[3] = { gap .. marks.private_sign(true), 'CoderPrivate' }
    gap = ' '
  end
  local why = vim.trim(item.dropped or item.why or ''):gsub('%s+', ' ')
  if why ~= '' then out[#out + 1] = { gap .. why, item.dropped and 'CoderNote' or 'CoderContext' } end
  return out
end

---@param chat coder.Chat
---@param result coder.rpc.context.result
---@param add fun(pieces: coder.Piece[], row: coder.ContextRow)
local function list(chat, result, add)
  local wide, words, told = 0, {}, {}
  local most = math.max(vim.o.columns - BESIDE, 24)
  for i, item in ipairs(result.items) do
    wide = math.max(wide, math.min(vim.fn.strdisplaywidth(items.place(item)), most))
    words[i] = pin_of(chat, item)
    if words[i] then told[words[i]] = true end
  end
  -- Words that the backend does not say the pieces of.
  for _, word in ipairs(chat.pinned) do
    if not told[word] then add({ column('pinned'), { word } }, { word = word }) end
  end
  for i, item in ipairs(result.items) do
    add(line_of(item, words[i] ~= nil, wide), { item = item, word = words[i] })
  end
  for _, removal in ipairs(chat.removed) do
    add({ column('removed'), { removal.word or removal.path, 'CoderRemoved' } }, { removal = removal })
  end
end

---@param chat coder.Chat
---@param result coder.rpc.context.result? nil while nothing is known yet
---@param slow boolean it is being collected, which takes a while
---@return coder.ContextPage
function M.make(chat, result, slow)
  local page = { lines = {}, rows = {}, looks = {} }
  local function add(pieces, row)
    local line, at = '', #page.lines
    for _, piece in ipairs(pieces) do
      if piece[2] and piece[1] ~= '' then
        page.looks[#page.looks + 1] = { at, #line, #line + #piece[1], piece[2] }
      end
      line = line .. piece[1]
    end
    page.lines[at + 1], page.rows[at + 1] = line, row
  end
  if slow or not result then
    add({ { 'collecting what would go along ...', 'CoderNote' } })
  else
    add(heading(result))
  end
  if result and result.problem then
    for _, line in ipairs(marks.fill(result.problem, vim.o.columns)) do add({ { line, 'CoderError' } }) end
  end
  add({ { about(chat), 'CoderContext' } })
  if result then list(chat, result, add) end
  return page
end

return M
