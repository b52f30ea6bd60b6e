-- The list of hunks: what it says, its keys, what they have the backend do.
local t = require('harness')
local r = require('refactor_help')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok

case('the list', function()
  local nv = r.nvim()
  nv:cmd('edit a.lua | 3 | CoderRefactor rename a to b')
  eq(nv:get('vim.fn.bufname()'), 'coder://refactor/1', 'open at once')
  eq(r.done(nv), {
    'rename a to b',
    'fake · local · 5 hunks in 3 files, 1 refused · $0.0021 · a accept · x reject · ZZ write · e edit · . more '
      .. '· q leave',
    'a.lua  3 hunks  +4 -3', '  @@ 1', '  -local a1 = 1', '  +local b1 = 1', '  @@ 5', '  -local a5 = 5',
    '  -local a6 = 6', '  +local six = 11', '  @@ 9', '  +-- new', '  +-- lines',
    'b.lua  1 hunk  +1 -1  1 refused', '  @@ 3', '  -three', '  +THREE', '  ! 7: fits no place; nearest:', '    seven',
    '    eight', '  = 1: nothing to do: is there',
    'new.lua  new  1 hunk  +1 -0', '  @@ 1', '  +return 1',
  })
  eq(nv:get('{ vim.bo.filetype, vim.bo.modifiable, vim.bo.modified, vim.bo.buflisted }'),
    { 'coder-refactor', false, false, false })
  local sent = r.call(nv, 'refactor')
  eq({ sent.instruction, sent.line, sent.first, sent.files }, { 'rename a to b', 3 })
  eq(sent.source, nv:get('vim.fn.bufnr("a.lua")'))
  eq(r.call(nv, 'buf_attach').buf, sent.source, 'the backend sees the file')
  eq(nv:get([[vim.iter(vim.api.nvim_buf_get_extmarks(0, -1, { 4, 0 }, { 5, -1 }, { details = true })):map(function(m)
    return m[4].line_hl_group end):totable()]]), { 'CoderDelete', 'CoderAdd' })
  eq(nv:messages(), '')
end)

case('at 80 columns the line about it drops what is least wanted; ASCII signs', function()
  local nv = r.nvim({ columns = 80, lines = 20, options = 'statusline = { ascii = true }' })
  nv:cmd('edit a.lua | CoderRefactor rename a to b')
  eq(r.done(nv)[2], 'fake · local · 5 hunks in 3 files, 1 refused · $0.0021 · a accept · x reject')
  nv:type(']hA]hx')
  local lines = nv:lines()
  eq(lines[2], 'fake · local · 5 hunks in 3 files, 2 accepted, 1 rejected, 1 refused · $0.0021')
  eq({ lines[3], lines[4], lines[7] }, { 'a.lua  3 hunks  +4 -3  [~]', '  @@ 1  [x] accepted', '  @@ 5  [-] rejected' })
end)

case('what is waited for, how far it is, how it ended', function()
  local nv = r.nvim({ play = [[fake.event('refactor_wait', { id = id, phase = 'prefill' })
    fake.when('one', function()
      begin(fake, id, { instead = 'deep is down: fake instead' })
      fake.event('refactor_progress', { id = id, edits = 1, tokens = 99, tokens_per_s = 34.2, left_s = 19.5 })
      files(fake, id, { a() })
    end)
    fake.when('two', function() fake.event('refactor_wait', { id = id, phase = 'again' }) end)
    fake.when('three', function()
      finish(fake, id, { error = { kind = 'http', message = 'it broke', hint = 'Try' } })
    end)
  ]] })
  nv:cmd('edit a.lua | CoderRefactor rename a to b')
  eq(r.page(nv, 'reading the prompt')[2], 'reading the prompt, 0 s · <C-c> stops')
  t.write(nv.dir .. '/one', '')
  local lines = r.page(nv, 'a.lua')
  eq({ lines[2], lines[3] }, { 'fake · local · 34 tok/s, ~20 s left · 3 hunks in 1 file · <C-c> stops',
    'deep is down: fake instead' })
  t.write(nv.dir .. '/two', '')
  r.page(nv, 'asking once more for the edits that do not fit, 0 s')
  nv:type('ZZ')
  nv:wait_message('the answer is still coming')
  t.write(nv.dir .. '/three', '')
  lines = r.page(nv, 'it broke')
  eq(lines[2]:match('^fake · local · failed · 3 hunks in 1 file'), 'fake · local · failed · 3 hunks in 1 file')
  eq(lines[4], 'it broke. Try')
  nv:wait_message('it broke')
end)

