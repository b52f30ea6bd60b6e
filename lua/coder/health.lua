---:checkhealth coder. The one place that waits, and not for long.
local M = {}

local WAIT_MS = 6000

---@param method string
---@param health table
---@return any result
local function ask(method, health)
  local done, fault, result = false, nil, nil
  require('coder.backend').call(method, {}, function(err, answer)
    done, fault, result = true, err, answer
    if err then err.told = true end
  end)
  if not vim.wait(WAIT_MS, function() return done end, 10) then
    health.error(('the backend does not answer `%s` within %d s'):format(method, WAIT_MS / 1000), { 'See :CoderLog' })
    return nil
  end
  if fault then health.error(fault.message, (fault.hint or '') ~= '' and { fault.hint } or nil) end
  return result
end

---@param health table
---@return string? next what to do next; nil when ready
local function check(health)
  local compat, binary = require('coder.compat'), require('coder.binary')
  if not compat.supported() then
    health.error(compat.too_old())
    return 'install Neovim ' .. compat.minimum .. ' or newer.'
  end
  health.ok('Neovim ' .. compat.version())
  for _, problem in ipairs(require('coder.config').problems) do health.warn('setup: ' .. problem) end
  local path, err = binary.find()
  if not path then
    health.error(assert(err).message, { err.hint })
    return err.hint
  end
  health.ok('backend: ' .. path)
  local result = ask('health', health)
  local info = require('coder.backend').info
  if not result then return info and 'see :CoderLog.' or binary.rebuild() end
  health.ok(('backend version %s, build %s, process %d'):format(info.version, info.build, info.pid))
  health.info('log: ' .. info.log_file)
  local fault, advice
  for _, item in ipairs(result.items) do
    local bad = item.level == 'warn' or item.level == 'error'
    health[item.level](item.text, bad and item.hint and { item.hint } or nil)
    if item.level == 'error' then fault = fault or item.hint or item.text end
    if item.level == 'warn' then advice = advice or item.hint end
  end
  return fault or advice
end

function M.check()
  local health = require('coder.compat').health()
  health.start('coder')
  local next_step = check(health)
  health.info(next_step and 'Next step: ' .. next_step or 'Ready: :CoderAsk')
end

return M
