---Text that goes into a register may come from a private buffer and end up in a question: the backend is told
---where it was. Neovim says so before a deletion changes the buffer, so the backend has the text then.
local api = vim.api
local backend = require('coder.backend')
local buffers = require('coder.buffers')

local M = {}

-- vim.v.event would copy every line of the register.
local EVENT = '[v:event.regtype, len(v:event.regcontents), v:event.regcontents[0], v:event.regcontents[-1]]'
local WIDEST = [[max(map(copy(v:event.regcontents), 'len(v:val)'))]]
local BLOCK = 22 -- <C-V>

-- The place of the text; one table for all, since a deletion should leave no garbage.
---@type coder.rpc.yank.params
local place = { buf = 0, first = 0, col = 0, last = 0, last_col = 0, kind = 'line' }

---@param buf integer
---@param first integer 1-based
---@param last integer
local function whole_lines(buf, first, last)
  place.buf, place.first, place.last, place.kind = buf, first, last, 'line'
  place.col, place.last_col = 0, 0
end

---Finds out where the text of the register is. The mark '] does not help: versions of Neovim disagree where it is
---after a motion that excludes its end, and it is at the first byte of a character.
---@param buf integer
local function locate(buf)
  local event = api.nvim_eval(EVENT)
  local regtype, count, first, last = event[1], event[2], event[3], event[4]
  local mark = api.nvim_buf_get_mark(buf, '[')
  local row, col = mark[1], mark[2]
  local block = regtype:byte() == BLOCK
  local line = row > 0 and api.nvim_buf_get_lines(buf, row - 1, row, false)[1] or ''
  -- After :lockmarks the mark tells of something else, and the text may be from anywhere.
  if not block and line:sub(col + 1, col + #first) ~= first then
    return whole_lines(buf, 1, api.nvim_buf_line_count(buf))
  end
  if regtype == 'V' then return whole_lines(buf, row, row + count - 1) end
  local size = block and api.nvim_eval(WIDEST) or #last
  place.buf, place.first, place.col, place.last = buf, row, col, row + count - 1
  place.last_col = math.max((block or count == 1) and col + size - 1 or size - 1, 0)
  place.kind = block and 'block' or 'char'
end

---Tells of lines that were put into a register otherwise.
---@param buf integer
---@param first integer 1-based
---@param last integer
function M.lines(buf, first, last)
  if not buffers.attached(buf) or last < first then return end
  whole_lines(buf, first, last)
  backend.notify('yank', place)
end

api.nvim_create_autocmd('TextYankPost', {
  group = api.nvim_create_augroup('coder.yank', {}),
  callback = function(args)
    local buf = args.buf
    if buffers.attached(buf) then
      locate(buf)
      return backend.notify('yank', place)
    end
    -- What is deleted from a buffer the backend does not see yet is gone when it does.
    if not backend.running() or not buffers.is_file(buf) then return end
    locate(buf)
    local kept, tick = vim.deepcopy(place), api.nvim_buf_get_changedtick(buf)
    buffers.attach(buf, function(_, result)
      if not result or not api.nvim_buf_is_loaded(buf) then return end
      if api.nvim_buf_get_changedtick(buf) == tick then backend.notify('yank', kept) end
    end, true)
  end,
})

return M
