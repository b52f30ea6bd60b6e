---One schema: defaults, validation and doc/coder.txt's options come from it.
---@class coder.config
---@field current coder.Config
local M = {}

---@class (exact) coder.Config.Ask
---@field position 'right'|'bottom'|'float'
---@field width number
---@field height number
---@field border string
---@field send_buffer boolean
---@field complete boolean

---@class (exact) coder.Config.GhostKeys
---@field accept string|false
---@field line string|false
---@field word string|false
---@field next string|false
---@field previous string|false
---@field dismiss string|false
---@field trigger string|false

---@class (exact) coder.Config.Ghost
---@field enabled boolean
---@field keys coder.Config.GhostKeys
---@field with_menu boolean
---@field with_snippet boolean
---@field inline_lsp boolean
---@field early boolean

---@class (exact) coder.Config.Refactor
---@field apply 'together'|'at_once'

---@class (exact) coder.Config
---@field backend_path string
---@field keymaps boolean
---@field ask coder.Config.Ask
---@field ghost coder.Config.Ghost
---@field refactor coder.Config.Refactor
---@field statusline { ascii: boolean }

---@class (exact) coder.Option
---@field key string path, with dots
---@field default any its type is the option's type
---@field choices? string[]
---@field above? number the value must be larger
---@field off? boolean may be false instead
---@field help string

---@type coder.Option[]
M.schema = {
  {
    key = 'backend_path', default = '',
    help = 'The backend. Empty: `build/coder-nvim` in the plugin\'s folder, else `coder-nvim` on $PATH.',
  },
  {
    key = 'keymaps', default = false,
    help = 'Set the mappings of |coder-keymaps|.',
  },
  {
    key = 'ask.position', default = 'right', choices = { 'right', 'bottom', 'float' },
    help = 'Where the chat window opens: a split at the right or at the bottom of the screen, or a float.',
  },
  {
    key = 'ask.width', default = 0.5, above = 0,
    help = 'Width of the chat window at the right or as a float: columns, or below 1 a part of the screen.',
  },
  {
    key = 'ask.height', default = 0.5, above = 0,
    help = 'Height of the chat window at the bottom or as a float: lines, or below 1 a part of the screen.',
  },
  {
    key = 'ask.border', default = 'rounded', choices = { 'none', 'single', 'double', 'rounded', 'solid', 'shadow' },
    help = 'Border of the float.',
  },
  {
    key = 'ask.send_buffer', default = true,
    help = 'Offer the file the question was asked from as context. When off, neither it nor what else is open counts: '
      .. 'only what you write or quote is sent, and what is found in the repository for that.',
  },
  {
    key = 'ask.complete', default = true,
    help = 'Open the menu of |coder-context-words| when you begin one with `#`. <C-x><C-u> opens it in any case.',
  },
  {
    key = 'ghost.enabled', default = true,
    help = 'Show ghost text while you type. `b:coder_ghost` is for one buffer; filetypes are in config.toml.',
  },
  {
    key = 'ghost.keys.accept', default = '<Tab>', off = true,
    help = 'Takes all of the ghost text. Like the keys below, false for none.',
  },
  {
    key = 'ghost.keys.line', default = '<M-l>', off = true,
    help = 'Takes the rest of its line, or its next line.',
  },
  {
    key = 'ghost.keys.word', default = '<M-w>', off = true,
    help = 'Takes its next word.',
  },
  {
    key = 'ghost.keys.next', default = '<M-]>', off = true,
    help = 'Shows the next suggestion.',
  },
  {
    key = 'ghost.keys.previous', default = '<M-[>', off = true,
    help = 'Shows the suggestion before.',
  },
  {
    key = 'ghost.keys.dismiss', default = '<C-]>', off = true,
    help = 'Takes the ghost text away until the text changes.',
  },
  {
    key = 'ghost.keys.trigger', default = '<M-\\>', off = true,
    help = 'Asks for ghost text now, also where it is switched off. Not mapped where you have mapped it.',
  },
  {
    key = 'ghost.with_menu', default = false,
    help = 'Show ghost text while a completion menu is open, too.',
  },
  {
    key = 'ghost.with_snippet', default = false,
    help = 'Show ghost text inside a snippet that still has places to jump to, too.',
  },
  {
    key = 'ghost.inline_lsp', default = false,
    help = 'Give the suggestions to `vim.lsp.inline_completion` (Neovim 0.12) and show none ourselves.',
  },
  {
    key = 'ghost.early', default = true,
    help = 'Start the backend with the first file, where there is a config.toml, and tell it where the cursor rests: '
      .. 'so a local engine is up, and has read around the cursor, before insert mode. See |coder-warm|.',
  },
  {
    key = 'refactor.apply', default = 'together', choices = { 'together', 'at_once' },
    help = 'When accepted hunks are written: all of them with `ZZ` in the list, or each one as it is accepted.',
  },
  {
    key = 'statusline.ascii', default = false,
    help = 'ASCII signs in |coder.statusline()|, the chat window and the list of hunks.',
  },
}

