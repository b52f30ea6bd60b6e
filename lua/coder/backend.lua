---The co-process: started at the first call, again at the first call after it died. Every call is a
---notification that carries a call id; its answer is the event `reply`, so Neovim never waits.
local binary = require('coder.binary')
local notify = require('coder.notify')
local protocol = require('coder.protocol')

local M = {}

-- What listens from the first event on, whoever starts the backend.
local companions = { 'coder.mode', 'coder.buffers', 'coder.yank', 'coder.engine', 'coder.cost' }

local HELLO_MS = 5000
local STDERR_LINES = 20

---@alias coder.Callback fun(err: coder.Error?, result: any)

---@type table<string, fun(params: table)>
local handlers = {}
---@type fun(err: coder.Error, quiet: boolean)[]
local on_lost = {}
---@type fun(quiet: boolean)[]
local on_ready = {}
local last_call = 0

---@class coder.Run one process, from its start to its end
---@field job integer
---@field path string
---@field ready boolean the handshake is done
---@field calls table<integer, coder.Callback> sent, not answered
---@field queue fun()[] to be sent when ready
---@field latest? fun() the last notification that came too early
---@field quiet boolean nobody asked for it by a command: whoever started it says what went wrong
---@field stderr string[] its last lines
---@field fault? coder.Error why we end it
---@type coder.Run?
local run

---@type coder.rpc.hello.result? of the last handshake
M.info = nil

---Calls `handler` with the parameters of every event `name`.
---@param name string
---@param handler fun(params: table)
function M.on(name, handler) handlers[name] = handler end

