---The text of a pull request or a commit: in the commit message one is in, else in a buffer of its own.
local api = vim.api
local backend = require('coder.backend')
local buffers = require('coder.buffers')
local labels = require('coder.labels')
local notify = require('coder.notify')

local M = {}

local ns = api.nvim_create_namespace('coder.draft')

---@class coder.Draft
---@field buf integer -1: its own, that is not there yet
---@field own boolean not a commit message the user is in
---@field first? integer extmark where the text begins; none: it has no place yet
---@field last? integer extmark where it ends
---@field name string
---@field kind 'pr'|'commit'
---@field about? string
---@field left_out? string[]
---@field begun? boolean

---Those under way: an unfinished text stays where the backend has ended.
local running = require('coder.running').new(function(draft)
  if draft.first and api.nvim_buf_is_loaded(draft.buf) then api.nvim_buf_clear_namespace(draft.buf, ns, 0, -1) end
end)

---@class coder.DraftOpts
---@field commit? boolean a commit message; without it, and not in one, the text of a pull request
---@field base? string branch or commit that the branch parted from
---@field words? string what to mind
---@field language? string that people speak

---@param draft coder.Draft
---@param mark integer
---@return integer row, integer col
local function at(draft, mark)
  local found = api.nvim_buf_get_extmark_by_id(draft.buf, ns, mark, {})
  return found[1] or 0, found[2] or 0
end

---Puts `text` in place of what is between the marks, as part of the same undo block.
---@param draft coder.Draft
---@param text string
---@param more? boolean add it at the end instead
local function put(draft, text, more)
  if not api.nvim_buf_is_loaded(draft.buf) then return end
  local row, col = at(draft, draft.last)
  local from_row, from_col = row, col
  if not more then from_row, from_col = at(draft, draft.first) end
  local modifiable = vim.bo[draft.buf].modifiable
  vim.bo[draft.buf].modifiable = true
  api.nvim_buf_call(draft.buf, function()
    if draft.begun then pcall(vim.cmd --[[@as function]], 'silent! undojoin') end
    api.nvim_buf_set_text(draft.buf, from_row, from_col, row, col, vim.split(text, '\n', { plain = true }))
  end)
  vim.bo[draft.buf].modifiable = modifiable
  draft.begun = true
end

---@param draft coder.Draft
---@return string? text that has come so far; nil where its buffer is gone
local function text_of(draft)
  if not api.nvim_buf_is_loaded(draft.buf) then return end
  local row, col = at(draft, draft.first)
  local last, last_col = at(draft, draft.last)
  return table.concat(api.nvim_buf_get_text(draft.buf, row, col, last, last_col, {}), '\n')
end

---Marks the place of the text: the first stays before it, the last after it.
---@param draft coder.Draft
---@param row integer
local function mark(draft, row)
  draft.first = api.nvim_buf_set_extmark(draft.buf, ns, row, 0, { right_gravity = false })
  draft.last = api.nvim_buf_set_extmark(draft.buf, ns, row, 0, { right_gravity = true })
end

