-- The backend is killed while it writes a refactor: afterwards everything is old or everything is new.
local t = require('harness')
local case, eq, ok = t.case, t.eq, t.ok

local FILES, OPEN, ROUNDS = 24, 3, 12

case('refactor: the backend is killed at any moment of a write', function()
  math.randomseed(tonumber(vim.env.CODER_SEED) or 11)
  local nv = t.nvim()
  local root = nv.dir .. '/project'
  vim.fn.mkdir(root .. '/.git', 'p')
  local function path(n) return ('%s/f%d.lua'):format(root, n) end
  local function text(round) return ('local a = 1\nlocal round = %d\nreturn a\n'):format(round) end
  for n = 1, FILES do t.write(path(n), text(0)) end
  nv:cmd('set autoread hidden | cd ' .. root)
  for n = 1, OPEN do nv:cmd('edit ' .. path(n)) end
  nv:lua([[
    backend = require('coder.backend')
    backend.on('refactor_files', function(event)
      hunks = hunks or {}
      for _, file in ipairs(event.files) do
        for _, hunk in ipairs(file.hunks) do hunks[#hunks + 1] = hunk.id end
      end
    end)
    backend.on('refactor_end', function() ended = true end)
  ]])
  local round = 0 -- what the files hold
  for _ = 1, ROUNDS do
    local reply = {}
    for n = 1, FILES do
      reply[n] = ('f%d.lua\n```\n<<<<<<< SEARCH\nlocal round = %d\n=======\nlocal round = %d\n>>>>>>> REPLACE\n```\n')
        :format(n, round, round + 1)
    end
    nv:lua([[
      hunks, ended, written = nil, nil, nil
      backend.call('apply', { text = ... }, function(_, result) id = result and result.id end)
    ]], table.concat(reply))
    nv:wait_for('ended', 'the preview')
    eq(#nv:get('hunks'), FILES)
    nv:lua('backend.call("refactor_write", { id = id, hunks = hunks }, function(err, r) written = { err, r } end)')
    vim.wait(math.random(0, 120))
    for _, pid in ipairs(nv:processes()) do vim.uv.kill(pid, 'sigkill') end
    nv:wait_for('not backend.running()', 'the backend to be gone')
    local journal = nv.dir .. '/state/coder-nvim/edits/journal'
    local begun, told = vim.uv.fs_stat(journal) ~= nil, nv:count_messages('a refactor was interrupted')
    -- The next call starts it again, and it ends what was begun.
    nv:lua('answered = nil backend.call("status", {}, function() answered = true end)')
    nv:wait_for('answered', 'the new backend')
    if begun then
      t.wait(function() return nv:count_messages('a refactor was interrupted') > told end, 'the write to be ended')
    end
    local first = t.read(path(FILES))
    ok(first == text(round) or first == text(round + 1), first)
    for n = OPEN + 1, FILES do eq(t.read(path(n)), first, 'file ' .. n) end
    for n = 1, OPEN do
      nv:wait_for(('table.concat(vim.fn.getbufline(%q, 1, "$"), "\\n") .. "\\n" == %q'):format(path(n), first),
        ('buffer %d in round %d, files %s'):format(n, round, first == text(round) and 'old' or 'new'))
    end
    if first == text(round + 1) then round = round + 1 end
    nv:cmd('silent wall')
    for n = 1, FILES do eq(t.read(path(n)), first, 'file ' .. n) end
    eq(vim.fn.globpath(root, '.coder-*', false, true), {}, 'what is beside the files')
  end
end)
