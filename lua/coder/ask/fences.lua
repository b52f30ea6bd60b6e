---Fenced code blocks of Markdown.
local M = {}

---@param lines string[]
---@param row integer 1-based
---@return integer? open, integer? close line of each fence of the block that `row` is in; no `close` where it is open
---to the end of `lines`
function M.block(lines, row)
  local open, fence
  for i, line in ipairs(lines) do
    local indent, ticks, rest
    if line:find('^%s*[`~]') then indent, ticks, rest = line:match('^(%s*)([`~]+)(.*)$') end
    if ticks and #ticks >= 3 and #indent <= 3 then
      if not open then
        open, fence = i, ticks
      elseif vim.startswith(ticks, fence) and not rest:find('%S') then
        if row >= open and row <= i then return open, i end
        open = nil
      end
    end
    if not open and i > row then return end
  end
  if open and row >= open then return open end
end

return M
