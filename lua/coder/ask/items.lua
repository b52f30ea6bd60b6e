---Pieces of context in words.
local M = {}

local gathered = { body = true, signature = true, path = true }

-- What the line below a heading names one by one; the rest is a number there.
local MAX_NAMED = 3
local MAX_DROPPED = 3

---@class coder.ContextItem as in the event `ask_begin` and the result of `context`
---@field path string
---@field first integer
---@field last integer
---@field label string
---@field dropped? string
---@field form? string
---@field tokens? integer
---@field why? string

---@param item coder.ContextItem
---@return boolean found for the question, not named by the user
function M.is_gathered(item) return gathered[item.form] or false end

---@param item coder.ContextItem
---@return string "a.py:1-20", "a.py:7", "a.py"
function M.place(item)
  if item.last < 1 then return item.path end
  local lines = item.last > item.first and ('%d-%d'):format(item.first, item.last) or tostring(item.first)
  return ('%s:%s'):format(item.path, lines)
end

---@param n integer
---@return string
function M.count(n) return n < 1000 and tostring(n) or ('%.1fk'):format(n / 1000) end

---@param items coder.ContextItem[]
---@return integer tokens of those that are not dropped
function M.tokens(items)
  local sum = 0
  for _, item in ipairs(items) do sum = sum + (not item.dropped and item.tokens or 0) end
  return sum
end

---@param item coder.ContextItem
---@return string the word the user wrote, where the backend says so, else the place
local function name(item)
  return item.form == 'named' and vim.startswith(item.why or '', '#') and item.why or M.place(item)
end

---@param named string[]
---@param keep integer how many of them are named
---@param found integer
---@param tokens integer of what was found
---@return string
local function sum(named, keep, found, tokens)
  local parts = vim.list_slice(named, 1, keep)
  if keep < #named then parts[keep + 1] = ('%d more'):format(#named - keep) end
  if found > 0 then
    local more = #named > 0 and keep == #named and ' more' or ''
    parts[#parts + 1] = ('%d%s from the repository (%s tokens)'):format(found, more, M.count(tokens))
  end
  return 'context: ' .. table.concat(parts, ', ')
end

---What went into an answer, in a line that fits `width`; and what was left out, for a line of its own where it does
---not fit there.
---@param items coder.ContextItem[]
---@param width integer
---@return string? line nil when there is no context
---@return string? rest
function M.line(items, width)
  local named, found, dropped = {}, {}, {}
  for _, item in ipairs(items) do
    if item.dropped then
      dropped[#dropped + 1] = ('%s dropped (%s)'):format(item.path, item.dropped)
    elseif M.is_gathered(item) then
      found[#found + 1] = item
    else
      named[#named + 1] = name(item)
    end
  end
  local out = table.concat(dropped, ', ', 1, math.min(#dropped, MAX_DROPPED))
  if #dropped > MAX_DROPPED then out = ('%s, %d more dropped'):format(out, #dropped - MAX_DROPPED) end
  if #named + #found == 0 then return nil, #dropped > 0 and 'context: ' .. out or nil end
  local text = ('context: %d pieces (%s tokens)'):format(#named + #found, M.count(M.tokens(items)))
  for keep = math.min(#named, MAX_NAMED), math.min(#named, 1), -1 do
    local longer = sum(named, keep, #found, M.tokens(found))
    if vim.fn.strdisplaywidth(longer) <= width or #named + #found == 1 then
      text = longer
      break
    end
  end
  if #dropped == 0 then return text end
  local both = ('%s, %s'):format(text, out)
  if vim.fn.strdisplaywidth(both) <= width then return both end
  return text, out
end

---One line that says all of a piece, for a list.
---@param item coder.ContextItem
---@return string
function M.describe(item)
  if item.dropped then return ('%s: left out, %s'):format(item.path, item.dropped) end
  local parts = { item.form }
  if item.tokens then parts[#parts + 1] = M.count(item.tokens) .. ' tokens' end
  if item.label ~= 'any' then parts[#parts + 1] = 'private' end
  parts[#parts + 1] = item.why
  local more = table.concat(parts, ', '):gsub('%s+', ' ')
  return more ~= '' and ('%s (%s)'):format(M.place(item), more) or M.place(item)
end

return M
