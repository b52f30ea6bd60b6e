---Conversations: one buffer each.
local api = vim.api
local compat = require('coder.compat')
local edit = require('coder.ask.edit')
local sections = require('coder.ask.sections')

local M = {}

---@class coder.Chat
---@field buf integer
---@field number integer
---@field source? integer the file the user last asked from
---@field line? integer where the user was in it
---@field definitions? { path: string, line: integer }[] of what was under the cursor there, by language servers
---@field looked_up? table the request for these
---@field root? string where relative paths of its last answer begin
---@field pinned string[] words of context that go along with every question
---@field without string[] paths that are not gathered for it any more
---@field removed coder.Removal[] what was taken away, in that order
---@field changes coder.Change[] of ours, not made yet
---@field tick? integer changedtick after our last change
---@field asking? { ended?: boolean } while a question is being asked or answered, and the answer not all written
---@field id? integer the backend's name for that answer
---@field begun? boolean its heading is there
---@field question? integer extmark at the heading of the question being asked
---@field answer? coder.Answer where it is being written
---@field queued? boolean a question was written meanwhile
---@field model? string
---@field lane? string of the last answer
---@field private? boolean private text went into it: it is from a trusted lane
---@field reasons table<integer, coder.event.ask_begin> of each answer, by the extmark on its heading
---@field bar coder.BarPart[] what its winbar says after model, lane and label
---@field wait? { what: string }
---@field since? integer
---@field timer? uv.uv_timer_t

---@type coder.Chat[]
local chats = {}

---@type coder.Chat? used last
M.last = nil

---@param buf integer
---@return coder.Chat?
function M.of(buf)
  for _, chat in ipairs(chats) do
    if chat.buf == buf then return chat end
  end
end

---Those that can be gone on with, the newest first.
---@return coder.Chat[]
function M.list()
  local out = vim.tbl_filter(function(chat) return api.nvim_buf_is_loaded(chat.buf) end, chats)
  table.sort(out, function(a, b) return a.number > b.number end)
  return out
end

---The first line the user wrote.
---@param chat coder.Chat
---@return string
function M.title(chat)
  for _, section in ipairs(sections.list(chat.buf)) do
    if section.kind == 'you' and section.lines[1] then return section.lines[1] end
  end
  return '(nothing asked yet)'
end

---@param unload fun(chat: coder.Chat) called when its text goes
---@return coder.Chat
function M.create(unload)
  local buf = api.nvim_create_buf(false, true)
  local chat = {
    buf = buf, number = #chats + 1, changes = {}, reasons = {}, bar = {}, pinned = {}, without = {}, removed = {},
  }
  -- A restored session may hold a buffer of that name.
  while vim.fn.bufexists('coder://chat/' .. chat.number) == 1 do chat.number = chat.number + 1 end
  chats[#chats + 1] = chat
  api.nvim_buf_set_name(buf, 'coder://chat/' .. chat.number)
  vim.bo[buf].bufhidden = 'hide'
  vim.bo[buf].undolevels = -1
  api.nvim_buf_set_lines(buf, 0, -1, true, { sections.you, '', '' })
  vim.bo[buf].undolevels = -123456 -- the global value again
  local group = api.nvim_create_augroup('coder.chat.' .. chat.number, {})
  local function on(event, run)
    api.nvim_create_autocmd(event, { group = group, buffer = buf, callback = run })
  end
  on('BufWinEnter', function() require('coder.ask.window').prepare(chat, api.nvim_get_current_win()) end)
  on('BufEnter', function() M.last = chat end)
  on('BufUnload', function() unload(chat) end)
  on({ 'TextChangedI', 'TextChangedP' }, function() require('coder.ask.complete').typed(chat) end)
  vim.bo[buf].filetype = 'markdown'
  if vim.bo[buf].completefunc == '' then vim.bo[buf].completefunc = "v:lua.require'coder.ask.complete'.func" end
  compat.highlight(buf)
  M.last = chat
  return chat
end

---Sees to it that there is a section for the next question.
---@param chat coder.Chat
function M.ready(chat)
  local all = sections.list(chat.buf)
  local last = all[#all]
  if chat.asking or (last and last.kind == 'you') then return end
  edit.change(chat, {
    fresh = true,
    run = function() api.nvim_buf_set_lines(chat.buf, -1, -1, true, { '', sections.you, '', '' }) end,
  })
end

---Adds lines to the question that is being written.
---@param chat coder.Chat
---@param lines string[]
function M.write(chat, lines)
  edit.change(chat, { fresh = true, run = function()
    local all = sections.list(chat.buf)
    local last = all[#all]
    if last and last.kind == 'you' and not (chat.asking and not chat.begun) then
      api.nvim_buf_set_lines(chat.buf, last.last + 1, -1, true, vim.list_extend({ '' }, lines))
    else
      api.nvim_buf_set_lines(chat.buf, -1, -1, true, vim.list_extend({ '', sections.you, '' }, lines))
    end
  end })
end

return M