---@param into table
---@param key string
---@param value any
local function put(into, key, value)
  local last = 1
  for name, after in key:gmatch('([^.]+)%.()') do
    into[name] = into[name] or {}
    into, last = into[name], after
  end
  into[key:sub(last)] = value
end

---@return coder.Config
function M.defaults()
  local out = {}
  for _, option in ipairs(M.schema) do put(out, option.key, option.default) end
  return out
end

---Edits that turn one word into the other (Levenshtein).
local function distance(a, b)
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local diagonal = row[0]
    row[0] = i
    for j = 1, #b do
      local cost = diagonal + (a:byte(i) == b:byte(j) and 0 or 1)
      diagonal, row[j] = row[j], math.min(cost, row[j] + 1, row[j - 1] + 1)
    end
  end
  return row[#b]
end

---@param key string
---@return string
local function nearest(key)
  local best, least
  for _, option in ipairs(M.schema) do
    -- The last part counts alone too: `position` is meant to be `ask.position`.
    local d = math.min(distance(key, option.key), distance(key:match('[^.]+$') or '', option.key:match('[^.]+$')) + 1)
    if not least or d < least then best, least = option.key, d end
  end
  return best
end

---@param option coder.Option
---@param value any
---@return string? what is wrong with it
local function wrong(option, value)
  local expected = type(option.default)
  if option.off and value == false then return end
  if type(value) ~= expected then return ('expected %s, got %s'):format(expected, type(value)) end
  if option.choices and not vim.tbl_contains(option.choices, value) then
    return ("expected one of %s, got '%s'"):format(table.concat(option.choices, ', '), value)
  end
  if option.above and value <= option.above then
    return ('expected more than %s, got %s'):format(option.above, value)
  end
end

---Checks what the user gave; what is wrong is named and its default is used.
---@param given any
---@return coder.Config, string[] problems
function M.check(given)
  local config, problems, options, sections = M.defaults(), {}, {}, {}
  for _, option in ipairs(M.schema) do
    options[option.key] = option
    local section = option.key:match('^(.*)%.')
    if section then sections[section] = true end
  end
  local function walk(t, prefix)
    for name, value in vim.spairs(t) do
      local key = prefix .. name
      local option = options[key]
      if option then
        local fault = wrong(option, value)
        if fault then problems[#problems + 1] = ('%s: %s'):format(key, fault) else put(config, key, value) end
      elseif not sections[key] then
        problems[#problems + 1] = ('%s: unknown option; did you mean %s?'):format(key, nearest(key))
      elseif type(value) == 'table' then
        walk(value, key .. '.')
      else
        problems[#problems + 1] = ('%s: expected table, got %s'):format(key, type(value))
      end
    end
  end
  if given ~= nil and type(given) ~= 'table' then
    problems[1] = ('setup(): expected table, got %s'):format(type(given))
  else
    walk(given or {}, '')
  end
  return config, problems
end

---@type string[] what the last setup() found wrong
M.problems = {}

---@param given? table
function M.set(given)
  M.current, M.problems = M.check(given)
  for _, problem in ipairs(M.problems) do require('coder.notify').warn('setup: ' .. problem) end
end

-- Without setup() the defaults are made when they are first asked for: setup() comes before that.
return setmetatable(M, {
  __index = function(_, key)
    if key ~= 'current' then return end
    M.current = M.defaults()
    return M.current
  end,
})
