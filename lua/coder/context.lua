---:CoderContext: what would go along with the question as it stands, and what the user adds to it or takes away.
local api = vim.api
local around = require('coder.ask.around')
local ask = require('coder.ask')
local bar = require('coder.ask.bar')
local items = require('coder.ask.items')
local mention = require('coder.ask.mention')
local notify = require('coder.notify')
local page = require('coder.ask.page')
local pins = require('coder.ask.pins')
local scratch = require('coder.scratch')

local M = {}

local PAGE = 'coder://context'

-- When it takes longer than this, that is shown.
local TELL_MS = 150

local ns = api.nvim_create_namespace('coder.context')

---@type coder.Chat? whose context the page shows
local chat
---@type coder.rpc.context.result? what the backend said last
local result
---@type table<integer, coder.ContextRow> of the page, by line
local rows = {}
---@type { show: boolean }? the call under way
local pending
---@type boolean it takes a while
local slow = false

---Draws the page anew.
---@param show boolean opens it, and goes there
local function draw(show)
  local made = page.make(chat, result, slow)
  rows = made.rows
  local buf
  if show then
    buf = scratch.show(PAGE, made.lines, { prepare = M.prepare, nowrap = true })
  else
    buf = scratch.update(PAGE, made.lines)
  end
  if not buf then return end
  api.nvim_buf_clear_namespace(buf, ns, 0, -1)
  for _, look in ipairs(made.looks) do
    api.nvim_buf_set_extmark(buf, ns, look[1], look[2], { end_col = look[3], hl_group = look[4] })
  end
end

---Asks anew and draws what comes.
---@param show boolean
local function refresh(show)
  if not api.nvim_buf_is_loaded(chat.buf) then return notify.info('this conversation has ended') end
  local call = { show = show }
  pending = call
  vim.defer_fn(function()
    if pending ~= call then return end
    slow = true
    draw(call.show)
    call.show = false
  end, TELL_MS)
  around.call('context', chat, {}, function(err, said)
    if pending ~= call then return end
    pending, slow = nil, false
    if err then return notify.error(err) end
    result = said
    draw(call.show)
  end)
end

---What goes along has been changed by the user.
local function changed()
  bar.show(chat)
  refresh(false)
end

---@return coder.ContextRow? of the line the cursor is in
local function here() return rows[api.nvim_win_get_cursor(0)[1]] end

local function jump()
  local row = here()
  local item = row and row.item
  if not item then return notify.info('no file in this line') end
  local places = require('coder.ask.places')
  local path = places.resolve(chat, item.path, result.root)
  if not path then return notify.info(item.path .. ' is no file') end
  places.open(chat, { path = path, line = item.first > 0 and item.first or nil })
end

local function remove()
  local row = here()
  if row and row.word then
    pins.remove(chat, { word = row.word })
  elseif row and row.item and (items.is_gathered(row.item) or row.item.dropped) then
    pins.remove(chat, { path = row.item.path })
  elseif row and row.item then
    return notify.info('that is named in the conversation: take it out there')
  else
    return
  end
  changed()
end

local function take_back()
  local row = here()
  local removal = row and row.removal or chat.removed[#chat.removed]
  if not removal then return notify.info('nothing was removed') end
  pins.restore(chat, removal)
  changed()
end

local function pin()
  local row = here()
  if not row then return end
  local removal = row.removal
  if removal then pins.restore(chat, removal) end
  local path = removal and removal.path or row.item and row.item.path
  if not removal and row.word or path and not pins.pin(chat, pins.word(path)) then
    return notify.info('that is pinned already')
  end
  changed()
end

---Pins what the user typed. It counts at once; what is wrong with it is said a moment later.
---@param into coder.Chat
---@param text string
local function add_words(into, text)
  local words = pins.split(text)
  if not words[1] then return end
  for _, word in ipairs(words) do pins.pin(into, word) end
  bar.show(into)
  mention.check(words, function(wrong)
    for _, word in ipairs(wrong) do pins.unpin(into, word) end
    bar.show(into)
    if into == chat and scratch.shown(PAGE) then return refresh(false) end
    if #wrong == #words then return end
    notify.info('pinned: ' .. table.concat(into.pinned, ' '))
    -- What a word names may not be there.
    around.call('context', into, {}, function(_, said)
      local problem = said and said.problem or ''
      for _, word in ipairs(words) do
        if problem:find(word, 1, true) then return notify.warn(problem) end
      end
    end)
  end)
end

local function add()
  local into = chat
  mention.ahead('#')
  local group = api.nvim_create_augroup('coder.context', {})
  api.nvim_create_autocmd('CmdlineChanged', {
    group = group,
    pattern = '@',
    callback = function() mention.typed(vim.fn.getcmdline():sub(1, vim.fn.getcmdpos() - 1)) end,
  })
  local completion = "customlist,v:lua.require'coder.ask.mention'.complete"
  vim.ui.input({ prompt = 'Add to the context: ', default = '#', completion = completion }, function(text)
    api.nvim_clear_autocmds({ group = group })
    if text and vim.trim(text) ~= '#' then add_words(into, text) end
  end)
end

local keys = {
  ['<CR>'] = { jump, 'go there' },
  gf = { jump, 'go there' },
  x = { remove, 'remove' },
  u = { take_back, 'take a removal back' },
  a = { add, 'add a word of context' },
  p = { pin, 'pin the file' },
  R = { function() refresh(false) end, 'refresh' },
}

---Makes a new page ready.
---@param buf integer
function M.prepare(buf)
  for key, run in pairs(keys) do
    local opts = { buffer = buf, nowait = true, silent = true, desc = 'coder: ' .. run[2] }
    vim.keymap.set('n', key, run[1], opts)
  end
end

---@class (exact) coder.ContextOpts
---@field pin? string words to pin, separated by blanks
---@field clear? boolean take back everything pinned and removed first

---Shows the page; or changes what goes along, without showing it.
---@param opts coder.ContextOpts
function M.open(opts)
  local on_page = api.nvim_buf_get_name(0) == PAGE and chat and api.nvim_buf_is_loaded(chat.buf)
  local into = on_page and chat or ask.current()
  if opts.clear then
    pins.clear(into)
    bar.show(into)
    if not opts.pin then notify.info('nothing is pinned or removed any more') end
    if into == chat and scratch.shown(PAGE) then refresh(false) end
  end
  if opts.pin then return add_words(into, opts.pin) end
  if opts.clear then return end
  if into ~= chat then chat, result = into, nil end
  refresh(true)
end

return M
