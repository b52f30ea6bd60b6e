-- :checkhealth coder says what is there, and ends in one sentence.
local t = require('harness')
local case, has = t.case, t.has

---@return string
local function health(nv)
  nv:cmd('checkhealth coder')
  local lines = vim.tbl_filter(function(l) return l:find('%S') end, nv:lines())
  return table.concat(lines, '\n'), lines[#lines]
end

case('all is well', function()
  local nv = t.nvim({ config = t.mock():config() })
  local text, last = health(nv)
  has(text, 'Neovim 0.')
  has(text, 'backend: ' .. t.bin)
  has(text, 'backend version')
  has(text, 'config.toml')
  has(text, 'serve.log')
  has(text, 'mock: 1 model(s) at http://127.0.0.1:')
  has(last, 'Ready: :CoderAsk')
end)

case('no backend', function()
  local text, last = health(t.nvim({ setup = "{ backend_path = '/nonexistent', keymap = 1 }" }))
  has(text, 'the backend /nonexistent does not exist')
  has(text, 'setup: keymap: unknown option')
  has(last, 'Next step: Correct backend_path in setup(), or leave it out')
end)

case('a backend of another build', function()
  local nv = t.nvim({ setup = ("{ backend_path = '%s' }"):format(t.fake('return { hello = { build = "0" } }')) })
  local text, last = health(nv)
  has(text, 'does not fit this version of the plugin')
  has(last, 'Next step: Rebuild it with: sh ')
end)

case('a backend that never answers', function()
  local nv = t.nvim({ setup = ("{ backend_path = '%s' }"):format(t.script('exec sleep 60\n')) })
  local text, last = health(nv)
  has(text, 'does not answer')
  has(last, 'Next step: Rebuild it with: sh ')
end)

case('no model', function()
  local text, last = health(t.nvim())
  has(text, 'no model is configured')
  has(last, 'Next step: add a [models.NAME] block')
end)

case('a server that is not there, a broken configuration', function()
  local text, last = health(t.nvim({
    config = '[models.gone]\nprovider = "openai"\nbase_url = "http://127.0.0.1:9/v1"\nmodel = "m"\nmodell = "x"\n',
  }))
  has(text, 'config.toml:5: unknown key')
  has(text, '127.0.0.1:9')
  has(last, 'Next step: ')
end)

case('a server that never answers: the check ends all the same', function()
  local nv = t.nvim({ config = t.mock({ ['*'] = { hold_models = true } }):config() })
  local start = vim.uv.now()
  local _, last = health(nv)
  t.ok(vim.uv.now() - start < 9000, 'bounded')
  has(last, 'Next step: ')
end)
