---Ghost text becomes text of the buffer: one undo step, repeated by `.`, untouched by indenting, wrapping,
---abbreviations and mappings.
local api, fn = vim.api, vim.fn
local backend = require('coder.backend')
local compat = require('coder.compat')

local M = {}

---@class coder.GhostPiece
---@field buf integer
---@field tick integer
---@field id integer
---@field text string
---@field kind 'all'|'line'|'word'
---@type coder.GhostPiece?
local pending

---How much of `text` is taken.
---@param text string
---@param kind 'all'|'line'|'word'
---@return string
function M.piece(text, kind)
  if kind == 'all' then return text end
  if kind == 'line' then return text:match('^\n?[^\n]*') end
  -- Blanks, at most one line break among them, then keyword characters or other ones.
  return fn.matchstr(text, [[^\s*\n\=\s*\%(\k\+\|\%(\k\@![^ \t\n]\)\+\)\=]])
end

local keys

---Takes `text`. It is put in as the next thing Neovim does, before keys already typed: a mapping with <expr>
---may ask for it, too. <C-G>u closes the undo step on both sides.
---@param piece coder.GhostPiece
function M.take(piece)
  keys = keys or api.nvim_replace_termcodes(
    ('<C-G>u%s<Cmd>lua require("coder.ghost.accept").insert()<CR><C-G>u'):format(compat.redo_keys()),
    true, false, true)
  pending = piece
  api.nvim_feedkeys(keys, 'in', false)
end

---@param text string
local function put(text)
  local cursor = api.nvim_win_get_cursor(0)
  local row, col = cursor[1] - 1, cursor[2]
  local lines = vim.split(text, '\n', { plain = true })
  api.nvim_buf_set_text(0, row, col, row, col, lines)
  api.nvim_win_set_cursor(0, { row + #lines, #lines == 1 and col + #text or #lines[#lines] })
end

---Puts in what take() was given, unless the buffer is another by now.
function M.insert()
  local piece = pending
  pending = nil
  if not piece or api.nvim_get_current_buf() ~= piece.buf then return end
  if api.nvim_buf_get_changedtick(piece.buf) ~= piece.tick then return end
  backend.notify('ghost_accept', { buf = piece.buf, id = piece.id, bytes = #piece.text, all = piece.kind == 'all' })
  compat.repeatable(piece.text, function() put(piece.text) end)
  api.nvim_exec_autocmds('User', {
    pattern = 'CoderGhostAccepted', modeline = false, data = { text = piece.text, kind = piece.kind },
  })
end

return M
