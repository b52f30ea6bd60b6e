-- What ghost text costs Neovim's main thread at each key, and whether it grows.
--   nvim -l tests/bench/ghost_lua.lua [KEYS]        default 10000; CODER_NVIM: the Neovim to measure
-- A real Neovim types KEYS keys with the scripted backend: nine that follow a 12-line suggestion, then one that
-- does not, over and over. Timed, by the clock and in CPU (which other processes do not change much), are our
-- functions alone: the callbacks of the autocommands of a key (the ghost
-- followed, drawn, the cursor sent) and those of the backend's events (drawn anew, keys mapped).
package.path = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h:h') .. '/e2e/?.lua;' .. package.path
local t = require('harness')
local g = require('ghost_help')
local keys = tonumber(_G.arg[1]) or 10000

-- Runs in the child. Wraps every callback of ours before it is registered.
local wrap = [[
  _G.spent, _G.per = { 0, 0 }, { key = {}, event = {}, key_cpu = {}, event_cpu = {} }
  local wall, cpu = vim.uv.hrtime, os.clock
  local function timed(callback)
    return function(...)
      local from, from_cpu = wall(), cpu()
      local result = callback(...)
      spent[1], spent[2] = spent[1] + (wall() - from), spent[2] + (cpu() - from_cpu)
      return result
    end
  end
  local create = vim.api.nvim_create_autocmd
  vim.api.nvim_create_autocmd = function(events, opts)
    local name = debug.getinfo(2, 'S').source
    if opts.callback and name:find('coder/ghost', 1, true) then opts.callback = timed(opts.callback) end
    return create(events, opts)
  end
  local backend = require('coder.backend')
  local receive = backend.receive
  backend.receive = function(...)
    local from, from_cpu = wall(), cpu()
    receive(...)
    per.event[#per.event + 1] = wall() - from
    per.event_cpu[#per.event_cpu + 1] = (cpu() - from_cpu) * 1e9
  end
  function _G.memory()
    collectgarbage('collect')
    collectgarbage('collect')
    local rss = io.open('/proc/self/statm'):read('*a'):match('%d+ (%d+)')
    return { lua_kb = math.floor(collectgarbage('count')), rss_kb = tonumber(rss) * 4 }
  end
  _G.typed = 0
  function _G.before_key() spent = { 0, 0 } end
  function _G.after_key()
    per.key[#per.key + 1], per.key_cpu[#per.key_cpu + 1] = spent[1], spent[2] * 1e9
  end
]]

local script = [[ghost = (function()
  local line = 'abcdefghi\n' .. ('        some more text of an ordinary length\n'):rep(10) .. '    end'
  return function(fake, at)
    local typed = at.col % 10
    fake.show(at, line:sub(typed + 1), { id = 1 })
  end
end)()]]

local nv = g.start({ script = script, file = 'a.lua', columns = 100, lines = 40 })
nv.ghost_log = '/dev/null'
nv:cmd('syntax on | set undolevels=-1')
nv:lua(wrap)
nv:type('i')
t.wait(function() return g.drawn(nv) ~= nil end, 'the first ghost')

---@param n integer
local function type_keys(n)
  local word = 'abcdefghi!'
  for i = 1, n do
    local at = (i - 1) % 10 + 1
    nv:lua('before_key()')
    nv:call('nvim_input', i % 200 == 0 and '!<CR>' or word:sub(at, at))
    -- Answered when the key has been taken: calls are served between keys.
    nv:lua('after_key()')
    -- Every other word the suggestion arrives while the word is typed, else after it.
    if at == 10 or i % 7 == 0 then t.wait(function() return g.drawn(nv) ~= nil end, 'a ghost', 2000) end
  end
end

---@param list integer[] ns
---@return number median, number p95, number most in µs
local function figures(list)
  table.sort(list)
  local function at(part) return (list[math.max(1, math.ceil(#list * part))] or 0) / 1000 end
  return at(0.5), at(0.95), at(1)
end

type_keys(math.min(1000, keys))
nv:lua('per = { key = {}, event = {}, key_cpu = {}, event_cpu = {} }')
local before = nv:get('memory()')
type_keys(keys)
-- Without the figures themselves.
local times = nv:get('per')
nv:lua('per = { key = {}, event = {}, key_cpu = {}, event_cpu = {} }')
local after = nv:get('memory()')

print(('Neovim %s, %d keys'):format(nv:get('require("coder.compat").version()'), keys))
print(('%-42s %8s %8s %8s'):format('µs of the main thread', 'median', 'p95', 'most'))
for _, row in ipairs({ { 'key', 'a key: our callbacks' }, { 'event', 'an event of the backend' } }) do
  for suffix, clock in vim.spairs({ [''] = 'by the clock', ['_cpu'] = 'of CPU' }) do
    print(('%-42s %8.1f %8.1f %8.1f'):format(row[2] .. ', ' .. clock, figures(times[row[1] .. suffix])))
  end
end
print(('memory after 1,000 keys: Lua %d KB, Neovim %d KB; after %d more: %+d KB, %+d KB'):format(
  before.lua_kb, before.rss_kb, keys, after.lua_kb - before.lua_kb, after.rss_kb - before.rss_kb))
nv:kill()
vim.cmd('qall!')
