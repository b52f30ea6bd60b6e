---Runs the tests of a file: the project's own command, once the user has said yes to it.
local api = vim.api
local backend = require('coder.backend')
local buffers = require('coder.buffers')
local labels = require('coder.labels')
local notify = require('coder.notify')
local places = require('coder.test_places')
local scratch = require('coder.scratch')

local M = {}

local PAGE = 'coder://test'
local MAX_LINES, MAX_BYTES = 10000, 2000 -- of the output, of a line of it
local REDRAW_MS = 200
local MAX_HEAD, MAX_TAIL, MAX_SENT = 40, 160, 300 -- lines of it that a model is shown, and bytes of each

---@class coder.TestRun
---@field argv string[]
---@field folder string absolute
---@field shown string the command, for people
---@field name string what is run, for messages
---@field framework? string
---@field file? string the tests' file, relative to `root`
---@field root? string
---@field source? string what is tested, relative to `root`
---@field label? string of what it says
---@field code? integer it has ended with
---@field lines string[] of the output
---@field lost integer lines that were too many
---@field job? integer
---@field since integer ms, of the loop
---@field stopped? boolean

---@type coder.TestRun? the last one, perhaps still under way
local last

---@type table<string, true> commands the user has said yes to, in this session
local allowed = {}

---@param text string
---@return string without colours, links and the like
local function plain(text)
  text = text:gsub('\27%[[0-9;:?]*[ -/]*[@-~]', ''):gsub('\27%][^\7\27]*[\7\27]\\?', ''):gsub('\r+$', '')
  text = text:gsub('^.*\r', ''):gsub('[%z\1-\8\11-\31]', '')
  return text:sub(1, MAX_BYTES)
end

