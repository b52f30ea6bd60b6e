---The winbar of a chat: what it waits for and since when, then what the answer was and cost.
local api = vim.api

local M = {}

local waits = {
  sending = 'sending', connecting = 'connecting', queued = 'waiting in the queue', prefill = 'reading the prompt',
}

---@param n integer
---@return string
local function count(n) return n < 10000 and tostring(n) or ('%.1fk'):format(n / 1000) end

---@param ms integer
---@return string
local function duration(ms) return ms < 10000 and ('%d ms'):format(ms) or ('%.1f s'):format(ms / 1000) end

---@param chat coder.Chat
local function show(chat)
  local parts = { chat.model or 'Coder' }
  parts[#parts + 1] = chat.lane
  parts[#parts + 1] = vim.b[chat.buf].coder_label
  vim.list_extend(parts, chat.bar)
  -- What does not fit is cut off at the end.
  chat.winbar = ' ' .. table.concat(parts, ' · '):gsub('%%', '%%%%') .. '%<'
  for _, win in ipairs(vim.fn.win_findbuf(chat.buf)) do M.apply(chat, win) end
end

---@param chat coder.Chat
---@param win integer
function M.apply(chat, win)
  -- Fails in a window one line high.
  pcall(api.nvim_set_option_value, 'winbar', chat.winbar or ' Coder', { win = win, scope = 'local' })
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
  chat.wait = { what = text or waits[phase] or phase }
  chat.since = chat.since or vim.uv.now()
  local function tick()
    if not chat.wait or not api.nvim_buf_is_valid(chat.buf) then return stop_timer(chat) end
    chat.bar = { ('%s, %d s'):format(chat.wait.what, (vim.uv.now() - chat.since) / 1000), '<C-c> stops' }
    show(chat)
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
  chat.bar = { 'answering', '<C-c> stops' }
  show(chat)
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
  if ended.error then
    parts[1] = 'failed'
  elseif ended.finish and ended.finish ~= 'stop' then
    parts[1] = ended.finish
  end
  if (ended.input or 0) > 0 or (ended.output or 0) > 0 then
    parts[#parts + 1] = ('%s in, %s out'):format(count(ended.input), count(ended.output))
    parts[#parts + 1] = ended.usd and ('$%.4f'):format(ended.usd) or '$?'
    local writing = ended.ms - (ended.ttft_ms or 0)
    if writing > 0 and ended.output > 1 then
      parts[#parts + 1] = ('%.0f tok/s'):format(ended.output * 1000 / writing)
    end
  end
  if ended.ms then parts[#parts + 1] = duration(ended.ms) end
  chat.bar = parts
  show(chat)
end

return M
