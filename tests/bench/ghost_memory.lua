-- Memory over ten thousand keys: what typing leaves behind in Neovim and in the backend.
--   $CODER_NVIM -l tests/bench/ghost_memory.lua [--keys 10000] [--gap 8]     environment: CODER_NVIM, CODER_BIN
-- Keys are typed GAP ms apart in lines that are deleted again, so that the text stays what it is. Beside ours a Neovim
-- without any plugin, which tells Neovim's own growth (its undo history is bounded). The first tenth is warming up.
local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
package.path = here .. '/?.lua;' .. here .. '/../e2e/?.lua;' .. package.path
local t = require('harness')
local drive = require('ghost_drive')
local machine = require('ghost_machine')
local sample = require('ghost_sample')
local stats = require('ghost_stats')

local opts = { keys = 10000, gap = 8 }
local args = _G.arg or {}
for i = 1, #args, 2 do
  local name = args[i]:match('^%-%-(%w+)$')
  assert(opts[name], 'unknown option: ' .. args[i])
  opts[name] = assert(tonumber(args[i + 1]), args[i] .. ' wants a number')
end

local listening
local engine = vim.system({ 'node', here .. '/ghost_engine.mjs' }, {
  env = { BENCH_TTFT = '5', BENCH_TOKEN = '1' },
  stdout = function(_, data)
    if data and not listening then listening = vim.json.decode(data) end
  end,
})
t.wait(function() return listening end, 'the engine')
local file = t.write(t.dir() .. '/sample.py', table.concat(sample.python(2700), '\n') .. '\n')
local nothing = t.write(t.dir() .. '/nothing.lua', '_G.bench_ready = true\n')

local line = 'value = compute(left, right) + self.total'

---@param c bench.Contender
---@return table[] samples, number cpu ms per key
local function play(c)
  c.nvim:cmd('setlocal undolevels=50')
  local samples, typed, before = {}, 0, 0
  local function note()
    local backend
    for _, pid in ipairs(c.nvim:processes()) do backend = machine.rss(pid) end
    local heap = c.nvim:lua('collectgarbage() collectgarbage() return collectgarbage("count")')
    samples[#samples + 1] = { keys = typed, nvim = machine.rss(c.nvim.pid), backend = backend, heap = heap / 1024 }
  end
  local function key(one)
    c.nvim:call('nvim_input', one)
    typed = typed + 1
    drive.sleep(opts.gap)
    if typed == opts.keys / 10 then before = c:cpu() end
    if typed % (opts.keys / 10) == 0 then note() end
  end
  local random = sample.random(3)
  while typed < opts.keys do
    c.nvim:call('nvim_input', ('<Esc>%dGo'):format(50 + random(2600)))
    for i = 1, #line do
      key(line:sub(i, i))
      -- Now and then a pause, so that answers come through and are typed along.
      if random(15) == 1 then drive.sleep(60) end
    end
    key('<CR>')
    c.nvim:call('nvim_input', '<Esc>k2dd')
    t.eq(#c.nvim:lines(), #vim.fn.readfile(file), 'the text is not what it was')
  end
  return samples, (c:cpu() - before) / (opts.keys * 0.9)
end

local ok, err = xpcall(function()
  local rows = {}
  for _, name in ipairs({ 'no plugin', 'ours' }) do
    local init = name == 'no plugin' and nothing or nil
    local c = drive.start(name, listening[1], { file = file, init = init })
    drive.sleep(1000)
    local samples, cpu = play(c)
    local first, last = samples[1], samples[#samples]
    local function cell(field)
      if not first[field] then return '–' end
      local top = 0
      for _, one in ipairs(samples) do top = math.max(top, one[field] or 0) end
      return ('%.1f / %.1f / %.1f'):format(first[field], last[field], top)
    end
    rows[#rows + 1] = { name, tostring(last.keys), cell('nvim'), cell('heap'), cell('backend'), ('%.2f'):format(cpu) }
    c.nvim:kill()
  end
  io.write('\nMiB after the first tenth / at the end / at most\n')
  stats.table({ '', 'keys', 'Neovim', 'its Lua heap', 'backend', 'CPU per key, ms' }, rows)
end, debug.traceback)
drive.end_all()
engine:kill(15)
if not ok then io.stderr:write(err .. '\n') end
-- Not os.exit(): Neovim removes its temporary files.
vim.cmd(ok and 'qall!' or 'cquit 1')
