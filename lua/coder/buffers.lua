---Which buffers the backend mirrors, under which name and label.
local api = vim.api
local backend = require('coder.backend')
local labels = require('coder.labels')

local M = {}

---@class coder.Attached
---@field path string as it was sent last
---@field live? boolean the backend has taken it: it sees every change

---@type table<integer, coder.Attached>
local attached = {}

---@type fun(buf: integer, result: coder.rpc.buf_attach.result)[]
local listeners = {}

---Calls `listener` with everything the backend says of a buffer.
---@param listener fun(buf: integer, result: coder.rpc.buf_attach.result)
function M.on_answer(listener) listeners[#listeners + 1] = listener end

---A file the user edits, as opposed to a chat, a help page, a terminal …
---@param buf integer?
---@return boolean
function M.is_file(buf)
  return buf ~= nil and api.nvim_buf_is_loaded(buf) and vim.bo[buf].buftype == ''
end

---@param buf integer
---@return string? absolute path; nil where the buffer is no file on this machine
function M.path(buf)
  local name = api.nvim_buf_get_name(buf)
  if name == '' or name:find('^%a[%w+.-]*://') then return end
  return api.nvim_get_option_value('buftype', { buf = buf }) == '' and name or nil
end

---@param buf integer
---@return boolean whether the backend sees every change of it
function M.attached(buf)
  local entry = attached[buf]
  return entry ~= nil and entry.live == true
end

---Has the backend mirror `buf`. Said before every use: a reload or a restart of the backend ends a mirror.
---@param buf integer
---@param done? coder.Callback gets coder.rpc.buf_attach.result; without one, the call that uses the buffer tells
---what goes wrong
---@param quiet? boolean see coder.backend.start()
function M.attach(buf, done, quiet)
  local entry = attached[buf] or {}
  attached[buf], entry.path = entry, api.nvim_buf_get_name(buf)
  local params = {
    buf = buf, path = entry.path, filetype = vim.bo[buf].filetype, label = labels.of(buf),
    bytes = api.nvim_buf_get_offset(buf, api.nvim_buf_line_count(buf)),
  }
  backend.call('buf_attach', params, function(err, result)
    if result then
      entry.live = true
      for _, listener in ipairs(listeners) do listener(buf, result) end
    end
    if done then done(err, result) end
  end, quiet)
end

local group = api.nvim_create_augroup('coder.buffers', {})

-- Another name may be another label: said at once. `:write name` in an unnamed buffer is a BufNew of that buffer.
api.nvim_create_autocmd({ 'BufFilePost', 'BufNew', 'BufWritePost' }, {
  group = group,
  callback = function(args)
    local entry = attached[args.buf]
    if not entry or api.nvim_buf_get_name(args.buf) == entry.path then return end
    if backend.running() then M.attach(args.buf, nil, true) end
  end,
})

-- Neovim says this of a buffer that is loaded again at once (`:edit!`) as well.
api.nvim_create_autocmd({ 'BufUnload', 'BufWipeout' }, {
  group = group,
  callback = function(args)
    if not attached[args.buf] then return end
    vim.schedule(function()
      if not api.nvim_buf_is_loaded(args.buf) then attached[args.buf] = nil end
    end)
  end,
})

backend.on_lost(function() attached = {} end)

backend.on('buf_label', function(event) labels.join(event.buf, event.label) end)

return M
