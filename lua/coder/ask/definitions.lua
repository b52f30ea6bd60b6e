---Where language servers say that what is under the cursor is defined. Asked as the user comes to a conversation, so
---that it is there by the time they have written their question; a question never waits for it.
local api = vim.api

local M = {}

local METHOD = 'textDocument/definition'
local MAX = 8

---@param responses table<integer, { result: lsp.Location|lsp.Location[]|lsp.LocationLink[]|nil }>
---@return { path: string, line: integer }[]?
local function places(responses)
  local out = {}
  for _, response in pairs(responses) do
    local result = type(response.result) == 'table' and response.result or {}
    for _, location in ipairs(vim.islist(result) and result or { result }) do
      local uri = location.targetUri or location.uri
      local range = location.targetSelectionRange or location.range
      if #out < MAX and type(uri) == 'string' and uri:find('^file:') and range then
        out[#out + 1] = { path = vim.uri_to_fname(uri), line = range.start.line + 1 }
      end
    end
  end
  return out[1] and out
end

---Asks for what is under the cursor of the current window, a file's, and keeps what comes in `chat`.
---@param chat coder.Chat
function M.look_up(chat)
  chat.definitions = nil
  -- Nothing is loaded for it: without vim.lsp there are no servers.
  if not rawget(vim, 'lsp') then return end
  local source = chat.source
  local client = vim.lsp.get_clients({ bufnr = source, method = METHOD })[1]
  if not client then return end
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  chat.looked_up = params
  -- By its number: with 0, Neovim counts the servers of the window the user is in by then.
  vim.lsp.buf_request_all(source, METHOD, params, function(responses)
    if chat.looked_up ~= params or chat.source ~= source or not api.nvim_buf_is_valid(source) then return end
    chat.definitions = places(responses)
  end)
end

return M
