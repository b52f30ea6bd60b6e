---Refactors: an instruction, or a reply that is there already, becomes a preview of hunks that the user decides about.
local api = vim.api
local act = require('coder.refactor.act')
local around = require('coder.ask.around')
local backend = require('coder.backend')
local bar = require('coder.ask.bar')
local buffers = require('coder.buffers')
local draw = require('coder.refactor.draw')
local keys = require('coder.refactor.keys')
local labels = require('coder.labels')
local list = require('coder.refactor.list')
local live = require('coder.refactor.live')
local notify = require('coder.notify')
local previews = require('coder.refactor.preview')
require('coder.refactor.inside')

local M = {}

local STOP_MS = 3000

local hooks = {
  prepare = keys.prepare, write = act.write_accepted,
  hidden = function(preview) act.hidden(preview, true) end,
}

---Shows the list of a preview, and its hunks in the files.
---@param preview coder.Preview
function M.show(preview)
  previews.current, preview.closed = preview, nil
  list.open(preview, hooks)
  draw.all()
  -- Of one that the backend has forgotten the hunks may be elsewhere by now.
  if preview.id or preview.asking or not preview.reply then return end
  live.ensure(preview, function(err)
    if err then notify.error(err) end
    list.update(preview)
  end)
end

---The backend is at work on it, for the first time or once more.
---@param preview coder.Preview
function M.begun(preview)
  preview.running, preview.progress, preview.error, preview.finish, preview.instead = true, nil, nil, nil, nil
  preview.phase, preview.since = bar.waiting('sending'), vim.uv.now()
  list.refresh(preview)
end

