-- The chat window in a child: a backend that is told what to send and when, and what is in the buffer then.
local t = require('harness')

local M = {}

---A Neovim whose backend answers with `answer`, the body of function(fake, id, params).
---@param answer string
---@param more? string further fields of the script
---@param setup? string further fields for setup()
---@return coder.test.Nvim
function M.nvim(answer, more, setup)
  local path = t.fake(('return { answer = function(fake, id, params) %s end, %s }'):format(answer, more or ''))
  return t.nvim({ setup = ("{ backend_path = '%s', %s }"):format(path, setup or '') })
end

---Vim expression: the answer is whole.
M.ended = 'vim.wo.winbar:find(" in, ") and true'

---An answer at once.
M.hello = 'fake.begin(id, params) fake.delta(id, "one\\ntwo") fake.finish(id)'

---Ten lines, one every 20 ms.
M.slow = [[
  fake.begin(id, params)
  local lines = {}
  for i = 1, 10 do lines[i] = 'line ' .. i .. '\n' end
  fake.stream(id, lines, 20)]]

---Those lines.
M.ten = {}
for i = 1, 10 do M.ten[i] = 'line ' .. i end

---@param nv coder.test.Nvim
---@return string? text of the last answer
function M.answer_of(nv)
  local text = table.concat(nv:get('vim.api.nvim_buf_get_lines(vim.fn.bufnr("coder://chat/1"), 0, -1, false)'), '\n')
  return text:match('.*\n## Coder · [^\n]*\n\n(.-)\n\n## You') or text:match('.*\n## Coder · [^\n]*\n\n(.*)$')
end

return M
