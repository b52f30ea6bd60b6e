-- :CoderMode, :CoderModels, and what the statusline says of them.
local t = require('harness')
local case, eq, ok = t.case, t.eq, t.ok

---A Neovim with a backend that notes what it is called with. `vim.ui.select` is one of the test's.
---@param script? string further members of the script
---@param setup? string further members for setup()
local function nvim(script, setup)
  local calls = t.dir() .. '/calls'
  local path = t.fake(('return { calls = %q, %s }'):format(calls, script or ''))
  local nv = t.nvim({ setup = ("{ backend_path = '%s', %s }"):format(path, setup or '') })
  nv.calls = calls
  nv:lua([[
    _G.selects = {}
    vim.ui.select = function(items, opts, choose)
      local select = {
        kind = opts.kind, prompt = opts.prompt, choose = function(i) choose(items[i], i) end,
        shown = vim.tbl_map(opts.format_item, items),
      }
      table.insert(selects, select)
    end]])
  return nv
end

---Parameters of the calls of `method` so far.
local function called(nv, method)
  local out = {}
  local file = io.open(nv.calls)
  for line in file and file:lines() or function() end do
    local done, call = pcall(vim.json.decode, line)
    if done and call[1] == method then out[#out + 1] = call[2] end
  end
  if file then file:close() end
  return out
end

local function statusline(nv, text)
  nv:wait_for(('require("coder").statusline() == "%s"'):format(text))
end

---Has the backend killed, and a new one started by a question.
local function restart(nv)
  vim.uv.kill(nv:get('require("coder.backend").info.pid'), 'sigkill')
  nv:wait_message('the backend ended')
  nv:cmd('messages clear')
end

local three = [[models = {
  { name = 'local-qwen3', id = 'Qwen3', lane = 'local', address = 'http://10.0.0.2:8000/v1', trusted = true,
    state = 'ready', live = { 'Qwen3', 'Qwen2.5' } },
  { name = 'cloud', id = 'deepseek*', lane = 'cloud', address = 'https://relay/v1', trusted = false,
    state = 'ready', live = { 'deepseek-v3.2', 'deepseek-v3', 'gpt-4.1' }, resolved = 'deepseek-v3.2' },
  { name = 'gone', id = 'm', lane = 'cloud', address = 'https://gone/v1', trusted = false,
    state = 'down', live = {}, error = 'gone: no such\nhost' },
}]]

case('the mode is set for the session, and said in one line', function()
  local nv = nvim()
  nv:cmd('CoderMode local')
  nv:wait_message('coder: mode local')
  eq(called(nv, 'mode'), { { mode = 'local', model = '' } })
  eq(nv:count_messages('coder: '), 1)
  eq(nv.prompts, 0)
  eq(nv:get('require("coder").mode()'), 'local')
  statusline(nv, 'local')
  eq(nv:get('require("coder").mode("cloud")'), 'local', 'what is known last')
  nv:wait_for('require("coder").mode() == "cloud"')
  nv:wait_message('coder: mode cloud')
end)

case('a word that is no mode: the three', function()
  local nv = nvim()
  nv:cmd('CoderMode fast')
  nv:wait_message([[coder: there is no mode "fast". It is local, cloud or auto]])
  eq(nv:get('require("coder").mode(3)'), vim.NIL)
  nv:wait_message('there is no mode 3')
  eq(nv:processes(), {}, 'nothing is started')
end)

case('without a word the three are shown, the one that is set marked', function()
  local nv = nvim()
  nv:cmd('CoderMode')
  nv:wait_for('selects[1] ~= nil')
  local first = nv:get('{ kind = selects[1].kind, shown = selects[1].shown }')
  eq(first.kind, 'coder.mode')
  eq(#first.shown, 3)
  ok(vim.startswith(first.shown[1], '* auto   '), first.shown[1])
  ok(vim.startswith(first.shown[2], '  local  '), first.shown[2])
  for _, line in ipairs(first.shown) do ok(vim.fn.strdisplaywidth(line) < 77, 'fits 80 columns: ' .. line) end
  eq(called(nv, 'mode'), { vim.empty_dict() }, 'asked, not set')
  nv:lua('selects[1].choose(3)')
  nv:wait_message('coder: mode cloud')
  nv:type('<Plug>(coder-mode)')
  nv:wait_for('selects[2] ~= nil')
  ok(vim.startswith(nv:get('selects[2].shown[3]'), '* cloud'))
  nv:lua('vim.ui.select = function(_, _, choose) choose(nil) end')
  nv:cmd('CoderMode')
  vim.wait(50)
  eq(#called(nv, 'mode'), 2, 'cancelled: nothing is set')
end)

case(':CoderMode twice in a row opens one list', function()
  local nv = nvim([[methods = { mode = function(fake, _, reply)
    fake.after(100, function() reply({ mode = 'auto' }) end)
  end }]])
  nv:cmd('CoderMode')
  nv:cmd('CoderMode')
  nv:wait_for('#selects == 1')
  vim.wait(150)
  eq(nv:get('#selects'), 1)
end)

case('what was set outlives the backend, and is set before anything is asked', function()
  local nv = nvim([[answer = function(fake, id, params) fake.begin(id, params) fake.finish(id) end]])
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.wo.winbar:find(" in, ") and true')
  restart(nv)
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.wo.winbar:find(" in, ") and true')
  eq(called(nv, 'mode'), {}, 'nothing was set')
  nv:cmd('CoderMode local')
  nv:wait_message('mode local')
  restart(nv)
  nv:cmd('CoderAsk y')
  t.wait(function() return #called(nv, 'ask') == 3 end, 'the question')
  eq(called(nv, 'mode')[2], { mode = 'local' })
  local order = {}
  for line in io.lines(nv.calls) do order[#order + 1] = vim.json.decode(line)[1] end
  -- Of the last backend: hello, then the mode, then the rest.
  local last = #order - vim.fn.index(vim.fn.reverse(vim.deepcopy(order)), 'hello')
  eq(order[last + 1], 'mode')
  nv:wait_for('require("coder").mode() == "local"')
  eq(nv:messages(), '', 'quietly')
end)

case('a model that was chosen outlives the backend, until the mode decides again', function()
  local nv = nvim(three)
  nv:cmd('CoderModels cloud')
  nv:wait_message('coder: model cloud')
  eq(called(nv, 'mode'), { { model = 'cloud' } })
  statusline(nv, 'cloud')
  restart(nv)
  nv:cmd('CoderStatus')
  t.wait(function() return #called(nv, 'mode') == 2 end, 'the model to be set again')
  eq(called(nv, 'mode')[2], { model = 'cloud' })
  nv:cmd('CoderModels auto')
  nv:wait_message('coder: mode auto')
  eq(called(nv, 'mode')[3], { model = '' })
  restart(nv)
  nv:cmd('CoderStatus')
  nv:wait_for('vim.fn.bufname() == "coder://status"')
  eq(#called(nv, 'mode'), 3, 'as the configuration says')
end)

case('what cannot be set again is said', function()
  local nv = nvim([[methods = { mode = function(fake, params, reply)
    local path = vim.env.HOME .. '/refuse'
    if vim.uv.fs_stat(path) then
      return reply(nil, { kind = 'config', message = 'no model cloud', hint = 'See :CoderModels' })
    end
    reply({ mode = 'auto', model = params.model })
  end }]])
  nv:cmd('CoderModels cloud')
  nv:wait_message('model cloud')
  t.write(nv.dir .. '/refuse', '')
  restart(nv)
  nv:cmd('CoderStatus')
  nv:wait_message('coder: model cloud cannot be set again: no model cloud. See :CoderModels')
  nv:cmd('CoderModels other')
  t.wait(function() return nv:count_messages('no model cloud') == 2 end, 'the refusal')
end)

case(':CoderModels lists every lane and what its server has', function()
  local nv = nvim(three)
  nv:cmd('CoderModels')
  nv:wait_for('selects[1] ~= nil')
  local first = nv:get('{ kind = selects[1].kind, shown = selects[1].shown }')
  eq(first.kind, 'coder.model')
  eq(first.shown, {
    '* auto: let the mode decide',
    '  local-qwen3  Qwen3                      local, trusted  ready',
    '  cloud        deepseek-v3.2 (deepseek*)  cloud           ready',
    '  gone         m  cloud  no list: no such host',
    '  local-qwen3: Qwen2.5',
    '  cloud: deepseek-v3',
    '  cloud: gpt-4.1',
  })
  nv:lua('selects[1].choose(7)')
  nv:wait_message('coder: model cloud: gpt-4.1')
  eq(called(nv, 'mode'), { { model = 'cloud', id = 'gpt-4.1' } })
  statusline(nv, 'cloud')
  nv:type('<Plug>(coder-models)')
  nv:wait_for('selects[2] ~= nil')
  eq(nv:get('selects[2].shown[7]'), '* cloud: gpt-4.1')
  eq(nv:get('selects[2].shown[1]'), '  auto: let the mode decide')
  nv:lua('selects[2].choose(4)')
  nv:wait_message('coder: model gone')
  nv:lua('require("coder").models()')
  nv:wait_for('selects[3] ~= nil')
  ok(vim.startswith(nv:get('selects[3].shown[4]'), '* gone'))
  nv:lua('selects[3].choose(1)')
  nv:wait_message('coder: mode auto')
  eq(called(nv, 'mode')[3], { model = '' })
  eq(nv:get('vim.fn.getcompletion("CoderModels ", "cmdline")'), { 'auto', 'local-qwen3', 'cloud', 'gone' })
  eq(nv:get('vim.fn.getcompletion("CoderModels l", "cmdline")'), { 'local-qwen3' })
end)

case('a line of the list fits the screen', function()
  local nv = nvim(([[models = { { name = 'a', id = 'b', lane = 'local', address = '', trusted = false, state = '',
    live = {}, error = %q } }]]):format(('much to say '):rep(30)))
  nv:cmd('CoderModels')
  nv:wait_for('selects[1] ~= nil')
  local line = nv:get('selects[1].shown[2]')
  eq(vim.fn.strdisplaywidth(line), 132)
  ok(vim.endswith(line, '…'))
end)

case('while the servers are asked nothing waits, and one list opens', function()
  local nv = nvim([[methods = { models = function(fake, _, reply)
    fake.after(800, function() reply({ items = {}, mode = 'auto' }) end)
  end }]])
  nv:cmd('CoderModels')
  nv:type('ifree to type')
  eq(nv:lines(), { 'free to type' })
  nv:cmd('CoderModels')
  nv:wait_message('the servers are being asked')
  nv:wait_message('asking the servers for their models')
  vim.wait(1000)
  eq(nv:get('#selects'), 0, 'not while the user types')
  nv:type('<Esc>')
  nv:wait_for('#selects == 1')
  eq(nv:lines(), { 'free to type' })
  nv:type('ix<Esc>')
  eq(nv:get('#selects'), 1)
  eq(#called(nv, 'models'), 1)
end)

case('servers that cannot be asked: said, and asked again next time', function()
  local nv = nvim([[methods = { models = function(fake, _, reply)
    reply(nil, { kind = 'config', message = 'no model is configured', hint = 'Add one' })
  end }]])
  for i = 1, 2 do
    nv:cmd('CoderModels')
    t.wait(function() return nv:count_messages('no model is configured. Add one') == i end, 'the error')
  end
  eq(nv:get('#selects'), 0)
end)

case('the mode takes back a model that was chosen', function()
  local nv = nvim(three)
  nv:cmd('CoderModels cloud')
  nv:wait_message('model cloud')
  nv:cmd('CoderMode')
  nv:wait_for('selects[1] ~= nil')
  eq(nv:get('selects[1].prompt'), 'Mode (now: model cloud)')
  for _, line in ipairs(nv:get('selects[1].shown')) do ok(vim.startswith(line, '  '), line) end
  nv:lua('selects[1].choose(2)')
  nv:wait_message('mode local')
  eq(called(nv, 'mode')[2], { mode = 'local', model = '' })
  statusline(nv, 'local')
end)

case('the backend says when the mode has changed', function()
  local nv = nvim('mode = "cloud"')
  eq(nv:get('require("coder").mode()'), vim.NIL, 'before it was started')
  eq(nv:get('require("coder").statusline()'), '')
  nv:cmd('CoderStatus')
  nv:wait_for('require("coder").mode() == "cloud"')
  nv:lua([[require('coder.backend').receive('mode_changed', { mode = 'local' })]])
  eq(nv:get('require("coder").mode()'), 'local')
  eq(nv:get('require("coder").statusline()'), 'local')
end)

case('the statusline: mode or model, then ghost text', function()
  local nv = nvim()
  nv:cmd('set laststatus=2 statusline=%{%v:lua.require(\'coder\').statusline()%}')
  nv:cmd('edit a.txt')
  local function event(name, params) nv:lua('require("coder.backend").receive(...)', name, params) end
  local function shows(text)
    t.wait(function() return nv:screen():find('\n' .. text .. '\n', 1, true) end, 'the statusline ' .. text)
  end
  nv:lua('require("coder.backend").start()')
  shows('auto')
  nv:type('i')
  event('ghost_state', { state = 'idle', model = 'local-qwen3', lane = 'local' })
  shows('auto ⇄ local-qwen3 ●')
  event('mode_changed', { mode = 'auto', model = '50%', id = 'x' })
  shows('50% ⇄ local-qwen3 ●')
  event('mode_changed', { mode = 'cloud' })
  shows('cloud ⇄ local-qwen3 ●')
  nv:lua([[require('coder').setup(vim.tbl_deep_extend('force', require('coder.config').current,
    { statusline = { ascii = true } }))]])
  shows('cloud <> local-qwen3 *')
end)

case('the lists as Neovim shows them itself, on a small screen', function()
  local path = t.fake(('return { %s }'):format(three))
  local nv = t.nvim({ setup = ("{ backend_path = '%s' }"):format(path), columns = 80, lines = 20 })
  nv:send('nvim_command', 'CoderModels')
  -- Where Neovim waits for a number, it answers to little else.
  t.wait(function()
    local id = nv:send('nvim_get_mode')
    vim.wait(200, function() return nv.replies[id] end, 1)
    return nv.replies[id] and nv.replies[id].result.mode ~= 'n'
  end, 'the prompt')
  nv:send('nvim_input', '3<CR>')
  nv:wait_message('coder: model cloud')
end)
