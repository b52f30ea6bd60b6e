---Why an answer is from where it is: kept with its heading, shown in a float.
local api = vim.api

local M = {}

local ns = api.nvim_create_namespace('coder.ask.reasons')

---Keeps the reasons for the answer whose heading is in row `row`.
---@param chat coder.Chat
---@param row integer
---@param begin coder.event.ask_begin
function M.keep(chat, row, begin)
  local opts = { end_row = row, end_col = #begin.heading, invalidate = true }
  local id = api.nvim_buf_set_extmark(chat.buf, ns, row, 0, opts)
  chat.reasons[id] = begin
end

---An answer that lists the best places in the repository, for want of a model.
---@param begin coder.event.ask_begin
---@return boolean
function M.without_model(begin) return vim.endswith(begin.heading, ' · no model') end

---@param chat coder.Chat
---@return coder.event.ask_begin? of the answer whose heading the cursor is on; redo does not bring it back
local function here(chat)
  local row = api.nvim_win_get_cursor(0)[1] - 1
  for _, mark in ipairs(api.nvim_buf_get_extmarks(chat.buf, ns, { row, 0 }, { row, -1 }, { details = true })) do
    if not mark[4].invalid then return chat.reasons[mark[1]] end
  end
end

---Shows those of the answer whose heading the cursor is on, in a float as of |vim.lsp.buf.hover()|: called again it
---goes there, any move closes it.
function M.show()
  local chat = require('coder.ask.chat').of(api.nvim_get_current_buf())
  local begin = chat and here(chat)
  if not begin then return require('coder.notify').info('why this lane has answered is not known any more') end
  local none = M.without_model(begin)
  local lines = { none and 'why no model has answered:' or ('why %s (%s lane):'):format(begin.model, begin.lane) }
  for _, reason in ipairs(begin.reasons) do lines[#lines + 1] = '- ' .. (reason:gsub('%s+', ' ')) end
  if begin.instead then lines[#lines + 1] = '- ' .. (begin.instead:gsub('%s+', ' ')) end
  if begin.private_text then lines[#lines + 1] = '- private text: trusted lanes only' end
  if not lines[2] then lines[2] = '- nothing is known' end
  if begin.context[1] then
    local items = require('coder.ask.items')
    local tokens = items.tokens(begin.context)
    local about = tokens > 0 and (', about %s tokens'):format(items.count(tokens)) or ''
    vim.list_extend(lines, { '', 'context' .. about .. ':' })
    for _, item in ipairs(begin.context) do lines[#lines + 1] = '- ' .. items.describe(item) end
  end
  local buf, win = vim.lsp.util.open_floating_preview(lines, '', {
    border = require('coder.config').current.ask.border, focus_id = 'coder.reasons', wrap = true,
    max_width = math.max(vim.o.columns - 4, 20),
  })
  vim.wo[win].linebreak = true
  require('coder.ask.places').map(buf, chat, begin.root)
end

return M
