-- The local engine as Neovims use it: a real llama-server, kept by the real keeper.
local t = require('harness')
local case, eq, has = t.case, t.eq, t.has

local server, model = vim.env.CODER_LLAMA_SERVER, vim.env.CODER_TINY_MODEL

---A runtime folder and a configuration that Neovims share; the engine ends with the case.
---@param more? string
local function shared(more)
  if not server or not model then t.skip('CODER_LLAMA_SERVER and CODER_TINY_MODEL are not set') end
  local dir = t.dir()
  local env = { XDG_RUNTIME_DIR = dir, XDG_STATE_HOME = dir .. '/state' }
  local config = ('[engine]\ncommand = "%s"\nmodel = "%s"\nargs = ["--ctx-size", "8192"]\n%s'):format(server, model,
    more or '')
  local file = t.write(dir .. '/config.toml', config)
  local function engine(...)
    local words = { t.bin, 'engine', ... }
    return vim.system(vim.list_extend(words, { '--config', file, '--json' }), { env = env }):wait(60000)
  end
  t.defer(function() engine('stop') end)
  return { env = env, config = config, engine = engine, status = function()
    return vim.json.decode(engine('status').stdout)
  end }
end

local function nvim(it, more)
  return t.nvim(vim.tbl_extend('keep', more or {}, { config = it.config, env = it.env }))
end

local function answered(nv)
  nv:wait_for('vim.wo.winbar:find(" in, ") and true', 'the answer', 60000)
end

case('engine: started with the first question, shared, and a lane without a block', function()
  local it = shared()
  eq(it.status().state, 'cold')
  local one = nvim(it)
  one:cmd('CoderAsk hello')
  answered(one)
  has(table.concat(one:lines(), '\n'), '## Coder · engine')
  local first = t.wait(function()
    local now = it.status()
    return now.clients == 1 and now
  end, 'one client')
  local two = nvim(it)
  two:cmd('CoderAsk hello again')
  answered(two)
  local second = t.wait(function()
    local now = it.status()
    return now.clients == 2 and now -- the keeper counts once a second
  end, 'two clients')
  eq({ second.keeper, second.engine }, { first.keeper, first.engine })
  two:cmd('CoderStatus')
  two:wait_for([[vim.api.nvim_buf_get_name(0) == 'coder://status']])
  has(table.concat(two:lines(), '\n'), 'local engine  ')
  two:cmd('checkhealth coder')
  has(table.concat(two:lines(), '\n'), 'local engine: ')
  two:kill()
  t.wait(function() return it.status().clients == 1 end, 'one client less')
end)

case('engine: killed with its keeper, it is there again for the next question', function()
  local it = shared()
  local nv = nvim(it)
  nv:cmd('CoderAsk hello')
  answered(nv)
  local before = it.status()
  vim.uv.kill(before.keeper, 'sigkill')
  t.wait(function()
    local now = it.status()
    return now.state ~= 'cold' and now.keeper ~= before.keeper
  end, 'another keeper', 60000)
  nv:cmd('CoderAsk again')
  nv:wait_for('select(2, table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\\n"):gsub("## Coder", "")) == 2',
    'the second answer', 60000)
end)

case('engine: stopped by hand it stays so until it is started', function()
  local it = shared()
  local nv = nvim(it)
  nv:cmd('CoderAsk hello')
  answered(nv)
  nv:cmd('CoderEngine stop')
  nv:wait_message('engine: stopped')
  nv:wait_for('require("coder").statusline():find("engine ✗", 1, true) and true', 'the statusline')
  nv:cmd('CoderAsk are you there?')
  nv:wait_message('stopped by hand')
  eq(it.status().state, 'cold')
  nv:cmd('CoderEngine start')
  nv:wait_message('engine: started')
  nv:wait_for('not require("coder").statusline():find("engine", 1, true)', 'the statusline')
  nv:cmd('CoderEngine doctor')
  nv:wait_for([[vim.api.nvim_buf_get_name(0) == 'coder://engine']], 'the page', 60000)
  has(table.concat(nv:lines(), '\n'), 'program: ' .. server)
end)

