---A language server inside Neovim that answers textDocument/inlineCompletion, so that
---vim.lsp.inline_completion (Neovim 0.12) shows the suggestions.
local config = require('coder.config')
local source = require('coder.ghost.source')

local M = {}

local capabilities = { positionEncoding = 'utf-8', inlineCompletionProvider = true }

---@param params { textDocument: { uri: string }, position: { line: integer, character: integer } }
---@param callback fun(err: any, result: any)
---@return fun() cancel
local function complete(params, callback)
  local at, buf = params.position, vim.uri_to_bufnr(params.textDocument.uri)
  if not source.available(buf) or not (config.current.ghost.enabled or vim.b[buf].coder_ghost) then
    vim.schedule(function() callback(nil, { items = {} }) end)
    return function() end
  end
  return source.request(buf, at.line, at.character, function(text)
    local item = text and { insertText = text, range = { start = at, ['end'] = at } }
    callback(nil, { items = { item or nil } })
  end)
end

---@param dispatchers vim.lsp.rpc.Dispatchers
---@return vim.lsp.rpc.PublicClient
local function server(dispatchers)
  local last, closing = 0, false
  ---@type table<integer, fun()>
  local running = {}
  local function stop()
    if closing then return end
    closing = true
    for _, cancel in pairs(running) do cancel() end
    running = {}
    dispatchers.on_exit(0, 0)
  end
  return {
    request = function(method, params, callback, sent)
      last = last + 1
      local id = last
      if method == 'textDocument/inlineCompletion' then
        running[id] = complete(params, function(...)
          running[id] = nil
          if sent then sent(id) end
          callback(...)
        end)
      else
        vim.schedule(function()
          if sent then sent(id) end
          callback(nil, method == 'initialize' and { capabilities = capabilities } or vim.NIL)
        end)
      end
      return true, id
    end,
    notify = function(method, params)
      if method == '$/cancelRequest' and running[params.id] then
        running[params.id]()
        running[params.id] = nil
      elseif method == 'exit' then
        stop()
      end
      return true
    end,
    is_closing = function() return closing end,
    terminate = stop,
  }
end

---@param client vim.lsp.Client
---@param buf integer
local function enable(client, buf)
  vim.lsp.inline_completion.enable(true, { bufnr = buf, client_id = client.id })
end

---Has the buffer's suggestions shown by Neovim.
---@param buf integer
function M.attach(buf)
  vim.lsp.start({ name = 'coder', cmd = server, on_attach = enable }, { bufnr = buf, silent = true })
end

return M
