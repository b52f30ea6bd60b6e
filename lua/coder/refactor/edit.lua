---A hunk's new lines in a buffer of their own: `:w` has the hunk be what is there.
local api = vim.api
local labels = require('coder.labels')
local live = require('coder.refactor.live')

local M = {}

---@param buf integer
---@return string[] none where the buffer is empty
local function lines_of(buf)
  local lines = api.nvim_buf_get_lines(buf, 0, -1, true)
  return #lines == 1 and lines[1] == '' and {} or lines
end

---@param preview coder.Preview
---@param hunk string
---@param buf integer
local function write(preview, hunk, buf)
  local lines, tick = lines_of(buf), api.nvim_buf_get_changedtick(buf)
  vim.bo[buf].modified = false
  live.call(preview, 'refactor_edit', { hunk = hunk, lines = lines }, function(result)
    if result then
      preview.edits[hunk] = lines
    elseif api.nvim_buf_is_loaded(buf) and api.nvim_buf_get_changedtick(buf) == tick then
      vim.bo[buf].modified = true
    end
  end)
end

---Opens the hunk, or goes to where it is open.
---@param preview coder.Preview
---@param file coder.PreviewFile
---@param hunk coder.Hunk
function M.open(preview, file, hunk)
  local name = ('coder://refactor/%d/%s/%s'):format(preview.number, file.path, hunk.id)
  local buf = vim.fn.bufnr('^' .. vim.fn.escape(name, '*?[]{},\\') .. '$')
  if buf < 0 then
    buf = api.nvim_create_buf(false, false)
    api.nvim_buf_set_name(buf, name)
    vim.bo[buf].buftype, vim.bo[buf].bufhidden, vim.bo[buf].swapfile = 'acwrite', 'wipe', false
    local levels = vim.bo[buf].undolevels
    vim.bo[buf].undolevels = -1
    api.nvim_buf_set_lines(buf, 0, -1, true, hunk.lines)
    vim.bo[buf].undolevels, vim.bo[buf].modified = levels, false
    api.nvim_create_autocmd('BufWriteCmd', {
      buffer = buf,
      callback = function() write(preview, hunk.id, buf) end,
    })
    labels.join(buf, preview.label)
  end
  local win = vim.fn.bufwinid(buf)
  if win >= 0 then return api.nvim_set_current_win(win) end
  local height = math.max(3, math.min(#hunk.lines + 1, math.floor(vim.o.lines / 3)))
  local list = api.nvim_get_current_win()
  local ok, err = pcall(api.nvim_open_win, buf, true, { split = 'above', win = 0, height = height })
  if not ok then return require('coder.notify').error(err:match('E%d+:.*') or err) end
  win = api.nvim_get_current_win()
  api.nvim_create_autocmd('WinClosed', {
    pattern = tostring(win),
    once = true,
    callback = function()
      -- Whoever closes it from within is back in the list.
      if api.nvim_get_current_win() ~= win then return end
      vim.schedule(function()
        if api.nvim_win_is_valid(list) then api.nvim_set_current_win(list) end
      end)
    end,
  })
  local filetype = vim.filetype.match({ filename = file.to or file.path, buf = buf })
  if filetype and vim.bo[buf].filetype == '' then vim.bo[buf].filetype = filetype end
end

return M
