---Words of context on the command line. Completion there cannot wait, so the backend is asked ahead: for each state of
---the line while it is typed.
local api = vim.api
local around = require('coder.ask.around')
local backend = require('coder.backend')
local buffers = require('coder.buffers')
local chats = require('coder.ask.chat')

local M = {}

-- An answer is good for so long: files come and go.
local FRESH_MS = 5000

---@class coder.MentionAnswer
---@field lead string
---@field words string[] none while they are asked for
---@field at integer ms

---@type coder.MentionAnswer the last one
local answer = { lead = '', words = {}, at = -FRESH_MS }
---@type coder.MentionAnswer? asked for, not there yet
local asked

---@param lead string
---@param callback coder.Callback
---@param quiet boolean
local function call(lead, callback, quiet)
  local buf = api.nvim_get_current_buf()
  local source = around.source({ source = buffers.is_file(buf) and buf or (chats.last or {}).source })
  if source and not buffers.attached(source) then buffers.attach(source, nil, true) end
  backend.call('mention', { lead = lead, source = source }, callback, quiet)
end

---Asks for the words that `lead` may become.
---@param lead string
function M.ahead(lead)
  local now = vim.uv.now()
  if asked and asked.lead == lead or (not asked and answer.lead == lead and now - answer.at < FRESH_MS) then return end
  local this = { lead = lead, words = {}, at = now }
  asked = this
  call(lead, function(_, result)
    if asked ~= this then return end
    asked = nil
    if not result then return end
    this.words = vim.tbl_map(function(item) return item.word end, result.items)
    answer = this
  end, true)
end

---@param before string of the command line, left of the cursor
function M.typed(before)
  local lead = before:match('%S*$')
  if lead == '' or vim.startswith(lead, '#') then M.ahead(lead == '' and '#' or lead) end
end

---Words that `lead` may become, as far as they are known by now.
---@param lead string
---@return string[]
function M.complete(lead)
  if lead == '' then lead = '#' end
  M.ahead(lead)
  if answer.lead == lead then return answer.words end
  return vim.tbl_filter(function(word) return vim.startswith(word, lead) end, answer.words)
end

---Looks whether these are words of context. Whether there is what they name is said by the backend later.
---@param words string[]
---@param done fun(wrong: string[]) gets those that are none; the user is told of the first
function M.check(words, done)
  local notify = require('coder.notify')
  call('#', function(err, result)
    if err then return notify.error(err) end
    local known = vim.tbl_map(function(item) return item.word end, result.items)
    local wrong = vim.tbl_filter(function(word)
      local stem, name = word:match('^(#%a+:?)(.*)$')
      return not (stem and vim.tbl_contains(known, stem) and (name ~= '') == vim.endswith(stem, ':'))
    end, words)
    if wrong[1] then
      local hint = 'There are ' .. table.concat(known, ' ')
      notify.error({ message = ('%s is no word of context'):format(wrong[1]), hint = hint })
    end
    done(wrong)
  end, false)
end

return M
