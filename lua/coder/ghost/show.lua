---How ghost text is drawn: an extmark with the first line inline at the cursor, and one with the others as
---virtual lines below, which stays as it is while the user types along the first.
local api, fn = vim.api, vim.fn
local compat = require('coder.compat')

local M = {}

local GROUP = 'CoderGhost'
local ns = api.nvim_create_namespace('coder.ghost')

local FIRST, BELOW = 1, 2 -- ids of the extmarks
local chunks = { { '', GROUP } }
local first_opts = vim.tbl_extend('force', compat.extmark(), {
  id = FIRST, virt_text = chunks, virt_text_pos = 'inline', hl_mode = 'combine',
})
local below_opts = vim.tbl_extend('force', compat.extmark(), { id = BELOW })

-- What is drawn, and where.
---@type integer? buffer
local drawn
local first = false
---@type { text: string, line: integer, left: integer }?
local below

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

---@param buf integer
---@param line integer
---@param text string the lines after the first
local function draw_below(buf, line, text)
  local left = compat.lines_stay() and not vim.wo.wrap and fn.winsaveview().leftcol or 0
  if below and below.text == text and below.line == line and below.left == left then return end
  local lines = {}
  for one in vim.gsplit(text, '\n', { plain = true }) do
    local shown = M.printable(one, zero)
    if left > 0 then shown = cut(shown, left) end
    lines[#lines + 1] = { { shown, GROUP } }
  end
  below_opts.virt_lines = lines
  api.nvim_buf_set_extmark(buf, ns, line, 0, below_opts)
  below_opts.virt_lines = nil
  below = { text = text, line = line, left = left }
end

---Draws `text` at the cursor of the current window, instead of what was drawn before.
---@param line integer 0-based
---@param col integer byte column
---@param text string
function M.draw(line, col, text)
  local buf = api.nvim_get_current_buf()
  if drawn and drawn ~= buf then M.clear() end
  compat.scope(ns, api.nvim_get_current_win())
  drawn = buf
  local cut_at = text:find('\n', 1, true)
  local shown = cut_at and text:sub(1, cut_at - 1) or text
  if shown ~= '' then
    chunks[1][1] = M.printable(shown, function()
      return fn.strdisplaywidth(api.nvim_get_current_line():sub(1, col))
    end)
    api.nvim_buf_set_extmark(buf, ns, line, col, first_opts)
    first = true
  elseif first then
    api.nvim_buf_del_extmark(buf, ns, FIRST)
    first = false
  end
  if cut_at then
    draw_below(buf, line, text:sub(cut_at + 1))
  elseif below then
    api.nvim_buf_del_extmark(buf, ns, BELOW)
    below = nil
  end
end

function M.clear()
  local buf = drawn
  local had_first, had_below = first, below
  drawn, first, below = nil, false, nil
  if not buf or not api.nvim_buf_is_valid(buf) then return end
  if had_first then api.nvim_buf_del_extmark(buf, ns, FIRST) end
  if had_below then api.nvim_buf_del_extmark(buf, ns, BELOW) end
end

M.highlight()

return M
