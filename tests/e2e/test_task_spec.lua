-- :CoderTest: tests as hunks where the project keeps them, and runs of them; the real backend against the mock.
local t = require('harness')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok

local calc = 'def add(a, b):\n    return a + b\n\n\ndef half(a):\n    return a / 2\n'

---A Neovim in a project with these files, the cursor in line 5 of `first`, and a model that answers this.
---@param opts { answer?: string, scenario?: table, files: table<string, string>, first: string, config?: string }
local function nvim(opts)
  local mock = t.mock({ mock = { opts.scenario or { content = opts.answer or '' } } })
  local nv = t.nvim({ config = mock:config(opts.config), lines = 45 })
  nv.mock, nv.root = mock, nv.dir .. '/project'
  vim.fn.mkdir(nv.root .. '/.git', 'p')
  for path, text in pairs(opts.files) do t.write(nv.root .. '/' .. path, text) end
  nv:cmd('cd ' .. nv.root)
  nv:cmd('edit ' .. opts.first)
  nv:cmd('silent! 5')
  return nv
end

local python = {
  ['calc.py'] = calc,
  ['shape.py'] = 'def area(a):\n    return a * a\n',
  ['pyproject.toml'] = '[tool.pytest.ini_options]\n',
  ['tests/test_shape.py'] = 'import pytest\nfrom shape import area\n\n\ndef test_area():\n    assert area(2) == 4\n',
}

---@param more table<string, string|false>
---@return table<string, string> the files of `python`, and these
local function with(more)
  local out = vim.tbl_extend('force', python, more)
  for path, text in pairs(more) do
    if not text then out[path] = nil end
  end
  return out
end

local function new_file(path, text)
  return ('The tests:\n\n%s\n```python\n<<<<<<< SEARCH\n=======\n%s>>>>>>> REPLACE\n```\n'):format(path, text)
end

local function listed(nv, part)
  nv:wait_for([[vim.api.nvim_buf_get_name(0):find('coder://refactor/', 1, true) and true]])
  local text = 'table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\\n")'
  nv:wait_for(('%s:find(%q, 1, true) and true'):format(text, part), part)
end

