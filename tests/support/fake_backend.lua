-- A backend that does as a script tells it: for what the real one does only by bad luck.
-- Run as `nvim -l fake_backend.lua SCRIPT serve`. SCRIPT is a Lua file that returns a table:
--   hello = { … }              fields of the answer to hello, over the right ones; or an error { kind, message, hint }
--   stays = true               does not end with its input
--   ghost = true               ghost text applies to every buffer; a function (fake, cursor) answers each `cursor`:
--                              fake.show(cursor, text, more) shows text for exactly that state
--   mode = 'local'             what is set; default auto
--   models = { … }             items of the answer to `models`
--   log = 'FILE'               every notification without a call id is added to it, one JSON array a line
--   calls = 'FILE'             every message is added to it likewise: methods, and events of buffers (fake.attach)
--   methods = { name = function(fake, params, reply) … end }   reply(result) or reply(nil, error)
-- The default `ask` plays script.answer(fake, id, params).
local root = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h:h:h')
local protocol = dofile(root .. '/lua/coder/protocol.lua')
local script = dofile(_G.arg[1])
local uv = vim.uv
local fake = {}
local input, output = uv.new_pipe(), uv.new_pipe()
input:open(0)
output:open(1)

local function send(message) output:write(vim.mpack.encode(message)) end

function fake.raw(bytes) output:write(bytes) end

function fake.event(name, params)
  send({ 2, 'nvim_exec_lua', { "require('coder.backend').receive(...)", { name, params } } })
end

function fake.after(ms, run)
  local timer = uv.new_timer()
  timer:start(ms, 0, vim.schedule_wrap(function()
    timer:close()
    run()
  end))
end

-- Runs `run` as soon as the file `name` is in the home folder.
function fake.when(name, run)
  if uv.fs_stat(vim.env.HOME .. '/' .. name) then return run() end
  fake.after(4, function() fake.when(name, run) end)
end

function fake.begin(id, params, more)
  fake.event('ask_begin', vim.tbl_extend('force', {
    id = id, chat = params.chat, heading = '## Coder · fake · local', label = 'any', model = 'fake', lane = 'local',
    context = {}, reasons = { 'mode auto' }, private_text = false,
  }, more or {}))
end

function fake.delta(id, text, reasoning) fake.event('ask_delta', { id = id, text = text, reasoning = reasoning }) end

function fake.finish(id, more)
  fake.event('ask_end', vim.tbl_extend('force', {
    id = id, ms = 1000, input = 10, cached_input = 0, output = 20, reasoning = 0, finish = 'stop',
  }, more or {}))
end

-- Sends each of `texts` `ms` after the one before, then finishes.
function fake.stream(id, texts, ms)
  local i = 0
  local function step()
    i = i + 1
    if not texts[i] then return fake.finish(id) end
    fake.delta(id, texts[i])
    fake.after(ms, step)
  end
  fake.after(ms, step)
end

local last_ghost = 0
-- A new id unless `more` holds one.
function fake.show(cursor, text, more)
  last_ghost = last_ghost + 1
  fake.event('ghost_show', vim.tbl_extend('force', {
    buf = cursor.buf, tick = cursor.tick, line = cursor.line, col = cursor.col, id = last_ghost, text = text,
    more = false, index = 1, count = 1,
  }, more or {}))
end

local function note(path, ...)
  if not path then return end
  local file = assert(io.open(path, 'a'))
  file:write(vim.json.encode({ ... }), '\n')
  file:close()
end

-- Has Neovim send the text of a buffer and its changes.
function fake.attach(buf) send({ 0, 1, 'nvim_buf_attach', { buf, true, vim.empty_dict() } }) end

local now = { mode = script.mode or 'auto' }

local last_id = 0
local methods = {
  hello = function(_, _, reply)
    local given = script.hello or {}
    if given.kind then return reply(nil, given) end
    reply(vim.tbl_extend('force', {
      protocol = protocol.protocol, build = protocol.build, version = 'fake', pid = uv.os_getpid(),
      log_file = '/nonexistent/log', config_file = '/nonexistent/config.toml', problems = {},
    }, given))
    fake.event('mode_changed', now)
  end,
  buf_attach = function(_, _, reply) reply({ ghost = script.ghost ~= nil }) end,
  cursor = function(_, params)
    if type(script.ghost) == 'function' then script.ghost(fake, params) end
  end,
  ghost_accept = function() end,
  ghost_cycle = function() end,
  ghost_close = function() end,
  complete = function(_, _, reply) reply({ text = '', model = 'fake' }) end,
  quote = function(_, params, reply)
    reply({ lines = { ('lines %d to %d:'):format(params.first, params.last) }, label = 'any' })
  end,
  ask = function(_, params, reply)
    last_id = last_id + 1
    reply({ id = last_id })
    script.answer(fake, last_id, params)
  end,
  context = function(_, _, reply) reply({ items = {}, tokens = 0, root = vim.uv.cwd() }) end,
  mention = function(_, _, reply) reply({ items = {} }) end,
  stop = function(_, params, reply)
    reply({ stopped = params.id and 1 or 0 })
    if params.id then fake.finish(params.id, { finish = 'stopped' }) end
  end,
  mode = function(_, params, reply)
    now.mode = params.mode or now.mode
    if params.model then
      now.model = params.model ~= '' and params.model or nil
      now.id = params.id
    end
    reply(now)
    if next(params) then fake.event('mode_changed', now) end
  end,
  models = function(_, _, reply)
    reply({ items = script.models or {}, mode = now.mode, model = now.model, id = now.id })
  end,
  yank = function() end,
  status = function(_, _, reply) reply({ lines = { 'fake' } }) end,
  health = function(_, _, reply) reply({ items = {} }) end,
}
for name, run in pairs(script.methods or {}) do methods[name] = run end

local handle = function(_, data) return vim.mpack.decode(data) end
local unpack = vim.mpack.Unpacker({ ext = { [0] = handle, [1] = handle, [2] = handle } })
local rest = ''
input:read_start(vim.schedule_wrap(function(_, data)
  if not data then return script.stays or os.exit(0) end
  rest = rest .. data
  local at = 1
  while at <= #rest do
    local message, next_at = unpack(rest, at)
    at = next_at
    if message ~= nil and message[1] == 2 then
      local params, call = message[3][1], message[3][2]
      local event = vim.startswith(message[2], 'nvim_')
      note(script.calls, message[2], event and message[3] or params)
      if not call and not event then note(script.log, message[2], params) end
      local run = not event and methods[message[2]]
      if run then
        run(fake, params, function(result, err)
          fake.event('reply', { call = call, result = result, error = err })
        end)
      end
    end
  end
  rest = ''
end))
vim.wait(2 ^ 30, function() return false end, 10)
