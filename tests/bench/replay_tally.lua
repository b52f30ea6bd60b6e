-- What a replayed session cost, from the keys typed and the proxy's log.
local stats = require('ghost_stats')
local M = {}

---@class bench.Tally
---@field keys bench.Key[]
---@field log table[] all completions
---@field by_key table<string, number[]> kind of key → fresh prompt tokens of its request
---@field alone integer keys without a request
---@field ahead integer requests for another text than the one at the cursor
local Tally = {}

---@param keys bench.Key[]
---@param log table[]
---@return bench.Tally
function M.new(keys, log)
  local self = setmetatable({ keys = keys, log = log, by_key = {}, alone = 0, ahead = 0, ttft = {} }, Tally)
  local asked = {}
  local at = 0
  for _, entry in ipairs(log) do
    while keys[at + 1] and keys[at + 1].at <= entry.at do at = at + 1 end
    local key = keys[at]
    if key and not entry.warm then
      -- Asked ahead: the text before the cursor is not what is in the buffer.
      entry.now = vim.endswith(entry.before, key.before:sub(-150))
      if entry.now then
        asked[at] = true
        self.by_key[key.kind] = self.by_key[key.kind] or {}
        if entry.fresh then table.insert(self.by_key[key.kind], entry.fresh) end
      else
        self.ahead = self.ahead + 1
      end
    end
    if entry.first > 0 then table.insert(self.ttft, entry.first - entry.at) end
  end
  for i, key in ipairs(keys) do
    local typed = key.kind == 'type' or key.kind == 'newline' or key.kind == 'back'
    if typed and not asked[i] then self.alone = self.alone + 1 end
  end
  return self
end

---@param self bench.Tally
---@param test fun(entry: table): any
local function count(self, test) return #vim.tbl_filter(test, self.log) end

---@param self bench.Tally
---@param kinds table<string, true>
local function keys_of(self, kinds)
  return #vim.tbl_filter(function(key) return kinds[key.kind] end, self.keys)
end
local text_keys = { type = true, newline = true, back = true }

local function half_and_more(values)
  if not values or #values == 0 then return 'none' end
  return ('%s / %s (%d)'):format(stats.number(stats.at(values, 0.5)), stats.number(stats.at(values, 0.95)), #values)
end

local function each(self, field)
  local out = {}
  for _, entry in ipairs(self.log) do out[#out + 1] = entry[field] end
  return out
end

---How often prefix or suffix were others than in the request before.
local function anchors(self)
  local changes, last = 0, nil
  for _, entry in ipairs(self.log) do
    if last and entry.anchor ~= last then changes = changes + 1 end
    last = entry.anchor
  end
  return changes
end

---@type { title: string, target?: string, of: fun(self: bench.Tally): string }[]
M.rows = {
  { title = 'keys (of these, text, newline and backspace)', of = function(self)
    return ('%d (%d)'):format(#self.keys, keys_of(self, text_keys))
  end },
  { title = 'fresh prompt tokens, typed key: median / p95 (requests)', target = '≤ 16', of = function(self)
    return half_and_more(self.by_key.type)
  end },
  { title = 'fresh prompt tokens, newline', target = '≤ 32', of = function(self)
    return half_and_more(self.by_key.newline)
  end },
  { title = 'fresh prompt tokens, backspace', of = function(self) return half_and_more(self.by_key.back) end },
  { title = 'fresh prompt tokens, first key at another place', of = function(self)
    return half_and_more(self.by_key.other)
  end },
  { title = 'fresh prompt tokens in all, per key', of = function(self)
    local sum = 0
    for _, entry in ipairs(self.log) do sum = sum + (entry.fresh or 0) end
    return ('%d, %.1f'):format(sum, sum / #self.keys)
  end },
  { title = 'prompt tokens: median', of = function(self)
    local out = {}
    for _, entry in ipairs(self.log) do
      if entry.fresh then out[#out + 1] = entry.fresh + entry.cached end
    end
    return stats.number(stats.at(out, 0.5))
  end },
  { title = 'lines of suffix: least / median', of = function(self)
    local lines = each(self, 'suffix')
    return ('%s / %s'):format(stats.number(stats.at(lines, 0)), stats.number(stats.at(lines, 0.5)))
  end },
  { title = 'anchored anew (keys per time)', target = 'once per ≥ 40 keys', of = function(self)
    local n = anchors(self)
    return ('%d (%.0f)'):format(n, #self.keys / math.max(1, n))
  end },
  { title = 'request → first text back, ms: median / p95', of = function(self) return half_and_more(self.ttft) end },
  { title = 'requests', of = function(self) return tostring(#self.log) end },
  { title = '… ended by the engine', of = function(self)
    return tostring(count(self, function(e) return e.done > 0 end))
  end },
  { title = '… given up while it worked', of = function(self)
    return tostring(count(self, function(e) return e.closed > 0 and e.fresh end))
  end },
  { title = '… given up before it began', of = function(self)
    return tostring(count(self, function(e) return e.closed > 0 and not e.fresh end))
  end },
  { title = '… for a state ahead', of = function(self) return tostring(self.ahead) end },
  { title = '… only to read the prompt', of = function(self)
    return tostring(count(self, function(e) return e.warm end))
  end },
  { title = 'text keys answered without a request', of = function(self)
    return ('%d of %d'):format(self.alone, keys_of(self, text_keys))
  end },
}

return M
