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
  Mode = function(coder, args)
    if args.args == '' then return require('coder.mode').pick() end
    coder.mode(args.args)
  end,
  Models = function(coder, args) coder.models(args.args ~= '' and args.args or nil) end,
  Status = function(coder) coder.status() end,
  Log = function(coder) coder.log() end,
}

---@type table<string, fun(): string[]>
local words = {
  Mode = function() return require('coder.mode').names() end,
  Models = function() return require('coder.models').names() end,
}

---@param name string without "Coder"
---@param lead string what is there already
---@return string[]
function M.complete(name, lead)
  return vim.tbl_filter(function(word) return vim.startswith(word, lead) end, words[name]())
end

---@param name string without "Coder"
---@param args table as given to a user command
function M.run(name, args)
  local compat = require('coder.compat')
  if not compat.supported() then return require('coder.notify').error(compat.too_old()) end
  actions[name](require('coder'), args)
end

return M
