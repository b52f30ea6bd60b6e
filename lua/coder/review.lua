---Reviews: what a model finds wrong, as diagnostics and in the quickfix list.
local api = vim.api
local backend = require('coder.backend')
local buffers = require('coder.buffers')
local notify = require('coder.notify')

local M = {}

local ns = api.nvim_create_namespace('coder.review')

local severities = {
  error = vim.diagnostic.severity.ERROR, warning = vim.diagnostic.severity.WARN, info = vim.diagnostic.severity.INFO,
}
local types = { error = 'E', warning = 'W', info = 'I' }

---What the reviews under way are of.
local running = require('coder.running').new()

---@class coder.ReviewOpts
---@field first? integer only these lines of the current buffer, 1-based
---@field last? integer
---@field diff? boolean the changes that are not committed, instead of the buffer
---@field branch? boolean|string likewise, with the commits of this branch; a string is the branch it parted from
---@field words? string what to mind
---@field task? string one of the user's own, instead of a review
---@field clear? boolean take what was found off the screen instead

---@param opts coder.ReviewOpts
function M.review(opts)
  if opts.clear then return vim.diagnostic.reset(ns) end
  local buf = api.nvim_get_current_buf()
  local source = buffers.is_file(buf) and buf or nil
  local changes = opts.diff or opts.branch
  if not source and not changes then
    return notify.error({ message = 'this is no file to review', hint = 'Go to one, or :CoderReview diff' })
  end
  if source then buffers.attach(source) end
  local name = opts.branch and 'the branch' or opts.diff and 'the diff'
    or vim.fn.fnamemodify(api.nvim_buf_get_name(buf), ':~:.')
  backend.call('review', {
    task = opts.task, words = opts.words, diff = opts.diff, branch = opts.branch and true or nil,
    base = type(opts.branch) == 'string' and opts.branch or nil, source = source, line = api.nvim_win_get_cursor(0)[1],
    first = opts.first, last = opts.first and (opts.last or opts.first),
    diagnostics = require('coder.ask.around').place(source).diagnostics,
  }, function(err, result)
    if err then return notify.error(err) end
    running:add(result.id, name)
    notify.info(('%s %s; :CoderStop stops it'):format(opts.task or 'reviewing', name))
  end)
end

---Stops every review.
---@return boolean whether there was one
function M.stop_all() return running:stop_all() end

---@param finding table
---@return string
local function text_of(finding) return ('%s [%s]'):format(finding.message, finding.kind) end

---@param findings table[]
---@param label string of what was reviewed
local function show_diagnostics(findings, label)
  local by_buf = {}
  for _, one in ipairs(findings) do
    if one.line > 0 and one.full ~= '' then
      local buf = vim.fn.bufadd(one.full)
      by_buf[buf] = by_buf[buf] or {}
      table.insert(by_buf[buf], {
        lnum = one.line - 1, col = 0, severity = severities[one.severity], message = text_of(one),
        source = 'coder', user_data = { coder = { kind = one.kind, fix = one.fix, label = label } },
      })
    end
  end
  vim.diagnostic.reset(ns)
  for buf, list in pairs(by_buf) do vim.diagnostic.set(ns, buf, list) end
end

---@param findings table[]
---@param name string
local function show_list(findings, name)
  local items = {}
  for _, one in ipairs(findings) do
    local there = one.line > 0 and one.full ~= ''
    items[#items + 1] = {
      filename = there and one.full or nil, lnum = there and one.line or nil, type = types[one.severity],
      text = there and text_of(one) or ('at no line that is there (%s): %s'):format(one.path, text_of(one)),
      valid = there and 1 or 0,
    }
  end
  vim.fn.setqflist({}, ' ', { title = 'coder: review of ' .. name, items = items })
end

---@param findings table[]
---@return string "3 findings, 1 of them an error"
local function counted(findings)
  local errors = #vim.tbl_filter(function(one) return one.severity == 'error' end, findings)
  local text = #findings == 1 and '1 finding' or ('%d findings'):format(#findings)
  if errors == 0 or #findings == 1 then return text end
  return ('%s, %d of them %s'):format(text, errors, errors == 1 and 'an error' or 'errors')
end

---@param event table
---@return string what else the user should know
local function rest_of(event)
  local out = ''
  local calls = #(event.tools or {})
  if calls > 0 then out = (' (%d tool call%s, in :CoderLog)'):format(calls, calls == 1 and '' or 's') end
  if (event.dismissed or 0) > 0 then out = out .. ('; %d dismissed before'):format(event.dismissed) end
  if event.left_out and event.left_out[1] then
    out = out .. '; left out: ' .. table.concat(event.left_out, ', ')
  end
  return out .. notify.cost(event.usd)
end

---The finding of the cursor's line that comes first.
---@param buf integer
---@param line integer 1-based
---@return vim.Diagnostic?
function M.at(buf, line)
  local all = vim.diagnostic.get(buf, { namespace = ns, lnum = line - 1 })
  table.sort(all, function(a, b) return a.severity < b.severity end)
  return all[1]
end

---Takes entries out of the quickfix list, if it is one of ours.
---@param gone fun(item: table): boolean
local function prune_list(gone)
  local list = vim.fn.getqflist({ title = true, items = true, idx = 0 })
  if not vim.startswith(list.title or '', 'coder: review of ') then return end
  local left = vim.tbl_filter(function(item) return not gone(item) end, list.items)
  if #left < #list.items then vim.fn.setqflist({}, 'r', { items = left, idx = math.min(list.idx, #left) }) end
end

---The finding under the cursor is not wanted any more, in this review and in those that follow.
function M.dismiss()
  local buf, line = api.nvim_get_current_buf(), api.nvim_win_get_cursor(0)[1]
  local found = M.at(buf, line)
  if not found then return notify.info('no finding of a review in this line') end
  local text = api.nvim_buf_get_lines(buf, line - 1, line, false)[1] or ''
  local kind = vim.tbl_get(found, 'user_data', 'coder', 'kind') or 'other'
  backend.call('dismiss', { path = api.nvim_buf_get_name(buf), kind = kind, text = text }, function(err)
    if err then return notify.error(err) end
    local left = vim.tbl_filter(function(one) return one.lnum ~= found.lnum or one.message ~= found.message end,
      vim.diagnostic.get(buf, { namespace = ns }))
    vim.diagnostic.set(ns, buf, left)
    prune_list(function(item) return item.bufnr == buf and item.lnum == line and item.text == found.message end)
    notify.info('dismissed; :CoderReview restore brings this file\'s back')
  end)
end

---What was dismissed is told again in the next review.
---@param project? boolean of the whole project, not just the current file
function M.restore(project)
  backend.call('restore', { path = api.nvim_buf_get_name(0), project = project }, function(err, result)
    if err then return notify.error(err) end
    local where = project and 'project' or 'file'
    notify.info(result.restored == 0 and ('nothing was dismissed in this ' .. where)
      or ('%d dismissed in this %s come again in the next review'):format(result.restored, where))
  end)
end

backend.on('review_end', function(event)
  local name = running:take(event.id) or 'the code'
  local findings = event.findings or {}
  if event.error then
    notify.error(event.error)
    if not findings[1] then return end
  end
  if (event.about or '') ~= '' then name = event.about end
  show_diagnostics(findings, event.label)
  local rest = rest_of(event)
  if not findings[1] then return notify.info(('%s: nothing found by %s%s'):format(name, event.model, rest)) end
  show_list(findings, name)
  notify.info(('%s: %s; :copen lists them%s'):format(name, counted(findings), rest))
end)

return M
