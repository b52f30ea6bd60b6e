-- Suggestions for those who show them: completion menus and Neovim's own inline completion.
local t = require('harness')
local g = require('ghost_help')
local case, eq, ok = t.case, t.eq, t.ok

-- Answers `complete` with its text after a while, or with an error when the line is 0.
local slow = [[ghost = true, methods = { complete = function(fake, at, reply)
  fake.after(30, function()
    if at.line == 0 then return reply(nil, { kind = 'policy', message = 'private', hint = '' }) end
    reply({ text = 'urn ' .. at.col .. '\n  x', model = 'fake' })
  end)
end }]]

-- The items a menu gets for the cursor; `ask` is Lua with a function `got` for them, and returns what cancels.
local function items(nv, ask)
  nv:lua('_G.items = nil _G.calls = 0 local got = function(r) items = r calls = calls + 1 end _G.cancel = (function() '
    .. ask .. ' end)()')
end

local sources = {
  ['nvim-cmp'] = {
    ask = [[
      _G.source = _G.source or require('coder.ghost.cmp').new()
      assert(source:is_available() and source:get_position_encoding_kind() == 'utf-8')
      local c = vim.api.nvim_win_get_cursor(0)
      local context = { bufnr = vim.api.nvim_get_current_buf(), cursor = { row = c[1], col = c[2] + 1 } }
      source:complete({ context = context }, got)
    ]],
  },
  ['blink.cmp'] = {
    ask = [[
      local source = require('coder.ghost.blink').new({}, {})
      assert(source:enabled())
      local context = { bufnr = vim.api.nvim_get_current_buf(), cursor = vim.api.nvim_win_get_cursor(0) }
      return source:get_completions(context, got)
    ]],
    cancels = true,
  },
}

for name, source in pairs(sources) do
  case('a source for ' .. name, function()
    local nv = g.start({ text = { 'one', '你 = x' }, script = slow })
    nv:cmd('set filetype=lua')
    nv:type('jA ret')
    items(nv, source.ask)
    nv:wait_for('items')
    local item = nv:get('items.items')[1]
    eq({ item.label, item.filterText, item.labelDetails.description, item.kind, item.insertTextFormat },
      { 'return 11 …', 'return 11', 'coder', 1, 1 })
    eq(item.textEdit, {
      newText = 'return 11\n  x',
      range = { start = { line = 1, character = 8 }, ['end'] = { line = 1, character = 11 } },
    })
    eq(item.documentation, { kind = 'markdown', value = '```lua\n你 = x return 11\n  x\n```' })
    nv:type('<Up>')
    items(nv, source.ask)
    nv:wait_for('items')
    eq(nv:get('#items.items'), 0, 'refused: no item')
    eq(nv:messages(), '')
    if not source.cancels then return end
    nv:type('<Down>')
    items(nv, source.ask)
    nv:lua('cancel()')
    vim.wait(120)
    eq(nv:get('calls'), 0, 'cancelled')
  end)
end

case('the source of nvim-cmp drops the request before', function()
  local nv = g.start({ text = { 'one', 'two' }, script = slow })
  nv:type('jA')
  items(nv, sources['nvim-cmp'].ask .. sources['nvim-cmp'].ask:gsub('_G.source = [^\n]*', ''))
  nv:wait_for('items')
  vim.wait(120)
  eq(nv:get('calls'), 1)
end)

case('without a backend, and in a buffer where it is off', function()
  local nv = t.nvim({ setup = "{ backend_path = '/nonexistent/coder-nvim' }" })
  nv:cmd('edit a.txt')
  nv:type('ia')
  items(nv, sources['blink.cmp'].ask)
  nv:wait_for('items')
  eq(nv:get('#items.items'), 0)
  nv:cmd('let b:coder_ghost = v:false')
  eq(nv:get('require("coder.ghost.blink").new():enabled()'), false)
  eq(nv:get('require("coder.ghost.cmp").new():is_available()'), false)
end)

case("Neovim's inline completion", function()
  local setup = '{ ghost = { inline_lsp = true } }'
  local nv = g.start({ text = { 'one', 'two' }, script = slow, setup = setup })
  if nv:get('vim.lsp.inline_completion == nil') then
    nv:type('jA ')
    g.suggest(nv, 'ours')
    g.is(nv, 'ours', 'older: our own ghost')
    return
  end
  nv:cmd([[inoremap <expr> <F2> v:lua.vim.lsp.inline_completion.get() ? '' : '[none]']])
  nv:type('jA')
  nv:wait_for('#vim.lsp.get_clients({ name = "coder" }) == 1')
  nv:type(' ret')
  local function shown()
    return nv:lua([[
      local ns = vim.api.nvim_get_namespaces()['nvim.lsp.inline_completion']
      local mark = ns and vim.api.nvim_buf_get_extmarks(0, ns, 0, -1, { details = true })[1]
      return mark and mark[4].virt_text[1][1] .. '\n' .. mark[4].virt_lines[1][1][1] or ''
    ]])
  end
  t.wait(function() return shown() == 'urn 7\n  x' end, 'the suggestion')
  g.is(nv, nil, 'and not ours')
  eq(#g.sent(nv, 'cursor'), 0)
  nv:type('<F2>')
  nv:wait_for('vim.api.nvim_buf_line_count(0) == 3')
  eq(nv:lines(), { 'one', 'two return 7', '  x' })
  nv:type('<Esc>')
  nv:cmd('split b.txt')
  nv:type('i')
  nv:wait_for('vim.lsp.buf_is_attached(0, vim.lsp.get_clients({ name = "coder" })[1].id)')
  nv:type('<Esc>')
  eq(nv:get('#vim.lsp.get_clients({ name = "coder" })'), 1, 'one for all buffers')
  nv:lua('vim.lsp.get_clients({ name = "coder" })[1]:stop()')
  nv:wait_for('#vim.lsp.get_clients({ name = "coder" }) == 0')
  eq(nv:messages(), '')
end)

case("Neovim's inline completion: typed past, and no suggestion", function()
  local nv = g.start({ text = { 'one', 'two' }, script = slow, setup = '{ ghost = { inline_lsp = true } }' })
  if nv:get('vim.lsp.inline_completion == nil') then t.skip('this Neovim has none') end
  nv:type('A x')
  vim.wait(400)
  nv:type('<Esc>')
  eq(nv:messages(), '', 'a refusal is no error')
  ok(not nv:lines()[1]:find('urn'))
end)
