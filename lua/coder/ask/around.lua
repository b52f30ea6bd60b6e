---What a question takes along besides its own text: where the user is, what is wrong there, what else is open. Only
---what Neovim has at hand: nothing is loaded or attached for it but the file the question came from.
local api, fn = vim.api, vim.fn
local backend = require('coder.backend')
local buffers = require('coder.buffers')
local labels = require('coder.labels')

local M = {}

local MAX_DIAGNOSTICS = 100
local MAX_OPEN = 20
local MAX_JUMPS = 20

-- So many are copied at once; where there are more, buffer after buffer is looked at until there are enough.
local COPIED_AT_ONCE = 150

local severities = { 'error', 'warning', 'info', 'hint' }

---The listed and loaded buffers, last used first. |getbufinfo()| would describe each of them: twice the time.
---@param source integer? first where several were used in the same second
---@return integer[]
local function by_use(source)
  local out = {}
  for line in api.nvim_exec2('ls t', { output = true }).output:gmatch('[^\n]+') do
    local buf, loaded = line:match('^%s*(%d+)..(.)')
    buf = loaded ~= ' ' and tonumber(buf)
    if buf then table.insert(out, buf == source and 1 or #out + 1, buf) end
  end
  return out
end

---@param used integer[]
---@return string[]?
local function open(used)
  local out = {}
  for _, buf in ipairs(used) do
    if #out == MAX_OPEN then break end
    out[#out + 1] = buffers.path(buf)
  end
  return out[1] and out
end

---@param win integer
---@return { path: string, line: integer }[]?
local function jumps(win)
  local out, seen = {}, {}
  local list = fn.getjumplist(win)[1] or {}
  for i = #list, 1, -1 do
    if #out == MAX_JUMPS then break end
    local jump = list[i]
    local path = api.nvim_buf_is_valid(jump.bufnr) and buffers.path(jump.bufnr)
    local key = path and ('%s:%d'):format(path, jump.lnum)
    if key and not seen[key] then
      seen[key] = true
      out[#out + 1] = { path = path, line = math.max(jump.lnum, 1) }
    end
  end
  return out[1] and out
end

---Diagnostics of these severities, of all buffers or, where those are too many to be copied, of the first of `used`
---that have enough.
---@param severity { min?: integer, max?: integer }
---@param used integer[]
---@return vim.Diagnostic[]
local function diagnostics_of(severity, used)
  local count = 0
  for _, n in pairs(vim.diagnostic.count(nil, { severity = severity })) do count = count + n end
  if count == 0 then return {} end
  if count <= COPIED_AT_ONCE then return vim.diagnostic.get(nil, { severity = severity }) end
  local out = {}
  for _, buf in ipairs(used) do
    vim.list_extend(out, vim.diagnostic.get(buf, { severity = severity }))
    if #out >= MAX_DIAGNOSTICS then break end
  end
  return out
end

---Those of the source first, then by severity. Errors and warnings of other files go before hints of the source when
---there is not room for all.
---@param source integer?
---@param used integer[]
---@return table[]?
local function diagnostics(source, used)
  local level = vim.diagnostic.severity
  local paths, ranks, keys = {}, {}, {}
  for i, buf in ipairs(used) do ranks[buf] = i end
  -- One that is not listed has diagnostics all the same.
  if source and used[1] ~= source then used = vim.list_extend({ source }, used) end
  -- One number to sort by: whether it is in another file, its severity, the file, the line.
  local function rank(one)
    local buf = one.bufnr
    if paths[buf] == nil then paths[buf] = api.nvim_buf_is_loaded(buf) and buffers.path(buf) or false end
    if not paths[buf] then return false end
    local other = buf == source and 0 or 1
    keys[one] = ((other * 10 + one.severity) * 1e5 + math.min(ranks[buf] or 99999, 99999)) * 1e7 + one.lnum
    return true
  end
  local function before(a, b) return keys[a] < keys[b] end
  local picked = {}
  for _, severity in ipairs({ { min = level.WARN }, { max = level.INFO } }) do
    local found = vim.tbl_filter(rank, diagnostics_of(severity, used))
    table.sort(found, before)
    vim.list_extend(picked, found, 1, math.min(#found, MAX_DIAGNOSTICS - #picked))
    if #picked == MAX_DIAGNOSTICS then break end
  end
  if not picked[1] then return end
  table.sort(picked, before)
  return vim.tbl_map(function(one)
    return {
      path = paths[one.bufnr], line = one.lnum + 1, severity = severities[one.severity], message = one.message,
    }
  end, picked)
end

---@param buf integer
---@return integer? first, integer? last line of what was selected last in it
local function selection(buf)
  local first, last = api.nvim_buf_get_mark(buf, '<')[1], api.nvim_buf_get_mark(buf, '>')[1]
  if first < 1 or last < first or last > api.nvim_buf_line_count(buf) then return end
  return first, last
end

---The file the chat is about, if it is offered.
---@param chat coder.Chat
---@return integer?
function M.source(chat)
  if not require('coder.config').current.ask.send_buffer or not buffers.is_file(chat.source) then return end
  return chat.source
end

---@class coder.Around
---@field diagnostics? table[]
---@field open? string[]
---@field jumps? { path: string, line: integer }[]

---What is wrong, open and was visited around a file.
---@param source integer? buffer
---@return coder.Around
function M.place(source)
  local used = by_use(source)
  local out = { diagnostics = diagnostics(source, used) }
  if not require('coder.config').current.ask.send_buffer then return out end
  out.open = open(used)
  out.jumps = jumps(math.max(source and fn.bufwinid(source) or -1, 0))
  return out
end

---Parameters of `ask` and `context`.
---@param chat coder.Chat
---@return coder.rpc.ask.params
function M.params(chat)
  local source = M.source(chat)
  local params = vim.tbl_extend('error', M.place(source), {
    chat = chat.buf, label = labels.of(chat.buf), source = source,
    pinned = chat.pinned[1] and chat.pinned, without = chat.without[1] and chat.without,
  })
  if not source then return params end
  local win = fn.bufwinid(source)
  if win >= 0 then chat.line = api.nvim_win_get_cursor(win)[1] end
  params.line = chat.line
  params.definitions = chat.definitions
  params.selection_first, params.selection_last = selection(source)
  return params
end

---Calls a method that is told all of this.
---@param method 'ask'|'context'
---@param chat coder.Chat
---@param more table further parameters
---@param callback coder.Callback
function M.call(method, chat, more, callback)
  local params = vim.tbl_extend('error', M.params(chat), more)
  if params.source then buffers.attach(params.source) end
  buffers.attach(chat.buf) -- from the second question on, the backend knows its text without asking
  backend.call(method, params, callback)
end

return M
