---What the user commands do with their arguments.
local M = {}

---@param words string
---@return string words, string? base what follows "--base"
local function with_base(words)
  local base = words:match('^%-%-base[ =](%S+)') or words:match('%s%-%-base[ =](%S+)')
  if not base then return words end
  local before, after = words:match('^(.-)%s*%-%-base[ =]%S+%s*(.*)$')
  return vim.trim(before .. ' ' .. after), base
end

local actions = {
  Ask = function(coder, args)
    coder.ask({
      question = vim.trim(args.args) ~= '' and args.args or nil,
      first = args.range > 0 and args.line1 or nil,
      last = args.range > 0 and args.line2 or nil,
      pick = args.bang,
    })
  end,
  Explain = function(coder, args)
    local range = args.range > 0
    coder.explain({
      first = range and args.line1 or nil, last = range and args.line2 or nil,
      language = vim.trim(args.args) ~= '' and vim.trim(args.args) or nil,
    })
  end,
  Doc = function(coder, args)
    local range = args.range > 0
    coder.doc({
      first = range and args.line1 or nil, last = range and args.line2 or nil,
      words = vim.trim(args.args) ~= '' and args.args or nil,
    })
  end,
  Test = function(coder, args)
    local range, text = args.range > 0, vim.trim(args.args)
    local word, rest = text:match('^(%S+)%s*(.*)$')
    local opts = { words = text ~= '' and text or nil }
    if not range and (word == 'run' or word == 'file' or word == 'fix' or text == 'output') then
      opts = { words = rest ~= '' and rest or nil }
      opts[word == 'file' and 'whole' or word] = true
    elseif range then
      opts.first, opts.last = args.line1, args.line2
    end
    coder.test(opts)
  end,
  Review = function(coder, args)
    local range, words = args.range > 0, vim.trim(args.args)
    if words == 'dismiss' then return require('coder.review').dismiss() end
    if words == 'restore' or words == 'restore all' then return require('coder.review').restore(words ~= 'restore') end
    local what, base = words:match('^diff%f[%s%z]') or words:match('^branch%f[%s%z]'), nil
    if what then words = vim.trim(words:sub(#what + 1)) end
    if what == 'branch' then words, base = with_base(words) end
    coder.review({
      clear = args.bang or nil, diff = what == 'diff' or nil,
      branch = what == 'branch' and (base or true) or nil, words = words ~= '' and words or nil,
      first = range and args.line1 or nil, last = range and args.line2 or nil,
    })
  end,
  Task = function(coder, args)
    local name, words = vim.trim(args.args):match('^(%S+)%s*(.*)$')
    local range = args.range > 0
    coder.task(name, {
      words = words ~= '' and words or nil, first = range and args.line1 or nil, last = range and args.line2 or nil,
    })
  end,
  PR = function(coder, args)
    local words, base = with_base(vim.trim(args.args))
    local commit = words:match('^commit%f[%s%z]')
    if commit then words = vim.trim(words:sub(#commit + 1)) end
    coder.pr({ commit = commit and true or nil, base = base, words = words ~= '' and words or nil })
  end,
  FixDiagnostic = function(coder) coder.fix_diagnostic() end,
  Refactor = function(coder, args)
    local opts = require('coder.refactor.args').parse(args.args)
    if not opts then return require('coder.notify').error('--file: which one?') end
    if args.range > 0 then opts.first, opts.last = args.line1, args.line2 end
    opts.pick = args.bang or nil
    coder.refactor(opts)
  end,
  Apply = function(coder, args)
    local range = args.range > 0
    coder.apply({
      register = args.args ~= '' and args.args:gsub('^"', '') or nil,
      first = range and args.line1 or nil, last = range and args.line2 or nil,
    })
  end,
  Stop = function(coder) coder.stop() end,
  Mode = function(coder, args)
    if args.args == '' then return require('coder.mode').pick() end
    coder.mode(args.args)
  end,
  Models = function(coder, args) coder.models(args.args ~= '' and args.args or nil) end,
  Context = function(coder, args)
    coder.context({ pin = vim.trim(args.args) ~= '' and args.args or nil, clear = args.bang or nil })
  end,
  Engine = function(coder, args) coder.engine(unpack(args.fargs, 1, 2)) end,
  Cost = function(coder, args)
    if args.args == 'continue' then return require('coder.cost').continue() end
    coder.cost(args.args ~= '' and args.args or nil)
  end,
  Status = function(coder) coder.status() end,
  Log = function(coder) coder.log() end,
}

---@param names string[]
---@param lead string
---@return string[]
local function beginning(names, lead)
  return vim.tbl_filter(function(name) return vim.startswith(name, lead) end, names)
end

---@type table<string, fun(lead: string, line: string, pos: integer): string[]>
local words = {
  Context = function(lead) return require('coder.ask.mention').complete(lead) end,
  Cost = function(lead) return beginning({ 'continue' }, lead) end,
  Engine = function(lead, line)
    return line:find('Engine%s+%S+%s') and {} or beginning(require('coder.engine').names(), lead)
  end,
  Mode = function(lead) return beginning(require('coder.mode').names(), lead) end,
  Models = function(lead) return beginning(require('coder.models').names(), lead) end,
  Refactor = function(...) return require('coder.refactor.args').complete(...) end,
  PR = function(lead) return beginning({ 'commit', '--base' }, lead) end,
  Review = function(lead) return beginning({ 'branch', 'diff', 'dismiss', 'restore' }, lead) end,
  Task = function(lead, line)
    return line:find('CoderTask%s+%S+%s') and {} or beginning(require('coder.tasks').names(), lead)
  end,
  Test = function(lead, line)
    return line:find('CoderTest%s+%S+%s') and {} or beginning({ 'file', 'fix', 'output', 'run' }, lead)
  end,
}

---@param name string without "Coder"
---@param lead string what is there already
---@param line string
---@param pos integer
---@return string[]
function M.complete(name, lead, line, pos) return words[name](lead, line, pos) end

---The command line is that of :CoderContext, :CoderRefactor or :CoderTask.
---@param before string what is left of the cursor
function M.typed(before)
  if not require('coder.compat').supported() then return end
  if before:find('CoderTask') then return require('coder.tasks').typed() end
  require('coder.ask.mention').typed(before)
end

---@param name string without "Coder"
---@param args table as given to a user command
function M.run(name, args)
  local compat = require('coder.compat')
  if not compat.supported() then return require('coder.notify').error(compat.too_old()) end
  actions[name](require('coder'), args)
end

return M
