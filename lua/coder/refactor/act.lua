---What the user does with a preview: accepts and rejects hunks, writes them, takes that back, leaves.
local draw = require('coder.refactor.draw')
local list = require('coder.refactor.list')
local live = require('coder.refactor.live')
local notify = require('coder.notify')
local previews = require('coder.refactor.preview')

local M = {}

---@type coder.Preview? whose write the backend can still take back though the user has left it
local kept

---Shows what these hunks have become.
---@param preview coder.Preview
---@param ids string[]
local function redraw(preview, ids)
  for _, file in ipairs(previews.touch(preview, ids)) do draw.file(preview, file) end
  list.update(preview)
end

---@param preview coder.Preview
---@param result { files: string[], buffers: string[], left: string[] }
local function tell(preview, result)
  local parts = {}
  if result.files[1] then parts[1] = previews.some(#result.files, 'file') .. ' written' end
  if result.buffers[1] then parts[#parts + 1] = previews.some(#result.buffers, 'buffer') .. ' changed' end
  local text = parts[1] and table.concat(parts, ', ') or 'nothing had to be written'
  -- As much of the rest as fits in one line.
  local save = (' (:wall saves %s)'):format(#result.buffers == 1 and 'it' or 'them')
  for _, more in ipairs({ result.buffers[1] and save or '', '; u in the list takes it back' }) do
    if #text + #more + #'coder: ' <= vim.v.echospace then text = text .. more end
  end
  notify.info(text)
  if result.left[1] and not list.buf(preview) then notify.warn(table.concat(result.left, '\n')) end
end

---@param errors string[] that a write would bring
---@return boolean
local function accepts_errors(errors)
  local shown = vim.list_slice(errors, 1, 5)
  if #errors > #shown then shown[#shown + 1] = ('and %d more'):format(#errors - #shown) end
  table.insert(shown, 1, 'Nothing is written yet:')
  return vim.fn.confirm(table.concat(shown, '\n'), '&Write all the same\n&Cancel', 2) == 1
end

---@param preview coder.Preview
---@param ids string[]
---@param done? fun(written: boolean)
---@param accept_errors? boolean new syntax errors as well
local function write(preview, ids, done, accept_errors)
  if preview.writing then return notify.info('it is being written') end
  preview.writing = true
  live.call(preview, 'refactor_write', { hunks = ids, accept_syntax_errors = accept_errors }, function(result)
    preview.writing = nil
    local errors = result and result.syntax or {}
    if errors[1] and accepts_errors(errors) then return write(preview, ids, done, true) end
    if not result or errors[1] then
      list.update(preview)
      if done then done(false) end
      return M.hidden(preview)
    end
    result.files, result.buffers, result.left = result.files or {}, result.buffers or {}, result.left or {}
    if kept and kept ~= preview then live.forget(kept) end
    kept = preview
    previews.wrote(preview, ids, result)
    for _, file in ipairs(previews.touch(preview, ids)) do draw.drop(file) end
    redraw(preview, ids)
    tell(preview, result)
    if done then done(true) end
    M.at_once(preview)
    M.hidden(preview)
  end)
end

---Writes what is accepted, where that is the option.
---@param preview coder.Preview
function M.at_once(preview)
  if require('coder.config').current.refactor.apply ~= 'at_once' or preview.running or preview.writing then return end
  local ids = previews.ids(preview, { accepted = true })
  if ids[1] then write(preview, ids) end
end

---@param preview coder.Preview
---@param ids string[]
---@param what coder.Decision
function M.decide(preview, ids, what)
  local new = previews.decide(preview, ids, what)
  if not new[1] then return end
  redraw(preview, new)
  if what == 'accepted' then M.at_once(preview) end
end

---Takes back the last decision or else, asked first, the last write.
---@param preview coder.Preview
function M.back(preview)
  local ids = previews.back(preview)
  if ids then return redraw(preview, ids) end
  local written = preview.written
  if not written then return notify.info('nothing to take back') end
  local what = previews.some(written.files + written.buffers, 'file')
  if vim.fn.confirm(('Take back what was written in %s?'):format(what), '&Yes\n&No', 2) ~= 1 then return end
  live.call(preview, 'refactor_undo', {}, function(result)
    if not result or preview.written ~= written then return list.update(preview) end
    redraw(preview, previews.unwrote(preview))
    notify.info('the write is taken back')
  end)
end

---Writes what is accepted.
---@param preview coder.Preview
---@param done? fun(written: boolean)
function M.write_accepted(preview, done)
  if preview.running then return notify.info('the answer is still coming; <C-c> stops it') end
  local ids = previews.ids(preview, { accepted = true })
  if not ids[1] then return notify.info('nothing is accepted that is not written') end
  write(preview, ids, done)
end

---Writes what is accepted; asks what to do with what is undecided.
---@param preview coder.Preview
function M.write(preview)
  if preview.running then return notify.info('the answer is still coming; <C-c> stops it') end
  local undecided = previews.ids(preview, { undecided = true })
  if undecided[1] then
    local are = #undecided == 1 and '1 hunk is undecided' or ('%d hunks are undecided'):format(#undecided)
    local choice = vim.fn.confirm(are, '&Accept them\n&Leave them out\n&Cancel', 3)
    if choice ~= 1 and choice ~= 2 then return end
    if choice == 1 then redraw(preview, previews.decide(preview, undecided, 'accepted')) end
  end
  M.write_accepted(preview)
end

---The preview is over for the user.
---@param preview coder.Preview
local function ended(preview)
  preview.closed = true
  if preview == previews.current then
    previews.current = nil
    draw.tidy()
  end
  -- The last write can be taken back until there is another one.
  if preview ~= kept then live.forget(preview) end
end

---@param preview coder.Preview
local function discard(preview)
  if preview.running then
    M.stop(preview, true)
    preview.running, preview.phase, preview.finish = nil, nil, 'stopped'
  end
  for _, id in ipairs(previews.ids(preview, { accepted = true })) do preview.decisions[id] = nil end
  preview.steps = {}
  previews.touch(preview, vim.tbl_keys(preview.hunks))
  ended(preview)
  list.update(preview)
end

---@param preview coder.Preview
---@return 'write'|'discard'|'keep'|nil nil: the user does not want to leave
local function ask(preview)
  local count, choices, names = previews.count(preview), {}, {}
  local function offer(name, text)
    names[#names + 1], choices[#choices + 1] = name, text
  end
  local parts = {}
  if preview.running then parts[1] = 'the answer is still coming' end
  if count.accepted > 0 then parts[#parts + 1] = previews.some(count.accepted, 'accepted hunk') .. ' not written' end
  if count.undecided > 0 then parts[#parts + 1] = previews.some(count.undecided, 'hunk') .. ' undecided' end
  if count.accepted > 0 and not preview.running then offer('write', '&Write the accepted') end
  offer('discard', '&Discard')
  offer('keep', '&Keep it open for later (:CoderRefactor!)')
  local text = table.concat(parts, ', ')
  return names[vim.fn.confirm(text:sub(1, 1):upper() .. text:sub(2), table.concat(choices, '\n'), #choices)]
end

---@param preview coder.Preview
---@return boolean
local function is_open(preview)
  local count = previews.count(preview)
  return preview.running or count.accepted + count.undecided > 0
end

---@param preview coder.Preview
---@param choice 'write'|'discard'|'keep'
local function leave(preview, choice)
  preview.leaving = true
  list.close(preview)
  preview.leaving = nil
  if choice == 'discard' then return discard(preview) end
  if choice == 'write' then
    M.write_accepted(preview, function(written)
      if written then ended(preview) end
    end)
  end
end

---Closes the list; asks first what becomes of hunks that are not settled.
---@param preview coder.Preview
function M.leave(preview)
  if preview.closed or not is_open(preview) then return leave(preview, 'discard') end
  local choice = ask(preview)
  if choice then leave(preview, choice) end
end

---The list has been closed otherwise: the user is asked all the same, once, but not while something is being written.
---@param preview coder.Preview
---@param now? boolean it has been closed just now
function M.hidden(preview, now)
  if preview.leaving or preview.closed or vim.v.exiting ~= vim.NIL then return end
  preview.away = now or preview.away
  if preview.writing or not preview.away then return end
  vim.schedule(function()
    local buf = list.buf(preview)
    local shown = buf and #vim.fn.win_findbuf(buf) > 0
    if preview.leaving or preview.closed or preview.writing or not preview.away then return end
    preview.away = nil
    if shown then return end
    if not is_open(preview) then return ended(preview) end
    leave(preview, ask(preview) or 'keep')
  end)
end

---Stops the answer; what arrived stays.
---@param preview coder.Preview
---@param quiet? boolean
function M.stop(preview, quiet)
  if not preview.running then return quiet or notify.info('nothing to stop') end
  require('coder.refactor').stop(preview)
end

return M
