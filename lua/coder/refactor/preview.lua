---Previews of edits: what the backend has said of each, and what the user has decided. Nothing is drawn here.
local M = {}

---@class coder.Hunk as in the event `refactor_files`
---@field id string stays as long as its lines do
---@field first integer 0-based
---@field old string[]
---@field lines string[]
---@field edited? boolean
---@field whole? boolean
---@field note? string

---@class coder.EditProblem
---@field status 'refused'|'already'|'warning'
---@field line integer 1-based; 0: none
---@field reason string

---@class coder.PreviewFile
---@field path string as shown
---@field full string absolute; empty: no file of the project
---@field kind 'change'|'create'|'remove'|'rename'
---@field to? string
---@field buf? integer
---@field tick? integer
---@field hunks coder.Hunk[]
---@field problems coder.EditProblem[]
---@field block? coder.PageBlock its lines in the list, made when they are wanted

---@alias coder.Decision 'accepted'|'rejected'

---@class coder.PreviewWrite the last one, which can be taken back
---@field ids string[] hunks
---@field files integer
---@field buffers integer

---@class coder.Preview
---@field number integer
---@field id? integer the backend's name for it; nil when the backend has not said it yet, or not any more
---@field instruction string
---@field note? string of tests: where they go, and why
---@field at string when it was asked, as "12:31"
---@field source? integer buffer it was asked from
---@field files coder.PreviewFile[] in the order they came
---@field hunks table<string, { file: coder.PreviewFile, hunk: coder.Hunk }> by id
---@field decisions table<string, coder.Decision> by hunk id, also of hunks that are not there now
---@field edits table<string, string[]> the user's own lines, by hunk id
---@field steps table<string, coder.Decision|false>[] what was decided before, for taking back
---@field asking? table while the backend has not said the id
---@field running? boolean a model is at work, or the backend
---@field phase? string what is waited for
---@field since? integer ms, of the loop: when waiting began
---@field progress? { edits: integer, tokens: integer, tokens_per_s: number, left_s?: number }
---@field model? string
---@field lane? string
---@field label? string
---@field private? boolean
---@field instead? string
---@field error? coder.Error
---@field finish? string
---@field reply? string
---@field usd? number
---@field asked_model? boolean one has begun: it costs something
---@field left? string[] what a person must know of the last write
---@field written? coder.PreviewWrite
---@field done table<string, true> hunks of it that the backend still shows
---@field writing? boolean the backend is at it
---@field away? boolean its list has been closed, and the user not been asked yet
---@field leaving? boolean its list is being closed by us
---@field revival? fun(err: coder.Error?)[] who waits for a new preview of the same reply
---@field closed? boolean the user has left it for good

---@type coder.Preview[]
local previews = {}

---@type coder.Preview? the one that is drawn in the files
M.current = nil

