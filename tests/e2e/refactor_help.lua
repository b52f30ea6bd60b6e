-- A preview in a child: a backend that sends what it is told, and three files.
local t = require('harness')

local M = {}

---Lua text that has the files of a preview, and sends events about it. `root` is the home folder.
M.files = [[
local function hunk(id, first, old, lines, more)
  return vim.tbl_extend('force', { id = id, first = first, old = old, lines = lines, edited = false, whole = false },
    more or {})
end
local function file(path, hunks, more)
  return vim.tbl_extend('force', { path = path, full = root .. '/project/' .. path, kind = 'change',
    hunks = hunks, problems = {} }, more or {})
end
local function a(more)
  return file('a.lua', { hunk('a1', 0, { 'local a1 = 1' }, { 'local b1 = 1' }),
    hunk('a2', 4, { 'local a5 = 5', 'local a6 = 6' }, { 'local six = 11' }),
    hunk('a3', 8, {}, { '-- new', '-- lines' }) },
    more)
end
local function b(more)
  return file('b.lua', { hunk('b1', 2, { 'three' }, { 'THREE' }) }, vim.tbl_extend('force', { problems = {
    { status = 'refused', line = 7, reason = 'fits no place; nearest:\nseven\neight' },
    { status = 'already', line = 1, reason = 'is there' } } }, more or {}))
end
local function c()
  return file('new.lua', { hunk('c1', 0, {}, { 'return 1' }, { whole = true }) }, { kind = 'create' })
end
local function begin(fake, id, more)
  fake.event('refactor_begin', vim.tbl_extend('force', { id = id, model = 'fake', lane = 'local', label = 'any',
    private_text = false, context = {}, root = root, reasons = {} }, more or {}))
end
local function files(fake, id, list, all)
  fake.event('refactor_files', { id = id, files = list, all = all or false })
end
local function finish(fake, id, more)
  fake.event('refactor_end', vim.tbl_extend('force', { id = id, finish = 'stop', reply = 'the reply\nof the model',
    ms = 1000, input = 10, cached_input = 0, output = 20, usd = 0.0021 }, more or {}))
end
]]

---The usual answer: three files at once.
M.three = 'begin(fake, id) files(fake, id, { a(), b(), c() }, true) finish(fake, id)'

---@class coder.test.RefactorOpts : coder.test.Opts
---@field play? string body of function(fake, id, params), after `refactor` has been answered
---@field applied? string the same after `apply`
---@field methods? string further methods
---@field options? string further fields for setup()

