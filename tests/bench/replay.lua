-- An editing session replayed against a real llama-server: what a key costs the engine.
--   $CODER_NVIM -l tests/bench/replay.lua [option…]              environment: CODER_NVIM, CODER_BIN
-- The session is a change from a repository's history (some 500 keys and more, at a person's pace), typed into a real
-- Neovim, with the random tiny model behind it. Played with the anchored layout, with llama-server's own /infill, and
-- in two Neovims at once. Options:
--   --repo DIR        whose history (this one's)
--   --file F --commit C   which change (the newest with enough to type)
--   --typed N         characters to type, about (700)
--   --below N         lines that stand below every place that is edited, at least (60)
--   --seed N --speed X    of the typist (1, 1)
--   --truth SHARE     this share of the answers says what is really going to be typed (0.5), in a case of its own
--   --peer NAME=INIT.lua[,PORT]   also with another plugin, as for ghost.lua
--   --only CASE       anchored | infill | two | truth | floor | NAME of a peer; floor: tests/bench/ghost_floor.lua
--   --trace FILE      every key and request of every case, as JSON lines
-- Prints Markdown tables; doc/benchmarks.md keeps the latest.
local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
package.path = here .. '/?.lua;' .. here .. '/../e2e/?.lua;' .. package.path
local t = require('harness')
local drive = require('ghost_drive')
local history = require('replay_history')
local stats = require('ghost_stats')
local tally = require('replay_tally')
local typist = require('replay_typist')

local opts = { repo = t.root, below = 60, typed = 700, seed = 1, speed = 1, truth = 0.5 }
local args = _G.arg or {}
for i = 1, #args, 2 do
  local name = args[i]:match('^%-%-(%w+)$')
  assert(name and args[i + 1], 'unknown option, or one without a value: ' .. args[i])
  local plain = name == 'repo' or name == 'file' or name == 'commit' or name == 'only' or name == 'trace'
    or name == 'peer'
  opts[name] = plain and args[i + 1] or assert(tonumber(args[i + 1]), args[i] .. ' wants a number')
end

---@return string
local function output(...)
  local done = vim.system({ ... }, { text = true }):wait()
  assert(done.code == 0, done.stderr)
  return vim.trim(done.stdout)
end

---@return bench.Change[] one, or two where there are
local function changes()
  if opts.file then
    local one = history.commit(opts.repo, opts.file, opts.commit or 'HEAD', opts.typed, opts.below)
    return { assert(one, 'no such commit or file') }
  end
  local found = history.find(opts.repo, 2, opts.typed, opts.below)
  if #found > 0 then return found end
  local sample = require('ghost_sample').python(400)
  return { history.anew('sample.py', sample, 200, 40) }
end

local processes = {}
local function spawn(command, ready)
  local process = vim.system(command, { stdout = function(_, data) if data then ready(data) end end, stderr = false })
  table.insert(processes, process)
  return process
end

---llama-server on a unix socket, four slots, nothing in its cache, and the proxy before it.
---@param port integer of the proxy, 0: any
---@return { port: integer, stop: fun() }
local function engine(port)
  local socket = t.dir() .. '/llama.sock'
  local server = spawn({
    output('sh', t.root .. '/native/engine.sh', '--pinned'), '--host', socket, '--offline', '--no-ui',
    '--model', output('sh', t.root .. '/tests/support/tiny_model.sh'), '--parallel', '4', '--ctx-size', '65536',
    -- The engine has a machine of its own in real life; here one core is left to the editors.
    '--threads', '1',
  }, function() end)
  local health = { 'curl', '-sf', '--unix-socket', socket, 'http://localhost/health' }
  t.wait(function() return vim.system(health):wait().code == 0 end, 'llama-server', 30000)
  local listening
  local proxy = spawn({ 'node', here .. '/replay_proxy.mjs', socket, tostring(port) }, function(data)
    listening = listening or vim.json.decode(data)
  end)
  t.wait(function() return listening end, 'the proxy')
  return { port = listening[1], stop = function()
    proxy:kill(15)
    server:kill(15)
  end }
end

---Runs coroutines that yield how long they want to sleep, ms.
---@param threads thread[]
local function together(threads)
  local due = {}
  for i in ipairs(threads) do due[i] = 0 end
  while next(due) do
    local which
    for i, at in pairs(due) do
      if not which or at < due[which] then which = i end
    end
    local left = due[which] - vim.uv.hrtime() / 1e6
    if left > 0 then drive.sleep(math.floor(left + 0.5)) end
    local ok, ms = coroutine.resume(threads[which])
    assert(ok, ms)
    due[which] = coroutine.status(threads[which]) ~= 'dead' and vim.uv.hrtime() / 1e6 + ms or nil
  end
end

local trace = opts.trace and assert(io.open(opts.trace, 'w'))

---@param name string
---@param played bench.Change[] one per Neovim
---@param more { block?: string, truth?: number, init?: string, port?: integer } block: lines for our model's block
---@return bench.Tally[]
local function case(name, played, more)
  local server = engine(more.port or 0)
  -- As one user's Neovims have it: the same address, the same folder for locks. A header tells them apart.
  local runtime = t.dir()
  vim.uv.fs_chmod(runtime, 448)
  local threads, typists, contenders = {}, {}, {}
  for i, change in ipairs(played) do
    local file = t.write(t.dir() .. '/' .. vim.fs.basename(change.file), table.concat(change.old, '\n') .. '\n')
    local c = drive.start(name, server.port, {
      file = file, model = 'tiny', init = more.init, runtime = runtime,
      more = ('headers = { "x-bench" = "%d" }\n%s'):format(i, more.block or ''),
    })
    c.nvim:cmd('set nosmarttab | setlocal autoindent expandtab softtabstop=0 textwidth=0 formatoptions= comments=')
    local text = table.concat(change.new, '\n') .. '\n'
    c:request('/_truth', { client = tostring(i), text = text, share = more.truth or 0 })
    contenders[i], typists[i] = c, typist.new(c.nvim, opts.seed + i, opts.speed)
    threads[i] = coroutine.create(function()
      -- Time to connect and to ask the server what it is.
      c.nvim:call('nvim_input', 'i<Esc>')
      coroutine.yield(1500)
      typists[i]:play(change)
      coroutine.yield(500)
    end)
  end
  together(threads)
  local out = {}
  local all = contenders[1]:log()
  for i, c in ipairs(contenders) do
    for at, line in ipairs(c.nvim:lines()) do t.eq(line, played[i].new[at], 'what was typed, line ' .. at) end
    local begin = typists[i].keys[1].at
    local log = vim.tbl_filter(function(entry)
      return entry.at >= begin and (entry.client == tostring(i) or entry.client == '')
    end, all)
    out[i] = tally.new(typists[i].keys, log)
    if trace then
      for _, key in ipairs(typists[i].keys) do trace:write(vim.json.encode({ name, i, 'key', key }), '\n') end
      for _, entry in ipairs(log) do trace:write(vim.json.encode({ name, i, 'request', entry }), '\n') end
    end
    c.nvim:kill()
  end
  server.stop()
  return out
end

local ok, err = xpcall(function()
  local played = changes()
  local two = { played[1], played[2] or played[1] }
  local columns, names = {}, {}
  local function add(name, tallies)
    for i, one in ipairs(tallies) do
      names[#names + 1] = #tallies > 1 and ('%s, Neovim %d'):format(name, i) or name
      columns[#columns + 1] = one
    end
  end
  local function wanted(name) return not opts.only or opts.only == name end
  if wanted('anchored') then add('anchored', case('anchored', { played[1] }, {})) end
  if wanted('infill') then add('/infill', case('infill', { played[1] }, { block = 'fim = "infill"' })) end
  if wanted('two') then add('two at once', case('two', two, {})) end
  if wanted('truth') then add('true answers', case('truth', { played[1] }, { truth = opts.truth })) end
  if opts.only == 'floor' then add('floor', case('floor', { played[1] }, { init = here .. '/ghost_floor.lua' })) end
  if opts.peer then
    local name, init, port = opts.peer:match('^([^=]+)=([^,]+),?(%d*)$')
    assert(name, '--peer NAME=INIT.lua[,PORT]')
    local more = { init = vim.fn.fnamemodify(init, ':p'), port = tonumber(port) or 8012 }
    if wanted(name) then add(name, case(name, { played[1] }, more)) end
  end
  for i, change in ipairs(wanted('two') and two or { played[1] }) do
    io.write(('\nSession %d: %s, %d hunks, %d characters.\n'):format(i, change.name, #change.hunks, change.typed))
  end
  local rows = {}
  for _, row in ipairs(tally.rows) do
    local cells = { row.title }
    for _, column in ipairs(columns) do cells[#cells + 1] = row.of(column) end
    cells[#cells + 1] = row.target or ''
    rows[#rows + 1] = cells
  end
  stats.table(vim.iter({ '', names, 'target' }):flatten():totable(), rows)
end, debug.traceback)
if trace then trace:close() end
drive.end_all()
for _, process in ipairs(processes) do pcall(process.kill, process, 15) end
if not ok then io.stderr:write(err .. '\n') end
-- Not os.exit(): Neovim removes its temporary files.
vim.cmd(ok and 'qall!' or 'cquit 1')
