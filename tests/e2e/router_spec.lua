-- Two lanes, each a server of its own that is stopped, slowed or broken: the real backend decides.
local t = require('harness')
local router = require('router_help')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok

local function ended(n) return ('select(2, table.concat(vim.api.nvim_buf_get_lines(vim.fn.bufnr("coder://chat/1"), '
  .. '0, -1, false), "\\n"):gsub("\\n## You", "")) >= %d and vim.wo.winbar:find(" in, ") and true'):format(n) end

-- A local and a cloud server, and a Neovim on a file.
local function two(opts)
  local here = router.server(opts.here or { content = 'from here' })
  local cloud = router.server(opts.cloud or { content = 'from the cloud' })
  local config = (opts.config or '') .. here:block('box', 'local') .. cloud:block('relay', 'cloud', opts.relay)
  local nv = t.nvim({ config = config })
  return nv, here, cloud
end

local function ask(nv, question, n)
  nv:cmd('CoderAsk ' .. question)
  nv:wait_for(ended(n))
end

local function headings(nv)
  return vim.tbl_filter(function(line) return vim.startswith(line, '## Coder') end,
    nv:get('vim.api.nvim_buf_get_lines(vim.fn.bufnr("coder://chat/1"), 0, -1, false)'))
end

-- Opens a file of a repository with private parts.
local function open(nv, path, lines)
  vim.fn.mkdir(nv.dir .. '/repo/.git', 'p')
  t.write(nv.dir .. '/repo/' .. path, table.concat(lines, '\n') .. '\n')
  nv:cmd('edit ' .. nv.dir .. '/repo/' .. path)
end

