-- Ghost text in a child: a scripted backend, suggestions given by the test for the state the child is in, and
-- what is drawn.
local t = require('harness')

local M = {}

---@class coder.test.GhostOpts : coder.test.Opts
---@field script? string Lua members of the fake backend's script; default: ghost = true
---@field text? string[] of the buffer
---@field file? string its name

---A child in a file with ghost text.
---@param opts? coder.test.GhostOpts
---@return coder.test.Nvim
function M.start(opts)
  opts = opts or {}
  local log = t.dir() .. '/log'
  local fake = t.fake(('return { log = %q, %s }'):format(log, opts.script or 'ghost = true'))
  opts.setup = ("vim.tbl_deep_extend('force', { backend_path = '%s' }, %s)"):format(fake, opts.setup or '{}')
  local nv = t.nvim(opts)
  nv.ghost_log = log
  nv:cmd('edit ' .. (opts.file or 'a.txt'))
  nv:lua('vim.api.nvim_buf_set_lines(0, 0, -1, true, ...) vim.bo.modified = false', opts.text or { '' })
  return nv
end

---What the child has sent, without call ids.
---@param nv coder.test.Nvim
---@param name? string of the method
---@return table[] parameters, or { method, parameters }
function M.sent(nv, name)
  local file = io.open(nv.ghost_log)
  local out = {}
  for line in file and file:lines() or function() end do
    local ok, message = pcall(vim.json.decode, line)
    if ok and not name then out[#out + 1] = message end
    if ok and message[1] == name then out[#out + 1] = message[2] end
  end
  if file then file:close() end
  return out
end

---Waits until the last cursor sent is where the child is.
---@param nv coder.test.Nvim
---@return table
function M.wait_cursor(nv)
  return t.wait(function()
    local all = M.sent(nv, 'cursor')
    local last, now = all[#all], M.here(nv)
    return last and last.tick == now.tick and last.line == now.line and last.col == now.col and last
  end, 'the cursor to be sent')
end

---@param nv coder.test.Nvim
---@return table buf, tick, line, col
function M.here(nv)
  return nv:lua([[
    local c = vim.api.nvim_win_get_cursor(0)
    return { buf = vim.api.nvim_get_current_buf(), tick = vim.b.changedtick, line = c[1] - 1, col = c[2] }
  ]])
end

---Suggests `text` for the state the child is in.
---@param nv coder.test.Nvim
---@param text string
---@param more? table over the event's other fields
function M.suggest(nv, text, more)
  M.wait_cursor(nv)
  local event = { id = 1, text = text, more = false, index = 1, count = 1 }
  M.event(nv, 'ghost_show', vim.tbl_extend('force', M.here(nv), event, more or {}))
end

---@param nv coder.test.Nvim
function M.event(nv, name, params) nv:lua("require('coder.backend').receive(...)", name, params) end

---The ghost as it is drawn: lines joined by "\n"; nil when there is none. Fails when there are two.
---@param nv coder.test.Nvim
---@return string?, table? where buf, line and, when it has a first line, col
function M.drawn(nv)
  local found = nv:lua([[
    local ns, out = vim.api.nvim_get_namespaces()['coder.ghost'], { first = {}, below = {} }
    for _, buf in ipairs(ns and vim.api.nvim_list_bufs() or {}) do
      for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buf, ns, 0, -1, { details = true })) do
        local at = { buf = buf, line = mark[2], col = mark[3] }
        if mark[4].virt_text then
          at.text = mark[4].virt_text[1][1]
          table.insert(out.first, at)
        else
          at.text = table.concat(vim.tbl_map(function(line) return line[1][1] end, mark[4].virt_lines), '\n')
          table.insert(out.below, at)
        end
      end
    end
    return out
  ]])
  local first, below = found.first[1], found.below[1]
  t.ok(#found.first < 2 and #found.below < 2, 'never two ghosts')
  if first and below then t.eq({ first.buf, first.line }, { below.buf, below.line }, 'one ghost in two places') end
  if not first and not below then return end
  local text = first and first.text or ''
  return below and text .. '\n' .. below.text or text, first or { buf = below.buf, line = below.line }
end

---@param nv coder.test.Nvim
---@param text string?
function M.is(nv, text, what)
  local got = M.drawn(nv)
  if got == text then return end
  what = what or 'another ghost'
  error(('%s\n   ghost:    %s\n   expected: %s'):format(what, vim.inspect(got), vim.inspect(text)), 2)
end

---A child in insert mode with `text` suggested at its cursor.
---@param typed string keys
---@param text string
---@param opts? coder.test.GhostOpts
---@return coder.test.Nvim
function M.with(typed, text, opts)
  local nv = M.start(opts)
  nv:type(typed)
  M.suggest(nv, text)
  return nv
end

---Attaches a user interface and notes the first row of the screen as of each flush: what a person sees.
---@param nv coder.test.Nvim
---@return string[] frames filled while the runner waits
function M.frames(nv)
  local pipe, unpack_some = vim.uv.new_pipe(), vim.mpack.Unpacker()
  local frames, row, rest, attached = {}, {}, '', false
  local function redraw(batch)
    for _, update in ipairs(batch) do
      for i = 2, #update do
        local args = update[i]
        if update[1] == 'grid_line' and args[2] == 0 then
          local col = args[3]
          for _, cell in ipairs(args[4]) do
            for _ = 1, cell[3] or 1 do
              col = col + 1
              row[col] = cell[1]
            end
          end
        elseif update[1] == 'grid_clear' then
          row = {}
        elseif update[1] == 'flush' then
          local text = (table.concat(row):gsub(' +$', ''))
          if text ~= frames[#frames] then frames[#frames + 1] = text end
        end
      end
    end
  end
  local connected = false
  pipe:connect(nv.dir .. '/sock', function() connected = true end)
  t.wait(function() return connected end, 'the socket')
  pipe:read_start(function(_, data)
    if not data then return end
    rest = rest .. data
    local at = 1
    while at <= #rest do
      local message
      message, at = unpack_some(rest, at)
      if message == nil then break end
      if message[1] == 1 then attached = true end
      if message[1] == 2 and message[2] == 'redraw' then redraw(message[3]) end
    end
    rest = ''
  end)
  pipe:write(vim.mpack.encode({ 0, 1, 'nvim_ui_attach', { 80, 24, { ext_linegrid = true, rgb = true } } }))
  t.defer(function() pipe:close() end)
  t.wait(function() return attached end, 'the user interface')
  return frames
end

return M
