-- Load guard and lazy commands: nothing of lua/coder is loaded before the first use.
if vim.g.loaded_coder then return end
vim.g.loaded_coder = true

local completed = {
  Context = true, Mode = true, Models = true, Refactor = true, Review = true, Test = true, Engine = true, Cost = true,
  PR = true, Task = true,
}

local function command(name, opts)
  if completed[name] then
    opts.complete = function(...) return require('coder.commands').complete(name, ...) end
  end
  vim.api.nvim_create_user_command('Coder' .. name, function(args)
    require('coder.commands').run(name, args)
  end, opts)
end

command('Ask', { nargs = '*', range = true, bang = true, desc = 'coder: ask, in a chat window' })
command('Refactor', { nargs = '*', range = true, bang = true, desc = 'coder: change code, with a preview' })
command('Explain', { nargs = '*', range = true, desc = 'coder: explain code, in the chat window' })
command('Doc', { nargs = '*', range = true, desc = 'coder: write docstrings, with a preview' })
command('FixDiagnostic', { desc = 'coder: fix the diagnostic under the cursor, with a preview' })
command('Test', { nargs = '*', range = true, desc = 'coder: write tests, with a preview, or run them' })
command('Review', { nargs = '*', range = true, bang = true, desc = 'coder: review code, into diagnostics' })
command('Task', { nargs = '*', range = true, desc = 'coder: a task of your own' })
command('PR', { nargs = '*', desc = 'coder: write the text of a pull request or commit' })
command('Apply', { nargs = '?', range = true, desc = 'coder: preview the edits of a reply' })
command('Stop', { desc = 'coder: stop the running answers' })
command('Mode', { nargs = '?', desc = 'coder: local, cloud or auto, for this session' })
command('Models', { nargs = '?', desc = 'coder: one model for all requests of this session' })
command('Context', { nargs = '*', bang = true, desc = 'coder: what goes along with a question' })
command('Engine', { nargs = '*', desc = 'coder: the local engine' })
command('Cost', { nargs = '?', desc = 'coder: what was spent' })
command('Status', { desc = 'coder: lanes, and what may leave this machine' })
command('Log', { desc = "coder: the backend's log" })

local group = vim.api.nvim_create_augroup('coder.start', {})

vim.api.nvim_create_autocmd('InsertEnter', {
  group = group,
  once = true,
  callback = function() require('coder.ghost').start() end,
})

-- Later, when Neovim is up: a local engine may get ready for what comes.
vim.api.nvim_create_autocmd({ 'BufReadPost', 'BufNewFile' }, {
  group = group,
  once = true,
  callback = function()
    vim.defer_fn(function() require('coder.ghost.rest').start() end, 300)
  end,
})

-- The words of context and the names of tasks come from the backend, and completion cannot wait for it.
vim.api.nvim_create_autocmd('CmdlineChanged', {
  group = group,
  pattern = ':',
  callback = function()
    local line = vim.fn.getcmdline()
    if not line:find('Coder', 1, true) then return end
    local before = line:sub(1, vim.fn.getcmdpos() - 1)
    if
      line:find('^%s*CoderContext!?%s') or before:find('^[^|]*CoderRefactor%s.*#%S*$')
      or before:find('CoderTask%s+%S*$')
    then
      require('coder.commands').typed(before)
    end
  end,
})
