---One whole suggestion for the cursor, for those who show it themselves: completion menus and Neovim's own
---inline completion.
local api, fn = vim.api, vim.fn
local backend = require('coder.backend')
local host = require('coder.ghost.host')

local M = {}

---@param buf integer
---@return boolean
function M.available(buf)
  return vim.bo[buf].buftype == '' and vim.b[buf].coder_ghost ~= false and host.applies(buf)
end

---Asks for the suggestion at a place. Errors are no suggestion: the menu has other items.
---@param buf integer
---@param line integer 0-based
---@param col integer byte column
---@param callback fun(text: string?) not called after cancel()
---@return fun() cancel
function M.request(buf, line, col, callback)
  local live = true
  local function done(text)
    if not live then return end
    live = false
    callback(text ~= '' and text or nil)
  end
  host.attach(buf)
  if not backend.running() then
    vim.schedule(done)
    return function() live = false end
  end
  local params = { buf = buf, tick = api.nvim_buf_get_changedtick(buf), line = line, col = col }
  backend.call('complete', params, function(_, result) done(result and result.text) end, true)
  return function() live = false end
end

---@param buf integer
---@param line integer 0-based
---@param col integer byte column
---@param text string
---@return lsp.CompletionItem
function M.item(buf, line, col, text)
  local left = (api.nvim_buf_get_lines(buf, line, line + 1, false)[1] or ''):sub(1, col)
  -- Menus compare with the word left of the cursor, so the item holds it.
  local word = api.nvim_buf_call(buf, function() return fn.matchstr(left, [[\k*$]]) end)
  local whole = word .. text
  local first = vim.trim(whole):match('^[^\n]*')
  return {
    label = whole:find('\n', 1, true) and first .. ' …' or first,
    labelDetails = { description = 'coder' },
    kind = 1, -- Text
    filterText = whole:match('^[^\n]*'),
    insertTextFormat = 1, -- plain
    textEdit = {
      newText = whole,
      range = { start = { line = line, character = col - #word }, ['end'] = { line = line, character = col } },
    },
    documentation = { kind = 'markdown', value = ('```%s\n%s\n```'):format(vim.bo[buf].filetype, left .. text) },
  }
end

return M
