---An answer that is being written: where its end is, and what is put there.
local api = vim.api
local edit = require('coder.ask.edit')
local fold = require('coder.ask.fold')
local marks = require('coder.ask.marks')
local reasons = require('coder.ask.reasons')
local sections = require('coder.ask.sections')

local M = {}

local ns = api.nvim_create_namespace('coder.ask.answer')

---@class coder.Answer
---@field heading string
---@field head integer extmark on the heading, invalid when that is gone
---@field mark integer extmark at the answer's end; text put in there by others comes after it
---@field think? integer extmark at the line `<think>` while reasoning arrives
---@field tool? boolean its last line says that a tool was called

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
---@return fun() fold to be called when what follows is there: a fold that ends where text is put in shrinks
local function close_reasoning(chat)
  local answer = chat.answer
  if not answer.think then return function() end end
  insert(chat, '\n</think>')
  local first, last = position(chat, answer.think), position(chat, answer.mark)
  answer.think = nil
  return function() fold.add(chat.buf, first, last) end
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

---Marks the heading, to see whether it is still there.
---@param buf integer
---@param row integer
---@param heading string
---@param id? integer
---@return integer
local function mark_heading(buf, row, heading, id)
  return api.nvim_buf_set_extmark(buf, ns, row, 0, { id = id, end_row = row, end_col = #heading, invalidate = true })
end

---Puts a heading below the question; the answer's place is below it.
---@param chat coder.Chat
---@param heading string
---@return integer row of the heading
local function place(chat, heading)
  local buf = chat.buf
  local row, more = below_question(chat)
  local lines = { heading, '', '' }
  if more then lines[4] = '' end
  local close = api.nvim_buf_get_lines(buf, row - 1, row, false)[1] ~= ''
  if close then table.insert(lines, 1, '') end
  api.nvim_buf_set_lines(buf, row, row, true, lines)
  if close then row = row + 1 end
  chat.answer = { heading = heading, head = mark_heading(buf, row, heading), mark = set_mark(buf, row + 2, 0) }
  return row
end

---@param chat coder.Chat
---@return integer? row of the heading; nil after an undo, or when it was deleted
local function heading_row(chat)
  local mark = api.nvim_buf_get_extmark_by_id(chat.buf, ns, chat.answer.head, { details = true })
  return not mark[3].invalid and mark[1] or nil
end

---What arrives after an undo, or after its place was deleted, starts again below the question.
---@param chat coder.Chat
local function ensure_place(chat)
  if not heading_row(chat) then place(chat, chat.answer.heading) end
end

---Another lane has taken over before anything was said: its heading instead of the one before.
---@param chat coder.Chat
---@param heading string
---@return integer row
local function replace(chat, heading)
  local row = heading_row(chat)
  if not row then return place(chat, heading) end
  marks.clear_heading(chat.buf, row)
  api.nvim_buf_set_lines(chat.buf, row, row + 1, true, { heading })
  chat.answer.heading = heading
  mark_heading(chat.buf, row, heading, chat.answer.head)
  return row
end

---Puts the heading of an answer below its question, or in place of the one that is there.
---@param chat coder.Chat
---@param begin coder.event.ask_begin
function M.begin(chat, begin)
  edit.change(chat, { fresh = not chat.begun, run = function()
    local row = chat.answer and replace(chat, begin.heading) or place(chat, begin.heading)
    marks.heading(chat.buf, row, begin)
    reasons.keep(chat, row, begin)
  end })
end

---@param chat coder.Chat
---@param delta coder.event.ask_delta
function M.delta(chat, delta)
  edit.change(chat, { run = function()
    ensure_place(chat)
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
      local text = answer.tool and delta.text:gsub('^\n+', '') or delta.text
      if text == '' then return end
      local apart = answer.think or answer.tool
      local make_fold = close_reasoning(chat)
      insert(chat, apart and '\n\n' .. text or text)
      answer.tool = nil
      make_fold()
    end
  end })
end

---Says that a tool was called: a line of its own.
---@param chat coder.Chat
---@param tool coder.event.ask_tool
function M.tool(chat, tool)
  edit.change(chat, { run = function()
    ensure_place(chat)
    local answer = chat.answer
    local reasoned = answer.think
    local make_fold = close_reasoning(chat)
    if select(2, position(chat, answer.mark)) > 0 then
      insert(chat, answer.tool and not reasoned and '\n' or '\n\n')
    end
    insert(chat, tool.line)
    make_fold()
    marks.tool(chat.buf, (position(chat, answer.mark)), tool.refused)
    answer.tool = true
  end })
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
---@param done fun()
function M.finish(chat, note, done)
  edit.change(chat, { after = done, run = function()
    ensure_place(chat)
    local make_fold = close_reasoning(chat)
    local row, col = position(chat, chat.answer.mark)
    next_question(chat.buf, row, col)
    make_fold()
    if note then marks.below(chat.buf, row, marks.wrap(chat.buf, note.text), note.hl) end
    api.nvim_buf_clear_namespace(chat.buf, ns, 0, -1)
    chat.answer, chat.question = nil, nil
  end })
end

return M
