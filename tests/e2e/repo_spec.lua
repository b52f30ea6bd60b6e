-- Ghost text with no model at all: the repository's own.
local t = require('harness')
local g = require('ghost_help')
local case, eq, ok = t.case, t.eq, t.ok

-- How much of a line is sure enough is the gates' business: any beginning of what is right will do.

local HABIT = 'with open(path, encoding="utf-8") as handle:'
local BODY = ('def load_%%s(path):\n    %s\n        return parse(handle.read(), strict=True)\n'):format(HABIT)

---A repository where people open files always alike.
---@param opts? { config?: string, files?: table<string, string> }
local function start(opts)
  opts = opts or {}
  local nv = t.nvim({ config = opts.config })
  nv.root = nv.dir .. '/proj'
  for i = 1, 8 do t.write(('%s/m%d.py'):format(nv.root, i), BODY:format('m' .. i)) end
  for name, text in pairs(opts.files or {}) do t.write(nv.root .. '/' .. name, text) end
  vim.fn.system({ 'git', '-C', nv.root, 'init', '-q' })
  return nv
end

---Opens a file and waits until the repository has been read.
local function open(nv, name, text)
  t.write(nv.root .. '/' .. name, text or 'import os\n\n\n')
  nv:cmd('edit ' .. nv.root .. '/' .. name)
  t.wait(function()
    return nv:lua([[
      local buf, out = vim.api.nvim_get_current_buf(), nil
      require('coder.backend').call('status', { buf = buf }, function(_, result) out = result end)
      vim.wait(3000, function() return out end, 5)
      return out and table.concat(out.lines, '\n')
    ]]):find('learned from') ~= nil
  end, 'the repository to be learned')
end

---The ghost, which has to be what comes, or its beginning.
local function ghost(nv, expected)
  local got = t.wait(function() return g.drawn(nv) end, 'a ghost')
  ok(vim.startswith(expected, got), ('%s, where %s comes'):format(got, expected))
  return got
end
local REST = 'oding="utf-8") as handle:'

case('a habit of the repository is suggested, taken and taken back', function()
  local nv = start()
  open(nv, 'new.py')
  nv:cmd('2')
  nv:type('idef load_new(path):<CR>with open(path, enc')
  local text = ghost(nv, REST)
  nv:type('<Tab>')
  local line = '    with open(path, enc' .. text
  t.wait(function() return nv:lua('return vim.api.nvim_get_current_line()') == line end, 'the text')
  nv:type('<Esc>u')
  eq(nv:lua('return vim.api.nvim_get_current_line()'), '    with open(path, enc')
end)

case('the status says where it comes from', function()
  local nv = start()
  open(nv, 'new.py')
  nv:type('Gowith open(path, enc')
  ghost(nv, REST)
  nv:cmd('stopinsert | CoderStatus')
  local text = t.wait(function()
    local all = table.concat(nv:lua('return vim.api.nvim_buf_get_lines(0, 0, -1, true)'), '\n')
    return all:find('ghost text') and all
  end, 'the status')
  for _, part in ipairs({ 'ghost text +idle, repo on the local lane', 'repo model +%S+/proj: learned from %d+ files',
    'of these from the repository: [1-9]%d* shown' }) do
    ok(text:find(part), part .. ' in\n' .. text)
  end
end)

case('what is typed along stays, what differs goes', function()
  local nv = start()
  open(nv, 'new.py')
  nv:type('Gowith open(path, enc')
  local text = ghost(nv, REST)
  nv:type('odi')
  t.wait(function() return vim.startswith(g.drawn(nv) or '', text:sub(4)) end, 'the rest')
  nv:type('zzz')
  t.wait(function() return g.drawn(nv) == nil end, 'no ghost')
end)

case('secrets, and what is left out, teach nothing', function()
  local secret = 'token = "sk-live-0123456789abcdef0123456789"\n'
  local nv = start({
    config = '[context]\nexclude = ["left_out/**"]\n',
    files = { ['.env'] = secret:rep(9), ['left_out/a.py'] = ('zebra_crossing_everywhere()\n'):rep(9) },
  })
  open(nv, 'new.py')
  for typed, rest in pairs({ ['token = "sk-l'] = 'ive', zebra_cro = 'ssing' }) do
    nv:type('<Esc>Go' .. typed)
    nv:lua('vim.wait(150)')
    ok(not vim.startswith(g.drawn(nv) or '', rest), typed)
  end
  nv:type('<Esc>Gowith open(path, enc')
  ghost(nv, REST)
end)

case('private text is suggested in private files alone', function()
  local files = {}
  for i = 1, 8 do
    local text = 'def close_%d(quarter):\n    total = settle_accounts(ledger, quarter)\n'
    files[('vault/v%d.py'):format(i)] = text:format(i)
  end
  local nv = start({ config = '[privacy]\nlocal_only = ["vault/**"]\n', files = files })
  open(nv, 'new.py')
  nv:type('Godef close(quarter):<CR>    total = settle_acc')
  nv:lua('vim.wait(150)')
  g.is(nv, nil, 'in a public file')
  nv:type('<Esc>')
  nv:cmd('edit!')
  open(nv, 'vault/c.py')
  t.wait(function()
    nv:type('<Esc>ccdef close(quarter):<CR>    total = settle_acc')
    nv:lua('vim.wait(100)')
    return vim.startswith('ounts(ledger, quarter)', g.drawn(nv) or 'nothing')
  end, 'a ghost in a private one')
end)

case('what is written elsewhere is learned', function()
  local nv = start()
  open(nv, 'new.py')
  local text = ('    outcome = negotiate_terms(partner, deadline=None)\n'):rep(4)
  for i = 1, 4 do t.write(('%s/later%d.py'):format(nv.root, i), text) end
  t.wait(function()
    nv:type('<Esc>cc    outcome = negotiate_t')
    nv:lua('vim.wait(100)')
    local got = g.drawn(nv)
    return got and vim.startswith('erms(partner, deadline=None)', got)
  end, 'the new habit', 20000)
end)

for content, what in pairs({
  ['oding="utf-8") as handle: # as always'] = 'a model that agrees goes on from it',
  ['oder(x))'] = 'a model that differs takes its place',
}) do
  case(what, function()
    local mock = t.mock({ ['*'] = { llama = true, content = content, first_ms = 400 } })
    local nv = start({ config = mock:config() })
    open(nv, 'new.py')
    nv:type('Gowith open(path, enc')
    ghost(nv, REST)
    eq(#mock.requests() > 0, true, 'it is asked all the same')
    t.wait(function() return g.drawn(nv) == content end, 'the model')
  end)
end

case('switched off, nothing comes of it', function()
  local nv = start({ config = '[completion]\nrepo = false\n' })
  t.write(nv.root .. '/new.py', 'import os\n')
  nv:cmd('edit ' .. nv.root .. '/new.py')
  nv:type('Gowith open(path, enc')
  nv:lua('vim.wait(1500)')
  g.is(nv, nil)
end)

case('a repository with nothing in it, and a file in none', function()
  local nv = t.nvim({})
  nv.root = nv.dir
  nv:cmd('edit ' .. nv.dir .. '/alone.py')
  nv:type('i' .. ('total = compute_total(items, rate)<CR>'):rep(5) .. 'total = compute_t')
  ghost(nv, 'otal(items, rate)')
  ok(nv:lua('return vim.fn.mode()') == 'i')
end)
