---The list of hunks: a buffer of its own for each preview, of which only what has changed is written anew. Cursor, view
---and folds stay with what they are on, whatever comes or goes above.
local api, fn = vim.api, vim.fn
local folds = require('coder.refactor.folds')
local labels = require('coder.labels')
local page = require('coder.refactor.page')
local previews = require('coder.refactor.preview')
local spots = require('coder.refactor.spots')

local M = {}

local UPDATE_MS = 50
local CLOCK_MS = 1000

local ns = api.nvim_create_namespace('coder.refactor.list')

local options = {
  wrap = false, list = false, number = false, relativenumber = false, signcolumn = 'no', foldcolumn = '0',
  colorcolumn = '', spell = false, winfixheight = true, foldenable = true, foldlevel = 99, foldmethod = 'expr',
  foldexpr = [[v:lnum<=b:coder_head?0:getline(v:lnum)[0]==' '?1:'>1']],
  foldtext = "v:lua.require'coder.refactor.folds'.text()",
}

---@class coder.ListPage
---@field buf integer
---@field blocks coder.PageBlock[] that are in the buffer
---@field begun table<string, true> files that have been looked at whether they are to begin closed
---@field closed table<string, boolean> folds, by path
---@field due? boolean an update is on its way
---@field last? integer ms, when the last one was
---@field timer? uv.uv_timer_t

---@type table<integer, coder.ListPage> by number of the preview
local pages = {}

---@param preview coder.Preview
---@return string name of its buffer
function M.name(preview) return ('coder://refactor/%d'):format(preview.number) end

---@param buf integer
---@return coder.Preview? whose list it is
function M.preview(buf)
  local number = tonumber(api.nvim_buf_get_name(buf):match('^coder://refactor/(%d+)$'))
  return vim.iter(previews.list()):find(function(preview) return preview.number == number end)
end

---@param preview coder.Preview
---@return integer? buf
function M.buf(preview)
  local it = pages[preview.number]
  return it and api.nvim_buf_is_loaded(it.buf) and it.buf or nil
end

-- Where things are

---@param preview coder.Preview
---@param lnum integer
---@return coder.PreviewFile?, coder.Hunk?, integer below how far below the hunk's head, or the file's line
function M.at(preview, lnum)
  local where = spots.at(pages[preview.number].blocks, lnum)
  if not where then return nil, nil, 0 end
  local at = where.id and preview.hunks[where.id]
  if at then return at.file, at.hunk, where.offset end
  local file = vim.iter(preview.files):find(function(one) return one.path == where.path end)
  return file, nil, where.offset
end

---Lines of the list that are heads of hunks.
---@param preview coder.Preview
---@return { [1]: integer, [2]: string }[] lnum, id
function M.heads(preview) return spots.heads(pages[preview.number].blocks) end

-- Writing

