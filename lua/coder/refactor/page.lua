---The text of the list of hunks: two lines about the preview, then the files, each with its hunks below it.
local api = vim.api
local marks = require('coder.ask.marks')
local notify = require('coder.notify')
local previews = require('coder.refactor.preview')

local M = {}

-- Files with more lines than that begin closed.
M.LONG = 100

for name, link in pairs({
  CoderAdd = 'DiffAdd', CoderDelete = 'DiffDelete', CoderChange = 'DiffText', CoderFile = 'Directory',
  CoderHunk = 'Comment', CoderAccepted = 'DiagnosticOk', CoderRejected = 'Comment',
}) do
  api.nvim_set_hl(0, name, { default = true, link = link })
end
api.nvim_set_hl(0, 'CoderGone', { default = true, strikethrough = true })

local signs = { accepted = '✓', rejected = '✗', mixed = '◐', written = '✓' }
local ascii = { accepted = '[x]', rejected = '[-]', mixed = '[~]', written = '[x]' }

---@param state string
---@return string? with the word for it, where `word`
function M.sign(state, word)
  local set = require('coder.config').current.statusline.ascii and ascii or signs
  return set[state] and (word and ('%s %s'):format(set[state], state) or set[state])
end

---@class coder.PageBlock lines that belong together: those of a file, or those above all files
---@field path string empty above the files
---@field lines string[]
---@field looks (string|false)[] highlight group of each line; of the whole screen line where it begins with "="
---@field ids (string|false)[] the hunk each line is of

---@param path string
---@return coder.PageBlock, fun(text: string, look: string|false, id: string|false)
local function block(path)
  local out = { path = path, lines = {}, looks = {}, ids = {} }
  return out, function(text, look, id)
    local n = #out.lines + 1
    -- Neovim takes no line breaks in a line.
    out.lines[n] = text:find('\n', 1, true) and text:gsub('\n', ' ') or text
    out.looks[n], out.ids[n] = look, id
  end
end

