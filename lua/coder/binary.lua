---Where the backend is, and what to say when it is not.
local M = {}

---The plugin's folder.
M.root = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h:h:h')

---@return string
local function installer() return 'sh ' .. vim.fn.fnamemodify(M.root, ':~') .. '/native/install.sh' end

---What builds the backend anew.
---@return string
function M.rebuild() return 'Rebuild it with: ' .. installer() end

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
  if vim.uv.fs_stat(built) then
    local err = fault(built, M.rebuild())
    return not err and built or nil, err
  end
  local found = vim.fn.exepath('coder-nvim')
  if found ~= '' then return found end
  return nil, { message = ('the backend %s does not exist'):format(built), hint = 'Build it with: ' .. installer() }
end

return M
