-- Ghost text with the real backend and an engine that is slow, wrong, silent or gone.
local t = require('harness')
local g = require('ghost_help')
local case, eq, ok = t.case, t.eq, t.ok

---@param scenarios table of the mock, `llama` and `content` in "*"
---@param more? string see Mock:config
local function start(scenarios, more, text)
  -- What the file itself suggests is no business of an engine.
  more = more or '[completion]\nrepo = false'
  local mock = t.mock(vim.tbl_extend('keep', scenarios, { ['*'] = { llama = true, content = 'turn a + b' } }))
  local nv = t.nvim({ config = mock:config(more) })
  t.write(nv.dir .. '/a.py', text or 'def add(a, b):\n\ndef other():\n    return 2\n')
  nv:cmd('edit ' .. nv.dir .. '/a.py')
  return nv, mock
end

local function asked(mock)
  return vim.tbl_filter(function(r) return r.url:find('compl') or r.url:find('infill') end, mock.requests())
end

local function wait_ghost(nv, text)
  t.wait(function() return g.drawn(nv) == text end, ('the ghost %q; it is %s'):format(text, vim.inspect(g.drawn(nv))))
end

-- The state the statusline shows.
local function wait_state(nv, sign)
  nv:wait_for(('require("coder").statusline():find("%s") and true'):format(sign), 'the state ' .. sign)
end

