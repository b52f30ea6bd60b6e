-- A change from a repository's history, as places in a file and the lines to be typed there.
local M = {}

---@class bench.Hunk
---@field first integer 1-based line of the old text where it begins (after which it begins, when nothing goes)
---@field gone integer lines of the old text that go
---@field lines string[] what comes instead

---@class bench.Change
---@field file string
---@field name string for people: file and commit
---@field old string[]
---@field new string[] what `old` is after the hunks below
---@field hunks bench.Hunk[]
---@field typed integer characters
---@field commit? string

local suffixes = { c = true, cc = true, h = true, lua = true, py = true, rs = true, go = true, ts = true, js = true }

---@param repo string
---@param ... string
---@return string? nil when git fails
local function git(repo, ...)
  local done = vim.system({ 'git', '-C', repo, ... }, { text = true }):wait()
  return done.code == 0 and done.stdout or nil
end

---@param text string
local function split(text)
  local lines = vim.split(text, '\n', { plain = true })
  if lines[#lines] == '' then lines[#lines] = nil end
  return lines
end

---The hunks between two texts that leave at least `below` lines under them and that a keyboard can type.
---@param old string[]
---@param new string[]
---@param below integer
---@return bench.Hunk[]
local function hunks(old, new, below)
  local out = {}
  local diff = vim.diff(table.concat(old, '\n') .. '\n', table.concat(new, '\n') .. '\n', { result_type = 'indices' })
  for _, one in ipairs(diff --[[@as integer[][] ]]) do
    local first, gone, at, count = unpack(one)
    local lines = vim.list_slice(new, at, at + count - 1)
    local plain = not table.concat(lines):find('[^\32-\126]')
    if #old - (first + gone) >= below and count > 0 and plain then
      out[#out + 1] = { first = first, gone = gone, lines = lines }
    end
  end
  return out
end

---The first hunks, until `typed` characters are reached.
---@return bench.Change
local function change(name, file, old, new, typed, below)
  local out = { name = name, file = file, old = old, new = vim.list_slice(old), hunks = {}, typed = 0 }
  for _, one in ipairs(hunks(old, new, below)) do
    if out.typed >= typed then break end
    table.insert(out.hunks, one)
    for _, line in ipairs(one.lines) do out.typed = out.typed + #vim.trim(line) + 1 end
  end
  for i = #out.hunks, 1, -1 do
    local one = out.hunks[i]
    local at = one.gone == 0 and one.first + 1 or one.first
    for _ = 1, one.gone do table.remove(out.new, at) end
    for k, line in ipairs(one.lines) do table.insert(out.new, at + k - 1, line) end
  end
  return out
end

---What `commit` made of `file`.
---@param repo string
---@param file string
---@param commit string
---@param typed integer characters, about
---@param below integer lines that must stand below every hunk
---@return bench.Change?
function M.commit(repo, file, commit, typed, below)
  local old, new = git(repo, 'show', commit .. '^:' .. file), git(repo, 'show', commit .. ':' .. file)
  if not old or not new then return nil end
  local name = ('%s at %s'):format(file, vim.trim(assert(git(repo, 'rev-parse', '--short', commit))))
  local out = change(name, file, split(old), split(new), typed, below)
  out.commit = commit
  return out
end

---The newest changes with enough to type, at most `count`, no file twice; fewer where history has no more.
---@param repo string
---@param count integer
---@param typed integer characters at least
---@param below integer
---@return bench.Change[]
function M.find(repo, count, typed, below)
  local out, commit, files = {}, nil, {}
  for line in (git(repo, 'log', '--no-merges', '-n', '2000', '--numstat', '--format=C %H') or ''):gmatch('[^\n]+') do
    commit = line:match('^C (%x+)') or commit
    local added, gone, file = line:match('^(%d+)\t(%d+)\t(.+)$')
    if added and tonumber(added) >= 12 and tonumber(added) <= 150 and tonumber(gone) >= 3 and not files[file]
      and suffixes[file:match('%.(%w+)$')] then
      local one = M.commit(repo, file, commit, typed, below)
      if one and one.typed >= typed and #one.old >= 150 then
        files[file] = true
        out[#out + 1] = one
        if #out == count then break end
      end
    end
  end
  return out
end

---A part of a file written anew, where there is no history: `count` lines from its middle.
---@param name string
---@param lines string[]
---@param at integer
---@param count integer
---@return bench.Change
function M.anew(name, lines, at, count)
  local old = vim.list_slice(lines)
  for _ = 1, count do table.remove(old, at) end
  return change(name .. ', written anew', name, old, lines, math.huge, 0)
end

return M
