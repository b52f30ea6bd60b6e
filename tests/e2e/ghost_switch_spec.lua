-- On and off, what the statusline says, and a backend that fails.
local t = require('harness')
local g = require('ghost_help')
local case, eq, ok = t.case, t.eq, t.ok

---@param nv coder.test.Nvim
local function nothing_asked(nv, what)
  local before = #g.sent(nv, 'cursor')
  nv:type('ab')
  vim.wait(60)
  eq(#g.sent(nv, 'cursor'), before, what)
  g.is(nv, nil, what)
end

case('without setup()', function()
  local dir = t.dir()
  local log = dir .. '/log'
  local fake = t.fake(('return { log = %q, ghost = true }'):format(log))
  vim.fn.mkdir(dir .. '/bin')
  vim.uv.fs_symlink(fake, dir .. '/bin/coder-nvim')
  for _, part in ipairs({ 'lua', 'plugin' }) do
    eq(vim.system({ 'cp', '-r', t.root .. '/' .. part, dir }):wait().code, 0)
  end
  local nv = t.nvim({
    setup = false, args = { '--cmd', 'set rtp-=' .. t.root .. ' rtp^=' .. dir },
    env = { PATH = dir .. '/bin:' .. vim.env.PATH },
  })
  nv.ghost_log = log
  eq(nv:get('vim.iter(package.loaded):any(function(name) return name:find("^coder") end)'), false, 'nothing is loaded')
  nv:cmd('edit a.txt')
  nv:type('iab')
  g.suggest(nv, 'cd')
  g.is(nv, 'cd')
  nv:type('<Tab>')
  eq(nv:lines(), { 'abcd' })
end)

case('thousands of insertions by a command start nothing; a mapping that enters insert mode does', function()
  local text = {}
  for i = 1, 3000 do text[i] = 'line' end
  local nv = g.start({ text = text })
  nv:cmd('nnoremap X ox<Space>')
  nv:type('i')
  g.wait_cursor(nv)
  nv:type('<Esc>')
  nv:lua([[
    _G.attached = 0
    local buffers = require('coder.buffers')
    local attach = buffers.attach
    buffers.attach = function(...) attached = attached + 1 attach(...) end
  ]])
  nv:cmd('global/./normal Ax')
  eq(nv:lines()[3000], 'linex')
  eq(nv:get('attached'), 0)
  nv:type('X')
  g.suggest(nv, '= 1')
  g.is(nv, '= 1')
  eq(nv:get('attached'), 1)
end)

case('switched off in setup(): nothing is started', function()
  local nv = g.start({ setup = '{ ghost = { enabled = false } }' })
  nv:type('i')
  nothing_asked(nv)
  eq(#nv:processes(), 0)
  eq(nv:get([[vim.fn.maparg('<M-\\>', 'i')]]), '')
end)

case('b:coder_ghost', function()
  local nv = g.start()
  nv:cmd('let b:coder_ghost = v:false')
  nv:type('i')
  nothing_asked(nv, 'off')
  nv:cmd('edit! b.txt')
  nv:type('<Esc>ia')
  g.suggest(nv, 'x')
  g.is(nv, 'x', 'another buffer')
  nv = g.start({ setup = '{ ghost = { enabled = false } }' })
  nv:cmd('let b:coder_ghost = v:true')
  nv:type('ia')
  g.suggest(nv, 'x')
  g.is(nv, 'x', 'on')
end)

case('where the backend says no', function()
  local nv = g.start({ script = [[ghost = true, methods = { buf_attach = function(_, params, reply)
    reply({ ghost = params.filetype == 'lua', why = 'the filetype is switched off' })
  end }]] })
  nv:type('i')
  t.wait(function() return #g.sent(nv, 'ghost_close') > 0 end, 'ghost_close')
  nothing_asked(nv)
  nv:type('<Esc>')
  nv:cmd('setfiletype lua')
  nv:type('a')
  nv:wait_for('require("coder.ghost.host").answer(1).ghost')
  nv:type('x')
  g.suggest(nv, 'yes')
  g.is(nv, 'yes')
end)

case('toggled, from insert mode too', function()
  local nv = g.with('ia', 'b')
  nv:type('<Cmd>lua require("coder").ghost.toggle()<CR>')
  g.is(nv, nil)
  nv:wait_message('ghost text is off')
  nothing_asked(nv)
  eq(nv:get([[vim.fn.maparg('<M-\\>', 'i')]]), '')
  nv:type('<Plug>(coder-ghost-toggle)')
  nv:wait_message('ghost text is on')
  nv:type('c')
  g.suggest(nv, 'd')
  g.is(nv, 'd')
end)

case('setup() again', function()
  local nv = g.with('ia', 'b')
  nv:lua([[require('coder').setup(vim.tbl_deep_extend('force', require('coder.config').current,
    { ghost = { keys = { accept = '<C-y>' } } }))]])
  g.is(nv, nil)
  g.suggest(nv, 'b')
  nv:type('<C-y>')
  eq(nv:lines(), { 'ab' })
end)

case('the statusline', function()
  local nv = t.nvim()
  eq(nv:get('require("coder").statusline()'), '', 'before the backend was started')
  nv = g.start()
  nv:cmd('set laststatus=2 statusline=%{%v:lua.require(\'coder\').statusline()%}')
  nv:type('ia')
  g.wait_cursor(nv)
  local function shows(text, what)
    t.wait(function()
      return vim.iter(vim.split(nv:screen(), '\n')):any(function(row) return vim.trim(row) == text end)
    end, what or text)
  end
  g.event(nv, 'ghost_state', { state = 'idle', model = 'local-qwen3', lane = 'local' })
  shows('auto ⇄ local-qwen3 ●')
  g.event(nv, 'ghost_state', { state = 'asking', model = 'local-qwen3', lane = 'local' })
  shows('auto ⇄ local-qwen3 ◌')
  g.event(nv, 'ghost_state', { state = 'failed', model = '100%', text = 'refused' })
  shows('auto ⇄ 100% ✗')
  g.event(nv, 'ghost_state', { state = 'off', text = 'no model' })
  shows('auto ⇄ coder ○')
  nv:lua('require("coder.config").current.statusline.ascii = true')
  for state, sign in pairs({ idle = '*', asking = '~', failed = '!', off = '-' }) do
    g.event(nv, 'ghost_state', { state = state, model = 'm' })
    eq(nv:get('require("coder").statusline()'), 'auto <> m ' .. sign)
  end
end)

case('the statusline is drawn again only when it changes, and only where it is used', function()
  local nv = g.start()
  nv:type('ia')
  g.wait_cursor(nv)
  nv:lua([[
    _G.drawn = 0
    local redrawstatus = vim.cmd.redrawstatus
    vim.cmd.redrawstatus = function(...) drawn = drawn + 1 redrawstatus(...) end
  ]])
  g.event(nv, 'ghost_state', { state = 'idle', model = 'm' })
  vim.wait(200)
  eq(nv:get('drawn'), 0, 'it is not used')
  nv:get('require("coder").statusline()')
  for _ = 1, 20 do
    g.event(nv, 'ghost_state', { state = 'asking', model = 'm' })
    g.event(nv, 'ghost_state', { state = 'idle', model = 'm' })
  end
  vim.wait(200)
  eq(nv:get('drawn'), 0, 'nothing has changed in the end')
  g.event(nv, 'ghost_state', { state = 'failed', model = 'm' })
  nv:wait_for('drawn == 1')
end)

---@param nv coder.test.Nvim
local function enter_and_leave(nv, times)
  for _ = 1, times do
    nv:type('i')
    nv:type('<Esc>')
    vim.wait(150)
  end
end

case('no backend: said once, quietly; :CoderAsk says it again', function()
  local nv = t.nvim({ setup = "{ backend_path = '/nonexistent/coder-nvim' }" })
  nv:cmd('edit a.txt')
  enter_and_leave(nv, 5)
  nv:wait_message('no ghost text: the backend /nonexistent/coder-nvim does not exist')
  eq(nv:count_messages('coder: '), 1)
  nv:cmd('CoderStatus')
  t.wait(function() return nv:count_messages('coder: ') == 2 end, 'the command to say it')
end)

case('a backend that ends at once is started a few times and no more', function()
  local dir = t.dir()
  local nv = t.nvim({ setup = ("{ backend_path = '%s' }"):format(t.script('echo x >>' .. dir .. '/starts\nexit 3\n')) })
  nv:cmd('edit a.txt')
  enter_and_leave(nv, 7)
  eq(select(2, t.read(dir .. '/starts'):gsub('x', '')), 3)
  nv:wait_message('ended at once (exit code 3)')
  eq(nv:count_messages('coder: '), 1)
end)

case('killed while a ghost is shown: gone, said once, back with the next insert mode', function()
  local nv = g.with('iab', 'cd')
  local pid = nv:get('require("coder.backend").info.pid')
  vim.uv.kill(pid, 'sigkill')
  t.wait(function() return g.drawn(nv) == nil end, 'the ghost to go')
  nv:type('x<Tab>y')
  eq(nv:lines(), { 'abx\ty' })
  nv:wait_message('the backend ended (killed by signal 9)')
  eq(nv:count_messages('coder: '), 1)
  nv:type('<Esc>a')
  nv:type('z')
  g.suggest(nv, 'yes')
  g.is(nv, 'yes')
  ok(nv:get('require("coder.backend").info.pid') ~= pid)
  eq(nv:count_messages('coder: '), 1)
end)

case('a backend that hangs: keys go on', function()
  local nv = g.with('iab', 'cd')
  vim.uv.kill(nv:get('require("coder.backend").info.pid'), 'sigstop')
  nv:type('cx')
  nv:type(('y'):rep(200))
  eq(nv:lines(), { 'abcx' .. ('y'):rep(200) })
  g.is(nv, nil)
  vim.uv.kill(nv:get('require("coder.backend").info.pid'), 'sigcont')
  g.suggest(nv, 'yes')
  g.is(nv, 'yes')
end)

case('malformed events do no harm', function()
  local nv = g.with('iab', 'cd')
  local here = g.here(nv)
  for _, event in ipairs({ { buf = 999 }, { text = '' }, { line = 99 }, { col = 99 }, { line = -1 } }) do
    local all = vim.tbl_extend('force', here, { id = 1, text = 'x', more = false, index = 1, count = 1 }, event)
    g.event(nv, 'ghost_show', all)
    g.is(nv, 'cd')
  end
  g.event(nv, 'ghost_hide', { buf = 999, tick = 1 })
  g.is(nv, 'cd')
  eq(nv:messages(), '')
end)