case('a refused call: why, in the list; without a file there is nothing to change', function()
  local nv = r.nvim({ methods = [[refactor = function(fake, params, reply)
    reply(nil, { kind = 'policy', message = 'not allowed', hint = 'Ask nicely' })
  end]] })
  nv:cmd('edit a.lua | CoderRefactor x')
  eq(r.page(nv, 'not allowed'), { 'x', 'failed', 'not allowed. Ask nicely' })
  nv:type('q')
  eq(nv:get('#vim.api.nvim_list_wins()'), 1)
  eq(nv:get('_G.asked'), {}, 'nothing to ask about')
  nv:cmd('help | only | CoderRefactor x')
  nv:wait_message('this is no file to change')
end)

case('from the list it is about the file that one was asked from', function()
  local nv = r.nvim()
  nv:cmd('edit a.lua | 7 | CoderRefactor x')
  r.done(nv)
  nv:cmd('CoderRefactor y')
  local sent = r.call(nv, 'refactor', 2)
  eq({ sent.source, sent.line }, { nv:get('vim.fn.bufnr("a.lua")'), 7 })
end)

case('a range, files, the repository; the instruction is asked for', function()
  local nv = r.nvim()
  nv:cmd('edit a.lua | 2,4CoderRefactor x y')
  local sent = r.call(nv, 'refactor')
  eq({ sent.first, sent.last, sent.instruction }, { 2, 4, 'x y' })
  nv:cmd([[wincmd p | CoderRefactor --file b.lua --file with\ blank.lua do --file it]])
  sent = r.call(nv, 'refactor', 2)
  local root = vim.uv.fs_realpath(nv.dir) .. '/project/'
  eq({ sent.files, sent.instruction }, { { root .. 'b.lua', root .. 'with blank.lua' }, 'do --file it' })
  nv:lua('vim.ui.input = function(opts, done) _G.prompt = opts.prompt done("asked") end')
  nv:cmd('wincmd p | CoderRefactor --repo')
  sent = r.call(nv, 'refactor', 3)
  eq({ sent.repo, sent.instruction, nv:get('_G.prompt') }, { true, 'asked', 'Refactor: ' })
  nv:cmd('CoderRefactor --file')
  nv:wait_message('--file: which one?')
  nv:cmd('wincmd p | let mapleader = " " | lua require("coder.keymaps").set(true)')
  nv:type('ggVj cr')
  sent = r.call(nv, 'refactor', 4)
  eq({ sent.first, sent.last }, { 1, 2 })
end)

case('completion', function()
  local nv = r.nvim({ methods = [[mention = function(_, params, reply)
    reply({ items = { { word = params.lead .. 'x', info = '' } } })
  end]] })
  local function complete(line) return nv:get('vim.fn.getcompletion(..., "cmdline")', line) end
  eq(complete('CoderRefactor '), { '--file', '--repo' })
  eq(complete('CoderRefactor --r'), { '--repo' })
  eq(complete('CoderRefactor --file '), { 'a.lua', 'b.lua' })
  eq(complete('CoderRefactor --file b'), { 'b.lua' })
  eq(complete('CoderRefactor --file b.lua --'), { '--file', '--repo' })
  eq(complete('CoderRefactor rename --'), {})
  nv:call('nvim_input', ':CoderRefactor rename #file:b')
  nv:wait_for('vim.fn.getcompletion("CoderRefactor rename #file:b", "cmdline")[1] == "#file:bx"')
  nv:type('<Esc>')
end)

