-- The daily tasks: the real backend against the mock.
local t = require('harness')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok

local code = 'import os\n\n\ndef one(name):\n    return os.path.join("a", name)\n\n\ndef two():\n    return 2\n'

---A Neovim in a project with a file, the cursor in the first function, and a model that answers this.
---@param answer string|table[] or scenarios, one after another
---@param more? string of the model's block
local function nvim(answer, more)
  local mock = t.mock({ mock = type(answer) == 'table' and answer or { { content = answer } } })
  local nv = t.nvim({ config = mock:config(more) })
  nv.mock, nv.root = mock, nv.dir .. '/project'
  vim.fn.mkdir(nv.root .. '/.git', 'p')
  t.write(nv.root .. '/a.py', code)
  nv:cmd('cd ' .. nv.root)
  nv:cmd('edit a.py')
  nv:cmd('5')
  return nv
end

---@return string the newest question that came
local function question(nv)
  local messages = nv.mock:wait_request(1).body.messages
  return messages[#messages].content
end

local function listed(nv, part)
  nv:wait_for([[vim.api.nvim_buf_get_name(0):find('coder://refactor/', 1, true) and true]])
  local text = 'table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\\n")'
  nv:wait_for(('%s:find(%q, 1, true) and true'):format(text, part), part)
end

case('explain: what the cursor is in, in the language that is named', function()
  local nv = nvim('Es hängt einen Namen an.')
  nv:cmd('CoderExplain Deutsch')
  nv:wait_for('table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\\n"):find("hängt", 1, true) and true')
  local text = question(nv)
  has(text, 'Explain `a.py`')
  has(text, 'Answer in Deutsch.')
  has(text, '`a.py:4-5`\n```python\ndef one(name):\n    return os.path.join("a", name)\n```')
  ok(not text:find('two', 1, true))
  -- The question stands in the conversation as any other does.
  has(table.concat(nv:lines(), '\n'), '## You\n\nExplain `a.py`')
end)

case('explain: a selection, and a file without functions as a whole', function()
  local nv = nvim('It is two.')
  nv:type('8GVj:CoderExplain<CR>')
  has(question(nv), '`a.py:8-9`')
  nv = nvim('It is text.')
  nv:cmd('edit notes.txt')
  nv:lua('vim.api.nvim_buf_set_lines(0, 0, -1, true, { "first", "second" })')
  nv:cmd('CoderExplain')
  has(question(nv), '`notes.txt:1-2`')
end)

case('doc: a docstring for what the cursor is in, as a hunk', function()
  local nv = nvim('a.py\n```python\n<<<<<<< SEARCH\ndef one(name):\n=======\ndef one(name):\n    """Where it is."""\n'
    .. '>>>>>>> REPLACE\n```\n')
  nv:cmd('CoderDoc in one line')
  listed(nv, 'Where it is.')
  has(nv:lines()[1], 'document a.py:5')
  local text = question(nv)
  has(text, 'Write the missing docstrings')
  has(text, 'in one line')
  has(text, 'Only these lines are to change')
  has(text, '`a.py:4-5`')
  listed(nv, 'ZZ write')
  nv:type('AZZ')
  nv:wait_for('vim.fn.getbufline("a.py", 5)[1] == [=[    """Where it is."""]=]', 'the change')
end)

case('fix: the diagnostic under the cursor', function()
  local nv = nvim('a.py\n```python\n<<<<<<< SEARCH\n    return os.path.join("a", name)\n=======\n'
    .. '    return os.path.join("b", name)\n>>>>>>> REPLACE\n```\n')
  nv:cmd('CoderFixDiagnostic')
  nv:wait_message('no diagnostic in this line')
  nv:lua([[
    vim.diagnostic.set(vim.api.nvim_create_namespace('x'), 0, {
      { lnum = 4, col = 0, severity = vim.diagnostic.severity.HINT, message = 'a hint' },
      { lnum = 4, col = 11, severity = vim.diagnostic.severity.ERROR, message = 'there is no\nfolder a', code = 'E7' },
    })
  ]])
  nv:cmd('CoderFixDiagnostic')
  listed(nv, 'join("b", name)')
  has(nv:lines()[1], 'fix: there is no folder a')
  local text = question(nv)
  has(text, 'Mend what is reported here about a.py')
  has(text, 'a.py:5: error: there is no\nfolder a [E7]')
end)

case('doc: another task, or none, is told so', function()
  local nv = nvim('x')
  nv:lua([[
    local params = { task = 'review', instruction = '' }
    require('coder.backend').call('refactor', params, function(err) wrong = err end)
  ]])
  has(nv:wait_for('wrong').message, 'there is no task `review` that edits')
end)

---@param findings table[]
---@return string an answer
local function review(findings) return vim.json.encode({ findings = findings }) end

local slow = { file = 'a.py', line = 2, text = '    return os.path.join("a", name)', severity = 'high',
  kind = 'performance', message = 'slow' }
local lost = { file = 'b.py', line = 1, severity = 'info', kind = 'bug', message = 'nowhere' }

case('review: findings as diagnostics and in the quickfix list', function()
  local nv = nvim(review({ slow, lost }))
  nv:cmd('CoderReview only speed')
  nv:wait_message('a.py: 2 findings, 1 of them an error; :copen lists them')
  local text = question(nv)
  has(text, 'Review a.py. Report what is wrong')
  has(text, 'only speed')
  local found = nv:get('vim.diagnostic.get(0)')
  eq(#found, 1)
  eq({ found[1].lnum, found[1].severity, found[1].message, found[1].source }, { 4, 1, 'slow [performance]', 'coder' })
  local list = nv:get([[vim.tbl_map(function(one)
    return { vim.fs.basename(vim.fn.bufname(one.bufnr)), one.lnum, one.type, one.text, one.valid }
  end, vim.fn.getqflist())]])
  eq(list[1], { 'a.py', 5, 'E', 'slow [performance]', 1 })
  eq(list[2][4], 'at no line that is there (b.py): nowhere [bug]')
  eq(list[2][5], 0)
  -- They follow the text, and go when they are not wanted.
  nv:cmd('CoderReview!')
  eq(nv:get('vim.diagnostic.get(0)'), {})
end)

case('review: what it says can be mended from there', function()
  local nv = nvim(review({ slow }))
  nv:cmd('CoderReview')
  nv:wait_message('1 finding; :copen')
  nv:cmd('cc 1')
  nv:cmd('CoderFixDiagnostic')
  local messages = nv.mock:wait_request(2).body.messages
  has(messages[#messages].content, 'a.py:5: error: slow [performance]')
end)

case('review: a selection, nothing found, no findings at all', function()
  local nv = nvim(review({}))
  nv:type('8GVj:CoderReview<CR>')
  nv:wait_message('a.py: nothing found by mock')
  local system = nv.mock:wait_request(1).body.messages[1].content
  has(system, 'def two')
  ok(not system:find('def one', 1, true))
  nv = nvim('It looks fine to me.')
  nv:cmd('CoderReview')
  nv:wait_message('without findings: It looks fine to me')
  nv:cmd('help | only')
  nv:cmd('CoderReview')
  nv:wait_message('no file to review')
end)

---Git in the project, for what a test needs.
local function git(nv, ...)
  local who = { '-c', 'user.name=t', '-c', 'user.email=t@example.org' }
  local done = vim.system(vim.list_extend({ 'git', '-C', nv.root, unpack(who) }, { ... })):wait()
  eq(done.code, 0, done.stderr)
end

---The same project as a repository with a commit.
local function repository(answer, more)
  local nv = nvim(answer, more)
  vim.fn.delete(nv.root .. '/.git', 'rf')
  t.write(nv.root .. '/b.py', 'x = input()\n')
  git(nv, 'init', '-q', '-b', 'main')
  git(nv, 'add', '.')
  git(nv, 'commit', '-qm', 'first')
  return nv
end

local change = { file = 'b.py', line = 9, text = 'y = eval(x)', severity = 'error', kind = 'security',
  message = 'eval', fix = 'y = int(x)' }

case('review: the changes that are not committed, also in files that are not open', function()
  local nv = repository(review({ change }))
  t.write(nv.root .. '/b.py', 'x = input()\ny = eval(x)\n')
  t.write(nv.root .. '/.env', 'KEY=1\n')
  nv:cmd('CoderReview diff')
  nv:wait_message('what is not committed: 1 finding; :copen lists them; left out: .env: not added to git')
  has(nv.mock:wait_request(1).body.messages[1].content, '+y = eval(x)')
  local list = nv:get('vim.fn.getqflist()')
  eq({ list[1].lnum, list[1].valid }, { 2, 1 })
  nv:cmd('cc 1')
  eq(vim.fs.basename(nv:get('vim.api.nvim_buf_get_name(0)')), 'b.py')
  eq(nv:get('#vim.diagnostic.get(0)'), 1)
end)

case('review: a fix that is offered is a hunk at once', function()
  local nv = repository(review({ change }))
  t.write(nv.root .. '/b.py', 'x = input()\ny = eval(x)\n')
  nv:cmd('CoderReview diff')
  nv:wait_message('1 finding')
  nv:cmd('cc 1')
  nv:cmd('CoderFixDiagnostic')
  listed(nv, 'y = int(x)')
  nv:type('AZZ')
  nv:wait_for('vim.fn.getbufline("b.py", 2)[1] == "y = int(x)"', 'the change')
  eq(#nv.mock:requests(), 1)
end)

case('review: a branch with what is not committed; there is no such base', function()
  local nv = repository(review({ change }))
  git(nv, 'checkout', '-qb', 'topic')
  t.write(nv.root .. '/b.py', 'x = input()\ny = eval(x)\n')
  git(nv, 'commit', '-qam', 'eval it')
  t.write(nv.root .. '/a.py', code .. '# more\n')
  nv:cmd('CoderReview branch mind security')
  nv:wait_message('1 commit since main and what is not committed: 1 finding')
  local messages = nv.mock:wait_request(1).body.messages
  has(messages[1].content, '+y = eval(x)')
  has(messages[1].content, '+# more')
  has(messages[#messages].content, 'mind security')
  nv:cmd('CoderReview branch --base nowhere')
  nv:wait_message('there is no commit or branch nowhere')
end)

case('review: a diff that is larger than the window is read in parts', function()
  local nv = repository({
    { content = review({ change }) }, { content = review({}) },
    { content = review({ { file = 'a.py', line = 1, text = 'import os', message = 'os' } }) }, { content = review({}) },
  }, 'context = 4096')
  t.write(nv.root .. '/b.py', 'x = input()\ny = eval(x)\n' .. ('# a line that says little\n'):rep(1200))
  nv:cmd('CoderReview diff')
  nv:wait_message('what is not committed: 2 findings')
  local requests = nv.mock:requests()
  ok(#requests > 2)
  for _, request in ipairs(requests) do has(request.body.messages[1].content, 'diff --git a/b.py b/b.py') end
end)

case('review: what a part has found stays when another one fails', function()
  local nv = repository({ { content = review({ change }) }, { content = 'I am sorry.' } }, 'context = 4096')
  t.write(nv.root .. '/b.py', 'x = input()\ny = eval(x)\n' .. ('# a line that says little\n'):rep(1200))
  nv:cmd('CoderReview diff')
  nv:wait_message('without findings: I am sorry')
  nv:wait_message('what is not committed: 1 finding')
  eq(nv:get('#vim.fn.getqflist()'), 1)
end)

case('review: what was dismissed stays away until its line changes', function()
  local nv = nvim(review({ slow }))
  nv:cmd('CoderReview')
  nv:wait_message('1 finding; :copen')
  nv:cmd('1')
  nv:cmd('CoderReview dismiss')
  nv:wait_message('no finding of a review in this line')
  nv:cmd('cc 1')
  nv:cmd('CoderReview dismiss')
  nv:wait_message('dismissed; ')
  eq(nv:get('vim.diagnostic.get(0)'), {})
  eq(nv:get('#vim.fn.getqflist()'), 0)
  nv:cmd('CoderReview')
  nv:wait_message('nothing found by mock; 1 dismissed before')
  nv:cmd('CoderReview restore')
  nv:wait_message('1 dismissed in this file come again')
  nv:cmd('CoderReview')
  nv:wait_for('#vim.diagnostic.get(0) == 1')
  nv:cmd('CoderReview restore all')
  nv:wait_message('nothing was dismissed in this project')
end)

local function text_of(nv) return table.concat(nv:lines(), '\n') end

case('pr: the commits of a branch, in a buffer of its own; again', function()
  local nv = repository('```\nAdd more\n\nIt was too little.\n```', 'price = { input = 1000, output = 0 }')
  git(nv, 'checkout', '-qb', 'topic')
  t.write(nv.root .. '/b.py', 'x = input()\nz = 1\n')
  git(nv, 'commit', '-qam', 'one more')
  nv:cmd('CoderPR mention tests')
  nv:wait_message('the pull request is written, of 1 commit since main; $0.0100')
  has(nv:get('vim.api.nvim_buf_get_name(0)'), 'coder://pr')
  eq(text_of(nv), 'Add more\n\nIt was too little.')
  local text = question(nv)
  has(text, 'pull request')
  has(text, 'mention tests')
  has(text, '- one more')
  has(text, '+z = 1')
  nv:cmd('messages clear')
  nv:cmd('CoderPR --base main')
  nv:wait_message('the pull request is written')
  eq(text_of(nv), 'Add more\n\nIt was too little.')
end)

case('pr: into the commit message one is in, as one undo step', function()
  local nv = repository('Read a number  \n\nIt is needed.')
  t.write(nv.root .. '/b.py', 'x = 1\n')
  git(nv, 'add', 'b.py')
  t.write(nv.root .. '/a.py', code .. '# not staged\n')
  local message = t.write(nv.root .. '/.git/COMMIT_EDITMSG', '\n# Please enter the commit message\n')
  nv:cmd('edit ' .. message)
  eq(nv:get('vim.bo.filetype'), 'gitcommit')
  nv:cmd('CoderPR')
  nv:wait_message('the commit message is written, of what is staged')
  eq(text_of(nv), 'Read a number\n\nIt is needed.\n# Please enter the commit message')
  local text = question(nv)
  has(text, 'message of a commit')
  has(text, '+x = 1')
  ok(not text:find('not staged', 1, true))
  nv:type('u')
  eq(text_of(nv), '\n# Please enter the commit message')
end)

case('pr: what the user has begun stays; nothing has changed; a conflict', function()
  local nv = repository('Read a number')
  nv:cmd('CoderPR commit')
  nv:wait_message('nothing has changed')
  t.write(nv.root .. '/b.py', 'x = 1\n')
  nv:cmd('edit ' .. t.write(nv.root .. '/.git/COMMIT_EDITMSG', 'a number\n# comment\n'))
  nv:cmd('CoderPR')
  nv:wait_message('the commit message is written, of what is not committed (nothing is staged)')
  eq(text_of(nv), 'Read a number\n\na number\n# comment')
  has(question(nv), 'The user has begun with: a number')
  git(nv, 'commit', '-qam', 'one')
  git(nv, 'checkout', '-qb', 'topic', 'HEAD~1')
  t.write(nv.root .. '/b.py', 'x = 2\n')
  git(nv, 'commit', '-qam', 'two')
  local who = { '-c', 'user.name=t', '-c', 'user.email=t@example.org' }
  vim.system(vim.list_extend({ 'git', '-C', nv.root, unpack(who) }, { 'merge', 'main' })):wait()
  nv:cmd('CoderPR commit')
  nv:wait_message('there is a merge conflict in b.py')
end)

case('pr: a private diff goes to no cloud lane, and one that is never sent nowhere', function()
  local nv = repository('never seen', 'trusted = false\n[privacy]\nlocal_only = ["b.py"]')
  t.write(nv.root .. '/b.py', 'x = 1\n')
  nv:cmd('CoderPR commit')
  nv:wait_message('rule b.py')
  eq(#nv.mock:requests(), 0)
  git(nv, 'checkout', '-q', 'b.py')
  t.write(nv.root .. '/.env', 'KEY=1\n')
  git(nv, 'add', '-f', '.env')
  nv:cmd('CoderPR commit')
  nv:wait_message('all that has changed is never sent: .env')
end)

case('pr: a large diff is read in parts, and stopped', function()
  local nv = repository({ { content = 'note one' }, { content = 'note two' }, { content = 'note three' },
    { content = 'Title\n\nBody' }, { hold = true } }, 'context = 8192')
  t.write(nv.root .. '/b.py', ('# a line that says little\n'):rep(1200))
  nv:cmd('CoderPR commit')
  nv:wait_message('the diff is large and read in 3 parts first')
  nv:wait_message('the commit message is written')
  eq(text_of(nv), 'Title\n\nBody')
  local requests = nv.mock:requests()
  local last = requests[#requests].body.messages
  has(last[#last].content, 'b.py | 1200 + 1 -')
  has(last[#last].content, 'note one')
  nv:cmd('CoderPR commit')
  nv.mock:wait_request(#requests + 1)
  nv:cmd('CoderStop')
  nv:wait_message('stopped; what had come stays')
end)

local own = [[
[tasks.types]
prompt = "Add types to {files}, please."
answer = "edits"
[tasks.sql]
prompt = "Look for SQL."
answer = "findings"
[tasks.haiku]
prompt = "A haiku about {files}."
]]

case('task: one of the user: text, edits, findings; an unknown one; a choice', function()
  local nv = nvim({
    { content = 'Lines fall.' },
    { content = 'a.py\n<<<<<<< SEARCH\ndef two():\n=======\ndef two() -> int:\n>>>>>>> REPLACE\n' },
    { content = review({ slow }) },
  }, own)
  nv:cmd('CoderTask nonsense')
  nv:wait_message('there is no task nonsense. There are: haiku, sql, types')
  nv:cmd('CoderTask haiku be brief')
  nv:wait_for('table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\\n"):find("Lines fall", 1, true) and true')
  local text = question(nv)
  has(text, 'A haiku about `a.py`.')
  has(text, 'be brief')
  has(text, 'def one(name)')
  nv:cmd('wincmd p')
  nv:cmd('8,9CoderTask types')
  listed(nv, 'def two() -> int:')
  has(nv:lines()[1], 'types: a.py')
  has(nv.mock:wait_request(2).body.messages[2].content, 'Add types to a.py, please.')
  nv:cmd('buffer a.py')
  nv:cmd('CoderTask sql')
  nv:wait_message('a.py: 1 finding')
  has(nv.mock:wait_request(3).body.messages[2].content, 'Look for SQL.\n\nIt is about a.py.')
  eq(nv:get('vim.fn.getcompletion("CoderTask ", "cmdline")'), { 'haiku', 'sql', 'types' })
  nv:lua('vim.ui.select = function(items, opts) _G.seen = vim.tbl_map(opts.format_item, items) end')
  nv:cmd('CoderTask')
  nv:wait_for('_G.seen and #_G.seen == 3')
end)

case('review: sloppy answers: prose around it, wrong JSON, wrong lines, cut off, a refusal', function()
  local wrong_line = vim.tbl_extend('force', slow, { line = 400 })
  local elsewhere = vim.tbl_extend('force', slow, { line = 400, text = 'x = 3' })
  local nv = nvim({
    { content = 'Sure! I found one thing:\n\n```json\n' .. review({ slow }) .. '\n```\nHope that helps.' },
    { content = '[{"file": "a.py", "line": 5, "severity": "High", "message": "slow", "kind": "Performance",},]' },
    { content = review({ wrong_line }) },
    { content = review({ elsewhere }) },
    { content = review({ slow, slow }):sub(1, -30), finish = 'length' },
    { content = '- `a.py:5`: joins what users type' },
    { content = 'I am sorry, but I cannot help with that.' },
  })
  local function again(message, placed)
    nv:cmd('messages clear')
    nv:cmd('CoderReview')
    nv:wait_message(message)
    eq(nv:get('#vim.diagnostic.get(0)'), placed)
  end
  again('1 finding', 1)
  again('1 finding', 1)
  -- The line is told by what it holds; nothing is put anywhere by a number alone.
  again('1 finding', 1)
  eq(nv:get('vim.diagnostic.get(0)')[1].lnum, 4)
  again('1 finding', 0)
  has(nv:get('vim.fn.getqflist()[1].text'), 'at no line that is there')
  again('1 finding', 1)
  again('1 finding', 1)
  again('without findings: I am sorry', 1)
end)

case('doc: a refusal, prose, an edit that fits nowhere: nothing changes, and it is said', function()
  for _, answer in ipairs({ 'I cannot help with that.', 'You should add a docstring.' }) do
    local nv = nvim(answer)
    nv:cmd('CoderDoc')
    nv:wait_message('the model has answered without an edit: ' .. answer)
    eq(table.concat(nv:get('vim.fn.getbufline("a.py", 1, "$")'), '\n') .. '\n', code)
  end
  local nv = nvim('a.py\n<<<<<<< SEARCH\ndef nowhere():\n=======\ndef nowhere(): pass\n>>>>>>> REPLACE\n')
  nv:cmd('CoderDoc')
  listed(nv, 'refused')
  eq(table.concat(nv:get('vim.fn.getbufline("a.py", 1, "$")'), '\n') .. '\n', code)
end)

case('review: stopped', function()
  local mock = t.mock({ mock = { { hold = true } } })
  local nv = t.nvim({ config = mock:config() })
  nv:cmd('edit ' .. t.write(nv.dir .. '/a.py', code))
  nv:cmd('CoderReview')
  nv:wait_message('reviewing ')
  mock:wait_request(1)
  nv:cmd('CoderStop')
  nv:wait_message('the review was stopped')
end)
