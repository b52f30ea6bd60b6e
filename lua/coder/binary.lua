---Where the backend is, and what to say when it is not.
local M = {}

---The plugin's folder.
M.root = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h:h:h')

---What builds the backend anew.
---@return string
function M.rebuild() return 'Rebuild it with: sh ' .. vim.fn.fnamemodify(M.root, ':~') .. '/native/install.sh' end

---@param path string
---@param fix string what to do when it is not there
---@return coder.Error?
local function fault(path, fix)
  local stat = vim.uv.fs_stat(path)
  if not stat then return { message = ('the backend %s does not exist'):format(path), hint = fix } end
  if stat.type ~= 'file' or vim.fn.executable(path) ~= 1 then
    return { message = ('the backend %s is not an executable file'):format(path), hint = fix }
  end
end

---@return string? path, coder.Error? err
function M.find()
  local given = require('coder.config').current.backend_path
  if given ~= '' then
    local path = vim.fs.normalize(given)
    local err = fault(path, 'Correct backend_path in setup(), or leave it out')
    return not err and path or nil, err
  end
  local built = M.root .. '/build/coder-nvim'
  local err = fault(built, M.rebuild())
  if not err then return built end
  local found = not vim.uv.fs_stat(built) and vim.fn.exepath('coder-nvim') or ''
  if found ~= '' then return found end
  return nil, err
end

return M
