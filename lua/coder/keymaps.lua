---<Plug> mappings, and the default keys for those who want them.
local M = {}

---@param name string
---@return string
local function ghost(name) return ("<Cmd>lua require('coder').ghost.%s()<CR>"):format(name) end

---@param what string
---@return string
local function hunk(what) return ("<Cmd>lua require('coder.refactor.inside').decide('%s')<CR>"):format(what) end

---@type { [1]: string, [2]: string, [3]: string, [4]: string, key?: string }[] mode, name, what it runs, description
local plugs = {
  { 'n', 'ask', '<Cmd>CoderAsk<CR>', 'coder: ask', key = '<leader>ca' },
  { 'x', 'ask', ':CoderAsk<CR>', 'coder: ask about the selection', key = '<leader>ca' },
  { 'n', 'refactor', '<Cmd>CoderRefactor<CR>', 'coder: refactor', key = '<leader>cr' },
  { 'x', 'refactor', ':CoderRefactor<CR>', 'coder: refactor the selection', key = '<leader>cr' },
  { 'n', 'explain', '<Cmd>CoderExplain<CR>', 'coder: explain what is around the cursor' },
  { 'x', 'explain', ':CoderExplain<CR>', 'coder: explain the selection' },
  { 'n', 'doc', '<Cmd>CoderDoc<CR>', 'coder: document what is around the cursor' },
  { 'x', 'doc', ':CoderDoc<CR>', 'coder: document the selection' },
  { 'n', 'test', '<Cmd>CoderTest<CR>', 'coder: write tests for what is around the cursor' },
  { 'x', 'test', ':CoderTest<CR>', 'coder: write tests for the selection' },
  { 'n', 'test-run', '<Cmd>CoderTest run<CR>', 'coder: run the tests of this file' },
  { 'n', 'review', '<Cmd>CoderReview<CR>', 'coder: review the file', key = '<leader>cv' },
  { 'x', 'review', ':CoderReview<CR>', 'coder: review the selection', key = '<leader>cv' },
  { 'n', 'fix-diagnostic', '<Cmd>CoderFixDiagnostic<CR>', 'coder: fix the diagnostic under the cursor' },
  { 'n', 'review-dismiss', '<Cmd>CoderReview dismiss<CR>', 'coder: dismiss the finding under the cursor' },
  { 'n', 'task', '<Cmd>CoderTask<CR>', 'coder: choose a task of your own' },
  { 'x', 'task', ':CoderTask<CR>', 'coder: choose a task of your own for the selection' },
  { 'n', 'pr', '<Cmd>CoderPR<CR>', 'coder: write the text of the pull request or commit' },
  { 'n', 'apply', '<Cmd>CoderApply<CR>', 'coder: preview the edits of this buffer' },
  { 'x', 'apply', ':CoderApply<CR>', 'coder: preview the edits of the selection' },
  { 'n', 'hunk-accept', hunk('accepted'), 'coder: accept the hunk under the cursor', key = '<leader>ha' },
  { 'n', 'hunk-reject', hunk('rejected'), 'coder: reject the hunk under the cursor', key = '<leader>hx' },
  { 'n', 'stop', '<Cmd>CoderStop<CR>', 'coder: stop', key = '<leader>cs' },
  { 'n', 'mode', '<Cmd>CoderMode<CR>', 'coder: mode', key = '<leader>cm' },
  { 'n', 'context', '<Cmd>CoderContext<CR>', 'coder: context', key = '<leader>cx' },
  { 'n', 'models', '<Cmd>CoderModels<CR>', 'coder: models' },
  { 'n', 'engine', '<Cmd>CoderEngine<CR>', 'coder: the local engine' },
  { 'n', 'cost', '<Cmd>CoderCost<CR>', 'coder: cost', key = '<leader>cc' },
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
  local set = vim.api.nvim_set_keymap -- vim.keymap.set() takes twice as long, at each start of Neovim
  for _, plug in ipairs(plugs) do
    local mode, name, run, desc = plug[1], ('<Plug>(coder-%s)'):format(plug[2]), plug[3], plug[4]
    set(mode, name, run, { noremap = true, silent = true, desc = desc })
    if keys and plug.key then set(mode, plug.key, name, { desc = desc }) end
  end
end

return M
