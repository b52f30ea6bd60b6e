---The sections of a chat buffer: what starts with `## You`, and what with `## Coder · …`.
local M = {}

M.you = '## You'
M.coder = '## Coder · ' -- and what follows

---Pattern of |search()| for every heading.
M.heading = [[^\(\s*## You\s*$\|## Coder · \)]]

---@param line string
---@return 'you'|'coder'|nil kind of the section that it is the heading of
function M.kind(line)
  if vim.trim(line) == M.you then return 'you' end
  return vim.startswith(line, M.coder) and 'coder' or nil
end

---@class coder.Section
---@field kind 'you'|'coder'
---@field head integer row of the heading, 0-based
---@field last integer last row that is not blank, the heading's if all are
---@field lines string[] what is between heading and `last`, without blank lines at the start

---@param buf integer
---@return coder.Section[]
function M.list(buf)
  local all, out = vim.api.nvim_buf_get_lines(buf, 0, -1, false), {}
  for i, line in ipairs(all) do
    local section, kind = out[#out], M.kind(line)
    if kind then
      out[#out + 1] = { kind = kind, head = i - 1, last = i - 1 }
    elseif section and line:find('%S') then
      section.first = section.first or i
      section.last = i - 1
    end
  end
  for _, section in ipairs(out) do
    section.lines = section.first and vim.list_slice(all, section.first, section.last + 1) or {}
  end
  return out
end

---The answer that a row is in or below, as it was written: without what the model thought.
---@param buf integer
---@param row integer 0-based
---@return string[]? lines
function M.answer(buf, row)
  local found
  for _, section in ipairs(M.list(buf)) do
    if section.kind == 'coder' and section.head <= row then found = section end
  end
  if not found then return end
  local out, thinks = {}, false
  for _, line in ipairs(found.lines) do
    if line == '<think>' and not thinks then
      thinks = true
    elseif line == '</think>' and thinks then
      thinks = false
    elseif not thinks and (out[1] or line ~= '') then
      out[#out + 1] = line
    end
  end
  return out
end

return M
