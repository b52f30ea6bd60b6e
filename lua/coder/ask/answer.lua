---An answer that is being written: where its end is, and what is put there.
local api = vim.api
local edit = require('coder.ask.edit')
local fold = require('coder.ask.fold')
local marks = require('coder.ask.marks')
local sections = require('coder.ask.sections')

local M = {}

local ns = api.nvim_create_namespace('coder.ask.answer')

---@class coder.Answer
---@field mark integer extmark at its end; text put in there by others comes after it
---@field think? integer extmark at the line `<think>` while reasoning arrives

---@param buf integer
---@param row integer
---@param col integer
---@param id? integer
---@return integer
local function set_mark(buf, row, col, id)
  return api.nvim_buf_set_extmark(buf, ns, row, col, { id = id, right_gravity = false, undo_restore = false })
end

---@param chat coder.Chat
---@param id integer
---@return integer row, integer col
local function position(chat, id)
  local mark = api.nvim_buf_get_extmark_by_id(chat.buf, ns, id, {})
  if mark[1] and mark[1] < api.nvim_buf_line_count(chat.buf) then return mark[1], mark[2] end
  return edit.end_of(chat.buf)
end

---@param chat coder.Chat
---@param text string
local function insert(chat, text)
  local row, col = position(chat, chat.answer.mark)
  local lines = vim.split(text, '\n', { plain = true })
  api.nvim_buf_set_text(chat.buf, row, col, row, col, lines)
  local last = #lines[#lines]
  set_mark(chat.buf, row + #lines - 1, #lines == 1 and col + last or last, chat.answer.mark)
end

---@param chat coder.Chat
local function close_reasoning(chat)
  local answer = chat.answer
  if not answer.think then return end
  insert(chat, '\n</think>')
  fold.add(chat.buf, (position(chat, answer.think)), (position(chat, answer.mark)))
  answer.think = nil
end

---Remembers which question is being asked: the answer's place is below it.
---@param chat coder.Chat
---@param row integer of the question's heading
function M.expect(chat, row) chat.question = set_mark(chat.buf, row, 0, chat.question) end

---@param chat coder.Chat
---@return integer row where the answer's heading goes, boolean more whether something follows there
local function below_question(chat)
  local head = position(chat, chat.question)
  local after = vim.iter(sections.list(chat.buf)):find(function(section) return section.head > head end)
  if after then return after.head, true end
  return api.nvim_buf_line_count(chat.buf), false
end

---Puts the heading below the question.
---@param chat coder.Chat
---@param begin coder.event.ask_begin
function M.begin(chat, begin)
  edit.change(chat, function()
    local buf = chat.buf
    local row, more = below_question(chat)
    local lines = { begin.heading, '', '' }
    if more then lines[4] = '' end
    local before = api.nvim_buf_get_lines(buf, row - 1, row, false)[1]
    if before ~= '' then table.insert(lines, 1, '') end
    api.nvim_buf_set_lines(buf, row, row, true, lines)
    local head = row + (before ~= '' and 1 or 0)
    chat.answer = { mark = set_mark(buf, head + 2, 0) }
    local context = marks.context_line(begin.context)
    if context then marks.below(buf, head, { context }, 'CoderContext') end
  end, true)
end

---@param chat coder.Chat
---@param delta coder.event.ask_delta
function M.delta(chat, delta)
  edit.change(chat, function()
    local answer = chat.answer
    if delta.reasoning then
      if not answer.think then
        if select(2, position(chat, answer.mark)) > 0 then insert(chat, '\n\n') end
        answer.think = set_mark(chat.buf, position(chat, answer.mark))
        insert(chat, '<think>\n')
      end
      insert(chat, delta.reasoning)
    end
    if delta.text then
      if answer.think then
        close_reasoning(chat)
        insert(chat, '\n\n')
      end
      insert(chat, delta.text)
    end
  end)
end

---Makes room for the next question below the answer: what the user has written there already is it.
---@param buf integer
---@param row integer end of the answer
---@param col integer
local function next_question(buf, row, col)
  local below = api.nvim_buf_get_lines(buf, row, -1, false)
  below[1] = below[1]:sub(col + 1)
  if vim.tbl_contains(below, sections.you) then return end
  local written = table.concat(below):find('%S')
  local blank = (not written or below[1] ~= '') and '' or nil
  api.nvim_buf_set_text(buf, row, col, row, col, { '', '', sections.you, '', blank })
end

---@param chat coder.Chat
---@param note? { text: string, hl: string } what to say below the answer
function M.finish(chat, note)
  edit.change(chat, function()
    close_reasoning(chat)
    local row, col = position(chat, chat.answer.mark)
    next_question(chat.buf, row, col)
    if note then marks.below(chat.buf, row, marks.wrap(chat.buf, note.text), note.hl) end
    api.nvim_buf_del_extmark(chat.buf, ns, chat.answer.mark)
    chat.answer = nil
  end)
end

return M
