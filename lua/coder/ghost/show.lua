---How ghost text is drawn: one extmark, the first line inline at the cursor, the others as virtual lines below.
local api, fn = vim.api, vim.fn
local compat = require('coder.compat')

local M = {}

local GROUP = 'CoderGhost'
local ns = api.nvim_create_namespace('coder.ghost')

---@type integer? buffer the extmark is in
local drawn
local id = 1
local base = compat.extmark()
---@type vim.api.keyset.set_extmark
local opts = vim.tbl_extend('force', base, { id = id, virt_text_pos = 'inline', hl_mode = 'combine' })

-- The virtual lines drawn last: they stay the same while the user types along the first line.
local below, below_text, below_col

---The highlight group as the colour scheme's comments are, without italics. One that the user or a colour
---scheme has set is left alone.
local ours
function M.highlight()
  local now = api.nvim_get_hl(0, { name = GROUP })
  if next(now) and not vim.deep_equal(now, ours) then return end
  local comment = api.nvim_get_hl(0, { name = 'Comment', link = false })
  local cterm = vim.tbl_extend('force', comment.cterm or {}, { italic = false })
  -- 8 is the dark grey of every terminal with 16 colours.
  local hl = { fg = comment.fg, ctermfg = comment.ctermfg or 8, bold = comment.bold, cterm = cterm }
  api.nvim_set_hl(0, GROUP, hl)
  ours = api.nvim_get_hl(0, { name = GROUP })
end

---Text as a line of a buffer would show it from display column `col` on: Neovim expands no tabs in virtual
---text and must not be given control characters or broken UTF-8 there.
---@param text string one line
---@param col fun(): integer display column it starts at
---@return string
function M.printable(text, col)
  if not text:find('[^ -~]') then return text end
  if not text:find('\t', 1, true) then return fn.strtrans(text) end
  local out, at = {}, col()
  for part, tab in text:gmatch('([^\t]*)(\t?)') do
    if part ~= '' then
      part = fn.strtrans(part)
      out[#out + 1] = part
      at = at + fn.strdisplaywidth(part, at)
    end
    if tab ~= '' then
      local width = fn.strdisplaywidth('\t', at)
      out[#out + 1] = (' '):rep(width)
      at = at + width
    end
  end
  return table.concat(out)
end

local function zero() return 0 end

---Takes `cells` display cells off the front.
---@param text string printable
---@param cells integer
---@return string
local function cut(text, cells)
  local width = fn.strdisplaywidth(text)
  if width <= cells then return '' end
  local chars = 0
  while fn.strdisplaywidth(fn.strcharpart(text, 0, chars)) < cells do chars = chars + 1 end
  local rest = fn.strcharpart(text, chars)
  return (' '):rep(width - cells - fn.strdisplaywidth(rest)) .. rest
end

---@param text string the lines after the first
---@return { [1]: string, [2]: string }[][]
local function virtual_lines(text)
  local left = compat.lines_stay() and not vim.wo.wrap and fn.winsaveview().leftcol or 0
  if text == below_text and left == below_col then return below end
  below, below_text, below_col = {}, text, left
  for line in vim.gsplit(text, '\n', { plain = true }) do
    local shown = M.printable(line, zero)
    if left > 0 then shown = cut(shown, left) end
    below[#below + 1] = { { shown, GROUP } }
  end
  return below
end

---Draws `text` at the cursor of the current window, instead of what was drawn before.
---@param line integer 0-based
---@param col integer byte column
---@param text string
function M.draw(line, col, text)
  local buf = api.nvim_get_current_buf()
  if drawn and drawn ~= buf then M.clear() end
  compat.scope(ns, api.nvim_get_current_win())
  local cut_at = text:find('\n', 1, true)
  local first = cut_at and text:sub(1, cut_at - 1) or text
  first = M.printable(first, function() return fn.strdisplaywidth(api.nvim_get_current_line():sub(1, col)) end)
  opts.virt_text = first ~= '' and { { first, GROUP } } or nil
  opts.virt_lines = cut_at and virtual_lines(text:sub(cut_at + 1)) or nil
  api.nvim_buf_set_extmark(buf, ns, line, col, opts)
  drawn = buf
end

function M.clear()
  if not drawn then return end
  if api.nvim_buf_is_valid(drawn) then api.nvim_buf_del_extmark(drawn, ns, id) end
  drawn = nil
end

M.highlight()

return M
