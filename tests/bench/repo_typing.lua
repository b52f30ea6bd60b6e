-- An editing session replayed with no model and no configuration at all: does what the repository suggests come in
-- time, is it right, does it flicker?
--   $CODER_NVIM -l tests/bench/repo_typing.lua [option…]         environment: CODER_NVIM, CODER_BIN
-- Changes from a repository's history are typed as a person would into a real Neovim, on the tree before each. Options:
--   --repo DIR     whose history (this one's)
--   --changes N    how many, each in another file (3)
--   --typed N      characters of each, about (700)
--   --seed N --speed X    of the typist (1, 1)
--   --gate G       quiet | eager (quiet)
--   --trace FILE   every redraw that changed something, as JSON lines
-- Prints a Markdown table; doc/benchmarks.md keeps the latest.
local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
package.path = here .. '/?.lua;' .. here .. '/../e2e/?.lua;' .. package.path
local t = require('harness')
local history = require('replay_history')
local stats = require('ghost_stats')
local typist = require('replay_typist')

local opts = { repo = t.root, changes = 3, typed = 700, seed = 1, speed = 1, gate = 'quiet' }
local args = _G.arg or {}
for i = 1, #args, 2 do
  local name = args[i]:match('^%-%-(%w+)$')
  assert(name and args[i + 1], 'unknown option, or one without a value: ' .. args[i])
  local plain = name == 'repo' or name == 'gate' or name == 'trace'
  opts[name] = plain and args[i + 1] or assert(tonumber(args[i + 1]), args[i] .. ' wants a number')
end
local trace = opts.trace and assert(io.open(opts.trace, 'w'))

local function git(...)
  local done = vim.system({ 'git', ... }, { text = true }):wait()
  assert(done.code == 0, done.stderr)
end

---The tree before a change.
---@param change bench.Change
local function before(change)
  local dir = t.dir() .. '/tree'
  git('clone', '-q', '--shared', '--no-checkout', vim.fn.fnamemodify(opts.repo, ':p'), dir)
  git('-C', dir, 'checkout', '-q', '--detach', change.commit .. '^')
  return dir
end

---A Neovim in which the repository has been learned.
local function start(dir, file)
  local nv = t.nvim({ config = ('[completion]\nrepo = "%s"\n'):format(opts.gate), columns = 120, lines = 40 })
  nv:lua('dofile(...)', t.root .. '/tests/bench/ghost_probe.lua')
  nv:cmd('edit ' .. vim.fn.fnameescape(dir .. '/' .. file))
  nv:cmd('set nosmarttab | setlocal autoindent expandtab softtabstop=0 textwidth=0 formatoptions= comments= '
    .. 'indentexpr= nosmartindent nocindent')
  t.wait(function()
    return nv:lua([[
      local out
      require('coder.backend').call('status', { buf = vim.api.nvim_get_current_buf() }, function(_, r) out = r end)
      vim.wait(5000, function() return out end, 5)
      return out and table.concat(out.lines, '\n')
    ]]):find('learned from') ~= nil
  end, 'the repository to be learned', 60000)
  return nv
end

---@param change bench.Change
local function play(change)
  local dir = before(change)
  local nv = start(dir, change.file)
  nv:lua('_G.bench_probe.arm()')
  local hands = typist.new(nv, opts.seed, opts.speed)
  local thread = coroutine.create(function()
    hands:play(change)
    coroutine.yield(300)
  end)
  while coroutine.status(thread) ~= 'dead' do
    local ok, ms = coroutine.resume(thread)
    assert(ok, ms)
    if ms then vim.wait(math.floor(ms + 0.5), function() return false end) end
  end
  local seen = nv:get('_G.bench_probe.seen')
  nv:kill()
  return seen, hands.keys
end

---Whether a line of the change goes on as the ghost says.
local function is_right(lines, line, ghost)
  local whole = line .. ghost:match('^[^\n]*')
  for _, one in ipairs(lines) do
    if vim.startswith(one, whole) then return true end
  end
  return false
end

local total = { keys = 0, lines = 0, chars = 0, shown = 0, right = 0, wrong = 0, flicker = 0, latency = {}, ahead = 0 }

---Less than a frame of a screen: Neovim draws a key before any plugin hears of it.
local FRAME = 10

---What stood on the screen long enough to be seen.
local function settled(seen)
  local out = {}
  for i, one in ipairs(seen) do
    local next_one = seen[i + 1]
    if not next_one or next_one.line ~= one.line or next_one.at - one.at >= FRAME then out[#out + 1] = one end
  end
  return out
end

---@param change bench.Change
local function judge(change, seen, keys)
  local lines = {}
  for _, hunk in ipairs(change.hunks) do vim.list_extend(lines, hunk.lines) end
  for _, line in ipairs(lines) do
    if line:find('%S') then total.lines = total.lines + 1 end
    total.chars = total.chars + #vim.trim(line)
  end
  total.keys = total.keys + #keys
  local at_key = 1
  for i, now in ipairs(seen) do
    if trace then trace:write(vim.json.encode(now), '\n') end
    local last = seen[i - 1] or { line = '', ghost = '' }
    local same_line = last.line == now.line
    if now.ghost ~= '' then
      -- The rest of what stood there is no new one.
      local rest = last.ghost ~= '' and last.line .. last.ghost == now.line .. now.ghost
      if not rest then
        total.shown = total.shown + 1
        local right = is_right(lines, now.line, now.ghost)
        total[right and 'right' or 'wrong'] = total[right and 'right' or 'wrong'] + 1
        while keys[at_key + 1] and keys[at_key + 1].at <= now.at do at_key = at_key + 1 end
        table.insert(total.latency, now.at - keys[at_key].at)
        if right then total.ahead = total.ahead + #now.ghost - 1 end
      end
    end
    -- Gone and back again, or another one, with nothing typed meanwhile.
    if same_line and last.ghost ~= '' and not vim.startswith(now.ghost, last.ghost) then
      total.flicker = total.flicker + 1
    end
    local two = seen[i - 2]
    if two and last.ghost == '' and now.ghost ~= '' and two.ghost ~= '' and same_line
      and two.line .. two.ghost == now.line .. now.ghost then
      total.flicker = total.flicker + 1
    end
  end
end

local changes = history.find(opts.repo, opts.changes, opts.typed, 5)
assert(#changes > 0, 'no change in ' .. opts.repo .. ' is large enough')
for _, change in ipairs(changes) do
  print(('%s: %d characters'):format(change.name, change.typed))
  local seen, keys = play(change)
  judge(change, settled(seen), keys)
end

print(([[

### Typing with the repository alone, %s

| | |
|---|---|
| lines, characters, keys | %d, %d, %d |
| key → drawn, ms (minimum / median / p95) | %s |
| ghosts shown, of these right | %d, %.0f %% |
| wrong ghosts per line | %.2f |
| characters that right ghosts held, beyond a key each | %.0f %% |
| flicker | %d |]]):format(opts.gate, total.lines, total.chars, total.keys, stats.spread(total.latency), total.shown,
  total.shown > 0 and 100 * total.right / total.shown or 0, total.wrong / math.max(1, total.lines),
  100 * total.ahead / math.max(1, total.chars), total.flicker))
if trace then trace:close() end
-- Not os.exit(): Neovim removes its temporary files.
vim.cmd('qall!')
