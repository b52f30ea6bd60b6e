---The hunks in the files themselves: lines that go struck and shaded, lines that come as virtual lines below them.
---Nothing of it is text of the buffer.
local api, fn = vim.api, vim.fn
local buffers = require('coder.buffers')
local compat = require('coder.compat')
local page = require('coder.refactor.page')
local previews = require('coder.refactor.preview')
local show = require('coder.ghost.show')

local M = {}

local ns = api.nvim_create_namespace('coder.refactor')

---@type fun(buf: integer, on: boolean) called when hunks are drawn in a buffer, and when they are gone
M.on_change = function() end

---@class coder.DrawnHunk
---@field id string
---@field mark integer extmark at its first line

---@type table<integer, coder.DrawnHunk[]> by buffer
local drawn = {}

---@param line string
---@param at integer byte, 1-based
---@return integer the first byte of the character it is in
local function char_start(line, at)
  while at > 1 and at <= #line and line:byte(at) >= 0x80 and line:byte(at) < 0xC0 do at = at - 1 end
  return at
end

---What differs in the middle of two lines.
---@param old string
---@param new string
---@return integer first, integer last bytes of the new line, 1-based
local function middle(old, new)
  local first, least = 1, math.min(#old, #new)
  while first <= least and old:byte(first) == new:byte(first) do first = first + 1 end
  first = math.min(char_start(old, first), char_start(new, first))
  local back = 0
  while back <= least - first and old:byte(#old - back) == new:byte(#new - back) do back = back + 1 end
  while back > 0 do
    local byte = new:byte(#new - back + 1)
    if byte < 0x80 or byte >= 0xC0 then break end
    back = back - 1
  end
  return first, #new - back
end

---A line that comes, as a virtual line.
---@param line string
---@param from? integer bytes that differ from the line it replaces
---@param to? integer
---@return [string, string][] chunks, integer width
local function virtual(line, from, to)
  local chunks, col = {}, 0
  local function add(text, group)
    if text == '' then return end
    local shown = show.printable(text, function() return col end)
    col = col + fn.strdisplaywidth(shown, col)
    chunks[#chunks + 1] = { shown, group }
  end
  if not from or to < from or (from == 1 and to == #line) then
    add(line, 'CoderAdd')
  else
    add(line:sub(1, from - 1), 'CoderAdd')
    add(line:sub(from, to), 'CoderChange')
    add(line:sub(to + 1), 'CoderAdd')
  end
  return chunks, col
end

---@param hunk coder.Hunk
---@return [string, string][][]
local function new_lines(hunk)
  local out, widths, widest = {}, {}, 0
  for i, line in ipairs(hunk.lines) do
    local from, to
    if #hunk.old == #hunk.lines then
      from, to = middle(hunk.old[i], line)
    end
    out[i], widths[i] = virtual(line, from, to)
    widest = math.max(widest, widths[i])
  end
  -- A highlighted block, as far as virtual lines can be one.
  for i, chunks in ipairs(out) do
    local pad = math.max(widest, 1) - widths[i]
    if pad > 0 then chunks[#chunks + 1] = { (' '):rep(pad), 'CoderAdd' } end
  end
  return out
end

---@param buf integer
---@param hunk coder.Hunk
---@param count integer lines of the buffer
local function draw_old(buf, hunk, count)
  local same = #hunk.old == #hunk.lines
  for i, line in ipairs(hunk.old) do
    local row = hunk.first + i - 1
    if row >= count then return end
    local text = api.nvim_buf_get_lines(buf, row, row + 1, true)[1]
    api.nvim_buf_set_extmark(buf, ns, row, 0, {
      end_col = #text, hl_group = 'CoderGone', line_hl_group = 'CoderDelete', priority = 200,
    })
    if same then
      local from, to = middle(hunk.lines[i], line)
      if to >= from and (from > 1 or to < #line) and to <= #text then
        api.nvim_buf_set_extmark(buf, ns, row, from - 1, { end_col = to, hl_group = 'CoderChange', priority = 201 })
      end
    end
  end
end

---@param file coder.PreviewFile
---@param hunk coder.Hunk
---@param state? string
---@param above boolean its lines are shown above the first one, where they may be out of sight
---@return [string, string][]? what is said at the end of its first line
local function tag(file, hunk, state, above)
  local words = {}
  if state then words[1] = page.sign(state, true) end
  if hunk.whole and file.kind == 'remove' then words[#words + 1] = 'the file is removed' end
  if hunk.whole and file.kind == 'rename' then words[#words + 1] = 'renamed to ' .. (file.to or '?') end
  if above then
    words[#words + 1] = previews.some(#hunk.lines, 'new line') .. ' above'
  end
  if hunk.note then words[#words + 1] = hunk.note end
  if not words[1] then return end
  return { { '  ' .. table.concat(words, ', '), state and 'CoderAccepted' or 'CoderHunk' } }
end

---@param buf integer
---@param file coder.PreviewFile
---@param hunk coder.Hunk
---@param state? string
---@return integer mark
local function draw_hunk(buf, file, hunk, state)
  local count = api.nvim_buf_line_count(buf)
  draw_old(buf, hunk, count)
  local virt_lines, above = new_lines(hunk), false
  if virt_lines[1] then
    local row = hunk.first + #hunk.old - 1
    if row < 0 then
      local empty = count == 1 and api.nvim_buf_get_lines(buf, 0, 1, true)[1] == ''
      row, above = 0, not empty
    end
    api.nvim_buf_set_extmark(buf, ns, math.min(row, count - 1), 0, vim.tbl_extend('force', compat.virtual_lines(), {
      virt_lines = virt_lines, virt_lines_above = above,
    }))
  end
  return api.nvim_buf_set_extmark(buf, ns, math.min(hunk.first, count - 1), 0, {
    virt_text = tag(file, hunk, state, above), virt_text_pos = 'eol',
  })
end

---@param buf integer
local function clear(buf)
  if not drawn[buf] then return end
  drawn[buf] = nil
  if not api.nvim_buf_is_valid(buf) then return end
  api.nvim_buf_clear_namespace(buf, ns, 0, -1)
  M.on_change(buf, false)
end

---Takes away what is drawn of a file that has just been written: it is for another text now.
---@param file coder.PreviewFile
function M.drop(file)
  if file.buf and file.tick ~= (api.nvim_buf_is_loaded(file.buf) and api.nvim_buf_get_changedtick(file.buf)) then
    clear(file.buf)
  end
end

---Draws a file's hunks, if they are for the state its buffer is in and a window shows it.
---@param preview coder.Preview
---@param file coder.PreviewFile
function M.file(preview, file)
  local buf = file.buf
  if preview ~= previews.current or preview.closed or not buf or not api.nvim_buf_is_loaded(buf) then return end
  if file.tick ~= api.nvim_buf_get_changedtick(buf) then return end
  if not drawn[buf] and #fn.win_findbuf(buf) == 0 then return end
  api.nvim_buf_clear_namespace(buf, ns, 0, -1)
  local marks = {}
  for _, hunk in ipairs(file.hunks) do
    local state = previews.state(preview, hunk.id)
    if state ~= 'rejected' and state ~= 'written' then
      marks[#marks + 1] = { id = hunk.id, mark = draw_hunk(buf, file, hunk, state) }
    end
  end
  if not marks[1] then return clear(buf) end
  local new = not drawn[buf]
  drawn[buf] = marks
  if new then M.on_change(buf, true) end
end

---Takes away what is not of `previews.current`.
function M.tidy()
  local preview, kept = previews.current, {}
  for _, file in ipairs(preview and not preview.closed and preview.files or {}) do
    if file.buf then kept[file.buf] = true end
  end
  for buf in pairs(drawn) do
    if not kept[buf] then clear(buf) end
  end
end

---Draws what `previews.current` has, and takes away everything else.
function M.all()
  local preview = previews.current
  M.tidy()
  if preview then vim.iter(preview.files):each(function(file) M.file(preview, file) end) end
end

---The hunks drawn in a buffer, where they are now.
---@param buf integer
---@return { id: string, lnum: integer }[]
function M.places(buf)
  local out = {}
  for _, one in ipairs(drawn[buf] or {}) do
    local row = api.nvim_buf_get_extmark_by_id(buf, ns, one.mark, {})[1]
    if row then out[#out + 1] = { id = one.id, lnum = row + 1 } end
  end
  return out
end

---@param name string of a buffer
---@param file coder.PreviewFile
---@return boolean
local function is_of(name, file)
  return file.full ~= '' and (name == file.full or vim.uv.fs_realpath(name) == vim.uv.fs_realpath(file.full))
end

api.nvim_create_autocmd('BufWinEnter', {
  group = api.nvim_create_augroup('coder.refactor', {}),
  callback = function(args)
    local preview = previews.current
    local name = preview and not preview.closed and buffers.path(args.buf)
    if not name then return end
    for _, file in ipairs(preview.files) do
      if file.buf == args.buf then return M.file(preview, file) end
      -- The backend says where the hunks are in the buffer as soon as it sees that.
      if not file.buf and vim.fs.basename(file.full) == vim.fs.basename(name) and is_of(name, file) then
        return buffers.attach(args.buf, nil, true)
      end
    end
  end,
})

return M
