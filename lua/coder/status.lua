---:CoderStatus.
local api = vim.api
local buffers = require('coder.buffers')

local M = {}

local PAGE = 'coder://status'

---@type integer? the buffer the page was asked for from
local about

function M.open()
  local buf = api.nvim_get_current_buf()
  if api.nvim_buf_get_name(buf) ~= PAGE then
    about = buf
  elseif about and not api.nvim_buf_is_valid(about) then
    about = nil
  end
  -- The label of a file is known of those that are mirrored.
  if buffers.is_file(about) then buffers.attach(about) end
  require('coder.backend').call('status', { buf = about }, function(err, result)
    if err then return require('coder.notify').error(err) end
    require('coder.scratch').show(PAGE, result.lines)
  end)
end

return M
