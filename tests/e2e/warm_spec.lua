-- What an engine reads before anybody types, and ghost text that comes by itself when an engine is up.
local t = require('harness')
local g = require('ghost_help')
local case, eq, ok = t.case, t.eq, t.ok

local TEXT = 'def add(a, b):\n    total = a\n    return total\n\ndef other():\n    return 2\n'

---@param scenarios? table of the mock
---@param opts? { more?: string, setup?: string, file?: string, line?: integer }
local function start(scenarios, opts)
  opts = opts or {}
  local mock = t.mock(vim.tbl_extend('keep', scenarios or {}, { ['*'] = { llama = true, content = ' + b' } }))
  local nv = t.nvim({ config = mock:config(opts.more), setup = opts.setup })
  local file = nv.dir .. '/' .. (opts.file or 'a.py')
  t.write(file, TEXT)
  nv:cmd(('edit +%d %s'):format(opts.line or 2, file))
  return nv, mock
end

local function completions(mock)
  return vim.tbl_filter(function(r) return r.url == '/completion' end, mock.requests())
end

---The first prompt that was only to be read.
local function wait_read(mock)
  local all = t.wait(function()
    local now = completions(mock)
    return #now > 0 and now
  end, 'a prompt to be read')
  eq({ #all, all[1].body.n_predict, all[1].body.cache_prompt }, { 1, 0, true })
  return all[1].body.prompt
end

---The prompt of the first key.
local function wait_key(mock)
  return t.wait(function() return completions(mock)[2] end, 'a request').body
end

local function settled(nv) nv:lua('vim.wait(1200)') end

for keys, middle in pairs({ A = '    total = a', o = '    total = a\n    ', cc = '    ' }) do
  case(('what %s will need is read before'):format(keys), function()
    local nv, mock = start()
    local read = wait_read(mock)
    eq(read[3]:match('def add.*'), 'def add(a, b):\n')
    nv:type(keys)
    local body = wait_key(mock)
    ok(body.n_predict > 0)
    eq(vim.list_slice(body.prompt, 1, 6), vim.list_slice(read, 1, 6), 'all but the middle')
    eq(body.prompt[7], middle)
  end)
end

case('a line that was read is not read again, another one is', function()
  local nv, mock = start()
  wait_read(mock)
  nv:type('l')
  nv:cmd('doautocmd FocusGained')
  settled(nv)
  eq(#completions(mock), 1)
  nv:type('3j')
  local again = wait_key(mock)
  eq({ again.n_predict, again.prompt[7] }, { 0, 'def other():' })
end)

case('an engine that works for others reads nothing until it has time', function()
  local busy = { body = 'llamacpp:requests_processing 1\nllamacpp:requests_deferred 0\n', type = 'text/plain' }
  local free = { body = 'llamacpp:requests_processing 0\nllamacpp:requests_deferred 0\n', type = 'text/plain' }
  local _, mock = start({ ['/metrics'] = { busy, free } })
  wait_read(mock)
  eq(#vim.tbl_filter(function(r) return r.url == '/metrics' end, mock.all()), 2)
end)

for name, opts in pairs({
  ['a lane that costs'] = { more = 'price = { input = 1.0, output = 1.0 }' },
  ['a file of secrets'] = { file = '.env' },
  ['a filetype without ghost text'] = { more = '[completion]\nfiletypes = { python = false }' },
  ['nobody who wants it'] = { setup = ("{ backend_path = '%s', ghost = { early = false } }"):format(t.bin) },
}) do
  case(name .. ' reads nothing ahead', function()
    local nv, mock = start(nil, opts)
    nv:cmd('CoderStatus')
    nv:wait_for([[vim.api.nvim_buf_get_name(0) == 'coder://status']])
    nv:cmd('close')
    nv:type('j')
    settled(nv)
    eq(#completions(mock), 0)
  end)
end

case('ghost text comes by itself when the engine has loaded', function()
  local loading = { status = 503, body = { error = { message = 'Loading model', code = 503 } } }
  local up = { body = { default_generation_settings = { n_ctx = 32768 }, total_slots = 1, model_alias = 'mock',
    model_path = '/models/mock.gguf' } }
  local list = { body = { object = 'list', data = { { id = 'mock', owned_by = 'llamacpp' } } } }
  local nv, mock = start({ ['/props'] = { loading, loading, up }, ['/v1/models'] = list })
  nv:type('A')
  nv:wait_for('require("coder").statusline():find("mock ◌", 1, true) and true', 'the statusline')
  eq(#completions(mock), 0)
  t.wait(function() return g.drawn(nv) == ' + b' end, 'the ghost')
  eq(#completions(mock), 1)
  nv:wait_for('require("coder").statusline():find("mock ●", 1, true) and true', 'the statusline')
end)
