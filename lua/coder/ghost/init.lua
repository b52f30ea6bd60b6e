---Ghost text in Neovim: says where the insert cursor is, shows what the backend suggests for exactly that place,
---and trims or hides it in the same tick as the key, before Neovim redraws. What fits, what is asked and when is
---the backend's business.
local api = vim.api
local accept = require('coder.ghost.accept')
local backend = require('coder.backend')
local compat = require('coder.compat')
local config = require('coder.config')
local host = require('coder.ghost.host')
local keys = require('coder.ghost.keys')
local show = require('coder.ghost.show')
local spot = require('coder.ghost.spot')
local state = require('coder.ghost.state')
local visible = require('coder.ghost.visible')

local M = {}

---@type integer? buffer that is being typed in and may have ghost text
local typing
-- The cursor as it was sent last; one table for all, since a key should leave no garbage.
local sent = { buf = 0, tick = -1, line = -1, col = -1 }
local asked = false -- since the last ghost_close
local manual = false -- the user asked for what is shown, or about to be
local blocked = false -- something else owns the spot

local function event(name, data)
  api.nvim_exec_autocmds('User', { pattern = name, modeline = false, data = data })
end

---@return boolean
local function take_away()
  if not visible.ghost then return false end
  visible.ghost = nil
  show.clear()
  keys.clear()
  event('CoderGhostHidden')
  return true
end

---No ghost text from now on until the cursor is sent again.
---@param dismissed? boolean the user does not want this one
local function close(dismissed)
  take_away()
  if not asked then return end
  asked, manual = false, false
  backend.notify('ghost_close', { buf = sent.buf, dismissed = dismissed or false })
end

---@return boolean Neovim shows the suggestions, see coder.ghost.lsp
local function elsewhere() return config.current.ghost.inline_lsp and compat.has_inline_lsp() end

---@param buf integer the current one
---@return boolean
local function wanted(buf)
  local here = vim.b.coder_ghost
  if here == nil then here = config.current.ghost.enabled end
  return here and host.applies(buf) and not elsewhere()
end

-- 'virtualedit': right of the end of the line there is nothing to put text at.
---@return boolean
local function beyond_line() return vim.o.virtualedit ~= '' and vim.fn.getcurpos()[4] > 0 end

---@param mode string
---@return boolean ghost text may be shown in this mode
local function fits_mode(mode)
  return mode == 'i' or config.current.ghost.with_menu and (mode == 'ic' or mode == 'ix')
end

---Something else owns the spot, until again() finds it free.
local function block()
  blocked, sent.tick = true, -1
  close()
end

---@param buf integer
---@param tick integer
---@param line integer
---@param col integer
local function send(buf, tick, line, col)
  sent.buf, sent.tick, sent.line, sent.col, sent.manual = buf, tick, line, col, manual or nil
  asked, blocked = true, false
  backend.notify('cursor', sent)
end

---After every key: the ghost follows or goes, then the backend is told.
local function moved()
  local buf = typing
  if not buf or buf ~= api.nvim_get_current_buf() then return end
  if beyond_line() then return blocked or block() end
  local tick = api.nvim_buf_get_changedtick(buf)
  local cursor = api.nvim_win_get_cursor(0)
  local line, col = cursor[1] - 1, cursor[2]
  if tick == sent.tick and line == sent.line and col == sent.col and buf == sent.buf then return end
  local ghost = visible.ghost
  local fits = ghost and visible.follow(tick, line, col)
  manual = manual and fits or false
  -- The backend is told before anything is drawn: a request that differs now is to be closed at once.
  local taken = spot.taken() or spot.other_ghost(buf, line)
  if not taken and (manual or wanted(buf)) then send(buf, tick, line, col) end
  if ghost then
    if not fits or ghost.text == '' then
      take_away()
    elseif ghost.changed then
      show.draw(line, col, ghost.text)
    end
  end
  if taken then block() end
end

---As after a key, whatever was sent before.
local function again()
  sent.tick = -1
  if typing and fits_mode(api.nvim_get_mode().mode) then moved() end
end

local function look_again()
  if typing and blocked and not spot.taken() then again() end
end

---What owns the spot may have changed without a key: a menu opened or closed.
local function changed_hands()
  if not typing then return end
  if spot.taken() then block() end
  -- Those who tell of a menu's end may do so before it is closed.
  vim.schedule(look_again)
end

---@param buf integer
---@return boolean ghost text makes sense in it
local function editable(buf)
  local bo = vim.bo[buf]
  return bo.buftype == '' and bo.modifiable and not bo.readonly and vim.fn.getcmdwintype() == ''
end

local deferred = false
local enter

-- Insert mode begins, or goes on in another buffer.
function enter()
  -- Halfway a mapping or :normal, which may enter insert mode thousands of times (:global) and be out of it soon.
  if not typing and vim.fn.state('m') ~= '' then
    if deferred then return end
    deferred = true
    return vim.schedule(function()
      deferred = false
      if not typing and fits_mode(api.nvim_get_mode().mode) then enter() end
    end)
  end
  local buf = api.nvim_get_current_buf()
  if typing == buf then return again() end
  if not editable(buf) then return end
  typing = buf
  spot.look()
  spot.watch(changed_hands)
  local here = vim.b.coder_ghost
  if here or here == nil and config.current.ghost.enabled then
    host.attach(buf, function()
      if elsewhere() and host.applies(buf) then require('coder.ghost.lsp').attach(buf) end
      if typing == buf and not wanted(buf) then close() end
    end)
  end
  again()
  if host.applies(buf) or not (here or here == nil and config.current.ghost.enabled) then return end
  -- It is known to have no ghost text: told once all the same, so that the statusline says so.
  local cursor = api.nvim_win_get_cursor(0)
  send(buf, api.nvim_buf_get_changedtick(buf), cursor[1] - 1, cursor[2])
  close()
