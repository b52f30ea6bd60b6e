-- Load guard and lazy commands: nothing of lua/coder is loaded before the first use.
if vim.g.loaded_coder then return end
vim.g.loaded_coder = true

local function command(name, opts)
  if opts.nargs == '?' then
    opts.complete = function(lead) return require('coder.commands').complete(name, lead) end
  end
  vim.api.nvim_create_user_command('Coder' .. name, function(args)
    require('coder.commands').run(name, args)
  end, opts)
end

command('Ask', { nargs = '*', range = true, bang = true, desc = 'coder: ask, in a chat window' })
command('Stop', { desc = 'coder: stop the running answers' })
command('Mode', { nargs = '?', desc = 'coder: local, cloud or auto, for this session' })
command('Models', { nargs = '?', desc = 'coder: one model for all requests of this session' })
command('Status', { desc = 'coder: lanes, and what may leave this machine' })
command('Log', { desc = "coder: the backend's log" })

vim.api.nvim_create_autocmd('InsertEnter', {
  group = vim.api.nvim_create_augroup('coder.start', {}),
  once = true,
  callback = function() require('coder.ghost').start() end,
})