case('the cloud in auto mode; the local lane for what is marked, and by mode from the next question on', function()
  local nv, here, cloud = two({})
  ask(nv, 'one', 1)
  ask(nv, 'ctx_repo: two', 2)
  nv:cmd('CoderMode local')
  nv:wait_message('local')
  ask(nv, 'three', 3)
  nv:cmd('CoderMode auto')
  ask(nv, 'four', 4)
  eq(headings(nv), {
    '## Coder · relay · cloud', '## Coder · box · local', '## Coder · box · local', '## Coder · relay · cloud',
  })
  eq(#here:posts(), 2)
  eq(#cloud:posts(), 2)
end)

case('a private file goes to the local lane, the chat says so, and nothing of it to the cloud', function()
  local nv, here, cloud = two({ config = '[privacy]\nlocal_only = ["client/**"]\n' })
  open(nv, 'client/a.lua', { 'secret_number_of_the_client = 42' })
  nv:cmd('CoderStatus')
  nv:wait_for('vim.fn.search("this buffer.*local_only.*client", "nw") > 0')
  nv:cmd('close')
  nv:cmd('1CoderAsk why?')
  nv:wait_for(ended(1))
  eq(headings(nv), { '## Coder · box · local' })
  ok(nv:get('vim.wo.winbar:find("local only") and true'), 'the winbar: ' .. nv:get('vim.wo.winbar'))
  has(vim.json.encode(here:posts()), 'secret_number_of_the_client')
  eq(#cloud:posts(), 0)
  -- The conversation stays where it is.
  ask(nv, 'and now?', 2)
  eq(#cloud:posts(), 0)
end)

case('automatic context of a private file is left out for the cloud', function()
  local nv, _, cloud = two({ config = '[privacy]\nlocal_only = ["client/**"]\n' })
  open(nv, 'client/a.lua', { 'secret_number_of_the_client = 42' })
  nv:cmd('CoderAsk what is a monad?')
  nv:wait_for(ended(1))
  eq(headings(nv), { '## Coder · relay · cloud' })
  ok(not vim.json.encode(cloud:posts()):find('secret_number', 1, true), 'nothing of it')
end)

case('private text is refused when its lane is stopped, and sent nowhere', function()
  local nv, here, cloud = two({ config = '[privacy]\nlocal_only = ["client/**"]\n' })
  open(nv, 'client/a.lua', { 'secret_number_of_the_client = 42' })
  here:stop()
  nv:cmd('1CoderAsk why?')
  nv:wait_for('vim.wo.winbar:find("failed") and true')
  has(nv:virtual(), 'local_only')
  eq(#cloud:posts(), 0)
end)

case('pasted private text keeps its label: unnamed buffer, question, another name', function()
  local nv, here, cloud = two({ config = '[privacy]\nlocal_only = ["client/**"]\n' })
  open(nv, 'client/a.lua', { 'secret_number_of_the_client = 42' })
  nv:cmd('CoderStatus')
  nv:wait_for('vim.fn.search("this buffer.*local_only", "nw") > 0')
  nv:cmd('close')
  nv:type('yy')
  nv:cmd('CoderAsk')
  nv:type('<Esc>Gp<CR>')
  nv:wait_for(ended(1))
  eq(headings(nv), { '## Coder · box · local' })
  nv:cmd('wincmd p')
  nv:cmd('saveas ' .. nv.dir .. '/repo/public.lua')
  nv:wait_for('vim.b.coder_label == "local_only"')
  nv:cmd('enew | put')
  nv:cmd('CoderStatus')
  nv:wait_for('vim.fn.search("this buffer.*local_only", "nw") > 0')
  eq(#cloud:posts(), 0)
  eq(#here:posts(), 1)
end)

case('a stopped engine is left with one line, the answer says who took over, and it is returned to', function()
  local nv, here = two({ config = 'mode = "auto"\n[router]\ntasks = { ask = "local" }\n' })
  ask(nv, 'one', 1)
  here:stop()
  ask(nv, 'two', 2)
  nv:wait_message('leaving box for relay')
  ask(nv, 'three', 3)
  eq(headings(nv), { '## Coder · box · local', '## Coder · relay · cloud', '## Coder · relay · cloud' })
  has(nv:virtual(), 'relay answers instead')
  eq(nv:count_messages('leaving box'), 1)
  here:start({ content = 'here again' })
  vim.wait(5200) -- the circuit's first pause
  ask(nv, 'four', 4)
  eq(headings(nv)[4], '## Coder · box · local')
  nv:wait_message('back on box')
end)

case('a stream that breaks after text stays as it is; gr asks the other lane', function()
  local nv, _, cloud = two({
    config = '[router]\ntasks = { ask = "local" }\n',
    here = { content = 'half of the answer and more', die = 4, rate = 20 },
  })
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.wo.winbar:find("failed") and true')
  eq(#cloud:posts(), 0)
  has(table.concat(nv:lines(), '\n'), '\nhalf')
  nv:type('<Esc>gr')
  nv:wait_for('vim.fn.search("from the cloud", "nw") > 0')
  eq(headings(nv)[2], '## Coder · relay · cloud')
end)

case('a lane slower than the objective is left', function()
  local nv = two({
    config = '[router]\nslo_ttft_ms = 150\ntasks = { ask = "local" }\n', here = { content = 'slow', first_ms = 400 },
  })
  for n = 1, 4 do ask(nv, 'q' .. n, n) end
  eq(headings(nv)[3], '## Coder · box · local')
  eq(headings(nv)[4], '## Coder · relay · cloud')
  nv:wait_message('leaving box for relay')
  nv:cmd('CoderStatus')
  nv:wait_for('vim.fn.search("## Last decision", "nw") > 0 and vim.fn.search("slow", "nw") > 0')
end)

case('over the rate limit a question waits its turn, and the winbar says so', function()
  local nv, _, cloud = two({ relay = 'rpm = 1' })
  ask(nv, 'one', 1)
  nv:cmd('CoderAsk two')
  nv:wait_for('vim.wo.winbar:find("under the rate limit of relay") and true')
  eq(#cloud:posts(), 1)
  nv:type('<Esc><C-c>')
  nv:wait_for('vim.wo.winbar:find("stopped") and true')
end)

case('a model chosen by hand gets every question, and its server is told the id chosen', function()
  local nv, here = two({ here = { content = 'from here', models = { 'box', 'other-id' } } })
  nv:lua([[vim.ui.select = function(items, opts, choose)
    for i, item in ipairs(items) do
      if opts.format_item(item):find('box: other', 1, true) then return choose(item, i) end
    end
  end]])
  nv:cmd('CoderModels')
  nv:wait_for('require("coder").statusline():find("box") and true')
  ask(nv, 'one', 1)
  eq(headings(nv), { '## Coder · box · local' })
  ok(here:posts()[1] ~= nil, 'asked')
  nv:cmd('CoderModels auto')
  ask(nv, 'two', 2)
  eq(headings(nv)[2], '## Coder · relay · cloud')
end)

case('a project file makes more private, and one that is broken makes all of it so', function()
  local nv, here, cloud = two({})
  open(nv, 'plain.lua', { 'number_that_is_nothing_special = 1' })
  t.write(nv.dir .. '/repo/.coder.toml', '[privacy]\nlocal_only = ["hidden/**"]\n')
  open(nv, 'hidden/b.lua', { 'number_that_is_hidden_by_it = 2' })
  nv:cmd('1CoderAsk why?')
  nv:wait_for(ended(1))
  eq(#cloud:posts(), 0)
  has(vim.json.encode(here:posts()), 'hidden_by_it')
  t.write(nv.dir .. '/repo/.coder.toml', '[models.evil]\nbase_url = "http://127.0.0.1:1/v1"\n')
  nv:cmd('wincmd p')
  open(nv, 'plain.lua', { 'number_that_is_nothing_special = 1' })
  nv:cmd('CoderStatus')
  nv:wait_for('vim.fn.search("this buffer.*local_only.*coder.toml", "nw") > 0')
end)
