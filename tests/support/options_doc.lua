-- The options in doc/coder.txt, made from the schema in lua/coder/config.lua.
-- nvim -l tests/support/options_doc.lua        writes them anew; a test compares.
local root = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h:h:h')
local config = dofile(root .. '/lua/coder/config.lua')
local M = { file = root .. '/doc/coder.txt' }

---@param text string
---@param width integer
---@return string[]
local function wrap(text, width)
  local out = { '' }
  for word in text:gmatch('%S+') do
    local line = out[#out]
    if line ~= '' and #line + #word + 1 > width then
      out[#out + 1] = word
    else
      out[#out] = line == '' and word or line .. ' ' .. word
    end
  end
  return out
end

---@return string
function M.text()
  local out = {}
  for _, option in ipairs(config.schema) do
    local tag = '*coder-option-' .. option.key .. '*'
    local default = ('(%s, default %s)'):format(type(option.default), vim.inspect(option.default))
    out[#out + 1] = ('\t'):rep(6) .. tag
    out[#out + 1] = ('%s\t%s'):format(option.key, default)
    local help = option.help
    if option.choices then help = help .. ' One of ' .. table.concat(option.choices, ', ') .. '.' end
    for _, line in ipairs(wrap(help, 60)) do out[#out + 1] = '\t\t' .. line end
    out[#out + 1] = ''
  end
  return table.concat(out, '\n')
end

local first = '<\n' .. ('\t'):rep(6) .. '*coder-option-'

---The page as it is, and with its options made anew.
---@return string is, string should_be
function M.compare()
  local file = assert(io.open(M.file))
  local is = file:read('*a')
  file:close()
  local from = is:find('<\nOPTIONS\n', 1, true) or assert(is:find(first, 1, true))
  local to = assert(is:find('\n' .. ('='):rep(78), from, true))
  return is, is:sub(1, from + 1) .. M.text() .. is:sub(to)
end

if vim.endswith(_G.arg and _G.arg[0] or '', 'options_doc.lua') then
  local _, text = M.compare()
  local file = assert(io.open(M.file, 'w'))
  file:write(text)
  file:close()
end

return M
