---Where something is in the list of hunks, told so that it is found again after the list has changed.
local M = {}

---@class coder.ListSpot
---@field path string of the block
---@field id string|false the hunk
---@field offset integer lines below the first one of that
---@field tail? integer lines to the end of the block, where it is below the hunks

---@param blocks coder.PageBlock[]
---@param lnum integer
---@return coder.ListSpot?
function M.at(blocks, lnum)
  local at = lnum
  for _, block in ipairs(blocks) do
    if at <= #block.lines then
      local id, first = block.ids[at], at
      while first > 1 and block.ids[first - 1] == id do first = first - 1 end
      local below = not id and first > 1
      return { path = block.path, id = id, offset = at - first, tail = below and #block.lines - at or nil }
    end
    at = at - #block.lines
  end
end

---@param block coder.PageBlock
---@param spot coder.ListSpot
---@return integer line of the block
local function within(block, spot)
  if spot.tail then return math.max(#block.lines - spot.tail, 1) end
  for first, id in ipairs(block.ids) do
    if id == spot.id then
      local last = first
      while last - first < spot.offset and block.ids[last + 1] == id do last = last + 1 end
      return last
    end
  end
  return 1
end

---@param blocks coder.PageBlock[]
---@param spot coder.ListSpot
---@return integer? lnum
function M.line(blocks, spot)
  local base = 0
  for _, block in ipairs(blocks) do
    if block.path == spot.path then return base + within(block, spot) end
    base = base + #block.lines
  end
end

---@param blocks coder.PageBlock[]
---@return { [1]: integer, [2]: string }[] lnum and id where hunks begin
function M.heads(blocks)
  local out, base = {}, 0
  for _, block in ipairs(blocks) do
    for i, id in ipairs(block.ids) do
      if id and block.ids[i - 1] ~= id then out[#out + 1] = { base + i, id } end
    end
    base = base + #block.lines
  end
  return out
end

return M
