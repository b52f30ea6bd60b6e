---The editor's side of a write: what is open, and changes to open buffers, all of them or none. The backend calls these
---functions.
local api, fn = vim.api, vim.fn
local buffers = require('coder.buffers')

local M = {}

---@param buf integer
---@return string path as the user would write it
local function name_of(buf)
  if not api.nvim_buf_is_valid(buf) then return ('buffer %d'):format(buf) end
  return fn.fnamemodify(api.nvim_buf_get_name(buf), ':~:.')
end

---@class coder.OpenFile
---@field buf integer
---@field path string absolute
---@field eol string "\n" or "\r\n"
---@field final_newline boolean
---@field bom boolean
---@field modifiable boolean

---@return coder.OpenFile[] every loaded file
function M.list()
  local out = {}
  for _, buf in ipairs(api.nvim_list_bufs()) do
    local path = api.nvim_buf_is_loaded(buf) and buffers.path(buf)
    if path then
      local is = vim.bo[buf]
      out[#out + 1] = {
        buf = buf, path = path,
        eol = is.fileformat == 'dos' and '\r\n' or '\n', final_newline = is.endofline,
        bom = is.bomb, modifiable = is.modifiable and not is.readonly,
      }
    end
  end
  return out
end

---Has the backend see these buffers; what goes wrong it finds out by itself.
---@param bufs integer[]
function M.attach(bufs)
  for _, buf in ipairs(bufs) do
    if api.nvim_buf_is_loaded(buf) then buffers.attach(buf, nil, true) end
  end
end

---These files were written without the editor, because the backend had ended in the midst of a write. A buffer that
---holds the same is as good as saved, one that has not been touched is read again; any other one stays, and Neovim says
---so when it is written.
---@param paths string[] absolute, resolved
function M.reload(paths)
  local written = {}
  for _, path in ipairs(paths) do written[path] = true end
  for _, file in ipairs(M.list()) do
    local real = vim.uv.fs_realpath(file.path)
    if real and written[real] then
      local lines = api.nvim_buf_get_lines(file.buf, 0, -1, true)
      local ok, disk = pcall(fn.readfile, real)
      if file.eol == '\r\n' then lines = vim.tbl_map(function(line) return line .. '\r' end, lines) end
      if ok and vim.deep_equal(disk, lines) then vim.bo[file.buf].modified = false end
      if not vim.bo[file.buf].modified then vim.cmd(('silent! checktime %d'):format(file.buf)) end
    end
  end
end

---@alias coder.LineEdit { [1]: integer, [2]: integer, [3]: string[] } first and last line as nvim_buf_set_lines() has
---them, and what takes their place

---@class coder.BufferChange
---@field buf integer
---@field tick integer
---@field edits coder.LineEdit[]
---@field final_newline? boolean

---@param item coder.BufferChange
---@return string? problem
local function check(item)
  local buf = item.buf
  if not api.nvim_buf_is_loaded(buf) then return name_of(buf) .. ' is not open any more' end
  if not vim.bo[buf].modifiable then return name_of(buf) .. " cannot be changed ('modifiable' is off)" end
  if api.nvim_buf_get_changedtick(buf) ~= item.tick then return name_of(buf) .. ' has changed meanwhile' end
end

---@param edits coder.LineEdit[]
---@return coder.LineEdit[] the last one first; of two at one line the one that puts in after the one that replaces
local function backwards(edits)
  local out = vim.list_slice(edits)
  table.sort(out, function(a, b)
    if a[1] ~= b[1] then return a[1] > b[1] end
    return a[2] > b[2]
  end)
  return out
end

---@param edits coder.LineEdit[]
---@param lnum integer 1-based
---@return integer lnum after the edits, boolean touched it is among the lines that are replaced
local function moved(edits, lnum)
  local shift = 0
  for _, edit in ipairs(edits) do
    local first, last, count = edit[1], edit[2], #edit[3]
    if last < lnum then
      shift = shift + count - (last - first)
    elseif first < lnum then
      return shift + first + math.max(math.min(lnum - first, count), 1), true
    end
  end
  return lnum + shift, false
end

---@class coder.Place where windows and marks are
---@field views { win: integer, view: table }[]
---@field marks { name: string, pos: integer[] }[]

