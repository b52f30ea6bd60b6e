---Where requests go: what the backend says, and what the user has set for this session. That lives here, so that it
---outlives the backend.
local backend = require('coder.backend')
local notify = require('coder.notify')
local statusline = require('coder.statusline')

local M = {}

---@type { [1]: string, [2]: string }[] mode, what it means
local modes = {
  { 'auto', 'repository-wide work goes to local lanes, the rest to the cloud' },
  { 'local', 'local lanes only' },
  { 'cloud', 'cloud lanes only; questions that hold private text are refused' },
}

---@type coder.rpc.mode.result? what the backend said last
local now
---@type coder.rpc.mode.params set by the user; empty while everything is as the configuration says
local set = {}

---The modes, for completion.
---@return string[]
function M.names() return vim.tbl_map(function(mode) return mode[1] end, modes) end

---@return coder.rpc.mode.result? as known last; nil before the backend was started
function M.known() return now end

---Takes what the backend says.
---@param said coder.rpc.mode.result
function M.learn(said)
  now = { mode = said.mode, model = said.model, id = said.id }
  statusline.set_mode(said.model or said.mode)
end

---@param what coder.rpc.mode.result
---@return string
local function words(what)
  if not what.model then return 'mode ' .. what.mode end
  return what.id and ('model %s: %s'):format(what.model, what.id) or 'model ' .. what.model
end

---Has the backend use `wanted` from the next request on, and remembers it for those that come after it.
---@param wanted coder.rpc.mode.params
function M.apply(wanted)
  backend.call('mode', wanted, function(err, result)
    if err then return notify.error(err) end
    set.mode = wanted.mode or set.mode
    if wanted.model then
      set.model = wanted.model ~= '' and wanted.model or nil
      set.id = set.model and wanted.id
    end
    M.learn(result)
    notify.info(words(result))
  end)
end

---Sets the mode. A model that was chosen for all requests is given up: it would leave the mode without effect.
---@param mode any
function M.set(mode)
  if vim.tbl_contains(M.names(), mode) then return M.apply({ mode = mode, model = '' }) end
  notify.error({ message = ('there is no mode %s'):format(vim.inspect(mode)), hint = 'It is local, cloud or auto' })
end

local function choose()
  local current = now and not now.model and now.mode
  vim.ui.select(modes, {
    prompt = now and now.model and ('Mode (now: model %s)'):format(now.model) or 'Mode',
    kind = 'coder.mode',
    format_item = function(mode) return ('%s %-5s  %s'):format(mode[1] == current and '*' or ' ', mode[1], mode[2]) end,
  }, function(mode)
    if mode then M.set(mode[1]) end
  end)
end

local asking = false

---Lets the user choose the mode.
function M.pick()
  if asking then return end
  if backend.running() and now then return choose() end
  asking = true
  backend.call('mode', {}, function(err, result)
    asking = false
    if err then return notify.error(err) end
    M.learn(result)
    choose()
  end)
end

backend.on('mode_changed', M.learn)

backend.on_ready(function()
  if not next(set) then return end
  backend.call('mode', set, function(err, result)
    if result then return M.learn(result) end
    notify.error({ message = ('%s cannot be set again: %s'):format(words(set), err.message), hint = err.hint })
  end, true)
end)

return M
