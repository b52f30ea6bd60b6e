---Requests of one kind that are under way, by the ids the backend has given them.
local backend = require('coder.backend')
local notify = require('coder.notify')

---@class coder.Running
---@field package all table<integer, any>
local Running = {}
Running.__index = Running

local M = {}

---@param lost? fun(what: any) what else goes when the backend has ended
---@return coder.Running
function M.new(lost)
  local self = setmetatable({ all = {} }, Running)
  backend.on_lost(function(err)
    local all = self.all
    self.all = {}
    if not next(all) then return end
    if lost then vim.iter(all):each(function(_, what) lost(what) end) end
    notify.error(err)
  end)
  return self
end

---@param id integer
---@param what any what events of this id are about
function Running:add(id, what) self.all[id] = what end

---@param id integer
---@return any what nil: there is none of this id
function Running:of(id) return self.all[id] end

---@param id integer
---@return any what it was; nothing follows for it
function Running:take(id)
  local what = self.all[id]
  self.all[id] = nil
  return what
end

---@param fits fun(what: any): boolean
---@return boolean
function Running:any(fits)
  return vim.iter(self.all):any(function(_, what) return fits(what) end)
end

---Asks for an end of all; each still has its last event.
---@return boolean whether there was one
function Running:stop_all()
  for id in pairs(self.all) do backend.call('stop', { id = id }, function() end) end
  return next(self.all) ~= nil
end

return M
