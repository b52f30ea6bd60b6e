---The only place that looks at versions and optional parts of Neovim.
local M = {}

M.minimum = '0.10'

---"0.12.4". vim.version() would take a millisecond or two: it reads the description of the whole API.
---@return string
function M.version()
  return vim.fn.matchstr(vim.fn.execute('version'), [[NVIM v\zs\S*]])
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
