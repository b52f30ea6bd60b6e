---Daily tasks whose results are hunks.
local api = vim.api
local backend = require('coder.backend')
local notify = require('coder.notify')

local M = {}

local severities = { 'error', 'warning', 'info', 'hint' }

---@return string of the current buffer, for titles
local function current()
  return vim.fn.fnamemodify(api.nvim_buf_get_name(0), ':~:.')
end

---@param opts { first?: integer, last?: integer, words?: string }
function M.doc(opts)
  local line = opts.first or api.nvim_win_get_cursor(0)[1]
  require('coder.refactor').refactor({
    task = 'doc', title = ('document %s:%d'):format(current(), line), instruction = opts.words,
    first = opts.first, last = opts.last,
  })
end

---@class coder.TestOpts
---@field first? integer only these lines of the current buffer, 1-based; none: what the cursor is in
---@field last? integer
---@field whole? boolean all of the file
---@field words? string what to mind besides; with `run` a command to run instead of the one that is found
---@field run? boolean run the tests that belong to the current file
---@field output? boolean show what the last run has said
---@field fix? boolean have a model mend what the last run has said

---@param opts coder.TestOpts
function M.test(opts)
  if opts.output then return require('coder.tests').output() end
  if opts.fix then return require('coder.tests').fix(opts.words) end
  if opts.run then return require('coder.tests').run(opts.words) end
  local line = opts.first or api.nvim_win_get_cursor(0)[1]
  require('coder.refactor').refactor({
    task = 'test', title = opts.whole and 'tests for ' .. current() or ('tests for %s:%d'):format(current(), line),
    instruction = opts.words, first = opts.first, last = opts.last, whole = opts.whole,
  })
end

---The worst diagnostic of the cursor's line; of those alike, the one that is nearest to the cursor.
---@return vim.Diagnostic?
local function diagnostic()
  local cursor = api.nvim_win_get_cursor(0)
  local all = vim.diagnostic.get(0, { lnum = cursor[1] - 1 })
  table.sort(all, function(a, b)
    if a.severity ~= b.severity then return a.severity < b.severity end
    return math.abs(a.col - cursor[2]) < math.abs(b.col - cursor[2])
  end)
  return all[1]
end

function M.fix_diagnostic()
  local found = diagnostic()
  if not found then return notify.info('no diagnostic in this line') end
  local own = vim.tbl_get(found, 'user_data', 'coder')
  if own and own.fix then
    -- A review has offered one: nobody needs to be asked.
    return require('coder.refactor').apply({ text = own.fix, label = own.label, name = 'the review' })
  end
  local message = vim.trim(found.message)
  local code = found.code and (' [%s]'):format(found.code) or ''
  require('coder.refactor').refactor({
    task = 'fix', title = 'fix: ' .. message:gsub('%s+', ' '),
    instruction = ('%s:%d: %s: %s%s'):format(current(), found.lnum + 1, severities[found.severity], message, code),
  })
end

---@type { name: string, does: string, answer: string }[] of the configuration, as known last
local own = {}

---@param then_ fun()
local function learn(then_)
  backend.call('tasks', vim.empty_dict(), function(err, result)
    if err then return notify.error(err) end
    own = result.tasks
    then_()
  end)
end

---The command line is that of :CoderTask: its words come from the backend, and completion cannot wait for it.
function M.typed()
  if not own[1] then learn(function() end) end
end

---Names for completion; those that the backend has told so far.
---@return string[]
function M.names()
  return vim.tbl_map(function(task) return task.name end, own)
end

---@class coder.TaskOpts
---@field words? string what to mind
---@field first? integer only these lines of the current buffer, 1-based
---@field last? integer

---@param name string
---@param opts coder.TaskOpts
local function start(name, opts)
  local task = vim.iter(own):find(function(one) return one.name == name end)
  if not task then
    local names = vim.tbl_map(function(one) return one.name end, own)
    return notify.error({
      message = ('there is no task %s'):format(name),
      hint = names[1] and 'There are: ' .. table.concat(names, ', ') or 'Write a block [tasks.' .. name
        .. '] into the configuration; see :help coder-tasks',
    })
  end
  if task.answer == 'edits' then
    return require('coder.refactor').refactor({
      task = name, title = ('%s: %s'):format(name, current()), instruction = opts.words, first = opts.first,
      last = opts.last,
    })
  end
  if task.answer == 'findings' then
    return require('coder.review').review({
      task = name, words = opts.words, first = opts.first, last = opts.last,
    })
  end
  require('coder.ask').ask({ task = name, words = opts.words, first = opts.first, last = opts.last })
end

---Has a model do one of the tasks that the user has configured, with the current file or some lines of it.
---@param name? string without it the user chooses
---@param opts coder.TaskOpts
function M.run(name, opts)
  learn(function()
    if name then return start(name, opts) end
    if not own[1] then
      return notify.info('there are no tasks of your own yet; see :help coder-tasks')
    end
    vim.ui.select(own, {
      prompt = 'Task', format_item = function(task) return ('%s: %s'):format(task.name, task.does) end,
    }, function(task)
      if task then start(task.name, opts) end
    end)
  end)
end

return M
