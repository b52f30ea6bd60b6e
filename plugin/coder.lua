-- Load guard and lazy commands: nothing of lua/coder is loaded before the first use.
if vim.g.loaded_coder then return end
vim.g.loaded_coder = true

local completed = { Context = true, Mode = true, Models = true }

local function command(name, opts)
  if completed[name] then
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
command('Context', { nargs = '*', bang = true, desc = 'coder: what goes along with a question' })
command('Status', { desc = 'coder: lanes, and what may leave this machine' })
command('Log', { desc = "coder: the backend's log" })

local group = vim.api.nvim_create_augroup('coder.start', {})

vim.api.nvim_create_autocmd('InsertEnter', {
  group = group,
  once = true,
  callback = function() require('coder.ghost').start() end,
})

-- The words of :CoderContext come from the backend, and completion cannot wait for it.
vim.api.nvim_create_autocmd('CmdlineChanged', {
  group = group,
  pattern = ':',
  callback = function()
    local line = vim.fn.getcmdline()
    if line:find('^%s*CoderContext!?%s') then require('coder.commands').typed(line:sub(1, vim.fn.getcmdpos() - 1)) end
  end,
})