case('engine: what keeps it from starting is said once, and other lanes answer', function()
  local it = shared()
  local mock = t.mock()
  local broken = t.write(t.dir() .. '/broken.gguf', 'no model at all')
  local config = it.config:gsub('model = "[^"]*"', ('model = "%s"'):format(broken)) .. mock:config()
  local nv = nvim(it, { config = config })
  nv:cmd('CoderAsk hello')
  nv:wait_message('the local engine: ')
  answered(nv)
  has(table.concat(nv:lines(), '\n'), 'Hello from the mock server.')
  eq(nv:count_messages("the local engine: "), 1)
  nv:cmd('CoderEngine nonsense')
  nv:wait_message('there is no engine action nonsense')
end)

---What the status page says of ghost text: requests, and prompts read ahead.
local function counts(nv)
  nv:lua([[_G.page = nil; require('coder.backend').call('status', {}, function(_, r) _G.page = r.lines end, true)]])
  nv:wait_for('_G.page ~= nil')
  local text = table.concat(nv:get('_G.page'), '\n')
  return tonumber(text:match('(%d+) requests,')), tonumber(text:match('(%d+) prompts read ahead'))
end

local function edit(nv, keys)
  local lines = {}
  for i = 1, 60 do lines[i] = ('def f%d(a): return a * %d'):format(i, i) end
  t.write(nv.dir .. '/a.py', table.concat(lines, '\n') .. '\n')
  nv:cmd('edit ' .. nv.dir .. '/a.py')
  if keys then nv:type(keys) end
end

case('engine: a file that is opened has it loaded and reading; ghost text comes by itself', function()
  local it = shared()
  local resting, typing = nvim(it), nvim(it)
  edit(resting)
  edit(typing, 'A')
  typing:wait_for('require("coder").statusline():find("⇄ engine ◌", 1, true) and true', 'the statusline', 60000)
  t.wait(function() return (counts(typing)) > 0 end, 'a request that no key asked for', 60000)
  t.wait(function() return select(2, counts(resting)) == 1 end, 'a prompt to be read', 60000)
  eq((counts(resting)), 0)
end)

case('engine: nobody keeps it awake by being there, and who comes back wakes it', function()
  local it = shared()
  it.config = it.config:gsub('model =', 'idle_unload_s = 3\nmodel =')
  t.write(vim.fs.dirname(it.env.XDG_STATE_HOME) .. '/config.toml', it.config)
  local nv = nvim(it)
  edit(nv)
  t.wait(function() return it.status().state ~= 'cold' and select(2, counts(nv)) == 1 end, 'a prompt to be read', 60000)
  t.wait(function() return it.status().state == 'asleep' end, 'it to fall asleep', 60000)
  nv:cmd('doautocmd FocusGained')
  t.wait(function() return select(2, counts(nv)) == 2 end, 'it to be read again', 60000)
  t.wait(function() return it.status().state ~= 'asleep' end, 'it to be awake', 60000)
end)

case('engine: the page has a key for what helps', function()
  local it = shared()
  local nv = nvim(it)
  local function shows(text)
    nv:wait_for(([[vim.api.nvim_buf_get_name(0) == 'coder://engine'
      and table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n'):find(%q, 1, true) and true]]):format(text),
      text, 60000)
  end
  nv:cmd('CoderEngine')
  shows('cold')
  shows('s start   S stop   r restart   d doctor   p pull   l log   q close')
  nv:type('s')
  shows('slots of')
  nv:type('d')
  shows('program: ' .. server)
  nv:type('S')
  shows('cold')
  nv:wait_message('engine: stopped')
end)

case('engine: pull without a name offers the models that have one', function()
  local nv = t.nvim({ env = { HF_ENDPOINT = 'http://127.0.0.1:9' } })
  nv:lua([[vim.ui.select = function(items, opts, done)
    shown = vim.tbl_map(opts.format_item, items)
    done(items[1])
  end]])
  nv:cmd('CoderEngine pull')
  nv:wait_for('shown and true', 'the list')
  local shown = nv:get('shown')
  eq(shown[1]:sub(1, 2), '* ', 'those for this machine come first')
  has(table.concat(shown, '\n'), '  large: ghost text and chat, for a GPU of 40 GB, 32.5 GB')
  nv:wait_for([[vim.api.nvim_buf_get_name(0) == 'coder://engine']], 'the page')
  eq(nv:lines()[1], 'pull cpu-fim')
end)
