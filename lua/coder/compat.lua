---The only place that looks at versions and optional parts of Neovim.
local M = {}

M.minimum = '0.10'

---"0.12.4". vim.version() would take a millisecond or two: it reads the description of the whole API.
---@return string
function M.version()
  return vim.fn.matchstr(vim.fn.execute('version'), [[NVIM v\zs[^ \n]*]])
end

---@return boolean
function M.supported()
  return vim.fn.has('nvim-' .. M.minimum) == 1
end

---What to tell the user of a Neovim that is too old.
---@return string
function M.too_old()
  return ('this is Neovim %s; coder.nvim needs %s or newer: https://github.com/neovim/neovim/releases'):format(
    M.version(), M.minimum)
end

---Tree-sitter highlighting where its parsers are installed, else the syntax file of the filetype.
---@param buf integer
function M.highlight(buf)
  if not vim.treesitter.highlighter.active[buf] then pcall(vim.treesitter.start, buf, 'markdown') end
end

local scoped_to

---Has the extmarks of `ns` shown in `win` alone, where Neovim can. Both functions are marked experimental.
---@param ns integer
---@param win integer
function M.scope(ns, win)
  if scoped_to == win then return end
  if vim.api.nvim__ns_set then
    pcall(vim.api.nvim__ns_set, ns, { wins = { win } })
  elseif vim.api.nvim__win_add_ns then
    if scoped_to then pcall(vim.api.nvim__win_del_ns, scoped_to, ns) end
    pcall(vim.api.nvim__win_add_ns, win, ns)
  end
  scoped_to = win
end

---What an extmark that is scoped or has virtual lines says besides, in this version: Neovim 0.11 lets virtual
---lines scroll sideways with the text, 0.10 wants to be told of the scope in each extmark.
---@return vim.api.keyset.set_extmark
function M.extmark()
  if vim.fn.has('nvim-0.11') == 1 then return M.virtual_lines() end
  return { scoped = vim.api.nvim__win_add_ns ~= nil or nil }
end

---What an extmark with virtual lines says that is shown in every window.
---@return vim.api.keyset.set_extmark
function M.virtual_lines()
  return vim.fn.has('nvim-0.11') == 1 and { virt_lines_overflow = 'scroll' } or {}
end

---Whether virtual lines have to be moved along by hand when the window scrolls sideways.
---@return boolean
function M.lines_stay() return vim.fn.has('nvim-0.11') == 0 end

---How `.` is told of text that is put into the buffer by the API in insert mode.
---
---Since 0.11 nvim_paste() notes what was pasted as one key for the redo buffer, so it is called with a
---vim.paste() that puts the text in our way. In 0.10 it notes the text as typed keys, which 'autoindent' and
---'textwidth' would change when they are repeated. There <C-R><C-O>= (put an expression as it is) is fed with an
---empty expression, which notes those three keys, and nvim_paste() adds the expression that `.` is to put.
---@return string keys to be fed without remapping right before the text is put in
function M.redo_keys()
  if vim.fn.has('nvim-0.11') == 1 then return '' end
  return '<Cmd>lua require("coder.compat").hush()<CR><C-R><C-O>=""<CR>'
end

---Keeps the short visit to the command line, which redo_keys() makes, from autocommands. Over with the next event.
function M.hush()
  local kept = vim.o.eventignore
  vim.opt.eventignore:append({ 'CmdlineEnter', 'CmdlineChanged', 'CmdlineLeave', 'ModeChanged' })
  vim.schedule(function() vim.o.eventignore = kept end)
end

---Runs `insert`, which puts `text` into the buffer, and has `.` repeat it. See redo_keys().
---@param text string
---@param insert fun()
function M.repeatable(text, insert)
  local paste, noted = vim.paste, text
  if vim.fn.has('nvim-0.11') == 0 then
    noted = '"' .. text:gsub('[\\"]', '\\%0'):gsub('\n', '\\n'):gsub('\t', '\\t') .. '"\n'
  end
  vim.paste = function()
    insert()
    return true
  end
  local ok, err = pcall(vim.api.nvim_paste, noted, false, -1)
  vim.paste = paste
  if not ok then error(err, 0) end
end

---Has completion menus put in and select nothing by themselves: in the current buffer, or everywhere where Neovim has
---no 'completeopt' of buffers (0.10). To be called in the same buffer.
---@return fun() restore
function M.quiet_menu()
  local here = { scope = 'local' }
  local kept, quiet = vim.api.nvim_get_option_value('completeopt', here), 'menuone,noselect'
  vim.api.nvim_set_option_value('completeopt', quiet, here)
  return function()
    if vim.api.nvim_get_option_value('completeopt', here) ~= quiet then return end -- the user has set it meanwhile
    vim.api.nvim_set_option_value('completeopt', kept, here)
  end
end

---@return boolean
function M.has_inline_lsp() return vim.lsp.inline_completion ~= nil end

---vim.health's functions, under today's names.
---@return { start: function, ok: function, info: function, warn: function, error: function }
function M.health()
  local h = vim.health or require('health')
  return {
    start = h.start or h.report_start,
    ok = h.ok or h.report_ok,
    info = h.info or h.report_info,
    warn = h.warn or h.report_warn,
    error = h.error or h.report_error,
  }
end

return M