end

local function leave()
  close()
  typing = nil
end

---@param now coder.event.ghost_show
local function on_show(now)
  if now.buf ~= typing or now.buf ~= api.nvim_get_current_buf() then return end
  if now.tick ~= api.nvim_buf_get_changedtick(now.buf) then return end
  local cursor = api.nvim_win_get_cursor(0)
  if now.line ~= cursor[1] - 1 or now.col ~= cursor[2] or now.text == '' then return end
  if not fits_mode(api.nvim_get_mode().mode) or not (asked and (manual or wanted(now.buf))) then return end
  if spot.taken() or spot.other_ghost(now.buf, now.line) then return block() end
  local first = visible.ghost == nil
  if not visible.set(now) then return end
  show.draw(now.line, now.col, now.text)
  if not first then return end
  keys.set()
  event('CoderGhostShown', { id = now.id })
end

---@param now coder.event.ghost_hide
local function on_hide(now)
  local ghost = visible.ghost
  if ghost and ghost.buf == now.buf and ghost.tick == now.tick then take_away() end
end

-- What users call. Each returns whether it did something.

---@return coder.Ghost? the one on screen, if it still belongs there
local function current()
  local ghost = visible.ghost
  if not ghost or ghost.buf ~= api.nvim_get_current_buf() then return end
  if ghost.tick ~= api.nvim_buf_get_changedtick(ghost.buf) then
    take_away()
    return
  end
  return ghost
end

---@return boolean
function M.visible() return current() ~= nil end

---@param kind 'all'|'line'|'word'
---@return boolean
local function take(kind)
  local ghost = current()
  if not ghost then return false end
  local text = accept.piece(ghost.text, kind)
  accept.take({ buf = ghost.buf, tick = ghost.tick, id = ghost.id, text = text, kind = kind })
  return true
end

function M.accept() return take('all') end

function M.accept_line() return take('line') end

function M.accept_word() return take('word') end

---@param step integer
---@return boolean
local function cycle(step)
  local ghost = current()
  if not ghost then return false end
  backend.notify('ghost_cycle', { buf = ghost.buf, tick = ghost.tick, step = step })
  return true
end

function M.next() return cycle(1) end

function M.previous() return cycle(-1) end

---@return boolean
function M.dismiss()
  if not current() then return false end
  close(true)
  return true
end

---@return boolean
function M.trigger()
  local buf = api.nvim_get_current_buf()
  if not fits_mode(api.nvim_get_mode().mode) or not editable(buf) then return false end
  typing, manual = buf, true
  host.attach(buf, nil, true)
  local cursor = api.nvim_win_get_cursor(0)
  if spot.taken() or beyond_line() then return false end
  send(buf, api.nvim_buf_get_changedtick(buf), cursor[1] - 1, cursor[2])
  return true
end

---Switches ghost text off or on, for all buffers that say nothing else.
---@return boolean enabled
function M.toggle()
  local ghost = config.current.ghost
  ghost.enabled = not ghost.enabled
  M.refresh()
  require('coder.notify').info('ghost text is ' .. (ghost.enabled and 'on' or 'off'))
  return ghost.enabled
end

---Takes over changed options.
function M.refresh()
  host.forgive()
  close()
  state.switch(not config.current.ghost.enabled)
  keys.trigger(config.current.ghost.enabled)
  typing = nil
  if api.nvim_get_mode().mode == 'i' then enter() end
end

keys.run = {
  accept = M.accept, line = M.accept_line, word = M.accept_word,
  next = M.next, previous = M.previous, dismiss = M.dismiss,
}

local started = false

---Starts to listen. Called when insert mode is entered for the first time.
function M.start()
  if started or not compat.supported() then return end
  started = true
  require('coder.keymaps').set(false)
  local group = api.nvim_create_augroup('coder.ghost', {})
  local function on(events, callback, pattern)
    api.nvim_create_autocmd(events, { group = group, pattern = pattern, callback = callback })
  end
  on({ 'TextChangedI', 'TextChangedP', 'CursorMovedI' }, moved)
  on('ModeChanged', function()
    if fits_mode(vim.v.event.new_mode) then return enter() end
    if vim.v.event.new_mode:sub(1, 1) ~= 'i' then return leave() end
    block()
  end, { '*:i*', 'i*:[^i]*' })
  on({ 'BufLeave', 'WinLeave' }, leave)
  on({ 'BufEnter', 'WinEnter' }, function()
    if fits_mode(api.nvim_get_mode().mode) then enter() end
  end)
  on('CompleteChanged', changed_hands)
  on('CompleteDone', changed_hands)
  on('RecordingEnter', block)
  on('ColorScheme', show.highlight)
  on('BufWipeout', function(args) host.forget(args.buf) end)
  backend.on('ghost_show', on_show)
  backend.on('ghost_hide', on_hide)
  backend.on('ghost_state', state.set)
  backend.on_lost(function()
    take_away()
    asked = false
    state.set({ state = 'failed' })
  end)
  state.switch(not config.current.ghost.enabled)
  keys.trigger(config.current.ghost.enabled)
  require('coder.ghost.rest').start()
end

return M
