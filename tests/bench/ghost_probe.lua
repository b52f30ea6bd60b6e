-- Runs in the Neovim that is watched: notes what every redraw shows, and when keys were typed. Times are ms of
-- vim.uv.hrtime(), the clock of the engine's log.
local api = vim.api
local M = { seen = {} }
_G.bench_probe = M

local armed = false

---@param chunks { [1]: string }[]?
---@return string
local function text_of(chunks)
  local text = {}
  for _, chunk in ipairs(chunks or {}) do text[#text + 1] = chunk[1] end
  return table.concat(text)
end

---The ghost text on screen, lines joined by "\n"; empty when there is none. The first line and those below it may
---be extmarks of their own.
---@return string
local function ghost()
  local first, below = {}, {}
  for _, mark in ipairs(api.nvim_buf_get_extmarks(0, -1, 0, -1, { details = true })) do
    local details = mark[4]
    if not details.invalid then
      first[#first + 1] = text_of(details.virt_text)
      for _, line in ipairs(details.virt_lines or {}) do below[#below + 1] = text_of(line) end
    end
  end
  table.insert(below, 1, table.concat(first))
  return table.concat(below, '\n')
end

-- Called at the end of each redraw, so what counts is what the screen shows, not what was set meanwhile.
api.nvim_set_decoration_provider(api.nvim_create_namespace('bench_probe'), {
  on_end = function()
    if not armed then return end
    local at = vim.uv.hrtime() / 1e6
    local line, text = api.nvim_get_current_line(), ghost()
    local last = M.seen[#M.seen]
    if last and last.line == line and last.ghost == text then return end
    M.seen[#M.seen + 1] = { at = at, line = line, ghost = text, seq = tonumber(text:match('qz(%d+)_')) }
  end,
})

---A fresh line below line `n`, with `text` on it, in insert mode at its end; `pause` ms apart as a person would.
---@param n integer
function M.place(n)
  vim.cmd.stopinsert()
  armed = false
  M.undo = vim.fn.undotree().seq_cur
  api.nvim_win_set_cursor(0, { math.min(n, api.nvim_buf_line_count(0)), 0 })
end

---Notes redraws from now on.
function M.arm()
  M.seen, armed = {}, true
end

---@param key string
---@return number at
function M.key(key)
  local at = vim.uv.hrtime() / 1e6
  api.nvim_input(key)
  return at
end

---Everything back as it was before `place`.
function M.back()
  armed = false
  vim.cmd('silent undo ' .. M.undo)
end

-- The same text whatever a file type's plugin thinks of indenting.
vim.cmd('setlocal indentexpr= noautoindent nosmartindent nocindent')
