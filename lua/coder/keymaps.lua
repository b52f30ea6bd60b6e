---<Plug> mappings, and the default keys for those who want them.
local M = {}

---@param name string
---@return string
local function ghost(name) return ("<Cmd>lua require('coder').ghost.%s()<CR>"):format(name) end

---@type { [1]: string, [2]: string, [3]: string, [4]: string, key?: string }[] mode, name, what it runs, description
local plugs = {
  { 'n', 'ask', '<Cmd>CoderAsk<CR>', 'coder: ask', key = '<leader>ca' },
  { 'x', 'ask', ':CoderAsk<CR>', 'coder: ask about the selection', key = '<leader>ca' },
  { 'n', 'stop', '<Cmd>CoderStop<CR>', 'coder: stop', key = '<leader>cs' },
  { 'n', 'mode', '<Cmd>CoderMode<CR>', 'coder: mode', key = '<leader>cm' },
  { 'n', 'context', '<Cmd>CoderContext<CR>', 'coder: context', key = '<leader>cx' },
  { 'n', 'models', '<Cmd>CoderModels<CR>', 'coder: models' },
  { 'n', 'status', '<Cmd>CoderStatus<CR>', 'coder: status' },
  { 'n', 'log', '<Cmd>CoderLog<CR>', 'coder: log' },
  { 'n', 'ghost-toggle', ghost('toggle'), 'coder: ghost text off or on' },
  { 'i', 'ghost-toggle', ghost('toggle'), 'coder: ghost text off or on' },
  { 'i', 'ghost-accept', ghost('accept'), 'coder: accept the ghost text' },
  { 'i', 'ghost-accept-line', ghost('accept_line'), 'coder: accept a line of the ghost text' },
  { 'i', 'ghost-accept-word', ghost('accept_word'), 'coder: accept a word of the ghost text' },
  { 'i', 'ghost-next', ghost('next'), 'coder: next suggestion' },
  { 'i', 'ghost-previous', ghost('previous'), 'coder: previous suggestion' },
  { 'i', 'ghost-dismiss', ghost('dismiss'), 'coder: dismiss the ghost text' },
  { 'i', 'ghost-trigger', ghost('trigger'), 'coder: ask for ghost text' },
}

---@param keys boolean set the default keys too
function M.set(keys)
  for _, plug in ipairs(plugs) do
    local mode, name, run, desc = plug[1], ('<Plug>(coder-%s)'):format(plug[2]), plug[3], plug[4]
    vim.keymap.set(mode, name, run, { silent = true, desc = desc })
    if keys and plug.key then vim.keymap.set(mode, plug.key, name, { remap = true, desc = desc }) end
  end
end

return M
