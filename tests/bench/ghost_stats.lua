-- Figures to Markdown tables, for the benchmarks of ghost text.
local M = {}

---@param values number[]
---@param share number 0 … 1
---@return number? nil when there are none
function M.at(values, share)
  local sorted = vim.list_slice(values)
  table.sort(sorted)
  return sorted[math.max(1, math.ceil(#sorted * share))]
end

---@param values number[]
---@return number?
function M.mean(values)
  local sum = 0
  for _, value in ipairs(values) do sum = sum + value end
  return #values > 0 and sum / #values or nil
end

local function number(value)
  if not value then return '–' end
  local size = math.abs(value)
  return ((size < 10 and '%.2f' or size < 100 and '%.1f' or '%.0f'):format(value))
end

---minimum / median / 95th percentile
---@param values number[]?
---@return string
function M.spread(values)
  if not values or #values == 0 then return 'none' end
  local parts = {}
  for _, share in ipairs({ 0, 0.5, 0.95 }) do parts[#parts + 1] = number(M.at(values, share)) end
  return table.concat(parts, ' / ')
end

---@class bench.Figure
---@field key string
---@field title string
---@field target? string
---@field mean? boolean the mean, where single values are too coarse for a median

---One scenario: a row per figure, a column per contender, the distance of `ours` to `floor` where both are there.
---@param title string
---@param names string[] contenders, in order
---@param samples table<string, table<string, number>[]>
---@param figures bench.Figure[]
function M.compare(title, names, samples, figures)
  local counts = {}
  for _, name in ipairs(names) do counts[#counts + 1] = ('%s (%d)'):format(name, #samples[name]) end
  io.write(('\n### %s\n\n| min / median / p95 | %s | ours − floor | target |\n|---|%s\n')
    :format(title, table.concat(counts, ' | '), ('---|'):rep(#names + 2)))
  for _, figure in ipairs(figures) do
    local cells, middle = {}, {}
    for _, name in ipairs(names) do
      local values = {}
      for _, sample in ipairs(samples[name]) do values[#values + 1] = sample[figure.key] end
      middle[name] = figure.mean and M.mean(values) or M.at(values, 0.5)
      cells[#cells + 1] = figure.mean and number(middle[name]) or M.spread(values)
    end
    local apart = middle.ours and middle.floor and number(middle.ours - middle.floor) or ''
    io.write(('| %s | %s | %s | %s |\n'):format(figure.title, table.concat(cells, ' | '), apart, figure.target or ''))
  end
  io.stdout:flush()
end

---@param head string[]
---@param rows string[][]
function M.table(head, rows)
  io.write(('\n| %s |\n|%s\n'):format(table.concat(head, ' | '), ('---|'):rep(#head)))
  for _, row in ipairs(rows) do io.write(('| %s |\n'):format(table.concat(row, ' | '))) end
  io.stdout:flush()
end

M.number = number
return M
