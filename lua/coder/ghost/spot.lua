---Who else wants the place at the cursor, or the keys: completion menus, snippets, other plugins' ghosts.
---Asked at every key, so nothing here costs more than a few microseconds.
local api, fn = vim.api, vim.fn
local config = require('coder.config')

local M = {}

-- Namespaces in which others draw a suggestion at the cursor. What is not installed has no namespace.
local others = {
  'copilot.suggestion', 'github-copilot', 'supermaven', 'codeium', 'minuet.virtualtext', 'minuet.duet', 'vt_fim',
  'cmp:GHOST_TEXT', 'blink_cmp_ghost_text', 'nvim.lsp.inline_completion',
}
---@type integer[]
local present = {}

---Looks which of them are there now.
function M.look()
  local all = api.nvim_get_namespaces()
  present = {}
  for _, name in ipairs(others) do present[#present + 1] = all[name] end
end

---Another plugin draws a suggestion in this line.
---@param buf integer
---@param line integer 0-based
---@return boolean
function M.other_ghost(buf, line)
  for i = 1, #present do
    if #api.nvim_buf_get_extmarks(buf, present[i], { line, 0 }, { line, -1 }, { limit = 1 }) > 0 then return true end
  end
  return false
end

-- The menus of nvim-cmp and blink.cmp are floating windows. Their own visible() may wait for a running search.
---@return boolean
local function cmp_menu()
  local cmp = package.loaded['cmp.core'] and package.loaded['cmp']
  if type(cmp) ~= 'table' or not cmp.core then return false end
  local ok, visible = pcall(cmp.core.view.visible, cmp.core.view)
  return ok and visible == true
end

---@return boolean
local function blink_menu()
  local menu = package.loaded['blink.cmp.completion.windows.menu']
  if type(menu) ~= 'table' or not menu.win then return false end
  local ok, open = pcall(menu.win.is_open, menu.win)
  return ok and open == true
end

---@return boolean
function M.menu() return fn.pumvisible() == 1 or cmp_menu() or blink_menu() end

local forward = { direction = 1 }

---@return boolean
local function snippet()
  local native = rawget(vim, 'snippet')
  if native and native.active(forward) then return true end
  local session = package.loaded['luasnip.session']
  if type(session) ~= 'table' or not session.current_nodes then return false end
  if not session.current_nodes[api.nvim_get_current_buf()] then return false end
  local ok, jumpable = pcall(package.loaded['luasnip'].locally_jumpable, 1)
  return ok and jumpable == true
end

---@return boolean
function M.taken()
  if fn.reg_recording() ~= '' or fn.reg_executing() ~= '' then return true end
  local ghost = config.current.ghost
  if not ghost.with_menu and M.menu() then return true end
  return not ghost.with_snippet and snippet()
end

local watched = {}

---Has `changed` called when a menu of nvim-cmp or blink.cmp opens or closes.
---@param changed fun()
function M.watch(changed)
  local cmp = package.loaded['cmp']
  if not watched.cmp and type(cmp) == 'table' and cmp.event then
    watched.cmp = true
    cmp.event:on('menu_opened', changed)
    cmp.event:on('menu_closed', changed)
  end
  if watched.blink then return end
  watched.blink = true
  api.nvim_create_autocmd('User', {
    group = api.nvim_create_augroup('coder.ghost.blink', {}),
    pattern = { 'BlinkCmpMenuOpen', 'BlinkCmpMenuClose' },
    callback = changed,
  })
end

return M