case('a and x, with counts, in a selection, for the file; u takes back one by one', function()
  local nv = r.nvim()
  nv:cmd('edit a.lua | CoderRefactor x')
  r.done(nv)
  ---States of the five hunks.
  local function states()
    local out = {}
    for _, line in ipairs(nv:lines()) do
      if line:find('^  @@') then out[#out + 1] = line:match('%S%s(%a+)$') or '-' end
    end
    return table.concat(out, ' ')
  end
  nv:type('a')
  nv:wait_message('no hunk in this line')
  nv:type('A')
  eq(states(), 'accepted accepted accepted accepted accepted', 'above the files: all')
  nv:type('u3Gx')
  eq(states(), 'rejected rejected rejected - -', 'in the line of a file: all of it')
  nv:type('u')
  eq(states(), '- - - - -')
  nv:type('6Ga')
  eq(states(), 'accepted - - - -')
  eq(nv:get('vim.fn.line(".")'), 6)
  nv:type(']h2x')
  eq(states(), 'accepted rejected rejected - -')
  nv:type('6GVGa')
  eq(states(), 'accepted accepted accepted accepted accepted')
  eq(nv:get('vim.fn.mode()'), 'n')
  nv:type('u')
  eq(states(), 'accepted rejected rejected - -')
  nv:type('14GX3GA')
  eq(states(), 'accepted accepted accepted rejected -')
  nv:type('uuuu')
  eq(states(), '- - - - -')
  nv:type('u')
  nv:wait_message('nothing to take back')
  nv:type('gg3]h')
  eq(nv:get('vim.fn.line(".")'), 11)
  nv:type('2[h')
  eq(nv:get('vim.fn.line(".")'), 4)
  nv:type('[h')
  nv:wait_message('no hunk above')
end)

---Where each file's fold begins and ends when it is closed, by its line.
local folds = [[(function()
  local view, out = vim.fn.winsaveview(), {}
  vim.cmd('normal! zM')
  for lnum = 1, vim.fn.line('$') do
    if vim.fn.foldclosed(lnum) == lnum then out[#out + 1] = { lnum, vim.fn.foldclosedend(lnum) } end
  end
  vim.cmd('normal! zR')
  vim.fn.winrestview(view)
  return out
end)()]]

case('one fold for each file, however it has come', function()
  local nv = r.nvim({ play = [[begin(fake, id) files(fake, id, { a() })
    fake.after(150, function() files(fake, id, { b() }) end)
    fake.after(300, function() files(fake, id, { c() }) finish(fake, id) end)]] })
  nv:cmd('edit a.lua | CoderRefactor rename a to b')
  r.done(nv)
  eq(nv:get(folds), { { 3, 13 }, { 14, 21 }, { 22, 24 } })
  nv:type(']ha]hx')
  eq(nv:get(folds), { { 3, 13 }, { 14, 21 }, { 22, 24 } })
end)

case('while it streams the cursor stays on its hunk, the view where it is, folds as they are', function()
  local nv = r.nvim({ play = [[begin(fake, id) files(fake, id, { b(), c() })
    fake.when('one', function()
      files(fake, id, { file('b.lua', { hunk('b0', 0, { 'one' }, { 'ONE', 'and more' }), hunk('b1', 3, { 'three' },
        { 'THREE' }) }), a() })
    end)
    fake.when('two', function() files(fake, id, { a(), c() }, true) finish(fake, id) end)]] })
  nv:cmd('edit a.lua | CoderRefactor x')
  r.page(nv, 'new.lua')
  r.find(nv, '+THREE')
  nv:cmd('wincmd p | wincmd p | resize 6')
  nv:type('zt')
  eq(nv:get('vim.fn.getline("w0")'), '  +THREE')
  t.write(nv.dir .. '/one', '')
  r.page(nv, 'and more')
  eq(nv:get('{ vim.fn.getline("."), vim.fn.getline("w0"), vim.fn.line(".") }'), { '  +THREE', '  +THREE', 10 })
  r.find(nv, 'return 1')
  nv:type('zc')
  r.find(nv, 'a.lua')
  nv:cmd('wincmd p')
  local from = nv:get('vim.api.nvim_get_current_win()')
  t.write(nv.dir .. '/two', '')
  nv:wait_for([[table.concat(vim.api.nvim_buf_get_lines(vim.fn.bufnr("coder://refactor/1"), 0, -1, false)):find("0021")
    and true]])
  eq(nv:get('vim.api.nvim_get_current_win()'), from, 'the focus stays')
  nv:cmd('wincmd p')
  eq(nv:get('vim.fn.getline(".")'), 'a.lua  3 hunks  +4 -3')
  eq(vim.fn.index(nv:lines(), 'b.lua  2 hunks  +3 -2'), -1, 'what is not among all there are is gone')
  eq(vim.tbl_filter(function(line) return line:find('^%a+.lua') ~= nil end, nv:lines()),
    { 'a.lua  3 hunks  +4 -3', 'new.lua  new  1 hunk  +1 -0' }, 'in the order the backend says')
  r.find(nv, 'new.lua')
  eq(nv:get('vim.fn.foldclosedend(".") - vim.fn.line(".")'), 2, 'closed by the user, still closed')
  nv:type('zo')
  r.find(nv, 'a.lua')
  eq(nv:get('vim.fn.foldclosed(".")'), -1)
end)

case(']h shows all of a hunk, where there is room', function()
  local nv = r.nvim({ columns = 80, lines = 20 })
  nv:cmd('edit a.lua | CoderRefactor x')
  r.done(nv)
  eq(nv:get('vim.api.nvim_win_get_height(0)'), 8)
  nv:type('2]h')
  eq(nv:get('{ vim.fn.getline("."), vim.fn.getline("w$") }'), { '  @@ 5', '  +local six = 11' })
  nv:cmd('resize 2')
  nv:type('2]h')
  eq(nv:get('{ vim.fn.getline("."), vim.fn.getline("w0") }'), { '  @@ 3', '  @@ 3' })
end)

case('a long file begins closed, and is opened by going there', function()
  local nv = r.nvim({ play = [[begin(fake, id)
    local long = {}
    for i = 1, 120 do long[i] = 'line ' .. i end
    files(fake, id, { b(), file('long.lua', { hunk('l1', 0, {}, long) }) }) finish(fake, id)]] })
  nv:cmd('edit a.lua | CoderRefactor x')
  r.done(nv)
  r.find(nv, 'long.lua')
  eq(nv:get('vim.fn.foldclosedend(".") - vim.fn.line(".")'), 121)
  has(nv:get("vim.fn.foldtextresult('.')"), 'long.lua  1 hunk  +120 -0  +-- 121 lines')
  nv:type('gg2]h')
  eq(nv:get('{ vim.fn.getline("."), vim.fn.foldclosed(".") }'), { '  @@ 1', -1 })
  nv:type('gga')
  nv:wait_message('no hunk in this line')
  nv:type(']ha')
  nv:type('2]h')
  eq(nv:get('vim.fn.foldclosed(".")'), -1, 'and stays open')
end)

case('500 hunks in 100 files: time of an update (printed, not judged)', function()
  local nv = r.nvim({ play = 'begin(fake, id)' })
  nv:cmd('edit a.lua | CoderRefactor x')
  r.page(nv, 'answering')
  local first, one, accept, lines = unpack(nv:lua([[
    local function make(n, mark)
      local hunks = {}
      for h = 1, 5 do
        local lines = { 'A' .. mark, 'B', 'C', 'D' }
        hunks[h] = { id = n .. '-' .. h, first = h * 10, old = { 'a', 'b', 'c', 'd' }, lines = lines }
      end
      return { path = ('src/file%d.lua'):format(n), full = '/x/' .. n, kind = 'change', hunks = hunks, problems = {} }
    end
    local all = {}
    for n = 1, 100 do all[n] = make(n, '') end
    local list, previews = require('coder.refactor.list'), require('coder.refactor.preview')
    local preview = previews.list()[1]
    local function ms(run)
      local start = vim.uv.hrtime()
      run()
      list.update(preview)
      return (vim.uv.hrtime() - start) / 1e6
    end
    local first = ms(function() previews.take(preview, all) end)
    local one, accept = {}, {}
    for i = 1, 20 do
      one[i] = ms(function() previews.take(preview, { make(50, i) }) end)
      accept[i] = ms(function() previews.touch(preview, previews.decide(preview, { i .. '-1' }, 'accepted')) end)
    end
    table.sort(one)
    table.sort(accept)
    return { first, one[10], accept[10], vim.api.nvim_buf_line_count(0) }
  ]]))
  ok(lines > 4500, 'all are there')
  print(('      all at once %.1f ms, one file anew %.1f ms, one accepted %.1f ms'):format(first, one, accept))
end)