---@param preview coder.Preview
---@param err coder.Error
local function fail(preview, err)
  preview.asking, preview.running, preview.phase, preview.progress = nil, nil, nil, nil
  preview.error = err
  list.update(preview)
  local buf = list.buf(preview)
  notify.error(err, buf ~= nil and #vim.fn.win_findbuf(buf) > 0)
end

---@param preview coder.Preview
---@param method 'refactor'|'apply'
---@param params table
local function start(preview, method, params)
  local asking = {}
  preview.asking = asking
  backend.call(method, params, function(err, result)
    if preview.asking ~= asking then
      -- Stopped meanwhile.
      if not result then return end
      backend.call('stop', { id = result.id }, function() end)
      return backend.call('refactor_close', { id = result.id }, function() end)
    end
    preview.asking = nil
    if err then return fail(preview, err) end
    preview.id, preview.note = result.id, result.note
    if result.note then list.refresh(preview) end
  end)
  M.begun(preview)
  if method == 'apply' then preview.phase = 'reading the reply' end
  M.show(preview)
end

---@class coder.RefactorOpts
---@field instruction? string without one it is asked for
---@field files? string[] to change; none, and no `repo`: the current buffer
---@field repo? boolean any file of the repository
---@field first? integer only these lines of the current buffer, 1-based
---@field last? integer
---@field pick? boolean choose one of this session instead
---@field whole? boolean of a task: all of the file, not only what is around the cursor
---@field task? 'doc'|'test'|'fix' what is wanted; `instruction` then only adds to it, and nobody is asked for one
---@field title? string of a task, for the list
---@field label? string of the instruction, where it holds more than the user has written

---@param opts coder.RefactorOpts
---@param from integer buffer
---@param line integer
---@param instruction string
local function refactor(opts, from, line, instruction)
  if not api.nvim_buf_is_valid(from) then return notify.info('the buffer is not there any more') end
  local source = buffers.is_file(from) and from or nil
  if not source and not opts.repo and not opts.files then
    return notify.error({ message = 'this is no file to change', hint = 'Name some: --file or --repo' })
  end
  local title = opts.title or instruction
  local label = opts.label == 'local_only' and opts.label or labels.of(from)
  local preview = previews.create({ instruction = title, source = source, label = label })
  local params = vim.tbl_extend('error', around.place(source), {
    instruction = instruction, task = opts.task, repo = opts.repo, source = source, line = source and line,
    first = opts.first, last = opts.first and (opts.last or opts.first), whole = opts.whole,
    label = opts.label,
    files = opts.files and vim.tbl_map(function(file) return vim.fn.fnamemodify(file, ':p') end, opts.files),
  })
  if source then buffers.attach(source) end
  start(preview, 'refactor', params)
end

---Chooses a preview of this session.
local function pick()
  local all = vim.tbl_filter(function(one) return one.running or one.reply or one.id end, previews.list())
  if not all[1] then return notify.info('no refactor in this session yet') end
  vim.ui.select(all, { prompt = 'Refactor', kind = 'coder.refactor', format_item = previews.title }, function(one)
    if one then M.show(one) end
  end)
end

---@return integer buf, integer line where the user is; from a list, in the file that it was asked from
local function place()
  local buf, win = api.nvim_get_current_buf(), api.nvim_get_current_win()
  local preview = list.preview(buf)
  if preview and preview.source and buffers.is_file(preview.source) then
    buf = preview.source
    win = vim.fn.bufwinid(buf)
  end
  return buf, win >= 0 and api.nvim_win_get_cursor(win)[1] or 1
end

---@param opts coder.RefactorOpts
function M.refactor(opts)
  if opts.pick then return pick() end
  local from, line = place()
  backend.start() -- it gets ready meanwhile; what goes wrong is told by the first call
  local instruction = vim.trim(opts.instruction or '')
  if instruction ~= '' or opts.task then return refactor(opts, from, line, instruction) end
  vim.ui.input({ prompt = 'Refactor: ' }, function(text)
    if text and vim.trim(text) ~= '' then refactor(opts, from, line, vim.trim(text)) end
  end)
end

---@class coder.ApplyOpts
---@field text? string a reply; without it and without `register`: the current buffer, or lines of it
---@field register? string
---@field first? integer 1-based
---@field last? integer
---@field source? integer buffer of the project it is for
---@field label? string of the text
---@field name? string what the reply is called

---Previews the edits of a reply.
---@param opts coder.ApplyOpts
function M.apply(opts)
  local buf = api.nvim_get_current_buf()
  local text, name = opts.text, opts.name or 'a reply'
  if not text and opts.register then
    text, name = vim.fn.getreg(opts.register), 'register ' .. opts.register
  elseif not text then
    local lines = api.nvim_buf_get_lines(buf, (opts.first or 1) - 1, opts.last or opts.first or -1, false)
    text, name = table.concat(lines, '\n'), api.nvim_buf_get_name(buf)
    name = name == '' and 'this buffer' or vim.fn.fnamemodify(name, ':~:.')
  end
  if not text:find('%S') then return notify.info(name .. ' is empty') end
  local chat = require('coder.ask.chat').of(buf)
  local source = opts.source or chat and chat.source or buf
  if not buffers.is_file(source) or not buffers.path(source) then source = nil end
  local label = opts.label or labels.of(buf)
  local preview = previews.create({ instruction = 'edits of ' .. name, source = source, label = label })
  if source then buffers.attach(source) end
  -- Should the backend end before it has said so: this is the reply.
  preview.reply = text
  start(preview, 'apply', { text = text, label = label, source = source })
end

---Stops the answer of a preview; what arrived stays.
---@param preview coder.Preview
function M.stop(preview)
  if preview.asking then
    -- It has no name yet; it is stopped when it gets one.
    preview.asking, preview.running, preview.phase, preview.finish = nil, nil, nil, 'stopped'
    return list.update(preview)
  end
  if not preview.id then return end
  local id = preview.id
  backend.call('stop', { id = id }, function(err)
    if err then notify.error(err) end
  end)
  vim.defer_fn(function()
    if preview.running and preview.id == id then backend.give_up('does not stop an answer') end
  end, STOP_MS)
end

---Stops every refactor.
---@return boolean whether there was one
function M.stop_all()
  local running = vim.tbl_filter(function(preview) return preview.running end, previews.list())
  vim.iter(running):each(M.stop)
  return running[1] ~= nil
end

-- Events. The reply to the call that names the preview comes before them.

---@param event table
---@param run fun(preview: coder.Preview)
local function with(event, run)
  local preview = previews.of(event.id)
  if not preview then return end
  run(preview)
  list.refresh(preview)
end

backend.on('refactor_begin', function(begin)
  with(begin, function(preview)
    preview.running, preview.phase, preview.since, preview.progress, preview.error = true, nil, nil, nil, nil
    preview.model, preview.lane, preview.private = begin.model, begin.lane, begin.private_text
    preview.instead, preview.asked_model = begin.instead, true
    preview.label = preview.label == 'local_only' and preview.label or begin.label
    local buf = list.buf(preview)
    if buf then labels.join(buf, begin.label) end
  end)
end)

backend.on('refactor_wait', function(wait)
  with(wait, function(preview)
    preview.phase, preview.since = bar.waiting(wait.phase, wait.text), preview.since or vim.uv.now()
  end)
end)

backend.on('refactor_progress', function(progress)
  with(progress, function(preview) preview.progress, preview.phase, preview.since = progress, nil, nil end)
end)

backend.on('refactor_files', function(event)
  with(event, function(preview)
    previews.take(preview, event.files, event.all)
    if preview ~= previews.current then return end
    draw.tidy()
    for _, file in ipairs(event.files) do draw.file(preview, file) end
  end)
end)

backend.on('refactor_end', function(ended)
  with(ended, function(preview)
    preview.running, preview.phase, preview.since, preview.progress = nil, nil, nil, nil
    if preview.revival then return live.complete(preview, ended.error) end
    preview.error, preview.finish, preview.usd = ended.error, ended.finish, ended.usd
    if (ended.reply or '') ~= '' then preview.reply = ended.reply end
    if not ended.error then return act.at_once(preview) end
    local buf = list.buf(preview)
    notify.error(ended.error, buf ~= nil and #vim.fn.win_findbuf(buf) > 0)
  end)
end)

backend.on_lost(function(err)
  for _, preview in ipairs(previews.list()) do
    local was_running, known = preview.running, preview.id
    preview.id, preview.asking, preview.running, preview.phase, preview.since = nil, nil, nil, nil, nil
    preview.progress, preview.written = nil, nil
    if preview.revival then
      live.complete(preview, err)
    elseif was_running or known and not preview.closed then
      preview.error = { message = preview.reply and 'the backend has ended: nothing is lost'
        or 'the backend has ended before the answer was there: nothing is written', told = true,
        hint = preview.reply and 'The next key goes on' or 'Ask again' }
      list.refresh(preview)
    end
  end
end)

return M