---@param run coder.TestRun
---@return string[]
local function page(run)
  local head = { '$ ' .. run.shown, run.folder }
  if run.lost > 0 then head[#head + 1] = ('(%d lines before these are left out)'):format(run.lost) end
  head[#head + 1] = ''
  return vim.list_extend(head, run.lines)
end

---@param run coder.TestRun
local function refresh(run)
  if run.waiting or last ~= run then return end
  run.waiting = true
  vim.defer_fn(function()
    run.waiting = nil
    if last == run then scratch.update(PAGE, page(run)) end
  end, REDRAW_MS)
end

---@param run coder.TestRun
---@param data string[] pieces between line ends, the first goes on with what came before
local function take(run, data)
  run.rest = run.rest .. data[1]
  for i = 2, #data do
    run.lines[#run.lines + 1] = plain(run.rest)
    run.rest = data[i]
  end
  run.rest = run.rest:sub(1, 10 * MAX_BYTES)
  local many = #run.lines - MAX_LINES
  if many > MAX_LINES / 10 then
    run.lost, run.lines = run.lost + many, vim.list_slice(run.lines, many + 1)
  end
  refresh(run)
end

---@param run coder.TestRun
---@param code integer
local function finish(run, code)
  run.job, run.code = nil, code
  if run.rest ~= '' then run.lines[#run.lines + 1] = plain(run.rest) end
  scratch.update(PAGE, page(run))
  local time = ('%.1f s'):format((vim.uv.now() - run.since) / 1000)
  if run.stopped then return notify.info(('%s: stopped after %s'):format(run.name, time)) end
  if code == 0 then return notify.info(('%s: passed in %s'):format(run.name, time)) end
  local found = places.list(run)
  notify.warn(('%s: failed (exit %d) in %s; %s:CoderTest output shows all%s'):format(run.name, code, time,
    found > 0 and ('%d %s in the quickfix list, :copen; '):format(found, found == 1 and 'place' or 'places') or '',
    run.file and ', :CoderTest fix has it mended' or ''))
end

---@param run coder.TestRun
local function start(run)
  run.lines, run.lost, run.rest, run.since = {}, 0, '', vim.uv.now()
  -- One pipe for both outputs, so that their lines stay in order.
  local command = vim.list_extend({ 'sh', '-c', 'exec "$@" 2>&1', 'sh' }, run.argv)
  local fine, job = pcall(vim.fn.jobstart, command, {
    cwd = run.folder, stdin = 'null', env = { NO_COLOR = '1', TERM = 'dumb' },
    on_stdout = function(_, data) take(run, data) end,
    on_exit = function(_, code) finish(run, code) end,
  })
  if not fine or job <= 0 then
    return notify.error({ message = run.shown .. ' does not start: ' .. tostring(job), hint = 'Is there a shell?' })
  end
  run.job, last = job, run
  local buf = scratch.shown(PAGE)
  if buf then labels.join(buf, run.label) end
  notify.info(('%s: running; :CoderStop stops it'):format(run.name))
end

---Asks once for each command and project.
---@param run coder.TestRun
local function with_leave(run)
  local key = run.folder .. '\0' .. table.concat(run.argv, '\0')
  if allowed[key] then return start(run) end
  local prompt = ('Run this in %s?  %s'):format(vim.fn.fnamemodify(run.folder, ':~'), vim.fn.strtrans(run.shown))
  vim.ui.select({ 'Run it, and do not ask again in this session', 'Run it once', 'No' },
    { prompt = prompt, kind = 'coder.test' }, function(_, choice)
      if choice ~= 1 and choice ~= 2 then return end
      if choice == 1 then allowed[key] = true end
      if last and last.job then return notify.info(last.name .. ' still runs; :CoderStop stops it') end
      start(run)
    end)
end

---@param argv string[]
---@return string as it would be typed
local function typed(argv)
  return table.concat(vim.tbl_map(function(word)
    return word:find('^[%w%._/:=@%%+,-]+$') and word or vim.fn.shellescape(word)
  end, argv), ' ')
end

---@param result coder.rpc.test_place.result
local function run_found(result)
  if not result.exists then
    return notify.error({ message = 'there are no tests of this file yet: ' .. result.words,
      hint = ':CoderTest writes them' })
  end
  if not result.argv[1] then
    return notify.error({ message = ('how %s is run is not known: %s'):format(result.file, result.problem),
      hint = 'Say it: :CoderTest run COMMAND' })
  end
  with_leave({
    argv = result.argv, folder = result.folder, shown = typed(result.argv), framework = result.framework,
    name = result.all and ('%s and all other tests'):format(result.file) or result.file,
    file = result.file, root = result.root, source = result.source, label = result.label,
  })
end

---@param command string
---@param path string?
local function run_typed(command, path)
  -- Typed by the user just now: that is leave enough.
  local run = { argv = { vim.o.shell, vim.o.shellcmdflag, command }, folder = vim.fn.getcwd(), shown = command,
    name = command, label = 'local_only' }
  if not path then return start(run) end
  backend.call('test_place', { path = path }, function(_, result)
    if last and last.job then return notify.info(last.name .. ' still runs; :CoderStop stops it') end
    if result and result.exists then
      run.file, run.root, run.source, run.label = result.file, result.root, result.source, result.label
    end
    start(run)
  end)
end

---@param command? string what the user wants to run instead of what is found, as in a shell
function M.run(command)
  if last and last.job then return notify.info(last.name .. ' still runs; :CoderStop stops it') end
  local path = buffers.path(api.nvim_get_current_buf())
  if command then return run_typed(command, path) end
  if not path then return notify.error({ message = 'this is no file with tests', hint = 'Go to one' }) end
  backend.call('test_place', { path = path }, function(err, result)
    if err then return notify.error(err) end
    run_found(result)
  end)
end

---Shows what the last run has said, in a split.
function M.output()
  if not last then return notify.info('no tests were run in this session; :CoderTest run') end
  local buf = scratch.show(PAGE, page(last), { nowrap = true })
  labels.join(buf, last.label)
end

---@param run coder.TestRun
---@return string what it has said, between fences that it cannot close
local function quoted(run)
  local lines, count, ticks = {}, #run.lines, 2
  for i, line in ipairs(run.lines) do
    if i <= MAX_HEAD or i > count - MAX_TAIL then
      lines[#lines + 1] = line:sub(1, MAX_SENT)
    elseif i == MAX_HEAD + 1 then
      lines[#lines + 1] = ('… %d lines …'):format(count - MAX_HEAD - MAX_TAIL)
    end
  end
  local text = table.concat(lines, '\n')
  for run_of in text:gmatch('`+') do ticks = math.max(ticks, #run_of) end
  local fence = ('`'):rep(ticks + 1)
  return ('%s\n%s\n%s'):format(fence, text, fence)
end

---Has a model mend what the last run has said: in the tests, or in what they test.
---@param words? string what to mind
function M.fix(words)
  if not last or last.job or last.stopped then
    return notify.info(last and last.job and last.name .. ' still runs' or 'no run has failed yet; :CoderTest run')
  end
  if last.code == 0 then return notify.info(last.name .. ' has passed: there is nothing to mend') end
  if not last.file then return notify.info('which tests this was is not known; :CoderTest run in their file') end
  local files = { last.root .. '/' .. last.file }
  if last.source and last.source ~= last.file then files[2] = last.root .. '/' .. last.source end
  local text = ('`%s` ends with %d and says:\n\n%s\n\nMend the tests where they are wrong, and the code where it is.')
    :format(last.shown, last.code, quoted(last))
  require('coder.refactor').refactor({
    task = 'fix', title = 'fix: ' .. last.name, files = files, label = last.label,
    instruction = words and text .. '\n\n' .. words or text,
  })
end

---@return boolean whether a run was under way
function M.stop_all()
  if not last or not last.job then return false end
  last.stopped = true
  vim.fn.jobstop(last.job)
  return true
end

return M
