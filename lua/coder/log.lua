---:CoderLog.
local backend = require('coder.backend')
local notify = require('coder.notify')

local M = {}

---A log at its end, read-only.
---@param path string
function M.show(path)
  if not vim.uv.fs_stat(path) then return notify.info(('nothing is logged yet (%s)'):format(path)) end
  vim.cmd.sview({ args = { vim.fn.fnameescape(path) }, mods = { split = 'botright' } })
  vim.bo.autoread = true
  vim.cmd.checktime()
  vim.cmd('normal! G')
end

---Opens the log at its end, read-only. Only the backend knows where it is; after a crash, the last one.
function M.open()
  if backend.info then return M.show(backend.info.log_file) end
  backend.call('status', {}, function(err)
    if err then return notify.error(err) end
    M.show(backend.info.log_file)
  end)
end

return M
