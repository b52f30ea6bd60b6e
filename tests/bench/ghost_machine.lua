-- Who uses the machine: CPU time of process trees and of everything else, from /proc.
local M = {}

local function read(path)
  local file = io.open(path, 'rb')
  if not file then return nil end
  local text = file:read('*a')
  file:close()
  return text
end

---A process and its descendants, now.
---@param pid integer
---@return integer[]
function M.tree(pid)
  local out, from = {}, { pid }
  while #from > 0 do
    local one = table.remove(from)
    out[#out + 1] = one
    -- Children belong to the thread that made them.
    for task in vim.fs.dir(('/proc/%d/task'):format(one)) do
      for child in (read(('/proc/%d/task/%s/children'):format(one, task)) or ''):gmatch('%d+') do
        from[#from + 1] = tonumber(child)
      end
    end
  end
  return out
end

---CPU time of a process tree in ms: to the microsecond for what runs, in steps of 10 ms for children that have ended.
---@param pid integer
---@return number
function M.cpu(pid)
  local sum = 0
  for _, one in ipairs(M.tree(pid)) do
    for task in vim.fs.dir(('/proc/%d/task'):format(one)) do
      local ran = (read(('/proc/%d/task/%s/schedstat'):format(one, task)) or ''):match('^(%d+)')
      sum = sum + (tonumber(ran) or 0) / 1e6
    end
    local stat = read(('/proc/%d/stat'):format(one))
    local fields = stat and vim.split(stat:match('%) (.*)'), ' ') or {}
    sum = sum + ((tonumber(fields[14]) or 0) + (tonumber(fields[15]) or 0)) * 10
  end
  return sum
end

---Resident memory in MiB; nil when the process is gone.
---@param pid integer
---@return number?
function M.rss(pid)
  local kib = (read(('/proc/%d/status'):format(pid)) or ''):match('VmRSS:%s+(%d+)')
  return kib and tonumber(kib) / 1024
end

-- user, nice, system, irq, softirq and steal of all processors, ms
local function busy()
  local fields = vim.split(read('/proc/stat'):match('^cpu +([^\n]*)'), ' ')
  local sum = 0
  for _, k in ipairs({ 1, 2, 3, 6, 7, 8 }) do sum = sum + tonumber(fields[k]) end
  return sum * 10
end

---Measures until called: cores used meanwhile by what is no descendant of this process.
---@return fun(): number
function M.others()
  local own = vim.uv.os_getpid()
  local begin, used = vim.uv.hrtime() / 1e6, busy() - M.cpu(own)
  return function()
    return math.max(0, (busy() - M.cpu(own) - used) / (vim.uv.hrtime() / 1e6 - begin))
  end
end

return M
