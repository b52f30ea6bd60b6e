-- Words that name context, in the chat: the menu that opens by itself, 'completefunc', answers that come too late.
local t = require('harness')
local chat = require('chat_help')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok

-- Files whose name holds what is typed, after the delay that the first letter of it says in the file `delays`.
local mention = [[mention = function(fake, params, reply)
  local words = { '#buffer', '#selection', '#file:', '#symbol:', '#repo' }
  local files = { 'src/parse.lua', 'src/lex.lua', 'a b.lua', 'parse_test.lua' }
  local items = {}
  local name = params.lead:match('^#file:"?(.*)$')
  for _, word in ipairs(name and files or words) do
    if name and word:find(name, 1, true) then
      local quoted = word:find(' ') and '"' .. word .. '"' or word
      items[#items + 1] = { word = '#file:' .. quoted, info = '10 lines' }
    elseif not name and vim.startswith(word, params.lead) then
      items[#items + 1] = { word = word, info = '' }
    end
  end
  fake.count = (fake.count or 0) + 1
  local wait = params.lead:find('slow') and 150 or 0
  if params.lead == '#slow' then items = { { word = '#slower', info = '' } } end
  fake.after(wait, function() reply({ items = items }) end)
end]]

---@param more? string further fields for setup()
---@param opts? table for t.nvim()
local function nvim(more, opts)
  local calls = vim.fn.tempname()
  t.defer(function() vim.fn.delete(calls) end)
  local path = t.fake(('return { calls = "%s", answer = function(fake, id, params) %s end, methods = { %s } }'):format(
    calls, chat.hello, mention))
  opts = vim.tbl_extend('force', { setup = ("{ backend_path = '%s', %s }"):format(path, more or '') }, opts or {})
  local nv = t.nvim(opts)
  nv:cmd('CoderAsk')
  nv.calls = calls
  return nv
end

---What was asked for so far.
local function leads(nv)
  local out = {}
  if not vim.uv.fs_stat(nv.calls) then return out end -- nothing yet
  for line in io.lines(nv.calls) do
    local call = vim.json.decode(line)
    if call[1] == 'mention' then out[#out + 1] = call[2].lead end
  end
  return out
end

local items = 'vim.tbl_map(function(i) return i.word end, vim.fn.complete_info({ "items" }).items)'

---Waits for the menu to be `words`.
local function menu(nv, words)
  nv:wait_for(('vim.fn.pumvisible() == %d and vim.deep_equal(%s, %s)'):format(#words > 0 and 1 or 0, items,
    vim.inspect(words)), 'the menu ' .. table.concat(words, ' '))
end

local all = { '#buffer', '#selection', '#file:', '#symbol:', '#repo' }

case('the menu opens by itself and follows what is typed', function()
  local nv = nvim()
  nv:type('i#')
  menu(nv, all)
  eq(nv:lines(), { '## You', '', '#' }, 'nothing is put in')
  nv:type('f')
  menu(nv, { '#file:' })
  nv:type('<C-n>')
  eq(nv:lines()[3], '#file:')
  nv:type('<C-y>')
  menu(nv, { '#file:src/parse.lua', '#file:src/lex.lua', '#file:"a b.lua"', '#file:parse_test.lua' })
  nv:type('par')
  menu(nv, { '#file:src/parse.lua', '#file:parse_test.lua' })
  has(nv:screen(), '#file:src/parse.lua')
  nv:type('<C-n><C-n>')
  eq(nv:lines()[3], '#file:parse_test.lua')
  nv:type('<C-y>')
  vim.wait(60)
  eq(nv:get('vim.fn.pumvisible()'), 0, 'no menu for what was just taken')
  nv:type(' and<Esc>')
  eq(nv:lines()[3], '#file:parse_test.lua and')
  eq(nv:get('vim.o.completeopt'), nv:get('vim.go.completeopt'))
  ok(not nv:get('vim.o.completeopt'):find('noselect'), 'the option is as before')
  eq(nv:messages(), '')
  eq(leads(nv), { '#', '#f', '#file:', '#file:par' }, 'asked for once each')
end)

case('what is taken with a blank in its name, and in the middle of a line', function()
  local nv = nvim()
  nv:type('isee ()<Left>#file:a')
  menu(nv, { '#file:src/parse.lua', '#file:src/lex.lua', '#file:"a b.lua"', '#file:parse_test.lua' })
  nv:type('<C-n><C-n><C-n><C-y>')
  eq(nv:lines()[3], 'see (#file:"a b.lua")')
  nv:type('<Esc>o#file:"a b')
  menu(nv, { '#file:"a b.lua"' })
end)

case('<C-e> closes it: it comes back with the next letter', function()
  local nv = nvim()
  nv:type('i#')
  menu(nv, all)
  nv:type('<C-e>')
  vim.wait(60)
  eq(nv:get('vim.fn.pumvisible()'), 0)
  eq(nv:lines()[3], '#')
  nv:type('s')
  menu(nv, { '#selection', '#symbol:' })
  nv:type('x')
  menu(nv, {})
  nv:type('<BS>')
  menu(nv, { '#selection', '#symbol:' })
  nv:type(' ')
  menu(nv, {})
  eq(nv:lines()[3], '#s ')
end)

case('<CR> and <C-s> are what they are without the menu', function()
  local nv = nvim()
  nv:type('i#b')
  menu(nv, { '#buffer' })
  nv:type('<CR>')
  eq(nv:lines(), { '## You', '', '#b', '' })
  nv:type('#b')
  menu(nv, { '#buffer' })
  nv:type('<C-s>')
  nv:wait_for(chat.ended)
  eq(nv:get('{ vim.fn.mode(), vim.fn.pumvisible(), vim.fn.getline(4) }'), { 'n', 0, '#b' })
  ok(not nv:get('vim.o.completeopt'):find('noselect'))
end)

case('an answer that comes too late opens nothing', function()
  for _, keys in ipairs({ ' x', '<Esc>', '<Left>', '<C-u>', '<CR>', '<Esc><C-w>p' }) do
    local nv = nvim()
    nv:cmd('call append(0, "# file")')
    nv:type('Gi#slow')
    t.wait(function() return leads(nv)[1] == '#slow' end, 'the question')
    nv:type(keys)
    vim.wait(220)
    eq(nv:get('vim.fn.pumvisible()'), 0, keys)
    eq(nv:messages(), '')
  end
end)

case('no menu where words do not count', function()
  local nv = nvim()
  for _, before in ipairs({
    'o```lua<CR>', 'o~~~<CR>x<CR>', 'i`see ', 'ia', 'i#', 'i"', 'o## Coder · x · local<CR>', 'ggO', 'gg0i', 'iab #f x',
  }) do
    nv:cmd([[silent %delete _ | call setline(1, ['## You', '', '']) | normal! G]])
    nv:type(before .. '#b')
    vim.wait(30)
    eq({ nv:get('vim.fn.pumvisible()'), leads(nv) }, { 0, {} }, before)
    nv:type('<Esc>')
  end
  nv:cmd([[silent %delete _ | call setline(1, ['## You', '', '```', 'x', '```', '']) | normal! G]])
  nv:type('i#b')
  menu(nv, { '#buffer' })
  nv:type('<Esc>:new<CR>i#b')
  vim.wait(30)
  eq(nv:get('vim.fn.pumvisible()'), 0, 'in another buffer')
end)

case('no menu with the option off, but <C-x><C-u> opens it', function()
  local nv = nvim('ask = { complete = false }')
  nv:type('i#')
  vim.wait(30)
  eq(leads(nv), {})
  nv:type('<C-x><C-u>')
  menu(nv, all)
  nv:type('<C-e><Esc>ccsee <C-x><C-u>')
  menu(nv, all)
  eq(nv:lines()[3], 'see ')
  nv:type('<C-n><C-y>')
  eq(nv:lines()[3], 'see #buffer')
  nv:type('<Esc>ccsee<C-x><C-u>')
  vim.wait(30)
  eq(nv:get('vim.fn.pumvisible()'), 0, 'not within a word')
  eq(nv:get('vim.fn.mode()'), 'i')
  eq(vim.trim(nv:messages()), '')
end)

case("'completefunc' and 'omnifunc' of others stay", function()
  local nv = nvim()
  ok(nv:get('vim.bo.completefunc'):find('coder'))
  eq(nv:get('vim.bo.omnifunc'), nv:lua('vim.cmd("new | setf markdown") return vim.bo.omnifunc'))
  nv = nvim(nil, { args = { '--cmd', 'autocmd FileType markdown setlocal completefunc=Mine' } })
  eq(nv:get('vim.bo.completefunc'), 'Mine')
end)

case("another plugin's menu keeps the place", function()
  local nv = nvim()
  nv:cmd('call setline(1, ["## You", "", "some", "something", ""]) | normal! G')
  nv:type('isom<C-n>')
  nv:wait_for('vim.fn.pumvisible() == 1')
  nv:type('<C-e><Esc>cc')
  nv:lua([[package.loaded['cmp'] = { core = { view = { visible = function() return true end } } }
    package.loaded['cmp.core'] = {}]])
  nv:type('#bu')
  vim.wait(30)
  eq(leads(nv), {})
  nv:lua("package.loaded['cmp'].core.view.visible = function() return false end")
  nv:type('f')
  menu(nv, { '#buffer' })
end)

case('nothing while a macro is recorded or played', function()
  local nv = nvim()
  nv:cmd([[let @q = "o#b\<Esc>"]])
  nv:type('@q')
  nv:cmd('wincmd p')
  nv:type('qw<C-w>p')
  nv:type('@q')
  nv:type('o#b')
  vim.wait(30)
  eq(leads(nv), {})
  eq(nv:lines(), { '## You', '', '', '#b', '#b', '#b' })
end)

case('the project is that of the file the chat is about', function()
  local nv = nvim()
  nv:cmd('close | edit a.lua | CoderAsk')
  nv:type('i#')
  menu(nv, all)
  local buf, order = nv:get('vim.fn.bufnr("a.lua")'), {}
  for line in io.lines(nv.calls) do
    local call = vim.json.decode(line)
    if call[2].buf == buf or call[2].source == buf then order[#order + 1] = call[1] end
  end
  eq(order, { 'buf_attach', 'mention' })
end)

case('a backend that fails is quiet unless it was asked for', function()
  local path = t.fake([[return { methods = {
    mention = function(fake, params, reply) reply(nil, { kind = 'internal', message = 'no words', hint = '' }) end
  } }]])
  local nv = t.nvim({ setup = ("{ backend_path = '%s' }"):format(path) })
  nv:cmd('CoderAsk')
  nv:type('i#f')
  vim.wait(50)
  eq(nv:messages(), '')
  nv:type('<C-x><C-u>')
  nv:wait_message('no words')
end)

case('typing waits for nothing', function()
  local nv = nvim()
  nv:type('i')
  local times = nv:lua([[
    local times = {}
    local typed = require('coder.ask.complete').typed
    local chat = require('coder.ask.chat').last
    typed(chat)
    vim.api.nvim_buf_set_lines(0, 2, 2, true, vim.fn['repeat']({ 'some words here' }, 3000))
    for _, text in ipairs({ '#', '#f', '#fi', '#fil', '#file', '#file:', '#file:p', '#file:pa' }) do
      vim.api.nvim_set_current_line(text)
      vim.api.nvim_win_set_cursor(0, { vim.fn.line('.'), #text })
      local start = vim.uv.hrtime()
      typed(chat)
      times[#times + 1] = (vim.uv.hrtime() - start) / 1e6
    end
    table.sort(times)
    return times]])
  print(('      a key within a word of context, a question of 3,000 lines: %.2f ms at best, %.2f at worst'):format(
    times[1], times[#times]))
end)
