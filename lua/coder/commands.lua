---What the user commands do with their arguments.
local M = {}

local actions = {
  Ask = function(coder, args)
    coder.ask({
      question = vim.trim(args.args) ~= '' and args.args or nil,
      first = args.range > 0 and args.line1 or nil,
      last = args.range > 0 and args.line2 or nil,
      pick = args.bang,
    })
  end,
  Stop = function(coder) coder.stop() end,
  Status = function(coder) coder.status() end,
  Log = function(coder) coder.log() end,
}

---@param name string without "Coder"
---@param args table as given to a user command
function M.run(name, args)
  local compat = require('coder.compat')
  if not compat.supported() then return require('coder.notify').error(compat.too_old()) end
  actions[name](require('coder'), args)
end

return M