---What the user has written into a commit message already.
---@param buf integer
---@return string
local function written(buf)
  local out = {}
  for _, line in ipairs(api.nvim_buf_get_lines(buf, 0, -1, false)) do
    if vim.startswith(line, '#') then break end
    out[#out + 1] = line
  end
  return vim.trim(table.concat(out, '\n'))
end

---A buffer of its own, in a window below.
---@param name string
---@return integer buf
local function scratch(name)
  local title = 'coder://' .. name
  local buf = vim.fn.bufnr('^' .. title .. '$')
  if buf < 0 or not api.nvim_buf_is_loaded(buf) then
    buf = api.nvim_create_buf(true, true)
    api.nvim_buf_set_name(buf, title)
    vim.bo[buf].bufhidden = 'hide'
    vim.bo[buf].filetype = name == 'commit' and 'gitcommit' or 'markdown'
  end
  local win = vim.fn.bufwinid(buf)
  if win >= 0 then
    api.nvim_set_current_win(win)
  else
    api.nvim_open_win(buf, true, { split = 'below', win = -1, height = math.floor(vim.o.lines / 3) })
  end
  return buf
end

---@param opts coder.DraftOpts
function M.write(opts)
  local buf = api.nvim_get_current_buf()
  local in_message = vim.bo[buf].filetype == 'gitcommit' and vim.bo[buf].modifiable
  local commit = opts.commit or in_message
  local kind = commit and 'commit' or 'pr'
  -- Of texts in buffers of their own there is one of each kind.
  local busy = running:any(function(draft)
    return draft.buf == buf or not in_message and draft.own and draft.kind == kind
  end)
  if busy then
    return notify.info('it is still being written; :CoderStop stops it')
  end
  local source = buffers.is_file(buf) and not in_message and buf or nil
  local words = opts.words
  if in_message and not vim.startswith(api.nvim_buf_get_name(buf), 'coder://') then
    local before = written(buf)
    if before ~= '' then words = (words and words .. '\n\n' or '') .. 'The user has begun with: ' .. before end
  end
  if source then buffers.attach(source) end
  backend.call('draft', {
    kind = kind, base = opts.base, words = words, language = opts.language, source = source,
    folder = not source and vim.fn.getcwd() or nil,
  }, function(err, result)
    if err then return notify.error(err) end
    local name = commit and 'the commit message' or 'the pull request'
    running:add(result.id, { buf = in_message and buf or -1, own = not in_message, kind = kind, name = name })
    notify.info(('writing %s; :CoderStop stops it'):format(name))
  end)
end

---Stops every draft.
---@return boolean whether there was one
function M.stop_all() return running:stop_all() end

---The place of the text: made when it begins to come, so that nothing opens for a request that fails.
---@param draft coder.Draft
local function open(draft)
  if draft.first then return end
  if draft.buf >= 0 then
    local first = api.nvim_buf_get_lines(draft.buf, 0, 1, false)[1]
    if first and first ~= '' then
      api.nvim_buf_set_lines(draft.buf, 0, 0, true, { '', '' })
      draft.begun = true
    end
  else
    draft.buf = scratch(draft.kind)
    if api.nvim_buf_line_count(draft.buf) > 1 or api.nvim_buf_get_lines(draft.buf, 0, 1, false)[1] ~= '' then
      api.nvim_buf_set_lines(draft.buf, 0, -1, true, {})
      draft.begun = true
    end
  end
  mark(draft, 0)
end

backend.on('draft_begin', function(event)
  local draft = running:of(event.id)
  if not draft then return end
  draft.about, draft.left_out = event.about, event.left_out
  if draft.buf >= 0 and not api.nvim_buf_is_loaded(draft.buf) then return end
  open(draft)
  labels.join(draft.buf, event.label)
end)

backend.on('draft_part', function(event)
  local draft = running:of(event.id)
  if not draft or event.done > 0 then return end
  notify.info(('%s: the diff is large and read in %d parts first'):format(draft.name, event.parts))
end)

backend.on('draft_delta', function(event)
  local draft = running:of(event.id)
  if draft and draft.first then put(draft, event.text, true) end
end)

backend.on('draft_end', function(event)
  local draft = running:take(event.id)
  if not draft then return end
  if draft.first and not event.error and text_of(draft) ~= event.text then put(draft, event.text) end
  if draft.first and api.nvim_buf_is_loaded(draft.buf) then
    api.nvim_buf_clear_namespace(draft.buf, ns, 0, -1)
  end
  if event.error then return notify.error(event.error) end
  local text = ('%s is written, of %s'):format(draft.name, draft.about or 'the changes')
  if draft.left_out and draft.left_out[1] then
    text = text .. '; left out: ' .. table.concat(draft.left_out, ', ')
  end
  notify.info(text .. notify.cost(event.usd))
end)

return M
