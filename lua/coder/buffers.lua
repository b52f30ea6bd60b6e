---Which buffers the backend mirrors.
local backend = require('coder.backend')

local M = {}

---@param buf integer
local function send(buf)
  -- The call that uses the buffer tells what goes wrong.
  backend.call('buf_attach', { buf = buf, path = vim.api.nvim_buf_get_name(buf) }, function() end)
end

---A file the user edits, as opposed to a chat, a help page, a terminal …
---@param buf integer?
---@return boolean
function M.is_file(buf)
  return buf ~= nil and vim.api.nvim_buf_is_loaded(buf) and vim.bo[buf].buftype == ''
end

---Has the backend mirror `buf`. Said before every use: a reload or a restart of the backend ends a mirror.
---@param buf integer
function M.attach(buf)
  send(buf)
  vim.api.nvim_create_autocmd('BufFilePost', {
    group = vim.api.nvim_create_augroup('coder.buffer.' .. buf, {}),
    buffer = buf,
    callback = function()
      if backend.running() then send(buf) end
    end,
  })
end

return M
