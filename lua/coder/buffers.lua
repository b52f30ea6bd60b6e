---Which buffers the backend mirrors.
local backend = require('coder.backend')

local M = {}

---@param buf integer
---@param done coder.Callback
---@param quiet? boolean
local function send(buf, done, quiet)
  local api = vim.api
  local params = {
    buf = buf, path = api.nvim_buf_get_name(buf), filetype = vim.bo[buf].filetype,
    bytes = api.nvim_buf_get_offset(buf, api.nvim_buf_line_count(buf)),
  }
  backend.call('buf_attach', params, done, quiet)
end

-- The call that uses the buffer tells what goes wrong.
local function ignore() end

---A file the user edits, as opposed to a chat, a help page, a terminal …
---@param buf integer?
---@return boolean
function M.is_file(buf)
  return buf ~= nil and vim.api.nvim_buf_is_loaded(buf) and vim.bo[buf].buftype == ''
end

---Has the backend mirror `buf`. Said before every use: a reload or a restart of the backend ends a mirror.
---@param buf integer
---@param done? coder.Callback gets coder.rpc.buf_attach.result
---@param quiet? boolean see coder.backend.start()
function M.attach(buf, done, quiet)
  send(buf, done or ignore, quiet)
  vim.api.nvim_create_autocmd('BufFilePost', {
    group = vim.api.nvim_create_augroup('coder.buffer.' .. buf, {}),
    buffer = buf,
    callback = function()
      if backend.running() then send(buf, done or ignore, true) end
    end,
  })
end

return M
