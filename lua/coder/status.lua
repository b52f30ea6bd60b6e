---:CoderStatus.
local M = {}

function M.open()
  require('coder.backend').call('status', {}, function(err, result)
    if err then return require('coder.notify').error(err) end
    require('coder.scratch').show('coder://status', result.lines)
  end)
end

return M