---@param preview coder.Preview
---@param file coder.PreviewFile
---@return string
local function file_line(preview, file)
  local plus, minus = 0, 0
  for _, hunk in ipairs(file.hunks) do plus, minus = plus + #hunk.lines, minus + #hunk.old end
  local parts = { vim.fn.strtrans(file.path) }
  if file.kind == 'create' then parts[#parts + 1] = 'new' end
  if file.kind == 'remove' then parts[#parts + 1] = 'removed' end
  if file.kind == 'rename' then parts[#parts + 1] = 'renamed to ' .. vim.fn.strtrans(file.to or '?') end
  if file.hunks[1] then
    parts[#parts + 1] = previews.some(#file.hunks, 'hunk')
    if plus + minus > 0 then parts[#parts + 1] = ('+%d -%d'):format(plus, minus) end
  end
  local count = previews.count(preview, file)
  if count.refused > 0 then parts[#parts + 1] = ('%d refused'):format(count.refused) end
  if count.hunks > 0 and count.undecided < count.hunks then
    local all = vim.iter({ 'accepted', 'rejected', 'written' }):find(function(s) return count[s] == count.hunks end)
    parts[#parts + 1] = M.sign(all or 'mixed')
  end
  return table.concat(parts, '  ')
end

-- What is said of an edit that is no hunk, or of the file: sign, highlight, first words.
local ways = {
  refused = { '  ! ', 'CoderError' }, warning = { '  ? ', 'CoderNote' },
  already = { '  = ', 'CoderHunk', 'nothing to do: ' },
}

---@param preview coder.Preview
---@param file coder.PreviewFile
---@return coder.PageBlock
local function file_block(preview, file)
  local out, add = block(file.path)
  add(file_line(preview, file), 'CoderFile', false)
  for _, hunk in ipairs(file.hunks) do
    local state = previews.state(preview, hunk.id)
    local parts = { ('  @@ %d'):format(hunk.first + 1) }
    if state then parts[#parts + 1] = M.sign(state, true) end
    if hunk.edited then parts[#parts + 1] = 'edited' end
    if hunk.note then parts[#parts + 1] = hunk.note end
    local look = state == 'rejected' and 'CoderRejected' or state and 'CoderAccepted' or 'CoderHunk'
    add(table.concat(parts, '  '), look, hunk.id)
    local plain = state == 'rejected' and 'CoderRejected'
    for _, line in ipairs(hunk.old) do add('  -' .. line, plain or '=CoderDelete', hunk.id) end
    for _, line in ipairs(hunk.lines) do add('  +' .. line, plain or '=CoderAdd', hunk.id) end
  end
  for _, problem in ipairs(file.problems) do
    local way = ways[problem.status] or ways.warning
    local sign, look = way[1], way[2]
    local where = problem.line > 0 and ('%d: '):format(problem.line) or ''
    local lines = vim.split(problem.reason, '\n', { plain = true })
    local first = marks.fill(where .. (way[3] or '') .. lines[1], 72)
    for i, line in ipairs(first) do add((i == 1 and sign or '    ') .. line, look, false) end
    for i = 2, #lines do add('    ' .. lines[i], look, false) end
  end
  return out
end

---@param seconds number
---@return string
local function rough(seconds)
  if seconds < 90 then return ('~%d s left'):format(math.ceil(seconds)) end
  return ('~%d min left'):format(math.ceil(seconds / 60))
end

---@param preview coder.Preview
---@return string
local function going_on(preview)
  if preview.phase then
    return ('%s, %d s'):format(preview.phase, (vim.uv.now() - (preview.since or vim.uv.now())) / 1000)
  end
  local progress = preview.progress
  if not progress then return 'answering' end
  local parts = { ('%.0f tok/s'):format(progress.tokens_per_s) }
  if progress.left_s then parts[2] = rough(progress.left_s) end
  return table.concat(parts, ', ')
end

---@param preview coder.Preview
---@return string
local function found(preview)
  local count = previews.count(preview)
  local parts = {}
  if count.hunks > 0 then
    parts[1] = ('%s in %s'):format(previews.some(count.hunks, 'hunk'), previews.some(count.files, 'file'))
  end
  for _, state in ipairs({ 'accepted', 'rejected', 'written', 'refused' }) do
    if count[state] > 0 then parts[#parts + 1] = ('%d %s'):format(count[state], state) end
  end
  return table.concat(parts, ', ')
end

---Parts with a rank: where there is no room the highest go first.
---@param parts { [1]: string, [2]: integer }[]
---@param width integer
---@return string
local function fit(parts, width)
  parts = vim.tbl_filter(function(part) return part[1] ~= '' end, parts)
  while true do
    local text = table.concat(vim.tbl_map(function(part) return part[1] end, parts), ' · ')
    local last
    for i, part in ipairs(parts) do
      if part[2] > 0 and (not last or part[2] >= parts[last][2]) then last = i end
    end
    if not last or vim.fn.strdisplaywidth(text) <= width then return text end
    table.remove(parts, last)
  end
end

---@param preview coder.Preview
---@return string
local function state_line(preview)
  local parts = {}
  local function add(text, rank) parts[#parts + 1] = { text or '', rank } end
  add(preview.model, 2)
  add(preview.lane, 3)
  if preview.private then add(marks.private_sign(), 1) end
  if preview.running then
    add(going_on(preview), 0)
    add(found(preview), 4)
    add('<C-c> stops', 5)
    return fit(parts, vim.o.columns)
  end
  if preview.finish and not vim.tbl_contains({ 'stop', 'applied' }, preview.finish) then
    add(preview.finish == 'length' and 'cut off: the limit of tokens was reached' or preview.finish, 1)
  end
  local all = found(preview)
  local written = preview.written
  if preview.error then add('failed', 0) end
  if written and all == '' then
    add('written: ' .. previews.some(written.files + written.buffers, 'file'), 0)
  elseif all ~= '' or not preview.error then
    add(all ~= '' and all or 'no changes', 0)
  end
  if preview.usd then
    add(('$%.4f'):format(preview.usd), 1)
  elseif preview.asked_model and preview.lane ~= 'local' and not preview.error then
    add('$?', 1)
  end
  local hints = {}
  if all ~= '' and not written then hints = { 'a accept', 'x reject', 'ZZ write', 'e edit', '. more', 'q leave' } end
  if written then hints = { 'u takes it back', 'q leave' } end
  for i, hint in ipairs(hints) do add(hint, 10 + i) end
  return fit(parts, vim.o.columns)
end

---@param preview coder.Preview
---@return coder.PageBlock
local function head_block(preview)
  local out, add = block('')
  add(vim.trim(preview.instruction:gsub('%s+', ' ')), 'Title', false)
  add(state_line(preview), preview.error and 'CoderError' or 'CoderContext', false)
  local function note(text, look)
    for _, line in ipairs(marks.fill(text, math.min(vim.o.columns, 100) - 1)) do add(line, look, false) end
  end
  if preview.note then note(preview.note, 'CoderHunk') end
  if preview.instead then note(preview.instead, 'CoderNote') end
  if preview.error then note(notify.text(preview.error), 'CoderError') end
  for _, text in ipairs(preview.left or {}) do note(text, 'CoderNote') end
  return out
end

---What is to be in the list. Of files that have not changed the same blocks as before.
---@param preview coder.Preview
---@return coder.PageBlock[]
function M.make(preview)
  local out = { head_block(preview) }
  for _, file in ipairs(preview.files) do
    file.block = file.block or file_block(preview, file)
    out[#out + 1] = file.block
  end
  return out
end

return M