---@param buf integer
---@param block coder.PageBlock
---@param base integer row of its first line
---@param first integer
---@param last integer lines of it
local function look(buf, block, base, first, last)
  for i = first, last do
    local group = block.looks[i]
    if group and group:byte() == 61 then
      api.nvim_buf_set_extmark(buf, ns, base + i - 1, 0, { line_hl_group = group:sub(2) })
    elseif group then
      api.nvim_buf_set_extmark(buf, ns, base + i - 1, 0, { end_col = #block.lines[i], hl_group = group })
    end
  end
end

---@param buf integer
---@param base integer row of its first line
---@param old coder.PageBlock
---@param new coder.PageBlock
local function rewrite(buf, base, old, new)
  local function same(i, j) return old.lines[i] == new.lines[j] and old.looks[i] == new.looks[j] end
  local top, bottom, least = 0, 0, math.min(#old.lines, #new.lines)
  while top < least and same(top + 1, top + 1) do top = top + 1 end
  while bottom < least - top and same(#old.lines - bottom, #new.lines - bottom) do bottom = bottom + 1 end
  local from, to = base + top, base + #old.lines - bottom
  if top == #new.lines and to == from then return end
  if to > from then api.nvim_buf_clear_namespace(buf, ns, from, to) end
  api.nvim_buf_set_lines(buf, from, to, true, vim.list_slice(new.lines, top + 1, #new.lines - bottom))
  look(buf, new, base, top + 1, #new.lines - bottom)
end

local nothing = { path = '', lines = {}, looks = {}, ids = {} }

---@param it coder.ListPage
---@param blocks coder.PageBlock[]
local function write(it, blocks)
  local buf, old, wanted = it.buf, it.blocks, {}
  for _, block in ipairs(blocks) do wanted[block.path] = true end
  local i, base = 1, 0
  for _, block in ipairs(blocks) do
    while old[i] and not wanted[old[i].path] do
      rewrite(buf, base, old[i], nothing)
      i = i + 1
    end
    if old[i] and old[i].path == block.path then
      if old[i] ~= block then rewrite(buf, base, old[i], block) end
      i = i + 1
    else
      rewrite(buf, base, nothing, block)
    end
    base = base + #block.lines
  end
  -- What is left below; in a new buffer its one empty line.
  local count = api.nvim_buf_line_count(buf)
  if count > base then
    api.nvim_buf_clear_namespace(buf, ns, base, -1)
    api.nvim_buf_set_lines(buf, base, -1, true, {})
  end
  it.blocks = blocks
end

---@class coder.ListView
---@field win integer
---@field cursor? coder.ListSpot
---@field top? coder.ListSpot

---@param it coder.ListPage
---@return coder.ListView[]
local function views(it)
  return vim.tbl_map(function(win)
    return api.nvim_win_call(win, function()
      folds.note(it)
      return { win = win, cursor = spots.at(it.blocks, fn.line('.')), top = spots.at(it.blocks, fn.line('w0')) }
    end)
  end, fn.win_findbuf(it.buf))
end

---@param it coder.ListPage
---@param view coder.ListView
local function restore(it, view)
  local lnum, top = view.cursor and spots.line(it.blocks, view.cursor), view.top and spots.line(it.blocks, view.top)
  api.nvim_win_call(view.win, function()
    local now, wanted = fn.winsaveview(), {}
    if lnum and lnum ~= now.lnum then wanted.lnum, wanted.col = lnum, now.col end
    if top and top ~= now.topline then wanted.topline = top end
    if next(wanted) then fn.winrestview(wanted) end
    folds.set(it)
  end)
end

---Writes what has changed, now.
---@param preview coder.Preview
function M.update(preview)
  local it = pages[preview.number]
  if not it or not api.nvim_buf_is_loaded(it.buf) then return end
  it.last = vim.uv.now()
  local kept, buf = views(it), it.buf
  local blocks = page.make(preview)
  vim.b[buf].coder_head = #blocks[1].lines
  vim.bo[buf].modifiable = true
  write(it, blocks)
  vim.bo[buf].modifiable = false
  -- What is accepted is not to be lost by :qall.
  vim.bo[buf].modified = not preview.closed and not preview.writing and previews.count(preview).accepted > 0
  for _, view in ipairs(kept) do restore(it, view) end
end

---@param preview coder.Preview
---@param it coder.ListPage
local function clock(preview, it)
  local waits = preview.running and preview.phase
  if waits and not it.timer then
    it.timer = assert(vim.uv.new_timer())
    it.timer:start(CLOCK_MS, CLOCK_MS, vim.schedule_wrap(function() M.refresh(preview) end))
  elseif not waits and it.timer then
    it.timer:stop()
    it.timer:close()
    it.timer = nil
  end
end

---Writes what has changed, soon: events come faster than anybody reads.
---@param preview coder.Preview
function M.refresh(preview)
  local it = pages[preview.number]
  if not it then return end
  clock(preview, it)
  if it.due then return end
  it.due = true
  local wait = math.max((it.last or 0) + UPDATE_MS - vim.uv.now(), 0)
  vim.defer_fn(function()
    it.due = nil
    M.update(preview)
  end, wait)
end

-- The window

---@param preview coder.Preview
---@param hooks { prepare: fun(preview: coder.Preview, buf: integer), write: fun(preview: coder.Preview),
--- hidden: fun(preview: coder.Preview) }
---@return coder.ListPage
local function create(preview, hooks)
  -- A restored session may hold a buffer of that name.
  local stale = fn.bufnr('^' .. M.name(preview) .. '$')
  if stale >= 0 then api.nvim_buf_delete(stale, { force = true }) end
  local buf = api.nvim_create_buf(false, true)
  local it = { buf = buf, blocks = {}, begun = {}, closed = {} }
  api.nvim_buf_set_name(buf, M.name(preview))
  vim.bo[buf].buftype, vim.bo[buf].bufhidden, vim.bo[buf].swapfile = 'acwrite', 'hide', false
  vim.bo[buf].undolevels, vim.bo[buf].modifiable = -1, false
  vim.b[buf].coder_head = 2
  local group = api.nvim_create_augroup('coder.refactor.' .. preview.number, {})
  local function on(event, run)
    api.nvim_create_autocmd(event, { group = group, buffer = buf, callback = run })
  end
  on('BufWinEnter', function() M.dress(it, api.nvim_get_current_win()) end)
  on('BufWriteCmd', function()
    hooks.write(preview)
    -- For :wq; it is set again should the write fail.
    if preview.writing then vim.bo[buf].modified = false end
  end)
  on({ 'BufHidden', 'BufUnload' }, function() hooks.hidden(preview) end)
  hooks.prepare(preview, buf)
  vim.bo[buf].filetype = 'coder-refactor'
  labels.join(buf, preview.label)
  return it
end

---Makes a window that has just opened on a list fit for it.
---@param it coder.ListPage
---@param win integer
function M.dress(it, win)
  for name, value in pairs(options) do api.nvim_set_option_value(name, value, { win = win, scope = 'local' }) end
  api.nvim_win_call(win, function() folds.set(it) end)
end

---Goes to the list, in its window or a new one below.
---@param preview coder.Preview
---@param hooks table see create()
function M.open(preview, hooks)
  local it = pages[preview.number]
  if not it or not api.nvim_buf_is_loaded(it.buf) then
    it = create(preview, hooks)
    pages[preview.number] = it
  end
  M.update(preview)
  local win = fn.bufwinid(it.buf)
  if win >= 0 then return api.nvim_set_current_win(win) end
  local height = math.max(6, math.min(math.floor(vim.o.lines * 0.4), 20))
  local ok, err = pcall(api.nvim_open_win, it.buf, true, { split = 'below', win = -1, height = height })
  if not ok then
    return require('coder.notify').error('no window for the list here: ' .. (err:match('E%d+:.*') or err))
  end
  M.refresh(preview)
end

---Closes its windows; back to where one was before.
---@param preview coder.Preview
function M.close(preview)
  local buf = M.buf(preview)
  if not buf then return end
  if api.nvim_get_current_buf() == buf and #api.nvim_tabpage_list_wins(0) > 1 then vim.cmd('wincmd p') end
  for _, win in ipairs(fn.win_findbuf(buf)) do
    if not pcall(api.nvim_win_close, win, true) then
      -- The last window: something else is shown there.
      api.nvim_win_call(win, function() vim.cmd.enew() end)
    end
  end
end

return M
