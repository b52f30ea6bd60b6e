---Keys in the list of hunks.
local api, fn = vim.api, vim.fn
local act = require('coder.refactor.act')
local list = require('coder.refactor.list')
local live = require('coder.refactor.live')
local notify = require('coder.notify')

local M = {}

---@param ids string[]
---@param file coder.PreviewFile
---@return string[]
local function add_all(ids, file)
  for _, hunk in ipairs(file.hunks) do ids[#ids + 1] = hunk.id end
  return ids
end

---@param preview coder.Preview
---@return string[]
local function all(preview)
  local ids = {}
  for _, file in ipairs(preview.files) do add_all(ids, file) end
  return ids
end

---The hunk the cursor is in, and as many as the count says from there on; in a file's own line all of the file.
---@param preview coder.Preview
---@return string[]
local function counted(preview)
  local lnum, count = fn.line('.'), vim.v.count
  local file, hunk, below = list.at(preview, lnum)
  if not file then return {} end
  if not hunk and below > 0 then return {} end
  if not hunk and count == 0 then return add_all({}, file) end
  local ids = {}
  for _, head in ipairs(list.heads(preview)) do
    if (head[1] >= lnum or hunk and head[2] == hunk.id) and #ids < math.max(count, 1) then ids[#ids + 1] = head[2] end
  end
  return ids
end

---The hunks that the lines from `first` to `last` are of.
---@param preview coder.Preview
---@param first integer
---@param last integer
---@return string[]
local function between(preview, first, last)
  local ids, seen = {}, {}
  for lnum = first, last do
    local file, hunk, below = list.at(preview, lnum)
    local here = hunk and { hunk.id } or file and below == 0 and fn.foldclosed(lnum) ~= -1 and add_all({}, file) or {}
    for _, id in ipairs(here) do
      if not seen[id] then
        seen[id] = true
        ids[#ids + 1] = id
      end
    end
  end
  return ids
end

---@param preview coder.Preview
---@param what coder.Decision
---@param pick fun(preview: coder.Preview): string[]
local function decide(preview, what, pick)
  local ids = pick(preview)
  if not ids[1] then return notify.info('no hunk in this line') end
  act.decide(preview, ids, what)
end

---@param preview coder.Preview
---@return string[]
local function selected(preview)
  local first, last = fn.line('v'), fn.line('.')
  api.nvim_feedkeys(api.nvim_replace_termcodes('<Esc>', true, true, true), 'nx', false)
  return between(preview, math.min(first, last), math.max(first, last))
end

---Of the file; in the lines above the files of all there are.
---@param preview coder.Preview
---@return string[]
local function of_file(preview)
  local file = list.at(preview, fn.line('.'))
  return file and add_all({}, file) or all(preview)
end

---Scrolls until all of the hunk that begins in the cursor's line is to be seen, or as much as there is room for.
---@param preview coder.Preview
---@param id string
local function unveil(preview, id)
  local hunk = preview.hunks[id] and preview.hunks[id].hunk
  local lnum = fn.line('.')
  local last = hunk and lnum + #hunk.old + #hunk.lines or lnum
  if last <= fn.line('w$') then return end
  fn.winrestview({ topline = math.max(1, math.min(lnum, last - api.nvim_win_get_height(0) + 1)) })
end

---@param preview coder.Preview
---@param step 1|-1
local function move(preview, step)
  local lnum, heads, to = fn.line('.'), list.heads(preview), nil
  local left = vim.v.count1
  for i = step > 0 and 1 or #heads, step > 0 and #heads or 1, step do
    if (heads[i][1] - lnum) * step > 0 and left > 0 then
      to, left = heads[i], left - 1
    end
  end
  if not to then return notify.info(step > 0 and 'no hunk below' or 'no hunk above') end
  vim.cmd("normal! m'")
  api.nvim_win_set_cursor(0, { to[1], 0 })
  vim.cmd('normal! zv')
  unveil(preview, to[2])
end

---@param preview coder.Preview
local function jump(preview)
  local file, hunk, below = list.at(preview, fn.line('.'))
  if not file then return end
  if file.full == '' then return notify.info(file.path .. ' is no file of the project') end
  hunk = hunk or file.hunks[1]
  local line = hunk and hunk.first + 1 or file.problems[1] and math.max(file.problems[1].line, 1) or 1
  if hunk and below > 0 then line = line + math.max(math.min(below, #hunk.old) - 1, 0) end
  if not file.buf and not vim.uv.fs_stat(file.full) then return notify.info(file.path .. ' is not there yet') end
  require('coder.ask.places').open({ source = preview.source }, { path = file.full, line = line })
  require('coder.refactor.inside').reveal(hunk)
end

---@param preview coder.Preview
local function edit(preview)
  local file, hunk = list.at(preview, fn.line('.'))
  if not file or not hunk then return notify.info('no hunk in this line') end
  if hunk.whole and file.kind ~= 'create' then return notify.info('there are no lines to edit') end
  require('coder.refactor.edit').open(preview, file, hunk)
end

---@param preview coder.Preview
local function again(preview)
  if preview.running then return notify.info('the answer is still coming; <C-c> stops it') end
  vim.ui.input({ prompt = 'What is to be different: ' }, function(text)
    if not text or vim.trim(text) == '' then return end
    live.call(preview, 'refactor_again', { text = text }, function(result)
      if result then require('coder.refactor').begun(preview) end
    end)
  end)
end

---@param preview coder.Preview
local function show_reply(preview)
  if not preview.reply or preview.reply == '' then return notify.info('the reply is not there yet') end
  local lines = vim.split(preview.reply, '\n', { plain = true })
  local buf = require('coder.scratch').show(list.name(preview) .. '/reply', lines)
  if vim.bo[buf].filetype == '' then vim.bo[buf].filetype = 'markdown' end
  require('coder.labels').join(buf, preview.label)
end

---Maps the keys in a new list.
---@param preview coder.Preview
---@param buf integer
function M.prepare(preview, buf)
  local function map(mode, key, run, desc)
    local opts = { buffer = buf, nowait = true, silent = true, desc = 'coder: ' .. desc }
    vim.keymap.set(mode, key, function() run(preview) end, opts)
  end
  for key, what in pairs({ a = 'accepted', x = 'rejected' }) do
    local word = what == 'accepted' and 'accept' or 'reject'
    map('n', key, function() decide(preview, what, counted) end, word .. ' the hunk')
    map('x', key, function() decide(preview, what, selected) end, word .. ' the hunks')
    map('n', key:upper(), function() decide(preview, what, of_file) end, word .. ' all hunks of the file')
  end
  map({ 'n', 'x' }, ']h', function() move(preview, 1) end, 'next hunk')
  map({ 'n', 'x' }, '[h', function() move(preview, -1) end, 'previous hunk')
  map('n', '<CR>', jump, 'go there')
  map('n', 'e', edit, 'edit the hunk')
  map('n', '.', again, 'ask for something different')
  map('n', 'u', act.back, 'take back')
  map('n', 'K', show_reply, 'show the reply')
  map('n', '<C-c>', act.stop, 'stop the answer')
  map('n', 'ZZ', act.write, 'write the accepted hunks')
  map('n', 'q', act.leave, 'leave')
end

return M
