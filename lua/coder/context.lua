---:CoderContext: what would go along with the question as it stands, and what the user adds to it or takes away.
local api = vim.api
local around = require('coder.ask.around')
local ask = require('coder.ask')
local bar = require('coder.ask.bar')
local chats = require('coder.ask.chat')
local items = require('coder.ask.items')
local mention = require('coder.ask.mention')
local notify = require('coder.notify')
local pins = require('coder.ask.pins')
local scratch = require('coder.scratch')

local M = {}

local PAGE = 'coder://context'

-- When it takes longer than this, that is shown.
local TELL_MS = 150

local hints = { '<CR> jump', 'x remove', 'u take back', 'a add', 'p pin', 'R refresh', 'q close' }

local ns = api.nvim_create_namespace('coder.context')
api.nvim_set_hl(0, 'CoderRemoved', { default = true, link = '@markup.strikethrough' })

---@class coder.ContextRow what a line of the page is about: one of these
---@field item? coder.ContextItem
---@field word? string that is pinned
---@field removal? coder.Removal

---@type coder.Chat? whose context the page shows
local chat
---@type coder.rpc.context.result? what the backend said last
local result
---@type table<integer, coder.ContextRow> by line
local rows = {}
---@type { show: boolean }? the call under way
local pending
---@type boolean it takes a while
local slow = false

---@alias coder.Piece { [1]: string, [2]: string? } text, highlight

---@param text string
---@param width integer
---@return string
local function padded(text, width) return text .. (' '):rep(width - vim.fn.strdisplaywidth(text)) end

---@param item coder.ContextItem
---@return string? word that is pinned and named this
local function pin_of(item)
  if item.form ~= 'named' then return end
  for _, word in ipairs(chat.pinned) do
    if word == item.why or word == pins.word(item.path) then return word end
  end
end

---@return coder.Piece[]
local function heading()
  if slow then return { { 'collecting what would go along ...', 'CoderNote' } } end
  local count = #vim.tbl_filter(function(item) return not item.dropped end, result.items)
  local parts = { ('%d piece%s, %s tokens'):format(count, count == 1 and '' or 's', items.count(result.tokens)) }
  local room = vim.o.columns - vim.fn.strdisplaywidth(parts[1]) - 1
  for _, hint in ipairs(hints) do
    room = room - #hint - 3
    if room >= 0 then parts[#parts + 1] = hint end
  end
  return { { parts[1], 'Title' }, { table.concat(vim.list_extend({ '' }, parts, 2), ' · '), 'CoderContext' } }
end

---@return coder.Piece[]
local function about()
  local text = 'with ' .. chats.title(chat)
  local source = around.source(chat)
  local name = source and api.nvim_buf_get_name(source) or ''
  if name ~= '' then text = ('%s, from %s'):format(text, vim.fn.fnamemodify(name, ':~:.')) end
  return { { text, 'CoderContext' } }
end

---@param item coder.ContextItem
---@param wide integer
---@return coder.Piece[]
local function line_of(item, wide)
  local form = pin_of(item) and 'pinned' or item.dropped and 'left out' or item.form or 'text'
  local tokens = item.tokens and items.count(item.tokens) or ''
  local place = ('%s %6s  '):format(padded(items.place(item), wide), tokens)
  local out = { { padded(form, 11), 'CoderContext' }, { place } }
  if item.label ~= 'any' then out[#out + 1] = { require('coder.ask.marks').private_sign() .. ' ', 'CoderPrivate' } end
  local why = item.dropped or item.why or ''
  out[#out + 1] = { (why:gsub('%s+', ' ')), item.dropped and 'CoderNote' or 'CoderContext' }
  return out
end

---@param add fun(pieces: coder.Piece[], row?: coder.ContextRow)
local function list(add)
  local wide, told = 0, {}
  for _, item in ipairs(result.items) do
    wide = math.max(wide, math.min(vim.fn.strdisplaywidth(items.place(item)), 40))
    local word = pin_of(item)
    if word then told[word] = true end
  end
  for _, word in ipairs(chat.pinned) do
    if not told[word] then add({ { padded('pinned', 11), 'CoderContext' }, { word } }, { word = word }) end
  end
  for _, item in ipairs(result.items) do add(line_of(item, wide), { item = item, word = pin_of(item) }) end
  for _, removal in ipairs(chat.removed) do
    local what = removal.word or removal.path
    add({ { padded('removed', 11), 'CoderContext' }, { what, 'CoderRemoved' } }, { removal = removal })
  end
end

---Draws the page anew.
---@param show boolean opens it, and goes there
local function draw(show)
  local lines, looks = {}, {}
  rows = {}
  local function add(pieces, row)
    local line = ''
    for _, piece in ipairs(pieces) do
      if piece[2] then looks[#looks + 1] = { #lines, #line, #line + #piece[1], piece[2] } end
      line = line .. piece[1]
    end
    lines[#lines + 1] = (line:gsub('[%s\n]+$', ''))
    rows[#lines] = row
  end
  add(heading())
  if result and result.problem then
    add({ { (result.problem:gsub('%s+', ' ')), 'CoderError' } })
  end
  add(about())
  if result then list(add) end
  local buf
  if show then buf = scratch.show(PAGE, lines, M.prepare) else buf = scratch.update(PAGE, lines) end
  if not buf then return end
  api.nvim_buf_clear_namespace(buf, ns, 0, -1)
  for _, look in ipairs(looks) do
    local to = math.min(look[3], #lines[look[1] + 1])
    api.nvim_buf_set_extmark(buf, ns, look[1], math.min(look[2], to), { end_col = to, hl_group = look[4] })
  end
end

---Asks anew and draws what comes.
---@param show boolean
local function refresh(show)
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
    if into == chat and vim.fn.bufwinid(PAGE) >= 0 then return refresh(false) end
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
  local typing = api.nvim_create_autocmd('CmdlineChanged', {
    pattern = '@',
    callback = function() mention.typed(vim.fn.getcmdline():sub(1, vim.fn.getcmdpos() - 1)) end,
  })
  local completion = "customlist,v:lua.require'coder.ask.mention'.complete"
  vim.ui.input({ prompt = 'Add to the context: ', default = '#', completion = completion }, function(text)
    api.nvim_del_autocmd(typing)
    if text then add_words(into, text) end
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
  local into = api.nvim_buf_get_name(0) == PAGE and chat or ask.current()
  if opts.clear then
    pins.clear(into)
    bar.show(into)
    if not opts.pin then notify.info('nothing is pinned or removed any more') end
    if into == chat and vim.fn.bufwinid(PAGE) >= 0 then refresh(false) end
  end
  if opts.pin then return add_words(into, opts.pin) end
  if opts.clear then return end
  if into ~= chat then chat, result = into, nil end
  refresh(true)
end

return M
