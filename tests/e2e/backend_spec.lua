-- The backend that is missing, wrong, dead or in the way.
local t = require('harness')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok

local function with(path) return t.nvim({ setup = ("{ backend_path = '%s' }"):format(path) }) end

local function gone(nv) t.wait(function() return #nv:processes() == 0 end, 'no process to be left') end

-- What is said, in the chat and by any command, when the backend at `path` cannot be used.
local function unusable(path, ...)
  local nv = with(path)
  nv:cmd('CoderAsk what is this?')
  nv:wait_for('vim.wo.winbar:find("failed") and true')
  eq(nv:lines(), { '## You', '', 'what is this?' }, 'the question is kept')
  nv:wait_message('coder: ')
  eq(nv:count_messages('coder: '), 1, 'told once')
  for _, part in ipairs({ ... }) do has(nv:virtual(), part) end
  gone(nv)
  nv:cmd('messages clear | CoderStatus')
  for _, part in ipairs({ ... }) do nv:wait_message(part) end
  eq(nv:count_messages('coder: '), 1)
end

case('missing', function()
  unusable('/nonexistent/coder-nvim', 'the backend /nonexistent/coder-nvim does not exist', 'Correct backend_path')
end)

case('not executable, or a folder', function()
  local path = t.write(t.dir() .. '/coder-nvim', 'not a program')
  unusable(path, path .. ' is not an executable file')
  local dir = t.dir()
  unusable(dir, dir .. ' is not an executable file')
end)

case('not a program', function()
  local path = t.write(t.dir() .. '/coder-nvim', '\1\2\3')
  vim.uv.fs_chmod(path, 493)
  unusable(path, 'the backend ' .. path)
end)

case('ends at once', function()
  unusable(t.script('echo "cannot start: no luck today" >&2; exit 3\n'), 'ended at once (exit code 3)',
    'cannot start: no luck today', 'Rebuild it with: sh ')
end)

case('of another build', function()
  unusable(t.fake('return { hello = { build = "0123456789abcdef" } }'), 'does not fit this version of the plugin',
    'Rebuild it with: sh ', '/native/install.sh')
  unusable(t.fake('return { hello = { kind = "usage", message = "protocol 1/2", hint = "" } }'),
    'does not fit this version of the plugin', 'protocol 1/2')
end)

case('the real one refuses a plugin of another build', function()
  local nv = with(t.bin)
  nv:lua('require("coder.protocol").build = "0123456789abcdef"')
  nv:cmd('CoderStatus')
  nv:wait_message('do not fit together')
  nv:wait_message('Rebuild it with: sh ')
  gone(nv)
end)

case('garbage on its output', function()
  unusable(t.script('printf "\\301\\301garbage"; cat >/dev/null\n'), 'the backend ')
end)

case('words on its output, and it stays', function()
  unusable(t.script('echo "Segmentation fault"; exec sleep 60\n'), 'the backend ')
end)

case('garbage in the middle of an answer, and it stays', function()
  local nv = with(t.fake([[return { stays = true, answer = function(fake, id, params)
    fake.begin(id, params)
    fake.delta(id, 'half')
    fake.after(100, function() fake.raw('\193\193garbage') end)
  end }]]))
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("half", "nw") > 0')
  vim.wait(300)
  nv:type('<C-c>')
  nv:wait_message('the backend ')
  has(nv:virtual(), 'The next command starts it again')
  gone(nv)
end)

case('never says a word', function()
  unusable(t.script('exec sleep 60\n'), 'does not answer')
end)

case('found in build/ without any setting', function()
  if t.bin ~= t.root .. '/build/coder-nvim' then t.skip('the backend under test is elsewhere') end
  local nv = t.nvim({ setup = false })
  nv:cmd('CoderStatus')
  nv:wait_for('vim.fn.bufname() == "coder://status"')
end)

case('not built: found on $PATH, or what to do', function()
  local dir = t.dir()
  for _, part in ipairs({ 'lua', 'plugin' }) do
    eq(vim.system({ 'cp', '-r', t.root .. '/' .. part, dir }):wait().code, 0)
  end
  local args = { '--cmd', 'set rtp-=' .. t.root .. ' rtp^=' .. dir }
  local nv = t.nvim({ setup = false, args = args })
  nv:cmd('CoderStatus')
  nv:wait_message(('the backend %s/build/coder-nvim does not exist. Build it with: sh %s/native/install.sh'):format(
    dir, dir))
  vim.fn.mkdir(dir .. '/bin')
  vim.uv.fs_symlink(t.bin, dir .. '/bin/coder-nvim')
  nv = t.nvim({ setup = false, args = args, env = { PATH = dir .. '/bin:' .. vim.env.PATH } })
  nv:cmd('CoderStatus')
  nv:wait_for('vim.fn.bufname() == "coder://status"')
end)

case('killed in the middle of an answer', function()
  local mock = t.mock({ mock = { count = 400, rate = 100 } })
  local nv = t.nvim({ config = mock:config() })
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("word20", "nw") > 0')
  local pid = nv:get('require("coder.backend").info.pid')
  vim.uv.kill(pid, 'sigkill')
  nv:wait_message('the backend ended (killed by signal 9)')
  local text = table.concat(nv:lines(), '\n')
  has(text, 'word20')
  has(text, '\n\n## You\n')
  has(nv:virtual(), 'the backend ended (killed by signal 9). The next command starts it again; its log: :CoderLog')
  eq(nv:count_messages('coder: '), 1)
  t.mock({ mock = { content = 'Back again.' } })
  nv:cmd('CoderAsk and now?')
  nv:wait_for('vim.fn.search("Back again.", "nw") > 0')
  ok(nv:get('require("coder.backend").info.pid') ~= pid)
  eq(nv:count_messages('coder: '), 1)
end)

case('killed while nothing runs', function()
  local nv = with(t.bin)
  nv:cmd('CoderStatus')
  nv:wait_for('vim.fn.bufname() == "coder://status"')
  vim.uv.kill(nv:get('require("coder.backend").info.pid'), 'sigkill')
  nv:wait_message('the backend ended')
  nv:cmd('close | CoderStatus')
  nv:wait_for('vim.fn.bufname() == "coder://status"')
  eq(nv:count_messages('coder: '), 1)
end)

case('stopped, then gone on with: what it says late is harmless', function()
  local mock = t.mock({ mock = { count = 100, rate = 200 } })
  local nv = t.nvim({ config = mock:config() })
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("word5", "nw") > 0')
  local pid = nv:get('require("coder.backend").info.pid')
  vim.uv.kill(pid, 'sigstop')
  nv:type('ggOfree to type<Esc>')
  eq(nv:lines()[1], 'free to type')
  vim.uv.kill(pid, 'sigcont')
  nv:wait_for('vim.fn.search("word99", "nw") > 0')
end)

case('hangs: :CoderStop ends it', function()
  local mock = t.mock({ mock = { count = 1000, rate = 100 } })
  local nv = t.nvim({ config = mock:config() })
  nv:cmd('CoderAsk x')
  nv:wait_for('vim.fn.search("word5", "nw") > 0')
  vim.uv.kill(nv:get('require("coder.backend").info.pid'), 'sigstop')
  nv:cmd('CoderStop')
  nv:wait_message('the backend does not stop an answer')
  gone(nv)
  nv:cmd('CoderStatus')
  nv:wait_for('vim.fn.bufname() == "coder://status"')
end)

for _, how in ipairs({ ':qa!', 'kill -9' }) do
  case('no process is left after ' .. how .. ' of Neovim', function()
    local mock = t.mock({ mock = { count = 1000, rate = 50 } })
    local nv = t.nvim({ config = mock:config() })
    nv:cmd('CoderAsk x')
    nv:wait_for('vim.fn.search("word5", "nw") > 0')
    local pid = nv:get('require("coder.backend").info.pid')
    if how == ':qa!' then
      nv:send('nvim_command', 'qall!')
    else
      vim.uv.kill(nv.pid, 'sigkill')
    end
    t.wait(function() return nv.gone end, 'Neovim to end')
    t.wait(function() return not vim.uv.fs_stat('/proc/' .. pid) end, 'the backend to end')
    t.wait(function() return mock.requests()[1].closed end, 'the connection to be closed')
  end)
end

case('what it writes to stderr is kept to a few lines', function()
  local script = 'for i in 1 2 3; do seq 1 1000 >&2; done; echo last words >&2; exit 4\n'
  unusable(t.script(script), 'ended at once (exit code 4): last words')
end)
