-- Ghost text, key to screen, in real Neovims against an engine with a clock:
--   $CODER_NVIM -l tests/bench/ghost.lua [option…] [scene…]      environment: CODER_NVIM, CODER_BIN
-- Scenes: idle burst divergence newline follow jump two (all when none is named). Options:
--   --peer NAME=INIT.lua[,PORT]  another plugin, set up by INIT.lua, which ends by setting _G.bench_ready; its engine
--                                listens at PORT (8012) and the environment is passed on (BENCH_PORT is set)
--   --runs N     per scene and contender (50)
--   --pause MS   between the keys that prepare a run (1200: more than anybody's waiting)
--   --quiet S    before each run, wait at most S seconds for the machine to be quiet (0)
--   --without ours|floor
-- A B A B: each run of one contender is followed by one of the next. A run while others used more than a tenth of a
-- core is made again, three times at most in all; what is left of those is counted below the table.
-- Prints Markdown tables; doc/benchmarks.md keeps the latest.
local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
package.path = here .. '/?.lua;' .. here .. '/../e2e/?.lua;' .. package.path
local t = require('harness')
local drive = require('ghost_drive')
local machine = require('ghost_machine')
local sample = require('ghost_sample')
local scenes = require('ghost_scenes')
local stats = require('ghost_stats')

local opts = { runs = 50, pause = 1200, quiet = 0, peers = {}, without = {}, scenes = {} }
local args = _G.arg or {}
do
  local i = 1
  local function value()
    i = i + 1
    return assert(args[i], args[i - 1] .. ' wants a value')
  end
  while i <= #args do
    local word = args[i]
    if word == '--peer' then
      local name, init, port = value():match('^([^=]+)=([^,]+),?(%d*)$')
      assert(name, '--peer NAME=INIT.lua[,PORT]')
      table.insert(opts.peers, { name = name, init = vim.fn.fnamemodify(init, ':p'), port = tonumber(port) or 8012 })
    elseif word == '--runs' or word == '--pause' or word == '--quiet' then
      opts[word:sub(3)] = assert(tonumber((value())))
    elseif word == '--without' then
      opts.without[(value())] = true
    else
      assert(scenes[word] or word == 'two', 'no such scene: ' .. word)
      table.insert(opts.scenes, word)
    end
    i = i + 1
  end
  if #opts.scenes == 0 then opts.scenes = vim.list_extend(vim.list_slice(scenes.order), { 'two' }) end
end

-- Two ports of any number for ours and the floor, then those of the peers, each once.
local ports = { 0, 0 }
for _, peer in ipairs(opts.peers) do
  if not vim.tbl_contains(ports, peer.port) then ports[#ports + 1] = peer.port end
end
local listening
local command = { 'node', here .. '/ghost_engine.mjs' }
for _, port in ipairs(ports) do command[#command + 1] = tostring(port) end
local engine = vim.system(command, { stdout = function(_, data)
  if data and not listening then listening = vim.json.decode(data) end
end })
t.wait(function() return listening end, 'the engine')

local file = t.write(t.dir() .. '/sample.py', table.concat(sample.python(2700), '\n') .. '\n')
local lines = #vim.fn.readfile(file)

---@return bench.Contender[]
local function start()
  local out = {}
  if not opts.without.floor then
    out[#out + 1] = drive.start('floor', listening[1], { init = here .. '/ghost_floor.lua', file = file })
  end
  if not opts.without.ours then out[#out + 1] = drive.start('ours', listening[2], { file = file }) end
  for _, peer in ipairs(opts.peers) do
    out[#out + 1] = drive.start(peer.name, peer.port, { init = peer.init, file = file })
  end
  return out
end

local function wait_quiet()
  local deadline = vim.uv.now() + opts.quiet * 1000
  while vim.uv.now() < deadline do
    local others = machine.others()
    drive.sleep(500)
    if others() < 0.1 then return end
  end
end

---One line per run, spread over the file; the same for every contender.
local function line_of(run) return 40 + math.floor((lines - 80) * ((run * 0.618034) % 1)) end

---@param contenders bench.Contender[]
---@param name string
local function measure(contenders, name)
  local scene = scenes[name]
  local samples, disturbed, missed, names = {}, {}, {}, {}
  for _, c in ipairs(contenders) do
    names[#names + 1] = c.name
    samples[c.name], disturbed[c.name], missed[c.name] = {}, {}, 0
  end
  for run = 0, 3 * opts.runs - 1 do
    for _, c in ipairs(contenders) do
      if #samples[c.name] < opts.runs then
        wait_quiet()
        local others = machine.others()
        local sample_of_run = scene.run(c, line_of(run), opts.pause)
        c:back()
        local other = others()
        if not sample_of_run then
          missed[c.name] = missed[c.name] + 1
        else
          sample_of_run.other = other
          table.insert(other <= 0.1 and samples[c.name] or disturbed[c.name], sample_of_run)
        end
      end
    end
    local least = math.huge
    for _, c in ipairs(contenders) do least = math.min(least, #samples[c.name] + missed[c.name]) end
    if least >= opts.runs then break end
  end
  local notes = {}
  for _, c in ipairs(contenders) do
    -- Better disturbed figures than none; the note says so.
    local taken = 0
    while #samples[c.name] < opts.runs and taken < #disturbed[c.name] do
      taken = taken + 1
      table.insert(samples[c.name], disturbed[c.name][taken])
    end
    if taken > 0 then notes[#notes + 1] = ('%s: %d of %d runs disturbed'):format(c.name, taken, #samples[c.name]) end
    if missed[c.name] > 0 then
      notes[#notes + 1] = ('%s: no ghost text in %d runs'):format(c.name, missed[c.name])
    end
  end
  local figures = vim.list_extend(vim.list_slice(scene.figures), { { key = 'other', title = 'cores used by others' } })
  stats.compare(scene.title, names, samples, figures)
  if #notes > 0 then io.write(('\n%s\n'):format(table.concat(notes, '; '))) end
end

---Two Neovims of one plugin on one engine, both typing one key at the same moment.
local function two()
  local names, samples = {}, {}
  for _, kind in ipairs({ { 'floor', 1, here .. '/ghost_floor.lua' }, { 'ours', 2 } }) do
    local name, at, init = unpack(kind, 1, 3)
    if not opts.without[name] then
      names[#names + 1], samples[name] = name, {}
      local pair = {}
      -- One user's: they tell each other by locks which slots they have.
      local runtime = t.dir()
      vim.uv.fs_chmod(runtime, 448)
      for i = 1, 2 do pair[i] = drive.start(name, listening[at], { init = init, file = file, runtime = runtime }) end
      pair[2].runs = 500000 -- words of its own
      for run = 0, opts.runs do
        wait_quiet()
        local words, keyed = {}, {}
        for i, c in ipairs(pair) do words[i] = c:place(line_of(run + i * 7), opts.pause / 2) end
        for i, c in ipairs(pair) do keyed[i] = c:key('x') end
        local slots = {}
        for i, c in ipairs(pair) do
          local request, redraw = c:visible(words[i] .. 'x')
          if request and redraw and run > 0 then
            slots[i] = request.slot
            table.insert(samples[name], { total = redraw.at - keyed[i], dispatch = request.at - keyed[i],
              same = i == 2 and (slots[1] == slots[2] and slots[1] ~= -1 and 1 or 0) or nil })
          end
        end
        for _, c in ipairs(pair) do c:back() end
      end
      for _, c in ipairs(pair) do c.nvim:kill() end
    end
  end
  stats.compare('Two Neovims on one engine, a key in both at once', names, samples, {
    { key = 'dispatch', title = 'key → request at the engine, ms', target = '≤ floor + 1' },
    { key = 'total', title = 'key → drawn, ms', target = '≤ floor + 2' },
    { key = 'same', title = 'both asked for the same slot', target = '0' },
  })
end

local ok, err = xpcall(function()
  local contenders = start()
  -- The first runs load code, connect, ask the server what it is.
  for warm = 1, 2 do
    for _, c in ipairs(contenders) do
      scenes.idle.run(c, 40 + warm, opts.pause)
      c:back()
    end
  end
  for _, name in ipairs(opts.scenes) do
    if name ~= 'two' then measure(contenders, name) end
  end
  for _, c in ipairs(contenders) do c.nvim:kill() end
  if vim.tbl_contains(opts.scenes, 'two') then two() end
end, debug.traceback)
drive.end_all()
engine:kill(15)
if not ok then io.stderr:write(err .. '\n') end
-- Not os.exit(): Neovim removes its temporary files.
vim.cmd(ok and 'qall!' or 'cquit 1')