case('a key brings a ghost, which grows', function()
  local nv = start({ ['*'] = { llama = true, tokens = { 'turn', ' a', ' + ', 'b' }, rate = 20 } })
  nv:type('ore')
  local seen = {}
  t.wait(function()
    local now = g.drawn(nv)
    if now and now ~= seen[#seen] then seen[#seen + 1] = now end
    return now == 'turn a + b'
  end, 'the whole ghost')
  for i = 2, #seen do ok(vim.startswith(seen[i], seen[i - 1]), 'only ever added to') end
  ok(#seen > 1, 'shown before it is whole')
  nv:type('<Tab>')
  eq(nv:lines()[2], '    return a + b')
end)

case('a key that differs ends the request under way and asks anew', function()
  local nv, mock = start({ ['*'] = { llama = true, tokens = { 'turn', ' a', ' + ', 'b', ' + ', 'c' }, rate = 4 } })
  nv:type('ore')
  wait_ghost(nv, 'turn')
  local before = #asked(mock)
  nv:type('x')
  t.wait(function()
    local all = asked(mock)
    return #all == before + 1 and all[before].closed == 'aborted'
  end, 'the old one to be closed and a new one')
  eq(asked(mock)[before + 1].body.prompt[7], '    rex')
end)

case('what was typed along, taken back and typed again is asked for once', function()
  local nv, mock = start({})
  nv:type('ore')
  wait_ghost(nv, 'turn a + b')
  t.wait(function() return #asked(mock) > 0 and asked(mock)[#asked(mock)].closed end, 'the request to end')
  local before = #asked(mock)
  nv:type('t')
  wait_ghost(nv, 'urn a + b')
  nv:type('u')
  wait_ghost(nv, 'rn a + b')
  nv:type('<BS><BS>')
  wait_ghost(nv, 'turn a + b')
  eq(#asked(mock), before)
end)

case('an engine without FIM tokens: the next way, said once', function()
  local err = { code = 501, message = 'This server does not support infill', type = 'not_supported_error' }
  local nv, mock = start({
    ['/tokenize'] = { body = { tokens = {} } },
    ['/infill'] = { status = 501, body = { error = err } },
    ['*'] = { llama = true, content = 'turn a' },
  })
  nv:type('ore')
  wait_ghost(nv, 'turn a')
  nv:type('x')
  t.wait(function() return #asked(mock) >= 3 end, 'another request')
  local infills = vim.tbl_filter(function(r) return r.url == '/infill' end, asked(mock))
  eq(#infills, 1)
  eq(nv:count_messages('does not take infill'), 1)
end)

case('nothing, white space, control characters and half a character', function()
  local raw = 'data: {"content":"turn \195","stop":false}\n\ndata: {"content":"","stop":true}\n\n'
  for what, scenario in pairs({
    nothing = { content = '' },
    blank = { content = '  \n\n \n' },
    control = { content = '\1\2\r\n\127' },
    rubbish = { body = '<html>', type = 'text/html' },
    half = { body = raw, type = 'text/event-stream' },
  }) do
    local everywhere = {}
    for _, path in ipairs({ '/completion', '/infill', '/v1/completions', '/v1/chat/completions' }) do
      everywhere[path] = scenario
    end
    local nv, mock = start(everywhere)
    nv:type('ore')
    t.wait(function() return #asked(mock) > 0 end, 'a request')
    wait_state(nv, '[●✗]')
    local drawn = g.drawn(nv)
    ok(drawn == nil or (what == 'half' and drawn == 'turn'), what .. ': ' .. vim.inspect(drawn))
    nv:type('<Esc>')
    -- That the server does not know a way of asking is told, once.
    if what ~= 'rubbish' then eq(nv:messages(), '', what) end
    ok(nv:count_messages('coder:') <= 1, what)
  end
end)

case('nobody there: quiet, and said in the statusline', function()
  local gone = '[models.gone]\nprovider = "openai"\nbase_url = "http://127.0.0.1:1/v1"\nmodel = "x"\n'
  local nv = t.nvim({ config = gone })
  t.write(nv.dir .. '/a.py', '\n')
  nv:cmd('edit ' .. nv.dir .. '/a.py')
  nv:type('iabc')
  wait_state(nv, '✗')
  nv:type('def')
  g.is(nv, nil)
  nv:type('<Esc>')
  eq(nv:messages(), '')
  nv:lua([[require('coder.backend').call('status', {}, function(_, r) _G.status = table.concat(r.lines, '\n') end)]])
  nv:wait_for('_G.status ~= nil')
  t.has(nv:get('_G.status'), 'ghost text    failed, gone on the local lane')
end)

case('slow: the key goes on, the state says so, leaving insert mode ends it', function()
  local nv, mock = start({ ['*'] = { llama = true, content = 'turn', head_ms = 60000 } })
  nv:type('ore')
  wait_state(nv, '◌')
  local left = vim.uv.now()
  nv:type('<Esc>')
  t.wait(function() return asked(mock)[1].closed == 'aborted' end, 'the request to be closed')
  ok(vim.uv.now() - left < 5000, 'at once, not by the limit of the request')
  wait_state(nv, '●')
end)

case('private text: not to a lane that is not trusted, and the reason is said', function()
  local mock = t.mock({ ['*'] = { llama = true, content = 'turn' } })
  local config = ('[models.far]\nprovider = "openai"\nbase_url = "%s"\nmodel = "m"\nlane = "cloud"\n'):format(mock.url)
    .. '[completion]\nmodel = "far"\n[privacy]\nlocal_only = ["secret/**"]\n'
  local nv = t.nvim({ config = config })
  t.write(nv.dir .. '/secret/a.py', 'SECRET = 1\n')
  t.write(nv.dir .. '/open.py', 'x = 1\n')
  nv:cmd('edit ' .. nv.dir .. '/secret/a.py')
  nv:type('ore')
  -- What is left is the repository itself.
  nv:wait_for('require("coder").statusline():find("repo") and true')
  nv:type('<Esc>')
  nv:cmd('CoderStatus')
  nv:wait_for("vim.fn.search('no lane for completions is trusted', 'n') > 0")
  nv:cmd('quit')
  nv:cmd('edit! ' .. nv.dir .. '/open.py')
  nv:type('ore')
  t.wait(function() return #asked(mock) > 0 end, 'the other file to be completed')
  for _, request in ipairs(mock.requests()) do
    eq(vim.json.encode(request.body):find('SECRET', 1, true), nil)
  end
end)

case('a huge line, a huge buffer and a binary file have none, until they fit', function()
  local nv, mock = start({})
  local answer = "require('coder.ghost.host').answer(vim.api.nvim_get_current_buf())"
  nv:lua([[vim.api.nvim_buf_set_lines(0, 0, -1, false, { ('x'):rep(1024 * 1024 + 1) })]])
  nv:type('ore')
  nv:wait_for(answer .. ' ~= nil')
  nv:type('<Esc>o')
  nv:wait_for(answer .. '.ghost == false', 'the huge line to be found')
  g.is(nv, nil)
  nv:type('<Esc>')
  nv:lua([[vim.api.nvim_buf_set_lines(0, 0, 1, false, { ('x'):rep(1024 * 1024), ('x'):rep(1024 * 1024) })]])
  nv:type('o')
  nv:wait_for(answer .. '.ghost', 'the line broken in two to be read')
  nv:type('re')
  wait_ghost(nv, 'turn a + b')
  nv:type('<Esc>')
  nv:lua([[
    local line, lines = ('y'):rep(1000), {}
    for i = 1, 50000 do lines[i] = line end
    vim.cmd('enew!')
    vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
  ]])
  nv:type('Gore')
  nv:wait_for(answer .. ' and ' .. answer .. '.ghost == false')
  t.has(nv:get(answer .. '.why'), 'larger than 16 MiB')
  nv:type('<Esc>')
  nv:cmd('%delete')
  nv:type('i')
  nv:wait_for(answer .. '.ghost', 'a buffer that fits again')
  nv:type('def f():<CR>    re')
  wait_ghost(nv, 'turn a + b')
  nv:type('<Esc>')
  t.write(nv.dir .. '/a.bin', ('\0\255\1\n\195'):rep(200))
  nv:cmd('edit! ' .. nv.dir .. '/a.bin')
  local before = #asked(mock)
  nv:type('ore')
  nv:wait_for(answer .. ' ~= nil')
  nv:type('turn<Esc>')
  g.is(nv, nil)
  eq(nv:messages():find('Error', 1, true), nil)
  eq(vim.tbl_map(function(r) return r.body.prompt end, vim.list_slice(asked(mock), before + 1)), {})
end)

case('changed configuration: switched off and on while typing', function()
  local nv, mock = start({})
  nv:type('ore')
  wait_ghost(nv, 'turn a + b')
  local path = nv.dir .. '/config/coder-nvim/config.toml'
  local text = t.read(path)
  t.write(path, text .. 'enabled = false\n')
  wait_state(nv, '○')
  local before = #asked(mock)
  nv:type('x')
  vim.wait(100)
  eq(#asked(mock), before)
  t.write(path, text)
  wait_state(nv, '●')
  nv:type('<BS><Esc>a')
  wait_ghost(nv, 'turn a + b')
end)
