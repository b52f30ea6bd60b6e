-- A Python file of a given length, the same on every machine, for the benchmarks of ghost text.
local M = {}

-- Numerical Recipes' linear congruential generator: the same numbers everywhere, which math.random() does not promise.
---@param seed integer
---@return fun(n: integer): integer uniform in 1 … n
function M.random(seed)
  local state = seed
  return function(n)
    state = (state * 1664525 + 1013904223) % 4294967296
    return 1 + math.floor(state / 4294967296 * n)
  end
end

local nouns = { 'order', 'batch', 'index', 'token', 'record', 'window', 'buffer', 'weight', 'sample', 'edge' }
local verbs = { 'load', 'merge', 'split', 'count', 'store', 'check', 'order', 'trim', 'scale', 'join' }

---@param lines integer at least this many
---@return string[]
function M.python(lines)
  local out = { '"""A module of small classes."""', 'from __future__ import annotations', '', 'import math', '', '' }
  local random = M.random(7)
  local function add(text, ...) out[#out + 1] = select('#', ...) > 0 and text:format(...) or text end
  local class = 0
  while #out < lines do
    class = class + 1
    local noun = nouns[random(#nouns)]
    local title = noun:sub(1, 1):upper() .. noun:sub(2)
    add('class %s%d:', title, class)
    add('    """Keeps the %ss of group %d."""', noun, class)
    add('')
    add('    def __init__(self, %ss: list[float], limit: int = %d) -> None:', noun, random(900))
    add('        self.%ss = list(%ss)', noun, noun)
    add('        self.limit = limit')
    for _ = 1, 2 + random(4) do
      local verb, other = verbs[random(#verbs)], nouns[random(#nouns)]
      add('')
      add('    def %s_%s_%d(self, %s: float, scale: float = %d.5) -> float:', verb, other, #out, other, random(9))
      add('        """Returns the %s of `%s`, at most `limit`."""', verb, other)
      add('        total = 0.0')
      add('        for place, value in enumerate(self.%ss):', noun)
      if random(2) == 1 then
        add('            if value > %s and place %% %d == 0:', other, random(7) + 1)
        add('                continue')
      end
      add('            total += math.sqrt(abs(value * scale - %s))', other)
      add('        return min(total, float(self.limit))')
    end
    add('')
    add('')
  end
  return out
end

return M
