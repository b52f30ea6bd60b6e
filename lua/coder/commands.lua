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
  Context = function(coder, args)
    coder.context({ pin = vim.trim(args.args) ~= '' and args.args or nil, clear = args.bang or nil })
  end,
  Status = function(coder) coder.status() end,
  Log = function(coder) coder.log() end,
}

---@param names string[]
---@param lead string
---@return string[]
local function beginning(names, lead)
  return vim.tbl_filter(function(name) return vim.startswith(name, lead) end, names)
end

---@type table<string, fun(lead: string): string[]>
local words = {
  Context = function(lead) return require('coder.ask.mention').complete(lead) end,
  Mode = function(lead) return beginning(require('coder.mode').names(), lead) end,
  Models = function(lead) return beginning(require('coder.models').names(), lead) end,
}

---@param name string without "Coder"
---@param lead string what is there already
---@return string[]
function M.complete(name, lead) return words[name](lead) end

---The command line is that of :CoderContext.
---@param before string what is left of the cursor
function M.typed(before)
  if require('coder.compat').supported() then require('coder.ask.mention').typed(before) end
end

---@param name string without "Coder"
---@param args table as given to a user command
function M.run(name, args)
  local compat = require('coder.compat')
  if not compat.supported() then return require('coder.notify').error(compat.too_old()) end
  actions[name](require('coder'), args)
end

return M
