-- A refactor from the model's answer to the files and buffers it changes, without the list: the real backend against
-- the mock.
local t = require('harness')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok

---@param path string
---@param search string
---@param replace string
---@return string an edit block
local function block(path, search, replace)
  return ('%s\n```\n<<<<<<< SEARCH\n%s=======\n%s>>>>>>> REPLACE\n```\n'):format(path, search, replace)
end

local a = 'import os\n\ndef one():\n    return 1\n\n\ndef two():\n    return 2\n\n\ndef three():\n    return 3\n'
local b = 'from a import one\n\nprint(one())\n'
local renames = block('a.py', 'def one():\n', 'def first():\n') .. block('a.py', 'def three():\n', 'def third():\n')
  .. block('b.py', 'from a import one\n\nprint(one())\n', 'from a import first\n\nprint(first())\n')

---A Neovim in a project with these files, a model that gives these answers, and what the backend says kept.
---@param answers table[]|string scenarios of the mock, or one answer's text
---@param files? table<string, string>
local function nvim(answers, files, opts)
  if type(answers) == 'string' then answers = { { content = answers } } end
  local mock = t.mock({ mock = answers })
  local nv = t.nvim(vim.tbl_extend('keep', opts or {}, { config = mock:config() }))
  nv.mock, nv.root = mock, nv.dir .. '/project'
  vim.fn.mkdir(nv.root .. '/.git', 'p')
  for name, text in pairs(files or { ['a.py'] = a, ['b.py'] = b }) do t.write(nv.root .. '/' .. name, text) end
  nv:cmd('cd ' .. nv.root)
  nv:lua([[
    backend = require('coder.backend')
    seen, files = {}, {}
    for _, name in ipairs({ 'begin', 'wait', 'progress', 'files', 'end' }) do
      backend.on('refactor_' .. name, function(event)
        seen[#seen + 1] = { name, event }
        if name ~= 'files' then return end
        if event.all then files = {} end
        for _, file in ipairs(event.files) do files[file.path] = file end
      end)
    end
    function call(method, params)
      local got
      backend.call(method, params, function(err, result) got = { err = err, result = result } end)
      vim.wait(8000, function() return got end, 2)
      return got or { err = { message = 'no answer' } }
    end
    function ended()
      for _, one in ipairs(seen) do if one[1] == 'end' then return one[2] end end
    end
    function ids(path)
      local out = {}
      for name, file in pairs(files) do
        for _, hunk in ipairs(file.hunks) do if not path or name == path then out[#out + 1] = hunk.id end end
      end
      return out
    end
  ]])
  return nv
end

---Asks in the buffer of `path`, and waits for the end of the answer.
local function refactor(nv, params)
  local result = nv:lua([[
    local params = ...
    params.source = vim.api.nvim_get_current_buf()
    require('coder.buffers').attach(params.source)
    local got = call('refactor', params)
    id = got.result and got.result.id
    return got
  ]], params)
  ok(result.result, vim.inspect(result))
  return nv:wait_for('ended()', 'the end of the answer')
end

---@return table files by path
local function files(nv) return nv:get('files') end

local function write(nv, hunks, more)
  return nv:lua('local params = ... params.id = id return call("refactor_write", params)',
    vim.tbl_extend('keep', { hunks = hunks }, more or {}))
end

local function all(nv, path) return nv:get('ids(...)', path) end

local everything = { instruction = 'call them first and third', repo = false }

local function both(nv)
  return vim.tbl_extend('keep', { files = { nv.root .. '/a.py', nv.root .. '/b.py' } }, everything)
end

case('refactor: hunks of open and closed files, written as one', function()
  local nv = nvim(renames)
  nv:cmd('edit a.py')
  local done = refactor(nv, both(nv))
  eq(done.finish, 'stop')
  has(done.reply, '<<<<<<< SEARCH')
  local seen = files(nv)
  eq(#seen['a.py'].hunks, 2)
  eq(seen['a.py'].hunks[2].old, { 'def three():' })
  eq(seen['a.py'].hunks[2].lines, { 'def third():' })
  eq(seen['a.py'].hunks[2].first, 10)
  eq(seen['a.py'].buf, nv:get('vim.api.nvim_get_current_buf()'))
  eq(seen['b.py'].buf, nil)
  eq(t.read(nv.root .. '/b.py'), b)
  local written = write(nv, all(nv)).result
  eq({ written.files, written.buffers, written.left }, { { 'b.py' }, { 'a.py' }, {} })
  eq(t.read(nv.root .. '/b.py'), 'from a import first\n\nprint(first())\n')
  eq(t.read(nv.root .. '/a.py'), a)
  local text = table.concat(nv:lines(), '\n') .. '\n'
  eq(text, (a:gsub('one', 'first'):gsub('three', 'third')))
  eq(nv:get('vim.bo.modified'), true)
  nv:cmd('undo')
  eq(table.concat(nv:lines(), '\n') .. '\n', a)
end)

case('refactor: the model sees the files and the rules, and only what was shown may be changed', function()
  local nv = nvim(renames)
  nv:cmd('edit a.py')
  refactor(nv, everything)
  local body = nv.mock:wait_request(1).body.messages
  has(body[1].content, 'SEARCH')
  has(body[1].content, 'def three():')
  has(body[#body].content, 'Change only a.py')
  eq(body[1].content:find('print(one())', 1, true), nil)
  local problem = files(nv)['b.py'].problems[1]
  eq(problem.status, 'refused')
  has(problem.reason, 'was not shown to the model')
  eq(#files(nv)['a.py'].hunks, 2)
end)

case('refactor: what was written is taken back, on the disk and in buffers', function()
  local nv = nvim(renames)
  nv:cmd('edit a.py')
  refactor(nv, both(nv))
  ok(write(nv, all(nv)).result)
  nv:wait_for('next(ids()) == nil', 'an empty preview')
  local back = nv:get('call("refactor_undo", { id = id })')
  eq(back.result and back.result.files, { 'b.py' }, vim.inspect(back))
  eq(t.read(nv.root .. '/b.py'), b)
  eq(table.concat(nv:lines(), '\n') .. '\n', a)
  nv:wait_for('#ids() == 4', 'the hunks again')
  eq(nv:get('call("refactor_undo", { id = id }).err.message'), 'nothing was written that could be taken back')
end)

case('refactor: nothing is taken back where something has come after it', function()
  local nv = nvim(renames)
  nv:cmd('edit a.py')
  refactor(nv, both(nv))
  ok(write(nv, all(nv)).result)
  t.write(nv.root .. '/b.py', 'other\n')
  local err = nv:get('call("refactor_undo", { id = id }).err')
  has(err.message, 'b.py has changed meanwhile')
  eq(t.read(nv.root .. '/b.py'), 'other\n')
  has(table.concat(nv:lines(), '\n'), 'def first()')
end)

case('refactor: some hunks are written, the others stay to be decided about', function()
  local nv = nvim(renames)
  nv:cmd('edit a.py')
  refactor(nv, both(nv))
  local hunks = files(nv)['a.py'].hunks
  ok(write(nv, { hunks[1].id }).result)
  nv:wait_for('#ids("a.py") == 1', 'one hunk less')
  eq(files(nv)['a.py'].hunks[1].id, hunks[2].id)
  eq(t.read(nv.root .. '/b.py'), b)
  ok(write(nv, all(nv)).result)
  eq(table.concat(nv:lines(), '\n') .. '\n', (a:gsub('one', 'first'):gsub('three', 'third')))
  eq(t.read(nv.root .. '/b.py'), 'from a import first\n\nprint(first())\n')
end)

case('refactor: hunks follow what is typed above them, and one that was typed over goes', function()
  local nv = nvim(renames)
  nv:cmd('edit a.py')
  refactor(nv, both(nv))
  local before = files(nv)['a.py']
  nv:type('ggOnew = 0<Esc>')
  nv:wait_for(('files["a.py"].tick ~= %d and files["a.py"].hunks[1].first == 3'):format(before.tick), 'hunks moved')
  eq(vim.tbl_map(function(hunk) return hunk.id end, files(nv)['a.py'].hunks),
    vim.tbl_map(function(hunk) return hunk.id end, before.hunks))
  nv:cmd('%s/def three/def other/')
  nv:wait_for('#files["a.py"].hunks == 1', 'one hunk less')
  eq(files(nv)['a.py'].problems[1].status, 'refused')
  -- What was accepted before that is not written in part.
  local err = write(nv, vim.tbl_map(function(hunk) return hunk.id end, before.hunks)).err
  has(err.message, 'not there any more')
  eq(nv:lines()[4], 'def one():')
end)

case('refactor: a file changed on the disk refuses all, by its name', function()
  local nv = nvim(renames)
  nv:cmd('edit a.py')
  refactor(nv, both(nv))
  local hunks = all(nv)
  t.write(nv.root .. '/b.py', 'from a import one  # changed\n\nprint(one())\n')
  local err = write(nv, hunks).err
  ok(err, 'it was written')
  eq(t.read(nv.root .. '/b.py'), 'from a import one  # changed\n\nprint(one())\n')
  eq(nv:lines()[3], 'def one():')
end)

case("refactor: the user's own lines for a hunk", function()
  local nv = nvim(renames)
  nv:cmd('edit a.py')
  refactor(nv, both(nv))
  local hunk = files(nv)['a.py'].hunks[1]
  local mine = { hunk = hunk.id, lines = { 'def number_one():', '    # mine' } }
  eq(nv:lua('local params = ... params.id = id return call("refactor_edit", params).err', mine), vim.NIL)
  nv:wait_for('files["a.py"].hunks[1].edited', 'the edited hunk')
  eq(files(nv)['a.py'].hunks[1].id, hunk.id)
  ok(write(nv, { hunk.id }).result)
  eq(nv:get('vim.api.nvim_buf_get_lines(0, 2, 5, true)'), { 'def number_one():', '    # mine', '    return 1' })
end)

case('refactor: a new syntax error is told of, and written only when that is wanted', function()
  local nv = nvim(block('a.py', 'def two():\n    return 2\n', 'def two(:\n    return 2\n'))
  nv:cmd('edit a.py')
  refactor(nv, everything)
  has(files(nv)['a.py'].problems[1].reason, 'syntax error at line 7')
  local written = write(nv, all(nv)).result
  has(written.syntax[1], 'a.py would have a syntax error at line 7')
  eq(nv:lines()[7], 'def two():')
  ok(write(nv, all(nv), { accept_syntax_errors = true }).result)
  eq(nv:lines()[7], 'def two(:')
end)

case('refactor: an edit that does not fit is asked for once more by itself', function()
  local wrong = block('a.py', 'def five():\n    return 5\n', 'x\n')
  local nv = nvim({
    { content = block('a.py', 'def two():\n', 'def second():\n') .. wrong },
    { content = block('a.py', 'def three():\n', 'def third():\n') },
  })
  nv:cmd('edit a.py')
  refactor(nv, everything)
  eq(#files(nv)['a.py'].hunks, 2)
  eq(files(nv)['a.py'].problems, {})
  local waits = vim.tbl_filter(function(one) return one[1] == 'wait' and one[2].phase == 'again' end, nv:get('seen'))
  eq(waits[1][2].text, 'asking once more for an edit that does not fit')
  has(nv.mock:wait_request(2).body.messages[4].content, 'Send these blocks again')
end)

case('refactor: stopped while it is found out what does not fit, it asks no more', function()
  local wrong = block('a.py', 'def five():\n    return 5\n', 'x\n')
  local nv = nvim({ { content = block('a.py', 'def two():\n', 'def second():\n') .. wrong }, { content = 'more' } })
  nv:cmd('edit a.py')
  nv:lua([[
    local open = require('coder.refactor.buffers')
    local list = open.list
    open.list = function()
      if id and not stopped then
        stopped = true
        backend.call('stop', { id = id }, function() end)
      end
      return list()
    end
  ]])
  eq(refactor(nv, everything).finish, 'stopped')
  ok(nv:get('stopped'))
  eq(#files(nv)['a.py'].hunks, 1)
  eq(files(nv)['a.py'].problems[1].status, 'refused')
  eq(nv:get('call("refactor_write", { id = id, hunks = ids() }).err'), vim.NIL)
  eq(#nv.mock:requests(), 1)
end)

case('refactor: nothing is changed where the editor does not tell what is open', function()
  local nv = nvim(renames)
  nv:cmd('edit a.py')
  nv:lua('require("coder.refactor.buffers").list = function() error("broken") end')
  refactor(nv, everything)
  has(files(nv)['a.py'].problems[1].reason, 'may be open: the editor does not tell')
  eq(nv:get('#ids()'), 0)
end)

case('refactor: again with feedback replaces the answer, and what stays keeps its id', function()
  local nv = nvim({
    { content = renames },
    { content = block('a.py', 'def one():\n', 'def first():\n') .. block('a.py', 'def two():\n', 'def second():\n') },
  })
  nv:cmd('edit a.py')
  refactor(nv, both(nv))
  local id = files(nv)['a.py'].hunks[1].id
  nv:lua('seen = {}')
  eq(nv:get('call("refactor_again", { id = id, text = "second, too; leave three and b.py" }).err'), vim.NIL)
  nv:wait_for('ended()', 'the second answer')
  local messages = nv.mock:wait_request(2).body.messages
  has(messages[#messages].content, 'second, too; leave three and b.py')
  eq(messages[#messages - 1].role, 'assistant')
  eq(files(nv)['b.py'], nil)
  eq(files(nv)['a.py'].hunks[1].id, id)
  eq(files(nv)['a.py'].hunks[2].lines, { 'def second():' })
end)

case('refactor: hunks appear while the answer is still coming, and stay when it is stopped', function()
  local nv = nvim({ { content = renames, rate = 40, hold = 60 } })
  nv:cmd('edit a.py')
  local params = both(nv)
  params.source = nv:get('vim.api.nvim_get_current_buf()')
  nv:lua('require("coder.buffers").attach((...).source) id = call("refactor", ...).result.id', params)
  nv:wait_for('#ids() == 1', 'the first hunk')
  eq(nv:get('ended()'), vim.NIL)
  nv:wait_for('vim.iter(seen):any(function(one) return one[1] == "progress" end)', 'progress')
  has(write(nv, all(nv)).err.message, 'the answer is still coming')
  eq(nv:get('call("stop", { id = id }).result.stopped'), 1)
  eq(nv:wait_for('ended()').finish, 'stopped')
  ok(write(nv, all(nv)).result)
  has(table.concat(nv:lines(), '\n'), 'def first()')
end)

case('refactor: files are created, removed and renamed', function()
  local reply = '*** Begin Patch\n*** Add File: new/c.py\n+c = 1\n+d = 2\n*** Delete File: b.py\n'
    .. '*** Update File: a.py\n*** Move to: src/z.py\n@@\n-def two():\n+def second():\n*** End Patch\n'
  local nv = nvim(reply, { ['a.py'] = a, ['b.py'] = b, ['other.py'] = 'x = 1\n' })
  vim.uv.fs_chmod(nv.root .. '/b.py', 493)
  nv:cmd('edit other.py')
  local params = both(nv)
  table.insert(params.files, nv.root .. '/other.py')
  refactor(nv, params)
  local seen = files(nv)
  eq({ seen['new/c.py'].kind, seen['b.py'].kind, seen['a.py'].kind, seen['a.py'].to },
    { 'create', 'remove', 'rename', 'src/z.py' })
  eq(seen['new/c.py'].hunks[1].lines, { 'c = 1', 'd = 2' })
  local written = write(nv, all(nv)).result
  eq(#written.files, 3, vim.inspect(written))
  eq(t.read(nv.root .. '/new/c.py'), 'c = 1\nd = 2\n')
  eq(t.read(nv.root .. '/src/z.py'), (a:gsub('two', 'second')))
  eq(vim.uv.fs_stat(nv.root .. '/b.py'), nil)
  eq(vim.uv.fs_stat(nv.root .. '/a.py'), nil)
  eq(nv:get('call("refactor_undo", { id = id }).err'), vim.NIL)
  eq({ t.read(nv.root .. '/a.py'), t.read(nv.root .. '/b.py') }, { a, b })
  eq(vim.uv.fs_stat(nv.root .. '/b.py').mode % 512, 493)
  eq(vim.uv.fs_stat(nv.root .. '/new'), nil)
  eq(vim.uv.fs_stat(nv.root .. '/src'), nil)
end)

case('refactor: line ends, byte order marks and missing last newlines stay', function()
  local dos, bom, open = a:gsub('\n', '\r\n'), '\239\187\191' .. a, a:gsub('\n$', '')
  local reply = ''
  for _, name in ipairs({ 'dos.py', 'bom.py', 'open.py' }) do
    reply = reply .. block(name, 'import os\n', 'import sys\n') .. block(name, '    return 3\n', '    return 33\n')
  end
  local function check(opened)
    local nv = nvim(reply, { ['dos.py'] = dos, ['bom.py'] = bom, ['open.py'] = open, ['a.py'] = a })
    local names = { nv.root .. '/dos.py', nv.root .. '/bom.py', nv.root .. '/open.py' }
    nv:cmd('set nofixendofline')
    if opened then for _, name in ipairs(names) do nv:cmd('edit ' .. name) end end
    nv:cmd('edit a.py')
    refactor(nv, { instruction = 'x', files = names })
    local written = write(nv, all(nv))
    ok(written.result, vim.inspect(written))
    eq(#written.result[opened and 'buffers' or 'files'], 3)
    nv:cmd('wall')
    local function changed(text) return (text:gsub('import os', 'import sys'):gsub('return 3', 'return 33')) end
    eq(t.read(nv.root .. '/dos.py'), changed(dos))
    eq(t.read(nv.root .. '/bom.py'), changed(bom))
    eq(t.read(nv.root .. '/open.py'), changed(open))
  end
  check(false)
  check(true)
end)

case('apply: a reply that is there, without a model', function()
  local nv = nvim('never asked')
  nv:cmd('edit a.py')
  local got = nv:get('call("apply", { text = ..., source = vim.api.nvim_get_current_buf() })', renames)
  nv:lua('id = ...', got.result.id)
  eq(nv:wait_for('ended()').finish, 'applied')
  eq(#files(nv)['a.py'].hunks, 2)
  ok(write(nv, all(nv)).result)
  eq(t.read(nv.root .. '/b.py'), 'from a import first\n\nprint(first())\n')
  eq(#nv.mock:requests(), 0)
  local err = nv:get('call("apply", { text = "only prose" }).err')
  has(err.message, 'there is no edit in this text')
end)

case('refactor: private files go to no cloud lane', function()
  local mock = t.mock({ mock = { { content = renames } } })
  local config = ('[models.far]\nprovider = "openai"\nbase_url = "%s"\nmodel = "mock"\nlane = "cloud"\n'
    .. '[privacy]\nlocal_only = ["a.py"]\n'):format(mock.url)
  local nv = nvim(renames, nil, { config = config })
  nv:cmd('edit a.py')
  local done = refactor(nv, everything)
  eq(done.error.kind, 'policy')
  eq(#nv.mock:requests(), 0)
end)

case('refactor: a buffer whose file is not there yet, one without a name, and a file of no project', function()
  local reply = block('new.py', 'one = 1\n', 'one = 11\n')
  local nv = nvim(reply)
  nv:cmd('edit new.py')
  nv:lua('vim.api.nvim_buf_set_lines(0, 0, -1, true, { "one = 1", "two = 2" })')
  refactor(nv, everything)
  local file = files(nv)['new.py']
  eq({ file.kind, file.hunks[1].old, file.hunks[1].lines }, { 'change', { 'one = 1' }, { 'one = 11' } })
  eq(write(nv, all(nv)).result.buffers, { 'new.py' })
  eq(nv:lines(), { 'one = 11', 'two = 2' })
  eq(vim.uv.fs_stat(nv.root .. '/new.py'), nil)

  nv:cmd('enew!')
  local err = nv:lua([[
    local params = ...
    params.source = vim.api.nvim_get_current_buf()
    require('coder.buffers').attach(params.source)
    return call('refactor', params).err
  ]], everything)
  has(err.message, 'this buffer is no file yet')

  t.write(nv.dir .. '/elsewhere/new.py', 'one = 1\n')
  nv:cmd('edit ' .. nv.dir .. '/elsewhere/new.py')
  nv:lua('seen, files = {}, {}')
  refactor(nv, everything)
  ok(write(nv, all(nv)).result)
  eq(nv:lines(), { 'one = 11' })
end)