---@param buf integer
---@return coder.Place
local function places(buf)
  local views, marks = {}, {}
  for _, win in ipairs(fn.win_findbuf(buf)) do
    views[#views + 1] = { win = win, view = api.nvim_win_call(win, fn.winsaveview) }
  end
  for _, mark in ipairs(vim.list_extend(fn.getmarklist(buf), fn.getmarklist())) do
    local name = mark.mark:sub(2)
    if mark.pos[1] == buf and name:find('^%a$') then marks[#marks + 1] = { name = name, pos = mark.pos } end
  end
  return { views = views, marks = marks }
end

---Lines are told apart by their numbers, so that it makes no difference which lines are replaced by the same ones.
---@param buf integer
---@param place coder.Place
---@param edits coder.LineEdit[] in order
local function put_back(buf, place, edits)
  local count = api.nvim_buf_line_count(buf)
  local function to(lnum) return math.max(1, math.min((moved(edits, lnum)), count)) end
  for _, one in ipairs(place.views) do
    local view = one.view
    view.lnum, view.topline = to(view.lnum), to(view.topline)
    api.nvim_win_call(one.win, function() fn.winrestview(view) end)
  end
  for _, mark in ipairs(place.marks) do
    local _, touched = moved(edits, mark.pos[2])
    if touched then
      local lnum = to(mark.pos[2])
      local length = #api.nvim_buf_get_lines(buf, lnum - 1, lnum, true)[1]
      api.nvim_buf_set_mark(buf, mark.name, lnum, math.min(mark.pos[3] - 1, length), {})
    end
  end
end

---Ends the undo block that is open in `buf`: setting the option does.
---@param buf integer
local function end_block(buf) vim.bo[buf].undolevels = vim.bo[buf].undolevels end

---@param buf integer
---@return boolean it has no text at all, not even an empty line
local function is_empty(buf)
  return api.nvim_buf_line_count(buf) == 1 and api.nvim_buf_get_offset(buf, 1) <= 1
    and api.nvim_buf_get_lines(buf, 0, 1, true)[1] == ''
end

---@class coder.Before what a buffer was
---@field buf integer
---@field seq integer of its undo tree
---@field lines? string[] of a buffer that has no undo
---@field modified boolean
---@field endofline boolean
---@field fixendofline boolean

---@param buf integer
---@return coder.Before
local function before(buf)
  local is = vim.bo[buf]
  local levels = is.undolevels == -123456 and vim.go.undolevels or is.undolevels
  return {
    buf = buf, seq = api.nvim_buf_call(buf, fn.undotree).seq_cur,
    lines = levels < 0 and api.nvim_buf_get_lines(buf, 0, -1, true) or nil,
    modified = is.modified, endofline = is.endofline, fixendofline = is.fixendofline,
  }
end

---@param was coder.Before
local function take_back(was)
  if was.lines then
    api.nvim_buf_set_lines(was.buf, 0, -1, true, was.lines)
  else
    api.nvim_buf_call(was.buf, function()
      if fn.undotree().seq_cur ~= was.seq then vim.cmd(('silent noautocmd undo! %d'):format(was.seq)) end
    end)
  end
  vim.bo[was.buf].endofline, vim.bo[was.buf].fixendofline = was.endofline, was.fixendofline
  vim.bo[was.buf].modified = was.modified
end

---@param item coder.BufferChange
local function apply(item)
  local buf, edits = item.buf, backwards(item.edits)
  end_block(buf)
  local place, empty = places(buf), is_empty(buf)
  for _, edit in ipairs(edits) do
    local last = empty and edit[1] == 0 and edit[2] == 0 and edit[3][1] and 1 or edit[2]
    api.nvim_buf_set_lines(buf, edit[1], last, true, edit[3])
  end
  if item.final_newline ~= nil then
    vim.bo[buf].endofline = item.final_newline
    -- Else the next :write would add one.
    if not item.final_newline then vim.bo[buf].fixendofline = false end
  end
  end_block(buf)
  table.sort(edits, function(a, b) return a[1] < b[1] or (a[1] == b[1] and a[2] < b[2]) end)
  put_back(buf, place, edits)
end

---Changes all of these buffers, each in one undo block of its own, or none of them.
---@param items coder.BufferChange[]
---@return { problem?: string }
function M.change(items)
  for _, item in ipairs(items) do
    local problem = check(item)
    if problem then return { problem = problem } end
  end
  local done = {}
  for _, item in ipairs(items) do
    local was = before(item.buf)
    table.insert(done, 1, was)
    local ok, err = pcall(apply, item)
    if not ok then
      for _, one in ipairs(done) do pcall(take_back, one) end
      local why = tostring(err):match('E%d+:[^\n]*') or tostring(err)
      return { problem = ('%s cannot be changed now: %s'):format(name_of(item.buf), why) }
    end
  end
  return vim.empty_dict()
end

return M