---@param opts? coder.test.RefactorOpts
---@return coder.test.Nvim
function M.nvim(opts)
  opts = opts or {}
  local calls = vim.fn.tempname()
  t.defer(function() vim.fn.delete(calls) end)
  local path = t.fake('local root = vim.env.HOME\n' .. M.files .. ([[
    local last = 0
    local function start(play)
      return function(fake, params, reply)
        last = last + 1
        reply({ id = last })
        play(fake, last, params)
      end
    end
    local function fine(_, _, reply) reply({}) end
    return { calls = '%s', answer = function(fake, id, params) %s end, methods = {
      refactor = start(function(fake, id, params) %s end),
      apply = start(function(fake, id, params) %s end),
      refactor_close = fine, refactor_edit = fine, refactor_again = fine,
      refactor_write = function(fake, params, reply)
        reply({ files = { 'new.lua' }, buffers = { 'a.lua' }, left = {} })
      end,
      refactor_undo = function(fake, params, reply) reply({ files = {}, buffers = {}, left = {} }) end,
      stop = function(fake, params, reply)
        reply({ stopped = 1 })
        finish(fake, params.id, { finish = 'stopped', reply = '' })
      end,
      %s } }]]):format(calls, opts.answer or '', opts.play or M.three,
    opts.applied or (M.three:gsub('begin%(fake, id%)', '')), opts.methods or ''))
  local setup = ("{ backend_path = '%s', keymaps = true, %s }"):format(path, opts.options or '')
  local nv = t.nvim(vim.tbl_extend('keep', { setup = setup }, opts))
  local lines = {}
  for i = 1, 12 do lines[i] = ('local a%d = %d\n'):format(i, i) end
  t.write(nv.dir .. '/project/a.lua', table.concat(lines))
  t.write(nv.dir .. '/project/b.lua', 'one\ntwo\nthree\nfour\n')
  nv:cmd('cd ' .. nv.dir .. '/project')
  nv.calls = calls
  -- What would ask the user: answered by the next of `answers`, and noted.
  nv:lua([[
    _G.answers, _G.asked = {}, {}
    vim.fn.confirm = function(text, choices)
      _G.asked[#_G.asked + 1] = { text, choices }
      return table.remove(_G.answers, 1) or 0
    end]])
  return nv
end

---The same files as the backend has them, for say().
---@param nv coder.test.Nvim
---@return { hunk: function, file: function, a: function, b: function, c: function }
function M.builders(nv)
  local root = vim.uv.fs_realpath(nv.dir)
  local code = 'local root = ...\n' .. M.files .. 'return { hunk = hunk, file = file, a = a, b = b, c = c }'
  return assert(load(code))(root)
end

---The buffer of a file and the state it is in, as a file of a preview says them.
---@param nv coder.test.Nvim
---@param name string
---@return { buf: integer, tick: integer }
function M.open(nv, name)
  local buf = nv:get('vim.fn.bufnr(...)', name)
  return { buf = buf, tick = nv:get('vim.api.nvim_buf_get_changedtick(...)', buf) }
end

---Has Neovim receive `refactor_files`.
---@param nv coder.test.Nvim
---@param files table[]
---@param all? boolean
function M.say(nv, files, all)
  nv:lua('require("coder.backend").receive(...)', 'refactor_files', { id = 1, files = files, all = all or false })
end

---Parameters of all calls of `method` so far.
---@param nv coder.test.Nvim
---@param method string
---@return table[]
function M.calls(nv, method)
  local out = {}
  if not vim.uv.fs_stat(nv.calls) then return out end
  for line in io.lines(nv.calls) do
    local ok, call = pcall(vim.json.decode, line)
    if ok and call[1] == method then out[#out + 1] = call[2] end
  end
  return out
end

---Waits for the n-th call of `method`.
---@return table params
function M.call(nv, method, n)
  return t.wait(function() return M.calls(nv, method)[n or 1] end, ('call %d of %s'):format(n or 1, method))
end

---The list once it holds `text`.
---@return string[]
function M.page(nv, text)
  nv:wait_for(([[vim.fn.bufname():find("coder://refactor/", 1, true) and vim.fn.search(%s, "nw") > 0]]):format(
    vim.inspect('\\V' .. text)), 'the list with ' .. text)
  return nv:lines()
end

---The finished usual list.
function M.done(nv) return M.page(nv, '$0.0021') end

---@param text string
function M.find(nv, text) nv:cmd(([[call search('\V%s', 'wc')]]):format(text)) end

---What is drawn in a buffer: `row: groups | virtual lines | text at the end`.
---@param name string
---@return string[]
function M.drawn(nv, name)
  return nv:lua([[
    local buf, out = vim.fn.bufnr(...), {}
    local ns = vim.api.nvim_get_namespaces()['coder.refactor']
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buf, ns, 0, -1, { details = true })) do
      local d, parts = mark[4], { tostring(mark[2]) }
      if d.line_hl_group then parts[#parts + 1] = d.line_hl_group .. '+' .. d.hl_group end
      if not d.line_hl_group and d.hl_group then
        parts[#parts + 1] = ('%s %d-%d'):format(d.hl_group, mark[3], d.end_col)
      end
      for _, line in ipairs(d.virt_lines or {}) do
        local text = {}
        for _, chunk in ipairs(line) do text[#text + 1] = chunk[1] end
        parts[#parts + 1] = (d.virt_lines_above and '^' or '') .. table.concat(text)
      end
      for _, chunk in ipairs(d.virt_text or {}) do parts[#parts + 1] = 'eol' .. chunk[1] end
      if #parts > 1 then out[#out + 1] = table.concat(parts, ' | ') end
    end
    table.sort(out)
    return out
  ]], name)
end

return M
