---The local engine: its state for the statusline, and :CoderEngine. What is done is done by `coder-nvim engine`, which
---works without a backend, too.
local backend = require('coder.backend')
local notify = require('coder.notify')

local M = {}

local PAGE = 'coder://engine'
-- What a diagnosis mostly asks for is one key away.
local KEYS = {
  { 's', 'start' }, { 'S', 'stop' }, { 'r', 'restart' }, { 'd', 'doctor' }, { 'p', 'pull' }, { 'l', 'log' },
}

---@param line string
---@return string
local function without_name(line) return (line:gsub('^coder%-nvim: ', '')) end

---@param text string?
---@return string[] lines that are not empty
local function lines_of(text)
  return vim.tbl_filter(function(line) return line ~= '' end, vim.split(text or '', '[\r\n]+'))
end

---@param words string[] arguments of `coder-nvim engine`
---@param done fun(result: vim.SystemCompleted)
---@param on_stderr? fun(line: string)
local function run(words, done, on_stderr)
  local path, err = require('coder.binary').find()
  if not path then return notify.error(err or 'no backend') end
  local said = {}
  vim.system(vim.list_extend({ path, 'engine' }, words), {
    text = true,
    stderr = function(_, data)
      for _, line in ipairs(lines_of(data)) do
        said[#said + 1] = line
        if on_stderr then vim.schedule(function() on_stderr(without_name(line)) end) end
      end
    end,
  }, vim.schedule_wrap(function(result)
    result.stderr = table.concat(said, '\n')
    done(result)
  end))
end

---@param result vim.SystemCompleted
---@return boolean failed the user has been told
local function told(result)
  if result.code == 0 then return false end
  local last = lines_of(result.stderr)
  notify.error(without_name(last[#last] or ('coder-nvim engine ended with %d'):format(result.code)))
  return true
end

---@param buf integer a new page
local function map(buf)
  for _, key in ipairs(KEYS) do
    local action = key[2]
    vim.keymap.set('n', key[1], function() M.run(action) end, {
      buffer = buf, nowait = true, silent = true, desc = 'coder: ' .. action .. ' (the local engine)',
    })
  end
end

---@return string
local function hint()
  local parts = vim.tbl_map(function(key) return key[1] .. ' ' .. key[2] end, KEYS)
  return table.concat(parts, '   ') .. '   q close'
end

---@param words string[]
local function page(words)
  run(words, function(result)
    local lines = vim.split(vim.trim(result.stdout or ''), '\n')
    if lines[1] == '' then lines = lines_of(result.stderr) end
    vim.list_extend(lines, { '', hint() })
    require('coder.scratch').show(PAGE, lines, { prepare = map })
  end)
end

---@return boolean the page is on the screen
local function shows_page()
  local buf = vim.fn.bufnr('^' .. PAGE .. '$')
  return buf >= 0 and vim.fn.bufwinid(buf) >= 0
end

---@param what string
---@param words string[]
local function simple(what, words)
  notify.info(what)
  run(words, function(result)
    local failed = told(result)
    if shows_page() then page({ failed and 'doctor' or 'status' }) end
    if failed then return end
    local said = lines_of(result.stdout)
    notify.info('engine: ' .. without_name(said[#said] or 'done'))
  end)
end

---@param what string the name of a model, or an address
local function pull(what)
  local scratch = require('coder.scratch')
  local lines = { 'pull ' .. what, 'connecting' }
  scratch.show(PAGE, lines, { prepare = map })
  run({ 'pull', what }, function(result)
    local failed = without_name(vim.trim(result.stderr):match('[^\n]*$'))
    lines[2] = result.code == 0 and vim.trim(result.stdout or '') or failed
    scratch.update(PAGE, vim.split(table.concat(lines, '\n'), '\n'))
    if not told(result) then notify.info('pulled: ' .. (lines_of(result.stdout)[1] or what)) end
  end, function(line)
    lines[2] = line
    scratch.update(PAGE, lines)
  end)
end

---@param preset { name: string, use: string, machine: string, bytes: integer, suggested: boolean }
---@return string
local function described(preset)
  return ('%s %s: %s, for %s, %.1f GB'):format(preset.suggested and '*' or ' ', preset.name, preset.use,
    preset.machine, preset.bytes / 1e9)
end

---Lets the user choose among the models that are known by name; those for this machine come first.
local function pick()
  run({ 'pull', '--json' }, function(result)
    if told(result) then return end
    local presets = vim.json.decode(result.stdout).presets
    local mine = vim.tbl_filter(function(one) return one.suggested end, presets)
    local others = vim.tbl_filter(function(one) return not one.suggested end, presets)
    vim.ui.select(vim.list_extend(mine, others), {
      prompt = 'Model to pull (* for this machine)', kind = 'coder.engine', format_item = described,
    }, function(one)
      if one then pull(one.name) end
    end)
  end)
end

local function log()
  run({ 'status', '--json' }, function(result)
    local ok, status = pcall(vim.json.decode, result.stdout or '')
    local path = ok and type(status) == 'table' and status.log
    if type(path) ~= 'string' or not vim.uv.fs_stat(path) then return notify.info('the engine has no log yet') end
    require('coder.log').show(path)
  end)
end

---@type table<string, fun(argument?: string)>
local actions = {
  start = function() simple('starting the local engine', { 'start' }) end,
  stop = function() simple('stopping the local engine', { 'stop' }) end,
  restart = function()
    run({ 'stop' }, function() simple('starting the local engine anew', { 'start' }) end)
  end,
  status = function() page({ 'status' }) end,
  doctor = function() page({ 'doctor' }) end,
  log = log,
  pull = function(what)
    if what then pull(what) else pick() end
  end,
}

---@return string[] actions, for completion
function M.names()
  local names = vim.tbl_keys(actions)
  table.sort(names)
  return names
end

---@param action? string without one: status
---@param argument? string
function M.run(action, argument)
  local act = actions[action or 'status']
  if act then return act(argument) end
  local known = table.concat(M.names(), ', ')
  notify.error({ message = ('there is no engine action %s'):format(action), hint = 'There are ' .. known })
end

backend.on('engine_state', function(event) require('coder.statusline').set_engine(event) end)
backend.on_lost(function() require('coder.statusline').set_engine(nil) end)

return M
