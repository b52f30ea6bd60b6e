---Virtual lines in a chat buffer: what is shown there and is not its text.
local api = vim.api

local M = {}

local ns = api.nvim_create_namespace('coder.ask.virtual')

for name, link in pairs({
  CoderContext = 'Comment', CoderTool = 'Comment', CoderNote = 'DiagnosticWarn', CoderError = 'DiagnosticError',
  CoderPrivate = 'DiagnosticOk',
}) do
  api.nvim_set_hl(0, name, { default = true, link = link })
end

---What says that an answer came from a trusted lane, since private text went into it.
---@param short? boolean as little of it as can be
---@return string
function M.private_sign(short)
  if require('coder.config').current.statusline.ascii then return '[local only]' end
  return short and '⌂' or '⌂ local only'
end

---@param buf integer
---@param most integer
---@return integer columns that virtual lines have in the narrowest window on the buffer, `most` at most
local function width_of(buf, most)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do most = math.min(most, api.nvim_win_get_width(win) - 1) end
  return most
end

---@param text string
---@param width integer
---@return string[] lines of at most so many columns, broken at blanks
function M.fill(text, width)
  local out = {}
  for _, line in ipairs(vim.split(text, '\n', { plain = true })) do
    local current = ''
    for word in line:gmatch('%S+') do
      local longer = current == '' and word or current .. ' ' .. word
      if current ~= '' and vim.fn.strdisplaywidth(longer) > width then
        out[#out + 1] = current
        current = word
      else
        current = longer
      end
    end
    out[#out + 1] = current
  end
  return out
end

---Virtual lines do not wrap by themselves.
---@param buf integer
---@param text string
---@return string[] lines that fit the narrowest window on the buffer
function M.wrap(buf, text) return M.fill(text, width_of(buf, 80)) end

---Shows something at row `row`. It goes when that line goes.
---@param buf integer
---@param row integer
---@param what { virt_lines: [string, string][][], virt_text?: [string, string][] }
local function show(buf, row, what)
  local length = #(api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or '')
  api.nvim_buf_set_extmark(buf, ns, row, 0, vim.tbl_extend('error', what, {
    end_row = row, end_col = length, invalidate = length > 0, undo_restore = length > 0,
  }))
end

---@param lines string[]
---@param hl string
---@return [string, string][][]
local function virtual(lines, hl)
  return vim.tbl_map(function(line) return { { line, hl } } end, lines)
end

---Shows `lines` below row `row`. They go when that line goes.
---@param buf integer
---@param row integer
---@param lines string[]
---@param hl string
function M.below(buf, row, lines, hl) show(buf, row, { virt_lines = virtual(lines, hl) }) end

---Draws the line in row `row`, which tells of a tool, less loud than the answer.
---@param buf integer
---@param row integer
---@param refused boolean
function M.tool(buf, row, refused)
  local length = #(api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or '')
  api.nvim_buf_set_extmark(buf, ns, row, 0, {
    end_row = row, end_col = length, hl_group = refused and 'CoderNote' or 'CoderTool', invalidate = true,
    undo_restore = true,
  })
end

---Takes away what belongs to the heading in `row`. Neovim 0.10 draws it also after its line was replaced.
---@param buf integer
---@param row integer
function M.clear_heading(buf, row) api.nvim_buf_clear_namespace(buf, ns, row, row + 1) end

---Takes away what is shown from `row` on.
---@param buf integer
---@param row integer
function M.clear(buf, row) api.nvim_buf_clear_namespace(buf, ns, row, -1) end

---Shows what belongs to the heading of an answer: why it is from here, what went into it.
---@param buf integer
---@param row integer
---@param begin coder.event.ask_begin
function M.heading(buf, row, begin)
  local context, rest = require('coder.ask.items').line(begin.context, width_of(buf, 120))
  local lines = begin.instead and virtual(M.wrap(buf, begin.instead), 'CoderNote') or {}
  vim.list_extend(lines, virtual({ context }, 'CoderContext'))
  if rest then vim.list_extend(lines, virtual(M.wrap(buf, rest), 'CoderContext')) end
  local sign = begin.private_text and { { M.private_sign(), 'CoderPrivate' } } or nil
  if sign or lines[1] then show(buf, row, { virt_lines = lines, virt_text = sign }) end
end

return M
