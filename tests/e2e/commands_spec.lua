-- Commands, mappings, setup(): what they do when all is well, when it is not, and before setup().
local t = require('harness')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok

case('every command is there, with completion, before setup()', function()
  local nv = t.nvim({ setup = false })
  eq(nv:get('vim.fn.getcompletion("Coder", "command")'), {
    'CoderApply', 'CoderAsk', 'CoderContext', 'CoderCost', 'CoderDoc', 'CoderEngine', 'CoderExplain',
    'CoderFixDiagnostic', 'CoderLog', 'CoderMode', 'CoderModels', 'CoderPR', 'CoderRefactor', 'CoderReview',
    'CoderStatus', 'CoderStop', 'CoderTask', 'CoderTest',
  })
  for _, command in ipairs({ 'CoderApply', 'CoderAsk', 'CoderStop', 'CoderStatus', 'CoderLog' }) do
    eq(nv:get(('vim.fn.getcompletion("%s ", "cmdline")'):format(command)), {})
    ok(nv:get(('vim.api.nvim_get_commands({}).%s.definition'):format(command)):find('coder'), 'a description')
  end
  eq(nv:get('vim.tbl_filter(function(m) return vim.startswith(m, "coder") end, vim.tbl_keys(package.loaded))'), {},
    'nothing is loaded')
  eq(nv:get('vim.fn.getcompletion("CoderMode ", "cmdline")'), { 'auto', 'local', 'cloud' })
  eq(nv:get('vim.fn.getcompletion("CoderMode c", "cmdline")'), { 'cloud' })
  eq(nv:get('vim.fn.getcompletion("CoderModels ", "cmdline")'), { 'auto' })
  eq(nv:get('vim.fn.getcompletion("CoderCost ", "cmdline")'), { 'continue' })
  eq(nv:get('vim.fn.getcompletion("CoderTest ", "cmdline")'), { 'file', 'fix', 'output', 'run' })
  eq(nv:get('vim.fn.getcompletion("CoderTest run ", "cmdline")'), {})
  eq(nv:messages(), '')
  eq(nv:processes(), {}, 'nothing is started')
end)

case('arguments that are too many', function()
  local nv = t.nvim()
  for _, command in ipairs({ 'CoderStop', 'CoderStatus', 'CoderLog' }) do
    local fine, err = pcall(nv.cmd, nv, command .. ' x')
    ok(not fine)
    has(err, 'E488')
  end
end)

case(':CoderStatus: one page, shown again in its window, closed by q', function()
  local nv = t.nvim({ config = t.mock():config() })
  nv:cmd('CoderStatus')
  nv:wait_for('vim.fn.bufname() == "coder://status"')
  has(table.concat(nv:lines(), '\n'), 'mock')
  has(table.concat(nv:lines(), '\n'), 'may leave')
  eq(nv:get('vim.bo.modifiable'), false)
  nv:cmd('wincmd p | CoderStatus')
  nv:wait_for('vim.fn.bufname() == "coder://status"')
  eq(nv:get('#vim.api.nvim_list_wins()'), 2)
  nv:type('q')
  eq(nv:get('#vim.api.nvim_list_wins()'), 1)
  nv:cmd('CoderStatus')
  nv:wait_for('vim.fn.bufname() == "coder://status"')
end)

case(':CoderLog: the log at its end, not to be written; also first of all commands', function()
  local nv = t.nvim({ config = t.mock():config() })
  nv:cmd('CoderLog')
  nv:wait_for('vim.fn.bufname():find("serve.log") and true')
  has(table.concat(nv:lines(), '\n'), 'hello from Neovim')
  eq(nv:get('vim.bo.readonly'), true)
  eq(nv:get('vim.fn.line(".") == vim.fn.line("$")'), true)
  nv:cmd('close | CoderAsk x')
  nv:wait_for('vim.wo.winbar:find(" in, ") and true')
  nv:cmd('CoderLog')
  has(table.concat(nv:lines(), '\n'), 'ask 1: mock')
end)

case(':CoderLog when nothing is logged, and when there is no backend', function()
  local nv = t.nvim({ setup = ("{ backend_path = '%s' }"):format(t.fake('return {}')) })
  nv:cmd('CoderLog')
  nv:wait_message('nothing is logged yet (/nonexistent/log)')
  nv = t.nvim({ setup = "{ backend_path = '/nonexistent' }" })
  nv:cmd('CoderLog')
  nv:wait_message('the backend /nonexistent does not exist')
end)

case(':CoderStop with nothing to stop starts nothing', function()
  local nv = t.nvim()
  nv:cmd('CoderStop')
  nv:wait_message('nothing to stop')
  eq(nv:processes(), {})
end)

case('the functions of the module do what the commands do', function()
  local nv = t.nvim({ config = t.mock():config() })
  nv:lua('require("coder").ask("why?")')
  nv:wait_for('vim.wo.winbar:find(" in, ") and true')
  nv:lua('require("coder").ask()')
  nv:lua('require("coder").stop()')
  nv:wait_message('nothing to stop')
  nv:lua('require("coder").log()')
  nv:wait_for('vim.fn.bufname():find("serve.log") and true')
  nv:lua('require("coder").status()')
  nv:wait_for('vim.fn.bufname() == "coder://status"')
end)

