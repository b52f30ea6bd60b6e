---The backend as ghost text sees it: started without being asked for, so its troubles are told once and quietly.
local backend = require('coder.backend')
local buffers = require('coder.buffers')
local notify = require('coder.notify')

local M = {}

local MOST_FAULTS = 3

---@type table<integer, coder.rpc.buf_attach.result> what the backend said of each buffer
local answers = {}
local faults, told = 0, false

---@param err coder.Error
---@param tell boolean
local function fault(err, tell)
  faults = faults + 1
  if not tell or told then return end
  told = true
  notify.warn('no ghost text: ' .. notify.text(err))
end

---Ghost text applies to the buffer, or that is not known yet.
---@param buf integer
---@return boolean
function M.applies(buf)
  local answer = answers[buf]
  return not answer or answer.ghost == true
end

---@param buf integer
---@return coder.rpc.buf_attach.result? what the backend said of it
function M.answer(buf) return answers[buf] end

---Has the backend mirror `buf`. After a few failures nothing is started any more unless `asked`.
---@param buf integer
---@param done? fun() the answer is there
---@param asked? boolean the user wants it
function M.attach(buf, done, asked)
  if not backend.running() and faults >= MOST_FAULTS and not asked then return end
  local err = backend.start(true)
  if err then return fault(err, true) end
  -- An error is on_lost's, or the call's that needs the buffer.
  buffers.attach(buf, function(_, result)
    if result and done then done() end
  end, true)
end

---@param buf integer
function M.forget(buf) answers[buf] = nil end

---Tries again, and tells again: the user has changed something.
function M.forgive() faults, told = 0, false end

buffers.on_answer(function(buf, result) answers[buf] = result end)

backend.on_lost(function(err, quiet)
  answers = {}
  fault(err, quiet)
end)

backend.on_ready(function(quiet)
  if not quiet then M.forgive() end
end)

return M
