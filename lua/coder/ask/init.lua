---The chat: from a question in the buffer to the answer below it.
local api = vim.api
local answer = require('coder.ask.answer')
local around = require('coder.ask.around')
local backend = require('coder.backend')
local bar = require('coder.ask.bar')
local buffers = require('coder.buffers')
local chats = require('coder.ask.chat')
local definitions = require('coder.ask.definitions')
local labels = require('coder.labels')
local marks = require('coder.ask.marks')
local notify = require('coder.notify')
local reasons = require('coder.ask.reasons')
local sections = require('coder.ask.sections')
local window = require('coder.ask.window')

local M = {}

local STOP_MS = 3000

---@type table<integer, coder.Chat> who gets the events of an answer
local answers = {}

---@param chat coder.Chat
---@return boolean
local function visible(chat)
  return vim.iter(api.nvim_tabpage_list_wins(0)):any(function(win) return api.nvim_win_get_buf(win) == chat.buf end)
end

---@param ended coder.event.ask_end
---@return { text: string, hl: string }?
local function note(ended)
  if ended.error then return { text = notify.text(ended.error), hl = 'CoderError' } end
  if ended.finish == 'length' then
    return { text = 'cut off: the limit of tokens was reached', hl = 'CoderNote' }
  end
  if ended.finish and ended.finish ~= 'stop' then return { text = ended.finish, hl = 'CoderNote' } end
end

---@param chat coder.Chat
---@param ended coder.event.ask_end
local function settled(chat, ended)
  chat.asking = nil
  bar.ended(chat, ended)
  if ended.error then notify.error(ended.error, visible(chat)) end
  local queued = chat.queued
  chat.queued = nil
  if queued and not ended.error then M.send(chat) end
end

---Nothing follows for this question, whatever became of it.
---@param chat coder.Chat
---@param ended coder.event.ask_end
local function finish(chat, ended)
  if not chat.asking or chat.asking.ended then return end
  if chat.id then answers[chat.id] = nil end
  local begun, said = chat.begun, note(ended)
  chat.asking.ended, chat.id, chat.begun = true, nil, nil
  if begun then return answer.finish(chat, said, function() settled(chat, ended) end) end
  if said then
    marks.below(chat.buf, api.nvim_buf_line_count(chat.buf) - 1, marks.wrap(chat.buf, said.text), said.hl)
  end
  settled(chat, ended)
end

---@param chat coder.Chat
local function send_stop(chat)
  local asking = chat.asking
  backend.call('stop', { id = chat.id }, function(err)
    if err then notify.error(err) end
  end)
  vim.defer_fn(function()
    if asking and chat.asking == asking then backend.give_up('does not stop an answer') end
  end, STOP_MS)
end

---Stops the answer of a chat; what arrived stays.
---@param chat coder.Chat
function M.stop(chat)
  if not chat.asking or chat.asking.ended then return notify.info('nothing to stop') end
  chat.queued = nil
  if chat.id then return send_stop(chat) end
  -- It has no name yet; it is stopped when it gets one.
  finish(chat, { finish = 'stopped' })
end

---Stops every answer.
---@param quiet? boolean something else was stopped already
function M.stop_all(quiet)
  local running = vim.tbl_filter(function(chat) return chat.asking end, chats.list())
  for _, chat in ipairs(running) do M.stop(chat) end
  if #running == 0 and not quiet then notify.info('nothing to stop') end
end