case('mappings: <Plug> always, keys on request', function()
  local nv = t.nvim()
  for _, name in ipairs({
    'ask', 'refactor', 'apply', 'hunk-accept', 'hunk-reject', 'context', 'stop', 'mode', 'models', 'cost', 'status',
    'log', 'test', 'test-run',
  }) do
    local map = nv:get(('vim.fn.maparg("<Plug>(coder-%s)", "n", false, true)'):format(name))
    ok((map.desc or ''):find('^coder: '), name .. ' has a description')
  end
  ok(nv:get('vim.fn.maparg("<Plug>(coder-ask)", "x")') ~= '')
  eq(nv:get('vim.fn.maparg("<leader>ca", "n")'), '')
  nv = t.nvim({ setup = '{ keymaps = true }', args = { '--cmd', 'let mapleader = " "' } })
  eq(nv:get('vim.fn.maparg(" ca", "n")'), '<Plug>(coder-ask)')
  eq(nv:get('vim.fn.maparg(" ca", "x")'), '<Plug>(coder-ask)')
  eq(nv:get('vim.fn.maparg(" cr", "n")'), '<Plug>(coder-refactor)')
  eq(nv:get('vim.fn.maparg(" cr", "x")'), '<Plug>(coder-refactor)')
  eq(nv:get('vim.fn.maparg(" ha", "n")'), '<Plug>(coder-hunk-accept)')
  eq(nv:get('vim.fn.maparg(" hx", "n")'), '<Plug>(coder-hunk-reject)')
  eq(nv:get('vim.fn.maparg(" cs", "n")'), '<Plug>(coder-stop)')
  eq(nv:get('vim.fn.maparg(" cm", "n")'), '<Plug>(coder-mode)')
  eq(nv:get('vim.fn.maparg(" cx", "n")'), '<Plug>(coder-context)')
  eq(nv:get('vim.fn.maparg(" cc", "n")'), '<Plug>(coder-cost)')
  nv:type(' ca')
  eq(nv:get('vim.fn.bufname()'), 'coder://chat/1')
end)

case('setup() names what is wrong with its options and goes on', function()
  local nv = t.nvim({ setup = [[{
    keymap = true, ask = { postion = 'left', width = 'wide', position = 'top', height = -1 }, position = 'right',
    backend_path = 7, colours = {}, }]] })
  nv:wait_message('setup: ask.height: expected more than 0, got -1')
  local messages = nv:messages()
  has(messages, "coder: setup: ask.position: expected one of right, bottom, float, got 'top'")
  has(messages, 'coder: setup: ask.postion: unknown option; did you mean ask.position?')
  has(messages, 'coder: setup: ask.width: expected number, got string')
  has(messages, 'coder: setup: backend_path: expected string, got number')
  has(messages, 'coder: setup: keymap: unknown option; did you mean keymaps?')
  has(messages, 'coder: setup: position: unknown option; did you mean ask.position?')
  has(messages, 'coder: setup: colours: unknown option')
  eq(nv:get('require("coder.config").current'), nv:get('require("coder.config").defaults()'))
  nv = t.nvim({ setup = '{ ask = 3 }' })
  nv:wait_message('setup: ask: expected table, got number')
  nv = t.nvim({ setup = '"x"' })
  nv:wait_message('setup(): expected table, got string')
end)

-- A Neovim that says it is older than it is: none so old is at hand.
local old = [[
  local has = vim.fn.has
  vim.fn.has = function(what) return what == 'nvim-0.10' and 0 or has(what) end]]

case('a Neovim that is too old is told so, by every command and setup()', function()
  local nv = t.nvim({ setup = false })
  nv:lua(old)
  for _, run in ipairs({
    'CoderAsk x', 'CoderContext', 'CoderRefactor x', 'CoderApply', 'CoderTest', 'CoderStop', 'CoderMode',
    'CoderModels x', 'CoderCost', 'CoderStatus', 'CoderLog', 'lua require("coder").setup({})',
  }) do
    nv:cmd('messages clear | ' .. run)
    nv:wait_message('coder.nvim needs 0.10 or newer')
  end
  nv:cmd('checkhealth coder')
  has(table.concat(nv:lines(), '\n'), 'coder.nvim needs 0.10 or newer')
  has(table.concat(nv:lines(), '\n'), 'Next step: install Neovim 0.10 or newer')
  eq(nv:processes(), {})
end)

case('cost at start-up (printed, not judged)', function()
  local nv = t.nvim({ setup = false })
  local plugin, setup, first = unpack(nv:lua([[
    local function ms(run)
      local best = math.huge
      for _ = 1, 20 do
        local start = vim.uv.hrtime()
        run()
        best = math.min(best, (vim.uv.hrtime() - start) / 1e6)
      end
      return best
    end
    local plugin = ms(function() vim.g.loaded_coder = nil vim.cmd('runtime plugin/coder.lua') end)
    local setup = ms(function()
      for name in pairs(package.loaded) do if vim.startswith(name, 'coder') then package.loaded[name] = nil end end
      require('coder').setup({})
    end)
    local start = vim.uv.hrtime()
    require('coder.backend').start()
    return { plugin, setup, (vim.uv.hrtime() - start) / 1e6 }]]))
  print(('      plugin/coder.lua %.2f ms, setup {} %.2f ms (best of 20); starting the backend %.2f ms'):format(
    plugin, setup, first))
end)
