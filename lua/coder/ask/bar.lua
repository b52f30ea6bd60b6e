---The winbar of a chat: what it waits for and since when, then what the answer was and cost.
local api = vim.api

local labels = require('coder.labels')
local marks = require('coder.ask.marks')

local M = {}

local waits = {
  sending = 'sending', connecting = 'connecting', queued = 'waiting in the queue', prefill = 'reading the prompt',
  limited = 'waiting for its turn under the rate limit', warming = 'the engine is loading',
  thinking = 'thinking', again = 'asking once more for the edits that do not fit',
}

---@param phase string of an event that says what is waited for
---@param text? string
---@return string
function M.waiting(phase, text) return text or waits[phase] or phase end

---@param n integer
---@return string
local function count(n) return n < 10000 and tostring(n) or ('%.1fk'):format(n / 1000) end

---@param ms integer
---@return string
local function duration(ms) return ms < 10000 and ('%d ms'):format(ms) or ('%.1f s'):format(ms / 1000) end

---Text, and a rank: where there is no room the highest goes first; and a highlight group.
---@alias coder.BarPart { [1]: string, [2]: integer, [3]: string? }

---@param parts coder.BarPart[]
---@param width integer
---@return string 'winbar'
local function fit(parts, width)
  parts = vim.list_slice(parts)
  while true do
    local text = ' ' .. table.concat(vim.tbl_map(function(part) return part[1] end, parts), ' · ')
    local last = 1
    for i, part in ipairs(parts) do
      if part[2] > parts[last][2] then last = i end
    end
    if vim.fn.strdisplaywidth(text) <= width or parts[last][2] == 0 then break end
    table.remove(parts, last)
  end
  return ' ' .. table.concat(vim.tbl_map(function(part)
    local text = part[1]:gsub('%%', '%%%%')
    return part[3] and ('%%#%s#%s%%*'):format(part[3], text) or text
  end, parts), ' · ') .. '%<'
end

---Shows the winbar of a chat in a window on it.
---@param chat coder.Chat
---@param win integer
function M.apply(chat, win)
  local label = labels.of(chat.buf)
  local parts = { { chat.model or 'Coder', 0 } }
  if chat.lane then parts[2] = { chat.lane, 4 } end
  if chat.private then
    parts[#parts + 1] = { marks.private_sign(), 1, 'CoderPrivate' }
  elseif label then
    parts[#parts + 1] = { label, label == 'any' and 5 or 1 }
  end
  if chat.pinned[1] then parts[#parts + 1] = { ('+%d pinned'):format(#chat.pinned), 5 } end
  local text = fit(vim.list_extend(parts, chat.bar), api.nvim_win_get_width(win))
  -- Fails in a window one line high.
  pcall(api.nvim_set_option_value, 'winbar', text, { win = win, scope = 'local' })
end

---Shows it in every window.
---@param chat coder.Chat
function M.show(chat)
  for _, win in ipairs(vim.fn.win_findbuf(chat.buf)) do M.apply(chat, win) end
end

---@param chat coder.Chat
local function stop_timer(chat)
  if chat.timer then
    chat.timer:stop()
    chat.timer:close()
    chat.timer = nil
  end
end

---Shows what is waited for, and the seconds since this chat began to wait.
---@param chat coder.Chat
---@param phase string
---@param text? string
function M.wait(chat, phase, text)
  chat.wait = { what = M.waiting(phase, text) }
  chat.since = chat.since or vim.uv.now()
  local function tick()
    if not chat.wait or not api.nvim_buf_is_valid(chat.buf) then return stop_timer(chat) end
    local seconds = (vim.uv.now() - chat.since) / 1000
    chat.bar = { { ('%s, %d s'):format(chat.wait.what, seconds), 0 }, { '<C-c> stops', 2 } }
    M.show(chat)
  end
  if not chat.timer then
    chat.timer = assert(vim.uv.new_timer())
    chat.timer:start(1000, 1000, vim.schedule_wrap(tick))
  end
  tick()
end

---The answer arrives: nothing is waited for any more.
---@param chat coder.Chat
function M.answering(chat)
  M.clear(chat)
  chat.bar = { { 'answering', 0 }, { '<C-c> stops', 2 } }
  M.show(chat)
end

---@param chat coder.Chat
function M.clear(chat)
  stop_timer(chat)
  chat.wait, chat.since = nil, nil
end

---@param chat coder.Chat
---@param ended coder.event.ask_end
function M.ended(chat, ended)
  M.clear(chat)
  local parts = {}
  local function add(text, rank) parts[#parts + 1] = { text, rank } end
  if ended.error then
    add('failed', 0)
  elseif ended.finish and ended.finish ~= 'stop' then
    add(ended.finish, 0)
  end
  if (ended.input or 0) + (ended.output or 0) > 0 then
    add(('%s in, %s out'):format(count(ended.input), count(ended.output)), 3)
    -- A machine of one's own sends no bill: without a price there is none.
    if ended.usd or chat.lane ~= 'local' then add(ended.usd and ('$%.4f'):format(ended.usd) or '$?', 1) end
    local writing = ended.ms - (ended.ttft_ms or 0)
    if writing > 0 and ended.output > 1 then add(('%.0f tok/s'):format(ended.output * 1000 / writing), 6) end
  end
  if (ended.ms or 0) > 0 then add(duration(ended.ms), 7) end
  chat.bar = parts
  M.show(chat)
end

return M
