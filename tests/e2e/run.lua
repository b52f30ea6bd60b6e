-- Real Neovims against the real backend: nvim -l tests/e2e/run.lua [FILTER]
-- Environment: CODER_NVIM (default: the Neovim that runs this), CODER_BIN (build/coder-nvim),
-- CODER_LLAMA_SERVER and CODER_TINY_MODEL (cases that need them are skipped without).
local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
package.path = here .. '/?.lua;' .. package.path
io.stdout:setvbuf('line')
_G.print = function(...) io.stdout:write(table.concat(vim.tbl_map(tostring, { ... }), '\t'), '\n') end

for _, file in ipairs(vim.fn.sort(vim.fn.glob(here .. '/*_spec.lua', true, true))) do dofile(file) end
local green = require('harness').run(_G.arg[1])
vim.cmd(green and 'qall!' or 'cquit 1')
