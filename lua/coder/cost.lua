---:CoderCost, and today's cost for the statusline.
local backend = require('coder.backend')
local notify = require('coder.notify')

local M = {}

local PAGE = 'coder://cost'

---Shows what was spent.
---@param since? string "2026-12-31": from this day on; without it this month
function M.open(since)
  backend.call('cost', { since = since }, function(err, result)
    if err then return notify.error(err) end
    require('coder.scratch').show(PAGE, result.lines, { nowrap = true })
  end)
end

---Lets the next question or refactor go to a cloud lane, whatever was spent.
function M.continue()
  backend.call('cost_continue', {}, function(err)
    if err then return notify.error(err) end
    notify.info('the next request may go over the budget')
  end)
end

backend.on('spent', function(event) require('coder.statusline').set_spent(event.today) end)
backend.on_lost(function() require('coder.statusline').set_spent(nil) end)

return M