---@param more { instruction: string, source?: integer, label?: string }
---@return coder.Preview
function M.create(more)
  local preview = vim.tbl_extend('error', more, {
    number = #previews + 1, at = os.date('%H:%M'), files = {}, hunks = {}, decisions = {}, edits = {}, steps = {},
    done = {},
  })
  previews[#previews + 1] = preview
  return preview
end

---The newest first.
---@return coder.Preview[]
function M.list()
  local out = {}
  for i = #previews, 1, -1 do out[#out + 1] = previews[i] end
  return out
end

---@param id integer
---@return coder.Preview?
function M.of(id)
  for i = #previews, 1, -1 do
    if previews[i].id == id then return previews[i] end
  end
end

---@param preview coder.Preview
local function index(preview)
  preview.hunks = {}
  for _, file in ipairs(preview.files) do
    for _, hunk in ipairs(file.hunks) do preview.hunks[hunk.id] = { file = file, hunk = hunk } end
  end
end

---Takes what the backend says of some files, or of all there are.
---@param preview coder.Preview
---@param files coder.PreviewFile[]
---@param all? boolean
function M.take(preview, files, all)
  local said, before = {}, preview.hunks
  for _, file in ipairs(files) do
    file.hunks, file.problems = file.hunks or {}, file.problems or {}
    if file.hunks[1] or file.problems[1] then said[file.path] = file else said[file.path] = false end
  end
  local out, known = {}, {}
  for _, file in ipairs(all and {} or preview.files) do
    local now = said[file.path]
    known[file.path] = true
    if now == nil then now = file end
    if now then out[#out + 1] = now end
  end
  for _, file in ipairs(files) do
    if said[file.path] and not known[file.path] then
      known[file.path] = true
      out[#out + 1] = said[file.path]
    end
  end
  preview.files = out
  index(preview)
  -- One that is written and gone is decided anew should it come again: somebody has taken the change back.
  for id in pairs(preview.done) do
    if before[id] and not preview.hunks[id] then preview.done[id], preview.decisions[id] = nil, nil end
  end
end

---@param preview coder.Preview
---@param id string
---@return 'written'|coder.Decision|nil
function M.state(preview, id)
  if preview.done[id] then return 'written' end
  return preview.decisions[id]
end

---@class coder.PreviewCounts
---@field hunks integer
---@field files integer that have some
---@field accepted integer not written
---@field rejected integer
---@field undecided integer
---@field written integer
---@field refused integer edits

---@param preview coder.Preview
---@param only? coder.PreviewFile of this one
---@return coder.PreviewCounts
function M.count(preview, only)
  local out = { hunks = 0, files = 0, accepted = 0, rejected = 0, undecided = 0, written = 0, refused = 0 }
  for _, file in ipairs(only and { only } or preview.files) do
    if file.hunks[1] then out.files = out.files + 1 end
    for _, hunk in ipairs(file.hunks) do
      local state = M.state(preview, hunk.id) or 'undecided'
      out.hunks, out[state] = out.hunks + 1, out[state] + 1
    end
    for _, problem in ipairs(file.problems) do
      if problem.status == 'refused' then out.refused = out.refused + 1 end
    end
  end
  return out
end

---@param preview coder.Preview
---@param wanted table<string, boolean> states that count
---@return string[] ids in order
function M.ids(preview, wanted)
  local out = {}
  for _, file in ipairs(preview.files) do
    for _, hunk in ipairs(file.hunks) do
      if wanted[M.state(preview, hunk.id) or 'undecided'] then out[#out + 1] = hunk.id end
    end
  end
  return out
end

---Sees to it that lines and drawings of the files of these hunks are made anew.
---@param preview coder.Preview
---@param ids string[]
---@return coder.PreviewFile[]
function M.touch(preview, ids)
  local out, seen = {}, {}
  for _, id in ipairs(ids) do
    local at = preview.hunks[id]
    if at and not seen[at.file] then
      seen[at.file], at.file.block = true, nil
      out[#out + 1] = at.file
    end
  end
  return out
end

---@param preview coder.Preview
---@param ids string[]
---@param what coder.Decision
---@return string[] ids that it is new for
function M.decide(preview, ids, what)
  local step, out = {}, {}
  for _, id in ipairs(ids) do
    if preview.hunks[id] and not preview.done[id] and preview.decisions[id] ~= what then
      step[id] = preview.decisions[id] or false
      preview.decisions[id] = what
      out[#out + 1] = id
    end
  end
  if out[1] then table.insert(preview.steps, step) end
  return out
end

---Takes the last decision back.
---@param preview coder.Preview
---@return string[]? ids nil where there is none
function M.back(preview)
  local step = table.remove(preview.steps)
  if not step then return end
  for id, before in pairs(step) do preview.decisions[id] = before or nil end
  return vim.tbl_keys(step)
end

---These are written.
---@param preview coder.Preview
---@param ids string[]
---@param result { files: string[], buffers: string[], left: string[] }
function M.wrote(preview, ids, result)
  preview.steps, preview.left = {}, result.left
  preview.written = { ids = ids, files = #result.files, buffers = #result.buffers }
  for _, id in ipairs(ids) do
    if preview.hunks[id] then preview.done[id] = true else preview.decisions[id] = nil end
  end
end

---The last write is taken back.
---@param preview coder.Preview
---@return string[] ids
function M.unwrote(preview)
  local ids = preview.written.ids
  preview.written, preview.left = nil, nil
  for _, id in ipairs(ids) do preview.done[id], preview.decisions[id] = nil, 'accepted' end
  return ids
end

---@param n integer
---@param noun string
---@return string "1 hunk", "3 hunks"
function M.some(n, noun) return ('%d %s%s'):format(n, noun, n == 1 and '' or 's') end

---One line that tells this preview from others.
---@param preview coder.Preview
---@return string
function M.title(preview)
  local count, parts = M.count(preview), { ('%s %s'):format(preview.at, preview.instruction:gsub('%s+', ' ')) }
  local written = preview.written
  if count.files > 0 then
    parts[2] = M.some(count.files, 'file')
  elseif written then
    parts[2] = M.some(written.files + written.buffers, 'file')
  end
  if preview.running then
    parts[#parts + 1] = 'still coming'
  elseif preview.error then
    parts[#parts + 1] = 'failed'
  elseif written then
    parts[#parts + 1] = 'applied'
  elseif preview.closed then
    parts[#parts + 1] = 'left'
  end
  return table.concat(parts, ', ')
end

return M
