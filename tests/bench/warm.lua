-- From opening a file to the first ghost text: a real llama-server with the tiny model, kept by the real keeper.
--   NVIM -l tests/bench/warm.lua
-- Environment: CODER_NVIM, CODER_BIN, CODER_LLAMA_SERVER, CODER_TINY_MODEL, BENCH_RUNS.
-- Every run has a text of its own, so that nothing of it is in the engine's cache. Prints a Markdown table.
local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
package.path = here .. '/?.lua;' .. here .. '/../e2e/?.lua;' .. package.path
local t = require('harness')

local server, model = vim.env.CODER_LLAMA_SERVER, vim.env.CODER_TINY_MODEL
assert(server and model, 'CODER_LLAMA_SERVER and CODER_TINY_MODEL must be set')
local runs = tonumber(vim.env.BENCH_RUNS) or 7
local LOOK_MS = 3000 -- how long the user looks at the file before the first key

local dir = t.dir()
local folder = dir .. '/coder-nvim/engine'
local env = { XDG_RUNTIME_DIR = dir, XDG_STATE_HOME = dir .. '/state' }
-- The tiny model ends too soon unless told not to.
local config = ([[
[engine]
command = "%s"
model = "%s"
args = ["--ctx-size", "32768", "--parallel", "2"]
[models.engine]
provider = "openai"
base_url = "unix://%s/engine.sock"
api_key_cmd = ["cat", "%s/key"]
model = "tiny"
lane = "local"
extra = { ignore_eos = true, samplers = ["top_k", "temperature"] }
]]):format(server, model, folder, folder)
local file = t.write(dir .. '/config.toml', config)

local function engine(...)
  local command = { t.bin, 'engine', ... }
  return vim.system(vim.list_extend(command, { '--config', file, '--json' }), { env = env }):wait(60000)
end

---Prompt tokens that the engine has evaluated since it began.
local function evaluated()
  local key = vim.trim(t.read(folder .. '/key'))
  local command = { 'curl', '-s', '--unix-socket', folder .. '/engine.sock', '-H', 'Authorization: Bearer ' .. key }
  local page = vim.system(vim.list_extend(command, { 'http://localhost/metrics' })):wait().stdout
  return tonumber(page:match('\nllamacpp:prompt_tokens_total (%d+)')) or 0
end

local serial = 0
local function text()
  serial = serial + 1
  local lines = {}
  for i = 1, 350 do
    local name = ('r%d_%s_%d'):format(serial, vim.fn.sha256(serial .. ':' .. i):sub(1, 8), i)
    vim.list_extend(lines, { ('def %s(a, b):'):format(name), ('    return a * %d + b'):format(i * serial) })
  end
  return table.concat(lines, '\n') .. '\n'
end

local function once(warm, early)
  engine('stop')
  if warm then assert(engine('start').code == 0, 'the engine starts') end
  local path = t.write(('%s/f%d.py'):format(dir, serial), text())
  local begin = vim.uv.hrtime()
  local nvim = t.nvim({ config = config, env = env, args = { '+400', path },
    setup = ("{ backend_path = '%s', ghost = { early = %s } }"):format(t.bin, early) })
  nvim:lua([[vim.api.nvim_create_autocmd('User', { pattern = 'CoderGhostShown', callback = function()
    _G.shown = _G.shown or vim.uv.hrtime()
  end })]])
  vim.wait(LOOK_MS, function() return false end)
  local before = (warm or early) and evaluated() or 0
  local key = nvim:lua('_G.shown = nil return vim.uv.hrtime()')
  nvim:type('A ')
  nvim:wait_for('_G.shown ~= nil', 'ghost text', 120000)
  local shown = nvim:get('_G.shown')
  vim.wait(300, function() return false end)
  local tokens = evaluated() - before
  nvim:kill()
  return (shown - key) / 1e6, tokens, (shown - begin) / 1e6
end

local function numbers(values)
  table.sort(values)
  local function at(share) return values[math.max(1, math.ceil(#values * share))] end
  return ('%.0f | %.0f | %.0f'):format(values[1], at(0.5), at(0.95))
end

print(('\n%d runs each; %d ms between opening the file and the first key\n'):format(runs, LOOK_MS))
print('| engine | reads ahead | first key → ghost text, ms: min | median | p95 '
  .. '| prompt tokens evaluated then: min | median | p95 |')
print('|---|---|---|---|---|---|---|---|')
for _, warm in ipairs({ true, false }) do
  for _, early in ipairs({ false, true }) do
    local times, tokens = {}, {}
    for i = 1, runs do times[i], tokens[i] = once(warm, early) end
    local names = ('%s | %s'):format(warm and 'up' or 'off', early and 'yes' or 'no')
    print(('| %s | %s | %s |'):format(names, numbers(times), numbers(tokens)))
  end
end
engine('stop')
os.exit(0)
