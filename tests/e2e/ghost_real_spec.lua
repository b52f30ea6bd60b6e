-- Ghost text from key to screen: the real backend with the real llama-server.
local t = require('harness')
local g = require('ghost_help')
local llama = require('llama')
local case, eq, ok = t.case, t.eq, t.ok

-- The tiny model ends too soon unless told not to (by the sampler for infilling, too); what it says is the same
-- every time.
local function config(more)
  return ('[models.tiny]\nprovider = "openai"\nbase_url = "unix://%s"\nmodel = "tiny"\ntemperature = 0\n'
    .. 'extra = { ignore_eos = true, samplers = ["top_k", "temperature"] }\n%s\n'):format(llama.socket(), more or '')
end

local function start(more)
  local nv = t.nvim({ config = config(more) })
  local lines = {
    'import sys', '', 'def total(values):', '    sum = 0', '    for value in values:', '        sum += value',
  }
  for i = 1, 80 do vim.list_extend(lines, { '', ('def f%d(a, b):'):format(i), ('    return a * %d + b'):format(i) }) end
  t.write(nv.dir .. '/a.py', table.concat(lines, '\n') .. '\n')
  nv:cmd('edit ' .. nv.dir .. '/a.py')
  return nv
end

local function counters(nv)
  nv:lua([[_G.status = nil; require('coder.backend').call('status', {}, function(_, r) _G.status = r.lines end)]])
  nv:wait_for('_G.status ~= nil')
  local text = table.concat(nv:get('_G.status'), '\n')
  return tonumber(text:match('(%d+) requests')), text
end

-- How many requests there were, once what is asked ahead of the user has been asked.
local function settled(nv)
  local asked
  repeat
    asked = counters(nv)
    nv:lua('vim.wait(500)')
  until counters(nv) == asked
  return asked
end

-- Types words until the model has something to say.
local function until_ghost(nv)
  for _, word in ipairs({ 'oret', 'urn', ' sum', ' + value', ' * 2', ' - sys', '.argv', '[0]' }) do
    nv:type(word)
    local seen = pcall(t.wait, function() return g.drawn(nv) end, 'a ghost', 4000)
    if seen then return end
  end
  error('the model has said nothing')
end

-- The ghost once it has stopped growing.
local function whole(nv)
  local shown = "require('coder.ghost.visible').ghost"
  nv:wait_for(('%s and not %s.more'):format(shown, shown), 'the whole ghost', 30000)
  return g.drawn(nv)
end

for _, form in ipairs({ 'tokens', 'infill' }) do
  case('shown, taken and taken back, by ' .. form, function()
    local nv = start(form == 'infill' and 'fim = "infill"' or nil)
    nv:cmd('normal! 6G')
    until_ghost(nv)
    local _, status = counters(nv)
    t.has(status, form .. ' completions')
    local before, ghost = nv:get('vim.api.nvim_get_current_line()'), whole(nv)
    nv:type('<Tab>')
    local taken = nv:lines()
    local first, last = 7, 7 + select(2, ghost:gsub('\n', ''))
    eq(table.concat(vim.list_slice(taken, first, last), '\n'), before .. ghost)
    nv:type('<Esc>u')
    eq(nv:get('vim.api.nvim_buf_get_lines(0, 6, 7, true)[1]'), before)
  end)
end

case('typing along asks for nothing', function()
  local nv = start('[completion]\nmax_lines = 1')
  nv:cmd('normal! 6G')
  until_ghost(nv)
  local ghost = whole(nv)
  local asked = settled(nv)
  local first = vim.fn.strcharpart(ghost, 0, 1)
  nv:type(first == '<' and '<lt>' or first)
  if #ghost > #first then g.is(nv, ghost:sub(#first + 1)) end
  if #ghost > #first then eq((counters(nv)), asked) end
end)

case('the command line completes at the same place', function()
  local nv = start()
  local path = nv.dir .. '/config/coder-nvim/config.toml'
  local done = vim.system({ t.bin, 'complete', '--config', path, '--json', '--file', nv.dir .. '/a.py', '--line', '4',
    '--col', '7' }, { cwd = nv.dir }):wait(60000)
  eq(done.code, 0, done.stderr)
  local answer = vim.json.decode(done.stdout)
  eq(answer.model, 'tiny')
  ok(type(answer.text) == 'string' and answer.ms >= 0)
end)

case('a secret file has no ghost text, and a private one has', function()
  local nv = start('[privacy]\nlocal_only = ["a.py"]')
  nv:cmd('normal! 6G')
  until_ghost(nv)
  nv:type('<Esc>')
  local asked = counters(nv)
  nv:cmd('edit! ' .. nv.dir .. '/.env')
  nv:type('iKEY=abc')
  nv:wait_for('require("coder").statusline():find("○") and true')
  eq((counters(nv)), asked)
  g.is(nv, nil)
end)

case('a buffer wiped while its request is under way', function()
  local nv = start()
  nv:cmd('normal! 6G')
  for _ = 1, 5 do
    nv:type('ox')
    nv:cmd('bwipeout!')
    nv:cmd('edit ' .. nv.dir .. '/a.py')
  end
  nv:cmd('normal! 6G')
  until_ghost(nv)
  eq(nv:messages():find('coder:', 1, true), nil)
end)