---Calls `handler` when the backend ended without being asked to. `quiet`: the user has not been told.
---@param handler fun(err: coder.Error, quiet: boolean)
function M.on_lost(handler) on_lost[#on_lost + 1] = handler end

---Calls `handler` when a backend has been started and fits, before any call that waits for it is sent. `quiet`: as
---it was started.
---@param handler fun(quiet: boolean)
function M.on_ready(handler) on_ready[#on_ready + 1] = handler end

---@return boolean
function M.running() return run ~= nil end

---Ends `over`: its calls fail, the user is told once unless it is quiet.
---@param over coder.Run
---@param err coder.Error
local function lose(over, err)
  if run ~= over then return end
  run = nil
  for _, id in ipairs(vim.tbl_keys(over.calls)) do over.calls[id](err) end
  for _, handler in ipairs(on_lost) do handler(err, over.quiet) end
  if not over.quiet then notify.error(err) end
end

---@param over coder.Run
---@param code integer
---@return coder.Error
local function exit_error(over, code)
  if over.fault then return over.fault end
  local how = code > 128 and ('killed by signal %d'):format(code - 128) or ('exit code %d'):format(code)
  local last = over.stderr[#over.stderr]
  local said = last and (': ' .. last) or ''
  if not over.ready then
    return { message = ('the backend %s ended at once (%s)%s'):format(over.path, how, said), hint = binary.rebuild() }
  end
  return {
    message = ('the backend ended (%s)%s'):format(how, said),
    hint = 'The next command starts it again; its log: :CoderLog',
  }
end

---Ends a process that is of no use.
---@param over coder.Run
---@param err coder.Error
local function discard(over, err)
  over.fault = err
  vim.fn.jobstop(over.job)
  lose(over, err)
end

---@param over coder.Run
---@param method string
---@param params table
---@param callback? coder.Callback
local function send(over, method, params, callback)
  last_call = last_call + 1
  if callback then over.calls[last_call] = callback end
  if pcall(vim.rpcnotify, over.job, method, next(params) and params or vim.empty_dict(), last_call) then return end
  vim.schedule(function()
    discard(over, { message = 'the backend has closed its channel', hint = 'The next command starts it again' })
  end)
end

---@param over coder.Run
---@param err coder.Error?
---@param result coder.rpc.hello.result?
local function greeted(over, err, result)
  if run ~= over or over.fault then return end
  if err or not result or result.protocol ~= protocol.protocol or result.build ~= protocol.build then
    local fits = ('the backend %s does not fit this version of the plugin'):format(over.path)
    return discard(over, { message = err and (fits .. ': ' .. err.message) or fits, hint = binary.rebuild() })
  end
  M.info, over.ready = result, true
  local first, more = result.problems[1], #result.problems - 1
  if first then notify.warn(more > 0 and ('%s (and %d more: :CoderStatus)'):format(first, more) or first) end
  for _, handler in ipairs(on_ready) do handler(over.quiet) end
  for _, pending in ipairs(over.queue) do pending() end
  over.queue = {}
  if over.latest then over.latest() end
  over.latest = nil
end

---@param path string
---@return coder.Run?
local function spawn(path)
  local over = { path = path, ready = false, quiet = false, calls = {}, queue = {}, stderr = {} }
  local partial = ''
  local ok, job = pcall(vim.fn.jobstart, { path, 'serve' }, {
    rpc = true,
    on_stderr = function(_, data)
      data[1] = partial .. data[1]
      partial = table.remove(data):sub(-4096)
      for _, line in ipairs(data) do
        if line ~= '' then over.stderr[#over.stderr + 1] = line end
      end
      while #over.stderr > STDERR_LINES do table.remove(over.stderr, 1) end
    end,
    on_exit = function(_, code)
      if partial ~= '' then over.stderr[#over.stderr + 1] = partial end
      lose(over, exit_error(over, code))
    end,
  })
  if not ok or job <= 0 then return nil end
  over.job = job
  return over
end

---Starts the backend unless it runs.
---@param quiet? boolean the caller tells the user what goes wrong, through on_lost
---@return coder.Error?
function M.start(quiet)
  if run then
    run.quiet = run.quiet and quiet or false
    return
  end
  local path, err = binary.find()
  if not path then return err end
  for _, name in ipairs(companions) do require(name) end
  run = spawn(path)
  if not run then return { message = ('the backend %s cannot be run'):format(path), hint = binary.rebuild() } end
  local over = run
  over.quiet = quiet or false
  local hello = { protocol = protocol.protocol, build = protocol.build, nvim = require('coder.compat').version() }
  send(over, 'hello', hello, function(...) greeted(over, ...) end)
  vim.defer_fn(function()
    if run ~= over or over.ready then return end
    discard(over, { message = ('the backend %s does not answer'):format(path), hint = binary.rebuild() })
  end, HELLO_MS)
  vim.api.nvim_create_autocmd('VimLeavePre', {
    group = vim.api.nvim_create_augroup('coder.backend', {}),
    callback = M.shut,
  })
end

---Ends the backend without a word.
function M.shut()
  local over = run
  run = nil
  if over then vim.fn.jobstop(over.job) end
end

---Calls a method; `callback` is called once, later, and tells the user of an error.
---@param method string
---@param params table
---@param callback coder.Callback
---@param quiet? boolean see start()
function M.call(method, params, callback, quiet)
  local err = M.start(quiet)
  if err then
    return vim.schedule(function() callback(err) end)
  end
  local over = assert(run)
  if over.ready then return send(over, method, params, callback) end
  -- Its place among the calls is kept under a key no call id has, so that it fails with the others.
  local key = -(#over.queue + 1)
  over.calls[key] = callback
  over.queue[#over.queue + 1] = function()
    over.calls[key] = nil
    send(over, method, params, callback)
  end
end

---Sends a notification that has no answer. Without a backend it is dropped; of those that come before the
---backend is ready, the last one is sent.
---@param method string
---@param params table
function M.notify(method, params)
  local over = run
  if not over then return end
  if not over.ready then
    local kept = vim.deepcopy(params)
    over.latest = function() vim.rpcnotify(over.job, method, kept) end
    return
  end
  -- Fails when the channel is closed; then the process has ended, or is about to, and on_exit says so.
  pcall(vim.rpcnotify, over.job, method, params)
end

---Says that the backend does not react, and ends it.
---@param what string
function M.give_up(what)
  if run then
    discard(run, { message = 'the backend ' .. what, hint = 'It was ended; the next command starts it again' })
  end
end

---@param t table
---@return table t without vim.NIL
local function without_nil(t)
  for k, v in pairs(t) do
    if v == vim.NIL then t[k] = nil elseif type(v) == 'table' then without_nil(v) end
  end
  return t
end

---Where every event of the backend arrives. An unknown one is ignored: the backend may be newer.
---@param name string
---@param params any
function M.receive(name, params)
  if type(params) ~= 'table' then return end
  params = without_nil(params)
  if name == 'reply' then
    local callback = run and run.calls[params.call]
    if not callback then return end
    run.calls[params.call] = nil
    return callback(params.error, params.result)
  end
  local handler = handlers[name]
  if handler then handler(params) end
end

M.on('notice', function(notice)
  if notice.level == 'error' then return notify.error(notice.text) end
  notify.notice(notice.text, notice.level == 'warn' and vim.log.levels.WARN or vim.log.levels.INFO)
end)

return M