---Asks what is written in the last section.
---@param chat coder.Chat
---@param avoid? string lane that is not to answer, if there is another one
---@param task? string what it is for, if not for a question
function M.send(chat, avoid, task)
  if chat.asking then return notify.info('the answer is still coming; <C-c> stops it') end
  local asking = {}
  chat.asking = asking
  around.call('ask', chat, { avoid = avoid, task = task }, function(err, result)
    if chat.asking ~= asking then
      -- Stopped or wiped out meanwhile.
      if result then backend.call('stop', { id = result.id }, function() end) end
      return
    end
    if err then return finish(chat, { error = err }) end
    chat.id = result.id
    answers[chat.id] = chat
  end)
  local all = sections.list(chat.buf)
  local row = all[#all] and all[#all].head or 0
  answer.expect(chat, row)
  marks.clear(chat.buf, row)
  bar.wait(chat, 'sending')
end

---Asks the last question again.
---@param chat coder.Chat
---@param avoid? string lane that is not to answer, if there is another one
function M.again(chat, avoid)
  if chat.asking then return M.send(chat) end
  local all = sections.list(chat.buf)
  local asked = vim.iter(all):rev():find(function(s) return s.kind == 'you' and s.lines[1] end)
  if not asked then return notify.info('nothing has been asked yet') end
  if asked ~= all[#all] then chats.write(chat, asked.lines) end
  window.to_end(chat)
  M.send(chat, avoid)
end

---@param chat coder.Chat
---@param lines string[]
---@param send boolean
---@param task? string
local function compose(chat, lines, send, task)
  if #lines > 0 then chats.write(chat, lines) else chats.ready(chat) end
  window.to_end(chat)
  if not send then return end
  if chat.asking then
    chat.queued = true
    notify.info('asked as soon as the answer has ended')
  else
    M.send(chat, nil, task)
  end
end

---@param chat coder.Chat
---@param from integer buffer the user is in
local function set_source(chat, from)
  if not buffers.is_file(from) then return end
  chat.source, chat.line = from, api.nvim_win_get_cursor(0)[1]
  definitions.look_up(chat)
end

---@param chat coder.Chat
---@param opts coder.AskOpts
---@param from integer buffer the user is in
local function ask_in(chat, opts, from)
  set_source(chat, from)
  local line = api.nvim_win_get_cursor(0)[1]
  if not window.open(chat) then return end
  local question = opts.question and vim.split(opts.question, '\n', { plain = true }) or {}
  if not opts.first and not opts.task then return compose(chat, question, #question > 0) end
  buffers.attach(from)
  local range = {
    buf = from, first = opts.first, last = opts.last or opts.first, line = line, task = opts.task,
    language = opts.language, words = opts.words,
  }
  backend.call('quote', range, function(err, quote)
    if not api.nvim_buf_is_loaded(chat.buf) then return end
    if err then
      compose(chat, question, false)
      return notify.error(err)
    end
    labels.join(chat.buf, quote.label)
    -- A conversation quoted in another one takes along what it has held.
    if api.nvim_buf_is_valid(from) then labels.join(chat.buf, labels.of(from)) end
    if opts.task then return compose(chat, quote.lines, true, opts.task) end
    local lines = vim.list_extend(quote.lines, { '' })
    compose(chat, vim.list_extend(lines, question[1] and question or { '' }), #question > 0)
  end)
end

---The chat's text goes, and with it whatever is under way.
---@param chat coder.Chat
local function unload(chat)
  if chat.id then
    answers[chat.id] = nil
    backend.call('stop', { id = chat.id }, function() end)
  end
  chat.asking, chat.id, chat.begun, chat.queued = nil, nil, nil, nil
  chat.answer, chat.question, chat.changes, chat.reasons = nil, nil, {}, {}
  bar.clear(chat)
end

---@return coder.Chat
local function create()
  local chat = chats.create(unload)
  require('coder.ask.maps').set(chat, M)
  return chat
end

---The conversation that `from` is, or else the one used last, or a new one.
---@param from integer buffer the user is in
---@return coder.Chat
local function current(from)
  local chat = chats.of(from) or chats.last
  return chat and api.nvim_buf_is_loaded(chat.buf) and chat or chats.list()[1] or create()
end

---The same, about the file the user is in.
---@return coder.Chat
function M.current()
  local from = api.nvim_get_current_buf()
  local chat = current(from)
  set_source(chat, from)
  return chat
end

---@param opts coder.AskOpts
function M.ask(opts)
  local from = api.nvim_get_current_buf()
  backend.start() -- it gets ready while the window opens; what goes wrong is told by the first call
  if not opts.pick then return ask_in(current(from), opts, from) end
  local new = {}
  vim.ui.select(vim.list_extend({ new }, chats.list()), {
    prompt = 'Conversation',
    kind = 'coder.chat',
    format_item = function(chat) return chat == new and 'New conversation' or chats.title(chat) end,
  }, function(chat)
    if chat then ask_in(chat == new and create() or chat, opts, from) end
  end)
end

-- The reply to `ask` names the answer; its events follow.
backend.on('ask_begin', function(begin)
  local chat = answers[begin.id]
  if not chat then return end
  chat.model, chat.lane, chat.private = begin.model, begin.lane, begin.private_text
  chat.root = begin.root or chat.root
  if reasons.without_model(begin) then chat.model, chat.lane = begin.model .. ', no model', nil end
  labels.join(chat.buf, begin.label)
  answer.begin(chat, begin)
  chat.begun = true
  bar.show(chat)
end)

backend.on('ask_wait', function(wait)
  local chat = answers[wait.id]
  if chat then bar.wait(chat, wait.phase, wait.text) end
end)

backend.on('ask_delta', function(delta)
  local chat = answers[delta.id]
  if not chat or not chat.begun then return end
  if chat.wait then bar.answering(chat) end
  answer.delta(chat, delta)
end)

backend.on('ask_tool', function(tool)
  local chat = answers[tool.id]
  if not chat or not chat.begun then return end
  if chat.wait then bar.answering(chat) end
  answer.tool(chat, tool)
end)

backend.on('ask_end', function(ended)
  local chat = answers[ended.id]
  if chat then finish(chat, ended) end
end)

labels.on_change(function(buf)
  local chat = chats.of(buf)
  if chat then bar.show(chat) end
end)

api.nvim_create_autocmd('WinResized', {
  group = api.nvim_create_augroup('coder.ask', {}),
  callback = function() vim.iter(chats.list()):each(bar.show) end,
})

backend.on_lost(function(err)
  for _, chat in ipairs(chats.list()) do finish(chat, { error = err }) end
end)

return M