---@return string system, string user
local function sent(nv, n)
  local messages = nv.mock:wait_request(n or 1).body.messages
  return messages[1].content, messages[#messages].content
end

local function text_of(nv) return table.concat(nv:lines(), '\n') end

case('a new test file, where the project keeps them, as a hunk', function()
  local nv = nvim({ files = python, first = 'calc.py',
    answer = new_file('tests/test_calc.py', 'from calc import half\n\n\ndef test_half():\n    assert half(3)\n') })
  nv:cmd('CoderTest mind negative numbers')
  listed(nv, 'ZZ write')
  local page = text_of(nv)
  has(page, 'tests for calc.py:5')
  has(page, 'tests/test_calc.py (new; as tests/test_shape.py is for shape.py), pytest')
  has(page, 'tests/test_calc.py  new')
  local system, user = sent(nv)
  has(system, 'def add(a, b)')
  has(user, 'Write tests for these lines of calc.py with pytest.')
  has(user, '`calc.py:5-6`\n```python\ndef half(a):')
  has(user, 'a new file, tests/test_calc.py')
  has(user, 'mind negative numbers')
  has(user, 'Tests of this project, as examples')
  has(user, '`tests/test_shape.py:1-6`')
  nv:type('AZZ')
  t.wait(function() return vim.uv.fs_stat(nv.root .. '/tests/test_calc.py') end, 'the new file')
  has(t.read(nv.root .. '/tests/test_calc.py'), 'def test_half():')
end)

case('an existing test file: its unsaved buffer is what is added to', function()
  local files = with({
    ['tests/test_calc.py'] = 'from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n',
  })
  local nv = nvim({ files = files, first = 'tests/test_calc.py', answer =
    'tests/test_calc.py\n```python\n<<<<<<< SEARCH\n    assert add(1, 2) == 4\n=======\n    assert add(1, 2) == 4\n\n\n'
    .. 'def test_half():\n    assert half(4) == 2\n>>>>>>> REPLACE\n```\n' })
  nv:cmd('5s/3/4/ | set hidden | edit calc.py | 5')
  nv:cmd('CoderTest file')
  listed(nv, 'ZZ write')
  has(text_of(nv), 'tests/test_calc.py (it is there already), pytest')
  local system, user = sent(nv)
  has(system, 'assert add(1, 2) == 4')
  has(user, 'Write tests for calc.py with pytest. They belong into tests/test_calc.py: add to it')
  ok(not user:find('these lines', 1, true))
  nv:type('AZZ')
  nv:wait_for('vim.fn.getbufline("tests/test_calc.py", "$")[1]:find("half%(4%)") and true', 'the change')
  eq(#t.read(nv.root .. '/tests/test_calc.py'), #files['tests/test_calc.py'])
end)

case('an answer that changes the source is refused by name', function()
  local answer = 'calc.py\n```python\n<<<<<<< SEARCH\n    return a / 2\n=======\n    return a // 2\n'
    .. '>>>>>>> REPLACE\n```\n' .. new_file('tests/test_calc.py', 'def test_half():\n    assert True\n')
    .. new_file('tests/other.py', 'x = 1\n')
  local nv = nvim({ files = python, first = 'calc.py', answer = answer })
  nv:type('5GV:CoderTest<CR>')
  listed(nv, '2 refused')
  listed(nv, 'ZZ write')
  local page = text_of(nv)
  has(page, 'only tests/test_calc.py is to change')
  has(page, 'calc.py  1 refused')
  has(page, 'tests/other.py  1 refused')
  -- Asked once more, the model is told why.
  local _, user = sent(nv, 2)
  has(user, 'only tests/test_calc.py is to change')
  nv:type('AZZ')
  t.wait(function() return vim.uv.fs_stat(nv.root .. '/tests/test_calc.py') end, 'the new file')
  eq(t.read(nv.root .. '/calc.py'), calc)
  ok(not vim.uv.fs_stat(nv.root .. '/tests/other.py'))
end)

case('rust: the tests go into the source, and code above them that changes is told', function()
  local code = 'pub fn one() -> u8 {\n    1\n}\n'
  local answer = 'src/lib.rs\n```rust\n<<<<<<< SEARCH\n    1\n}\n=======\n    2\n}\n\n#[cfg(test)]\nmod tests {\n'
    .. '    #[test]\n    fn two() {\n        assert_eq!(super::one(), 2);\n    }\n}\n>>>>>>> REPLACE\n```\n'
  local nv = nvim({ files = { ['Cargo.toml'] = '[package]\n', ['src/lib.rs'] = code }, first = 'src/lib.rs',
    answer = answer })
  nv:cmd('CoderTest')
  listed(nv, 'ZZ write')
  has(text_of(nv), "src/lib.rs (where Rust usually has it), Rust's own tests")
  has(text_of(nv), '2: this changes code that is no test')
  local _, user = sent(nv)
  has(user, 'They stand in src/lib.rs itself')
end)

case('no framework: said, with what to do, and nothing is sent', function()
  local nv = nvim({ files = { ['a.lua'] = 'local function one()\n  return 1\nend\n' }, first = 'a.lua' })
  nv:cmd('CoderTest')
  listed(nv, 'no test framework is found in this project for a.lua')
  has(text_of(nv), 'Add a .busted file')
  nv:cmd('close | edit notes.txt | call setline(1, "x") | write')
  nv:cmd('CoderTest')
  listed(nv, 'its language is none of')
  eq(nv.mock.requests(), {})
end)

case('in a test file it says where to go', function()
  local nv = nvim({ files = python, first = 'tests/test_shape.py' })
  nv:cmd('CoderTest')
  listed(nv, 'tests/test_shape.py is a test itself')
  has(text_of(nv), 'Go to shape.py')
  eq(nv.mock.requests(), {})
end)

case('private examples stay away from a lane that may not see them', function()
  local files = with({ ['tests/client/test_odd.py'] = 'import pytest\n\n\ndef test_secret_odd():\n    pass\n' })
  local mock = t.mock({ mock = { { content = new_file('tests/test_calc.py', 'def test_x():\n    pass\n') } } })
  local config = mock:config():gsub('lane = "local"', 'lane = "cloud"')
    .. '[privacy]\nlocal_only = ["tests/client/**", "tests/test_half.py"]\n'
  local nv = t.nvim({ config = config })
  local root = nv.dir .. '/project'
  vim.fn.mkdir(root .. '/.git', 'p')
  for path, text in pairs(files) do t.write(root .. '/' .. path, text) end
  t.write(root .. '/half.py', 'def half(a):\n    return a / 2\n')
  nv:cmd('cd ' .. root .. ' | edit calc.py | 5')
  nv:cmd('CoderTest')
  listed(nv, 'ZZ write')
  local messages = vim.json.encode(mock:wait_request(1).body.messages)
  has(messages, 'test_shape.py')
  ok(not messages:find('secret_odd', 1, true), 'a private example')
  ok(not messages:find('test_odd', 1, true), 'its name')
  -- A private test file is named by asking for it: nothing goes to such a lane.
  nv:type('X:q<CR>')
  nv:cmd('edit half.py')
  nv:cmd('CoderTest')
  listed(nv, 'is local_only and lane mock')
  eq(#mock.requests(), 1)
end)

local runs = {
  ['calc.py'] = 'def add(a, b):\n    return a + b\n',
  ['tests/test_calc.py'] = 'import sys, unittest\nsys.path.insert(0, ".")\nfrom calc import add\n\n\n'
    .. 'class AddTest(unittest.TestCase):\n    def test_add(self):\n        self.assertEqual(add(1, 2), 3)\n',
}

---Answers vim.ui.select with these choices, one after the other, and notes what was asked.
local function answering(nv, choices)
  nv:lua([[
    _G.asked, _G.choices = {}, ...
    vim.ui.select = function(items, opts, on_choice)
      _G.asked[#_G.asked + 1] = opts.prompt
      local choice = table.remove(_G.choices, 1)
      on_choice(items[choice], choice)
    end]], choices)
end

case('run: asks for leave once, says passed, lists the places of what fails', function()
  local nv = nvim({ files = runs, first = 'calc.py' })
  answering(nv, { 3, 1 })
  nv:cmd('CoderTest run')
  nv:wait_for('_G.asked[1]')
  has(nv:get('_G.asked[1]'), 'python3 -m unittest tests/test_calc.py')
  nv:cmd('CoderTest run')
  nv:wait_message('tests/test_calc.py: passed in ')
  eq(nv:get('#_G.asked'), 2)
  eq(nv:get('#vim.fn.getqflist()'), 0)
  t.write(nv.root .. '/calc.py', 'def add(a, b):\n    return a - b\n')
  nv:cmd('edit tests/test_calc.py')
  nv:cmd('CoderTest run')
  nv:wait_message('tests/test_calc.py: failed (exit 1)')
  has(nv:messages(), 'in the quickfix list, :copen; :CoderTest output shows all')
  eq(nv:get('#_G.asked'), 2, 'not asked again')
  local list = nv:get([[vim.tbl_map(function(one)
    return { vim.fn.bufname(one.bufnr), one.lnum }
  end, vim.fn.getqflist())]])
  has(list[1][1], 'tests/test_calc.py')
  eq(list[1][2], 8)
  local win = nv:get('vim.api.nvim_get_current_win()')
  nv:cmd('CoderTest output')
  eq(nv:get('vim.fn.bufname()'), 'coder://test')
  has(text_of(nv), '$ python3 -m unittest tests/test_calc.py')
  has(text_of(nv), 'AssertionError: -1 != 3')
  nv:type('q')
  eq(nv:get('vim.api.nvim_get_current_win()'), win)
end)

case('run: stopped by :CoderStop, with all it has started', function()
  local nv = nvim({ files = vim.tbl_extend('force', runs, {
    ['tests/test_calc.py'] = 'import subprocess, unittest\n\n\nclass T(unittest.TestCase):\n    def test_x(self):\n'
      .. '        print("it has begun", flush=True)\n        subprocess.run(["sleep", "99"])\n' }), first = 'calc.py' })
  answering(nv, { 2 })
  nv:cmd('CoderTest run')
  nv:wait_message('tests/test_calc.py: running')
  nv:cmd('CoderTest output')
  nv:wait_for('table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), " "):find("it has begun", 1, true) and true')
  nv:cmd('CoderTest run')
  nv:wait_message('still runs; :CoderStop stops it')
  local function sleeping()
    return #vim.tbl_filter(function(pid)
      local file = io.open(('/proc/%d/cmdline'):format(pid))
      local text = file and file:read('*a') or ''
      if file then file:close() end
      return text:find('sleep', 1, true) ~= nil
    end, nv:processes())
  end
  eq(sleeping(), 1)
  nv:cmd('CoderStop')
  nv:wait_message('tests/test_calc.py: stopped after ')
  t.wait(function() return sleeping() == 0 end, 'the test to end')
end)

case("run: the user's own command, colours taken off, no test yet, no known command", function()
  local nv = nvim({ files = { ['a.cc'] = 'int a;\n', ['CMakeLists.txt'] = 'find_package(GTest)\n',
    ['tests/a_test.cc'] = '#include <gtest/gtest.h>\n', ['b.cc'] = 'int b;\n' }, first = 'a.cc' })
  nv:cmd('CoderTest run')
  nv:wait_message('how tests/a_test.cc is run is not known: no build folder with tests is found. Say it: :CoderTest')
  nv:cmd([[CoderTest run printf '\033[31mred\033[0m a.cc:1: wrong\n'; exit 3]])
  nv:wait_message('failed (exit 3)')
  nv:cmd('CoderTest output')
  eq(nv:lines()[4], 'red a.cc:1: wrong')
  nv:cmd('close | edit b.cc')
  nv:cmd('CoderTest run')
  nv:wait_message('there are no tests of this file yet: tests/b_test.cc (new; as tests/a_test.cc is for a.cc)')
  nv:cmd('enew | CoderTest run')
  nv:wait_message('this is no file with tests')
end)

local failing = vim.tbl_extend('force', runs, { ['calc.py'] = 'def add(a, b):\n    return a - b\n' })
local mended = 'calc.py\n```python\n<<<<<<< SEARCH\n    return a - b\n=======\n    return a + b\n>>>>>>> REPLACE\n```\n'

case('fix: what the run has said, the tests and the source go along, and the hunk is in the source', function()
  local nv = nvim({ files = failing, first = 'calc.py', answer = mended })
  answering(nv, { 1 })
  nv:cmd('CoderTest fix')
  nv:wait_message('no run has failed yet')
  nv:cmd('CoderTest run')
  nv:wait_message(':CoderTest fix has it mended')
  nv:cmd('CoderTest fix and nothing else')
  listed(nv, 'ZZ write')
  has(text_of(nv), 'fix: tests/test_calc.py')
  local system, user = sent(nv)
  has(system, 'return a - b')
  has(system, 'class AddTest')
  has(user, 'Mend what is reported here about tests/test_calc.py, calc.py')
  has(user, '`python3 -m unittest tests/test_calc.py` ends with 1 and says:\n\n```\n')
  has(user, 'AssertionError: -1 != 3')
  has(user, 'and nothing else')
  nv:type('AZZ')
  nv:wait_for('vim.fn.getbufline("calc.py", 2)[1] == "    return a + b"', 'the change')
  nv:cmd('wincmd p | edit! calc.py | write')
end)

case('fix: where there are private files what a run says stays on trusted lanes', function()
  local mock = t.mock({ mock = { { content = mended } } })
  local config = mock:config():gsub('lane = "local"', 'lane = "cloud"') .. '[privacy]\nlocal_only = ["data/**"]\n'
  local nv = t.nvim({ config = config })
  nv.root = nv.dir .. '/project'
  vim.fn.mkdir(nv.root .. '/.git', 'p')
  for path, text in pairs(failing) do t.write(nv.root .. '/' .. path, text) end
  nv:cmd('cd ' .. nv.root .. ' | edit calc.py')
  answering(nv, { 2 })
  nv:cmd('CoderTest run')
  nv:wait_message('failed (exit 1)')
  nv:cmd('CoderTest output')
  eq(nv:get('vim.b.coder_label'), 'local_only')
  nv:cmd('close | CoderTest fix')
  listed(nv, 'is local_only and lane mock')
  eq(mock.requests(), {})
end)

case('run: nothing was run yet', function()
  local nv = nvim({ files = runs, first = 'calc.py' })
  nv:cmd('CoderTest output')
  nv:wait_message('no tests were run in this session')
end)

-- As the frameworks write it, and the places that are to be found in it: file, line.
local outputs = {
  { 'pytest', 'tests/test_a.py', { '    def test_a():', '>       assert 1 == 2', 'E       assert 1 == 2', '',
    'tests/test_a.py:5: AssertionError', 'FAILED tests/test_a.py::test_a - assert 1 == 2' }, { 'tests/test_a.py', 5 } },
  { 'node', 'a.test.mjs', { 'not ok 1 - adds', '  ---', "  location: '@/a.test.mjs:4:1'", '  stack: |-',
    '    TestContext.<anonymous> (file://@/a.test.mjs:5:10)', '    at file://@/a.test.mjs:6:3' },
    { 'a.test.mjs', 4, 'a.test.mjs', 5, 'a.test.mjs', 6 } },
  { 'jest', 'src/a.test.js', { '  ● adds', '    expect(received).toBe(expected)',
    '      at Object.<anonymous> (src/a.test.js:5:20)', '      at Promise (<anonymous>)' }, { 'src/a.test.js', 5 } },
  { 'vitest', 'src/a.test.ts', { ' FAIL  src/a.test.ts > adds', 'AssertionError: expected 1 to be 2',
    ' ❯ src/a.test.ts:5:15' }, { 'src/a.test.ts', 5 } },
  { 'go', 'pkg/a_test.go', { '--- FAIL: TestA (0.00s)', '    a_test.go:7: got 1', 'FAIL' }, { 'pkg/a_test.go', 7 } },
  { 'cargo', 'src/lib.rs', { "thread 'tests::a' (123) panicked at src/lib.rs:9:9:", 'assertion failed',
    'error[E0308]: mismatched types', '  --> src/lib.rs:12:5' }, { 'src/lib.rs', 9, 'src/lib.rs', 12 } },
  { 'gtest', 'tests/a_test.cc', { '[ RUN      ] A.B', '@/tests/a_test.cc:12: Failure', 'Value of: false' },
    { 'tests/a_test.cc', 12 } },
  { 'boost', 'tests/a_test.cc', { 'tests/a_test.cc(7): error: in "a": check 1 == 2 has failed [1 != 2]' },
    { 'tests/a_test.cc', 7 } },
  { 'junit5', 'src/test/java/x/ATest.java', { '[ERROR] @/src/test/java/x/ATest.java:[5,9] cannot find symbol',
    '\tat x.ATest.adds(ATest.java:12)' }, { 'src/test/java/x/ATest.java', 5, 'src/test/java/x/ATest.java', 12 } },
  { 'rspec', 'spec/a_spec.rb', { '     # ./spec/a_spec.rb:5:in `block', 'rspec ./spec/a_spec.rb:4 # A adds' },
    { 'spec/a_spec.rb', 5, 'spec/a_spec.rb', 4 } },
  { 'busted', 'spec/a_spec.lua', { 'Failure → spec/a_spec.lua @ 3', 'spec/a_spec.lua:4: Expected objects equal.' },
    { 'spec/a_spec.lua', 4 } },
  { 'bats', 'test/a.bats', { 'not ok 1 adds', '# (in test file test/a.bats, line 3)', "#   `false' failed" },
    { 'test/a.bats', 3 } },
}

case('run: the places in what each framework says', function()
  local nv = t.nvim()
  local root = vim.uv.fs_realpath(nv.dir) .. '/project'
  for _, one in ipairs(outputs) do
    local framework, file, lines, expected = unpack(one)
    t.write(root .. '/' .. file, ('x\n'):rep(20))
    local run = { framework = framework, file = file, root = root, folder = root, shown = framework,
      lines = vim.tbl_map(function(line) return (line:gsub('@', root)) end, lines) }
    local list = nv:lua([[
      vim.fn.setqflist({})
      local count, out = require('coder.test_places').list(...), {}
      for _, item in ipairs(vim.fn.getqflist()) do
        out[#out + 1] = vim.api.nvim_buf_get_name(item.bufnr)
        out[#out + 1] = item.lnum
      end
      assert(count * 2 == #out)
      return out]], run)
    local full = vim.tbl_map(function(v) return type(v) == 'string' and root .. '/' .. v or v end, expected)
    eq(list, full, framework)
  end
end)
