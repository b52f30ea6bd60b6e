---Calls about a preview. When the backend has ended, the reply is given to a new one first: hunks keep their ids, so
---what the user has decided still counts.
local backend = require('coder.backend')
local buffers = require('coder.buffers')
local notify = require('coder.notify')

local M = {}

---@param preview coder.Preview
---@param err coder.Error?
local function revived(preview, err)
  local waiting = preview.revival or {}
  preview.revival, preview.running, preview.phase = nil, nil, nil
  for _, run in ipairs(waiting) do run(err) end
end

---The new preview is complete: the user's own lines are said again.
---@param preview coder.Preview
---@param err coder.Error?
function M.complete(preview, err)
  if not preview.revival then return end
  if err then return revived(preview, err) end
  local left = 1
  local function one()
    left = left - 1
    if left == 0 then revived(preview) end
  end
  for hunk, lines in pairs(preview.edits) do
    left = left + 1
    backend.call('refactor_edit', { id = preview.id, hunk = hunk, lines = lines }, function(wrong)
      if wrong then notify.error(wrong) end
      one()
    end)
  end
  one()
end

---@param preview coder.Preview
local function revive(preview)
  preview.running, preview.phase, preview.since = true, 'reading the reply again', vim.uv.now()
  preview.error = nil
  local source = buffers.is_file(preview.source) and preview.source or nil
  if source then buffers.attach(source) end
  local params = { text = preview.reply, label = preview.label, source = source }
  backend.call('apply', params, function(err, result)
    if err then return revived(preview, err) end
    preview.id = result.id
  end)
end

---Has the backend know the preview, then calls `run`.
---@param preview coder.Preview
---@param run fun(err: coder.Error?)
function M.ensure(preview, run)
  if preview.revival then return table.insert(preview.revival, run) end
  if preview.id then return run() end
  if not preview.reply then
    local why = preview.asking and 'the backend has not begun yet' or 'there is no reply to go on with'
    return run({ message = why, hint = 'Ask again with :CoderRefactor' })
  end
  preview.revival = { run }
  revive(preview)
end

---Calls a method about a preview. The user is told of errors.
---@param preview coder.Preview
---@param method string
---@param params table without the preview's id
---@param done? fun(result: table?) without a result it has failed
function M.call(preview, method, params, done)
  M.ensure(preview, function(err)
    if err then
      notify.error(err)
      return done and done()
    end
    params.id = preview.id
    backend.call(method, params, function(wrong, result)
      if wrong then notify.error(wrong) end
      if done then done(result) end
    end)
  end)
end

---The backend need not keep it any longer.
---@param preview coder.Preview
function M.forget(preview)
  local id = preview.id
  preview.id = nil
  if id and backend.running() then backend.call('refactor_close', { id = id }, function() end) end
end

return M
