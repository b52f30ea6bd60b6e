---The keys of ghost text: mapped in the buffer while a ghost is visible and at no other time, so that they do
---what they always do when there is none.
local api, fn = vim.api, vim.fn
local config = require('coder.config')

local M = {}

---@type { [1]: string, [2]: string }[] name of the option and of the function, description
local actions = {
  { 'accept', 'coder: accept the ghost text' },
  { 'line', 'coder: accept a line of the ghost text' },
  { 'word', 'coder: accept a word of the ghost text' },
  { 'next', 'coder: next suggestion' },
  { 'previous', 'coder: previous suggestion' },
  { 'dismiss', 'coder: dismiss the ghost text' },
}

---@type table<string, fun(): boolean> set by coder.ghost
M.run = {}

---@class coder.GhostKey
---@field lhs string
---@field rhs string as maparg() shows it
---@field opts vim.api.keyset.keymap

-- What is set; built anew when the options change.
---@type coder.GhostKey[]
local keys = {}
---@type table
local built_from

---@type integer? buffer they are set in
local set_in
---@type table<string, table> what was mapped there before, as maparg() says it
local before = {}

---Does the action, or what its key does without us.
---@param action string
function M.press(action)
  if M.run[action]() then return end
  M.clear()
  local lhs = config.current.ghost.keys[action]
  if lhs then api.nvim_feedkeys(api.nvim_replace_termcodes(lhs, true, true, true), 'im', false) end
end

---@return coder.GhostKey[]
local function build()
  local given = config.current.ghost.keys
  if built_from == given then return keys end
  keys, built_from = {}, given
  for _, action in ipairs(actions) do
    local name, lhs = action[1], given[action[1]]
    if lhs and lhs ~= '' then
      keys[#keys + 1] = {
        lhs = lhs,
        rhs = ('<Cmd>lua require("coder.ghost.keys").press("%s")<CR>'):format(name),
        opts = { noremap = true, nowait = true, silent = true, desc = action[2] },
      }
    end
  end
  return keys
end

---Sets them in the current buffer.
function M.set()
  local buf = api.nvim_get_current_buf()
  if set_in == buf then return end
  M.clear()
  set_in = buf
  for _, key in ipairs(build()) do
    -- The short form first: the other one makes a table of fifteen fields.
    if fn.maparg(key.lhs, 'i') ~= '' then
      local map = fn.maparg(key.lhs, 'i', false, true)
      if map.buffer == 1 then before[key.lhs] = map end
    end
    api.nvim_buf_set_keymap(buf, 'i', key.lhs, key.rhs, key.opts)
  end
end

-- One that somebody has mapped anew meanwhile stays as it is.
---@param buf integer
local function restore(buf)
  for _, key in ipairs(keys) do
    if fn.maparg(key.lhs, 'i') == key.rhs then
      local old = before[key.lhs]
      api.nvim_buf_del_keymap(buf, 'i', key.lhs)
      if old then fn.mapset('i', false, old) end
    end
  end
end

---Takes them away; what was mapped before is mapped again.
function M.clear()
  local buf = set_in
  if not buf then return end
  set_in = nil
  if buf == api.nvim_get_current_buf() then
    restore(buf)
  elseif api.nvim_buf_is_loaded(buf) then
    api.nvim_buf_call(buf, function() restore(buf) end)
  end
  if next(before) then before = {} end
end

---@type string? the trigger that is mapped
local trigger

---Maps the key that asks for ghost text, unless the user has mapped it.
---@param enabled boolean
function M.trigger(enabled)
  local want = enabled and config.current.ghost.keys.trigger or nil
  if trigger == want then return end
  if trigger then pcall(api.nvim_del_keymap, 'i', trigger) end
  trigger = nil
  if not want or want == '' or fn.maparg(want, 'i') ~= '' then return end
  trigger = want
  vim.keymap.set('i', want, '<Plug>(coder-ghost-trigger)', { remap = true, desc = 'coder: ask for ghost text' })
end

return M
