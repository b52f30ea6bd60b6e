-- Types a change as a person would: at a person's pace, with typos taken back, small moves and pauses to think.
-- Everything random comes from one seed; nothing is random but the pace, the typos and the moves.
local random = require('ghost_sample').random
local M = {}

---@class bench.Key
---@field at number ms of vim.uv.hrtime(), when it was typed
---@field kind "type"|"newline"|"back"|"move"|"other"
---@field before string the text before the cursor in its line, after the key

---@class bench.Typist
---@field keys bench.Key[]
local Typist = {}
Typist.__index = Typist

---@param nvim coder.test.Nvim with ghost_probe.lua loaded
---@param seed integer
---@param speed number 1: a person; 2: twice as fast
---@return bench.Typist
function M.new(nvim, seed, speed)
  return setmetatable({ nvim = nvim, keys = {}, pick = random(seed), speed = speed }, Typist)
end

---@param share number
function Typist:chance(share) return self.pick(10000) <= share * 10000 end

-- Between keys: log-normal, as intervals between keystrokes are commonly modelled; 130 ms is some 90 words a minute.
function Typist:interval(median)
  -- Sum of twelve uniform numbers: as good as normal here.
  local sum = -6
  for _ = 1, 12 do sum = sum + self.pick(10000) / 10000 end
  return median * math.exp(0.4 * sum)
end

---To be called in a coroutine: yields the ms to wait.
---@param ms number
function Typist:pause(ms) coroutine.yield(ms / self.speed) end

---@param key string as nvim_input() takes it
---@param kind string
---@param median? number ms until the next key
function Typist:key(key, kind, median)
  local at = self.nvim:get('_G.bench_probe.key(...)', key)
  self:pause(self:interval(median or 130))
  local before = self.nvim:lua([[
    return vim.api.nvim_get_current_line():sub(1, vim.api.nvim_win_get_cursor(0)[2])
  ]])
  self.keys[#self.keys + 1] = { at = at, kind = kind, before = before }
end

local function escape(letter) return letter == '<' and '<lt>' or letter end

---@param text string on one line
function Typist:text(text)
  local i = 1
  while i <= #text do
    local letter = text:sub(i, i)
    if letter:find('%a') and self:chance(0.02) then
      -- A wrong letter, noticed now or two letters later.
      local more = self:chance(0.5) and math.min(2, #text - i) or 0
      self:key(letter == 'e' and 'r' or 'e', 'type')
      for k = 1, more do self:key(escape(text:sub(i + k, i + k)), 'type') end
      self:pause(250)
      for _ = 0, more do self:key('<BS>', 'back', 90) end
    end
    self:key(escape(letter), 'type', letter:find('[%w_]') and 120 or 160)
    if self:chance(0.012) then self:pause(800 + self.pick(2000)) end
    i = i + 1
  end
end

---From the indent Neovim gave the line to the one it is to have.
---@param want integer columns
function Typist:indent(want)
  local have = self.nvim:get('vim.fn.indent(".")')
  for _ = have + 1, want do self:key(' ', 'type', 60) end
  for _ = want + 1, have do self:key('<BS>', 'back', 60) end
end

-- A look around: a few columns back and forth, or out of insert mode and in again.
function Typist:wander()
  if self:chance(0.5) then
    local n = 1 + self.pick(4)
    for _ = 1, n do self:key('<Left>', 'move', 100) end
    self:key('<End>', 'move', 200)
  else
    self:key('<Esc>', 'other', 400)
    self:key('A', 'other', 200)
  end
end

---@param lines string[]
function Typist:lines(lines)
  for i, line in ipairs(lines) do
    if i > 1 then
      self:key('<CR>', 'newline', 300)
      if self:chance(0.1) then self:pause(1000 + self.pick(2500)) end
    end
    local body = line:gsub('^ +', '')
    if body ~= '' then
      self:indent(#line - #body)
      self:text(body)
      if self:chance(0.1) then self:wander() end
    end
  end
end

---All of `change`, top to bottom.
---@param change bench.Change
function Typist:play(change)
  local shift = 0
  for _, hunk in ipairs(change.hunks) do
    self:pause(1500 + self.pick(1500))
    -- Neovim counts a hunk that only adds from the line above it.
    local at = hunk.first + shift
    self:key(('%dG'):format(math.max(at, 1)), 'other', 300)
    if hunk.gone == 0 then
      self:key(at == 0 and 'O' or 'o', 'other', 300)
    elseif hunk.gone == 1 then
      self:key('cc', 'other', 300)
    else
      self:key(('%ddd'):format(hunk.gone - 1), 'other', 500)
      self:key('cc', 'other', 300)
    end
    self:lines(hunk.lines)
    self:key('<Esc>', 'other', 300)
    shift = shift + #hunk.lines - hunk.gone
  end
end

return M
