-- doc/coder.txt says what there is.
local t = require('harness')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok

---@return string
local function page() return t.read(t.root .. '/doc/coder.txt') end

case(':helptags finds nothing wrong', function()
  local dir = t.dir()
  t.write(dir .. '/doc/coder.txt', page())
  local nv = t.nvim({ setup = false })
  eq(nv:cmd('helptags ' .. dir .. '/doc'), '')
  -- Every |reference| is a tag of this page or of Neovim.
  nv:cmd('set rtp+=' .. dir)
  for tag in page():gmatch('|([^|%s]+)|') do
    eq(nv:get('vim.tbl_contains(vim.fn.getcompletion(..., "help"), ...)', tag), true, 'a tag for |' .. tag .. '|')
  end
end)

case('every command, function, option, <Plug>, highlight and key has its place', function()
  local nv = t.nvim()
  local wanted = {}
  local function want(form, names)
    for _, name in ipairs(names) do wanted[#wanted + 1] = form:format(name) end
  end
  want('*:%s*', nv:get('vim.fn.getcompletion("Coder", "command")'))
  nv:cmd('startinsert')
  want('*coder.%s()*', nv:lua([[
    local out = {}
    for name, value in pairs(require('coder')) do
      for inner in pairs(type(value) == 'table' and value or {}) do out[#out + 1] = name .. '.' .. inner end
      if type(value) == 'function' then out[#out + 1] = name end
    end
    return out
  ]]))
  want('*coder-option-%s*', nv:get('vim.tbl_map(function(o) return o.key end, require("coder.config").schema)'))
  for _, mode in ipairs({ 'n', 'i' }) do
    want('*%s*', nv:lua([[return vim.iter(vim.api.nvim_get_keymap(...)):map(function(map)
      return map.lhs:find('coder') and map.lhs
    end):totable()]], mode))
  end
  local function keys()
    want('\n\t%s\t', vim.tbl_map(function(key)
      return (key:gsub('<C%-(%u)>', function(c) return '<C-' .. c:lower() .. '>' end))
    end, nv:get([[vim.iter(vim.api.nvim_buf_get_keymap(0, 'n')):filter(function(map)
      return (map.desc or ''):find('^coder: ')
    end):map(function(map) return map.lhs end):totable()]])))
  end
  nv:cmd('call setline(1, "a reply") | CoderApply')
  keys()
  nv:cmd('CoderAsk')
  want('*hl-%s*', nv:get('vim.fn.getcompletion("Coder", "highlight")'))
  keys()
  ok(#wanted > 30, 'a list of names: ' .. #wanted)
  for _, text in ipairs(wanted) do has(page(), text) end
end)

case('the options are those of the schema', function()
  local is, should_be = dofile(t.root .. '/tests/support/options_doc.lua').compare()
  ok(is == should_be, 'doc/coder.txt is out of date: nvim -l tests/support/options_doc.lua')
end)
