-- :CoderRefactor with a real llama-server. The tiny model knows nothing, so a grammar tells it what to answer: every
-- token still comes from the server.
local t = require('harness')
local case, eq, has = t.case, t.eq, t.has

local llama = require('llama').socket

local reply = 'a.lua\n```lua\n<<<<<<< SEARCH\nlocal two = 2\n=======\nlocal second = 2\n>>>>>>> REPLACE\n```\n'

---@param text string
---@return string a literal of a grammar
local function literal(text) return '"' .. text:gsub('[\\"]', '\\%0'):gsub('\n', '\\n') .. '"' end

case('a refactor by a real engine is previewed, written and taken back', function()
  local config = ("[models.tiny]\nprovider = \"openai\"\nbase_url = \"unix://%s\"\nmodel = \"tiny\"\ntemperature = 0\n"
    .. "extra = { grammar = 'root ::= %s' }\n"):format(llama(), literal(reply))
  local nv = t.nvim({ config = config })
  local path = t.write(nv.dir .. '/project/a.lua', 'local one = 1\nlocal two = 2\nprint(one)\n')
  vim.fn.mkdir(nv.dir .. '/project/.git', 'p')
  nv:cmd('edit ' .. path)
  nv:cmd('CoderRefactor call it second')
  nv:wait_for([[vim.api.nvim_buf_get_name(0):find('coder://refactor/', 1, true) and true]])
  local function listed(part)
    local text = "table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\\n')"
    nv:wait_for(('%s:find(%q, 1, true) and true'):format(text, part), part, 60000)
  end
  listed('local second = 2')
  listed('ZZ write') -- the answer is complete
  nv:type('A')
  listed('1 accepted')
  nv:type('ZZ')
  local lines = ('vim.api.nvim_buf_get_lines(vim.fn.bufnr(%q), 0, -1, true)'):format(path)
  nv:wait_for(('(%s)[2] == "local second = 2"'):format(lines), 'the change')
  eq(nv:get(lines), { 'local one = 1', 'local second = 2', 'print(one)' })
  has(t.read(path), 'local two = 2') -- an open buffer is not saved by itself
end)
