-- Benchmarks of the editor side, in real Neovims:
--   NVIM -l tests/bench/run.lua [start|plugin|chat|refactor]        environment: CODER_NVIM, CODER_BIN, BENCH_RUNS
-- Prints Markdown tables (minimum, median, 95th percentile); doc/benchmarks.md keeps the latest.
local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
package.path = here .. '/?.lua;' .. here .. '/../e2e/?.lua;' .. package.path
local t = require('harness')

local runs = tonumber(vim.env.BENCH_RUNS) or 5

---@param values number[]
local function row(name, values, unit, target)
  table.sort(values)
  local function at(share) return values[math.max(1, math.ceil(#values * share))] end
  io.write(('| %s | %.2f | %.2f | %.2f | %s | %s |\n'):format(name, values[1], at(0.5), at(0.95), unit, target))
end

local function head(title)
  io.write(('\n%s\n\n| | min | median | p95 | unit | target |\n|---|---|---|---|---|---|\n'):format(title))
end

local benches = {}

---The backend: spawn to the answer of `hello`, memory when idle.
function benches.start()
  local protocol = dofile(t.root .. '/lua/coder/protocol.lua')
  local ready, rss, floor = {}, {}, {}
  for _ = 1, runs * 4 do
    local begin = vim.uv.hrtime()
    local job = vim.fn.jobstart({ t.bin, 'serve' }, { rpc = true })
    vim.rpcrequest(job, 'hello', { protocol = protocol.protocol, build = protocol.build, nvim = 'bench' })
    ready[#ready + 1] = (vim.uv.hrtime() - begin) / 1e6
    local status = t.read(('/proc/%d/status'):format(vim.fn.jobpid(job)))
    rss[#rss + 1] = tonumber(status:match('VmRSS:%s+(%d+)')) / 1024
    vim.fn.jobstop(job)
    vim.fn.jobwait({ job })
    begin = vim.uv.hrtime()
    vim.fn.jobwait({ vim.fn.jobstart({ t.bin, '--version' }) })
    floor[#floor + 1] = (vim.uv.hrtime() - begin) / 1e6
  end
  head('Backend')
  row('spawn to ready', ready, 'ms', '≤ 15')
  row('idle memory (RSS)', rss, 'MiB', '≤ 20')
  row('floor: spawn, `--version`, exit', floor, 'ms', '')
end

---What the plugin adds to the start of Neovim.
function benches.plugin()
  local load, setup = {}, {}
  for _ = 1, runs * 2 do
    local nvim = t.nvim({ setup = false })
    local times = nvim:lua([[
      vim.g.loaded_coder = nil
      local a = vim.uv.hrtime()
      vim.cmd('runtime plugin/coder.lua')
      local b = vim.uv.hrtime()
      require('coder').setup {}
      return { (b - a) / 1e6, (vim.uv.hrtime() - b) / 1e6 }
    ]])
    load[#load + 1], setup[#setup + 1] = times[1], times[2]
    nvim:kill()
  end
  head('Plugin at start-up')
  row('plugin/coder.lua', load, 'ms', '')
  row('setup()', setup, 'ms', 'together ≤ 1')
end

local watch = [[
  _G.seen = {}
  vim.api.nvim_create_autocmd({ 'BufNew', 'BufEnter', 'FileType' }, { callback = function(event)
    if _G.seen[event.buf] or not vim.api.nvim_buf_is_loaded(event.buf) then return end
    _G.seen[event.buf] = vim.api.nvim_buf_attach(event.buf, false, { on_lines = function(_, buf, _, first, _, last)
      local now = vim.uv.hrtime() / 1e6
      for _, line in ipairs(vim.api.nvim_buf_get_lines(buf, math.max(first, last - 8), last, false)) do
        if not _G.first and line:find('FIRSTTOKEN', 1, true) then _G.first = now end
        if not _G.last and line:find('LASTTOKEN', 1, true) then _G.last = now end
      end
    end })
  end })
  local before
  vim.uv.new_timer():start(1, 1, function()
    local now = vim.uv.hrtime() / 1e6
    if before and _G.first and (not _G.last or now - _G.last < 500) then
      _G.stall = math.max(_G.stall or 0, now - before)
    end
    before = now
  end)
]]

-- The floor: curl read line by line, one buffer edit per chunk, a plain Markdown split.
local floor = [[
  function _G.ask(port, model)
    vim.cmd('vnew')
    local buf = vim.api.nvim_get_current_buf()
    vim.bo[buf].buftype, vim.bo[buf].filetype = 'nofile', 'markdown'
    pcall(vim.treesitter.start, buf, 'markdown')
    local rest = ''
    local body = vim.json.encode({ model = model, stream = true })
    vim.system({ 'curl', '-sN', '-d', body, ('http://127.0.0.1:%d/v1/chat/completions'):format(port) }, {
      stdout = vim.schedule_wrap(function(_, data)
        rest = rest .. (data or '')
        local out = {}
        rest = rest:gsub('([^\n]*)\n', function(line)
          if line:find('^data: {') then out[#out + 1] = vim.json.decode(line:sub(7)).choices[1].delta.content end
          return ''
        end)
        if #out == 0 then return end
        vim.api.nvim_buf_set_text(buf, -1, -1, -1, -1, vim.split(table.concat(out), '\n'))
        vim.cmd('normal! G$')
      end),
    })
  end
]]
local ours = [[
  function _G.ask() vim.cmd('CoderAsk hello there') end
]]

local function ticks(nvim)
  local sum = 0
  local pids = nvim:processes()
  table.insert(pids, nvim.pid)
  for _, pid in ipairs(pids) do
    local ok, stat = pcall(t.read, ('/proc/%d/stat'):format(pid))
    if ok then
      local fields = vim.split(stat:match('%) (.*)'), ' ')
      for _, k in ipairs({ 12, 13, 14, 15 }) do sum = sum + tonumber(fields[k]) end
    end
  end
  return sum * 10
end

local config = [[
[models.mock]
provider = "openai"
base_url = "http://127.0.0.1:%d/v1"
model = "%s"
lane = "local"
]]

local function stream(kind, count, rate)
  local server = vim.system({ 'node', here .. '/stream_server.mjs' }, { stdout = function(_, data)
    _G.port = _G.port or tonumber(data)
  end })
  t.wait(function() return _G.port end, 'the server')
  local port = _G.port
  _G.port = nil
  local out = { dispatch = {}, first = {}, last = {}, stall = {}, cpu = {} }
  for _ = 1, runs do
    local model = ('%dx%d'):format(count, rate)
    local nvim = t.nvim({ config = config:format(port, model), columns = 120, lines = 40 })
    nvim:lua(watch)
    nvim:lua(kind)
    nvim:cmd('edit ' .. t.root .. '/native/rpc/messages.h')
    -- The first question starts the backend and opens the connection; the second is measured.
    for measured = 0, 1 do
      nvim:lua('_G.first, _G.last, _G.stall = nil, nil, nil')
      local cpu = ticks(nvim)
      local asked = nvim:lua('local a = vim.uv.hrtime() / 1e6; _G.ask(...); return a', port, model)
      nvim:wait_for('_G.last ~= nil', 'the last token', 120000)
      vim.wait(600, function() return false end)
      if measured == 1 then
        local url = ('http://127.0.0.1:%d/times'):format(port)
        local times = vim.json.decode(vim.system({ 'curl', '-s', url }):wait().stdout)
        table.insert(out.dispatch, times.asked - asked)
        table.insert(out.first, nvim:get('_G.first') - times.first)
        table.insert(out.last, nvim:get('_G.last') - times.last)
        table.insert(out.stall, nvim:get('_G.stall'))
        table.insert(out.cpu, ticks(nvim) - cpu)
      end
    end
    nvim:kill()
  end
  server:kill(15)
  return out
end

---An answer streamed into the chat, beside bare curl and buffer edits.
function benches.chat()
  for _, case in ipairs({ { 4000, 2000, '≤ 700' }, { 200, 100, '≤ 200' } }) do
    local count, rate, cpu = unpack(case)
    for name, kind in pairs({ ['coder.nvim'] = ours, ['floor (curl, an edit per chunk)'] = floor }) do
      local result = stream(kind, count, rate)
      head(('%s: %d tokens at %d/s'):format(name, count, rate))
      row('ask → request at the server', result.dispatch, 'ms', '≤ 3')
      row('first token sent → in the buffer', result.first, 'ms', '≤ 1')
      row('last token sent → in the buffer', result.last, 'ms', '≤ 6')
      row('longest main-loop stall', result.stall, 'ms', '≤ 10')
      row('CPU of Neovim and children', result.cpu, 'ms', cpu)
    end
  end
end

---A reply with 500 edits of 100 files, 10 of them open: from `:CoderApply` to the list, written, taken back.
function benches.refactor()
  local lines, reply = {}, {}
  for n = 1, 300 do lines[n] = ('local value_%d = %d'):format(n, n) end
  local text = table.concat(lines, '\n') .. '\n'
  for file = 1, 100 do
    for hunk = 1, 5 do
      local n = hunk * 50
      reply[#reply + 1] = ('f%d.lua\n```lua\n<<<<<<< SEARCH\nlocal value_%d = %d\n=======\nlocal changed_%d = %d\n'
        .. '>>>>>>> REPLACE\n```\n'):format(file, n, n, n, n)
    end
  end
  reply = table.concat(reply)
  local times = { list = {}, stall = {}, accept = {}, write = {}, undo = {} }
  for _ = 1, runs do
    local nvim = t.nvim({ columns = 120, lines = 40 })
    vim.fn.mkdir(nvim.dir .. '/project/.git', 'p')
    for file = 1, 100 do t.write(('%s/project/f%d.lua'):format(nvim.dir, file), text) end
    nvim:cmd('cd ' .. nvim.dir .. '/project')
    for file = 1, 10 do nvim:cmd(('edit f%d.lua'):format(file)) end
    nvim:lua([[
      stall = 0
      local before = vim.uv.hrtime()
      vim.uv.new_timer():start(1, 1, function()
        local now = vim.uv.hrtime()
        stall, before = math.max(stall, (now - before) / 1e6), now
      end)
      vim.fn.confirm = function() return 1 end
      function line(n) return vim.api.nvim_buf_get_lines(0, n - 1, n, true)[1] end
      function timed(run, done)
        stall = 0
        local begin = vim.uv.hrtime()
        run()
        vim.wait(9000, done, 1)
        if not done() then error(line(1) .. " / " .. (line(2) or "") .. " / " .. vim.fn.execute("messages")) end
      return { (vim.uv.hrtime() - begin) / 1e6, stall }
      end
      vim.fn.setreg('r', (...))
      require('coder.backend').start()
      vim.wait(300)
    ]], reply)
    local function measure(into, run, done)
      local got = nvim:lua(('return timed(function() %s end, function() return %s end)'):format(run, done))
      table.insert(into, got[1])
      table.insert(times.stall, got[2])
    end
    measure(times.list, "vim.cmd('CoderApply r')", "line(2):find('500 hunks in 100 files', 1, true)")
    measure(times.accept, "vim.cmd('normal A')", "line(2):find('500 accepted', 1, true)")
    measure(times.write, "vim.cmd('normal ZZ')", "line(2):find('written: 100 files', 1, true)")
    measure(times.undo, "vim.cmd('normal u')", "line(2):find('500 hunks in 100 files', 1, true)")
    nvim:kill()
  end
  head('500 hunks in 100 files, 10 of them open')
  row('`:CoderApply` to the complete list', times.list, 'ms', '')
  row('accept all', times.accept, 'ms', '')
  row('written, buffers changed', times.write, 'ms', '')
  row('taken back', times.undo, 'ms', '')
  row('longest main-loop stall in each', times.stall, 'ms', '')
end

local only = _G.arg and _G.arg[1]
for _, name in ipairs({ 'start', 'plugin', 'chat', 'refactor' }) do
  if not only or only == name then benches[name]() end
end
os.exit(0)
