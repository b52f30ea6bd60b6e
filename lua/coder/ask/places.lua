---Places in files: `src/a.py:10` in a text, and going there.
local api, fn = vim.api, vim.fn
local chats = require('coder.ask.chat')

local M = {}

---@class coder.Place
---@field path string absolute
---@field line? integer 1-based

---@param path string
---@return boolean
local function is_file(path)
  local stat = vim.uv.fs_stat(path)
  return stat ~= nil and stat.type == 'file' or fn.bufloaded(path) == 1
end

---@param chat coder.Chat
---@param path string relative to the project, or absolute
---@param root? string where it begins, unless that is what the last answer said
---@return string? absolute nil when there is no such file
function M.resolve(chat, path, root)
  if path:find('^[/~]') then
    path = fn.fnamemodify(path, ':p')
    return is_file(path) and path or nil
  end
  local roots = { root or chat.root }
  if chat.source and api.nvim_buf_is_valid(chat.source) then
    roots[#roots + 1] = vim.fs.root(chat.source, '.git')
  end
  roots[#roots + 1] = fn.getcwd()
  for _, folder in ipairs(roots) do
    local full = vim.fs.joinpath(folder, path)
    if is_file(full) then return full end
  end
end

---What may be a place in the current line: `code`, where blanks belong to the name, and words.
---@return { from: integer, to: integer, text: string }[] in their order; byte columns, 1-based, `to` exclusive
local function candidates()
  local line, out = api.nvim_get_current_line(), {}
  for from, text, to in line:gmatch('()`([^`]+)`()') do out[#out + 1] = { from = from, to = to, text = text } end
  for from, text, to in line:gmatch('()(%S+)()') do
    text = text:gsub('^[%(%[{<"\'`*]+', ''):gsub('[%)%]}>"\'`*.,;:]+$', '')
    out[#out + 1] = { from = from, to = to, text = text }
  end
  table.sort(out, function(a, b) return a.from < b.from or (a.from == b.from and a.to > b.to) end)
  return out
end

---The place the cursor is on, or the next one in its line.
---@param chat coder.Chat
---@param root? string see resolve()
---@return coder.Place?
local function here(chat, root)
  local col = api.nvim_win_get_cursor(0)[2] + 1
  for _, one in ipairs(candidates()) do
    if one.to > col then
      local path, line = one.text:match('^(.-):(%d+)')
      -- Any word may be the name of a file, so only the one under the cursor is tried.
      if not path and one.from <= col then path = one.text end
      path = path and path:gsub('^#file:"?', '')
      local full = path and path ~= '' and M.resolve(chat, path, root)
      if full then return { path = full, line = tonumber(line) } end
    end
  end
end

---@param win integer
---@return boolean a window for files, and one that may show another
local function is_normal(win)
  if fn.win_gettype(win) ~= '' or vim.wo[win].winfixbuf then return false end
  return vim.bo[api.nvim_win_get_buf(win)].buftype == ''
end

---@param buf integer
---@param source? integer
---@return integer? win that shows the file already, or the source, or the one used before
local function window_for(buf, source)
  local wins = vim.tbl_filter(is_normal, api.nvim_tabpage_list_wins(0))
  for _, wanted in ipairs({ buf, source }) do
    for _, win in ipairs(wins) do
      if api.nvim_win_get_buf(win) == wanted then return win end
    end
  end
  local last = fn.win_getid(fn.winnr('#'))
  return vim.tbl_contains(wins, last) and last or wins[1]
end

-- A chat in a float would hide the place; the float it was found in has done its work.
---@param from integer window that the user was in
local function close_floats(from)
  for _, win in ipairs(api.nvim_tabpage_list_wins(0)) do
    local ours = win == from or chats.of(api.nvim_win_get_buf(win)) ~= nil
    if ours and api.nvim_win_get_config(win).relative ~= '' then api.nvim_win_close(win, false) end
  end
end

---Goes to a place, in the window of the file the chat is about or another one for files.
---@param chat coder.Chat
---@param place coder.Place
function M.open(chat, place)
  local from = api.nvim_get_current_win()
  local buf = fn.bufadd(fn.fnamemodify(place.path, ':.'))
  vim.bo[buf].buflisted = true
  local win = window_for(buf, chat.source)
  if win then
    api.nvim_set_current_win(win)
    vim.cmd("normal! m'")
  end
  if not win or api.nvim_win_get_buf(win) ~= buf then
    -- Fails where a changed buffer may not be hidden.
    if not win or not pcall(api.nvim_win_set_buf, win, buf) then
      local side = require('coder.config').current.ask.position == 'right' and 'left' or 'above'
      local where = win and { split = 'above', win = win } or { split = side, win = -1 }
      local ok, err = pcall(api.nvim_open_win, buf, true, where)
      if not ok then return require('coder.notify').error(tostring(err):match('E%d+:.*') or tostring(err)) end
    end
  end
  close_floats(from)
  if not place.line then return end
  api.nvim_win_set_cursor(0, { math.max(1, math.min(place.line, api.nvim_buf_line_count(buf))), 0 })
  vim.cmd('normal! zv^')
end

---@type fun()? goes to the place that was found last
local found

function M.go()
  local run = found
  found = nil
  if run then run() end
end

---Maps `gf` in `buf`: to a place under the cursor if there is one, else the usual one.
---@param buf integer
---@param chat coder.Chat
---@param root? string see resolve()
function M.map(buf, chat, root)
  vim.keymap.set('n', 'gf', function()
    local place = here(chat, root)
    found = place and function() M.open(chat, place) end
    return place and "<Cmd>lua require('coder.ask.places').go()<CR>" or 'gf'
  end, { buffer = buf, nowait = true, silent = true, expr = true, desc = 'coder: go to the place under the cursor' })
end

return M
