-- What is measured: each scene is one run in one contender and gives figures, or nil when it showed nothing.
--   dispatch  key typed → its request is at the engine
--   show      the engine sends the first token → ghost text is drawn
--   tail      the engine has sent the last token → ghost text is drawn (below zero: shown while it streams)
--   total     key typed → ghost text is drawn
--   posts     completions asked for since the first key
--   cpu       CPU time of Neovim and its children, first key → 300 ms after the ghost text, ms
-- "drawn" is the end of the redraw that has it.
local drive = require('ghost_drive')
local sleep = drive.sleep

local M = {}

---@class bench.Scene
---@field title string
---@field figures bench.Figure[]
---@field run fun(c: bench.Contender, line: integer, pause: number): table<string, number>?

local timing = {
  { key = 'dispatch', title = 'key → request at the engine, ms', target = '≤ floor + 1' },
  { key = 'show', title = 'first token sent → drawn, ms', target = '≤ floor + 1' },
  { key = 'tail', title = 'last token sent → drawn, ms' },
  { key = 'total', title = 'key → drawn, ms', target = '≤ floor + 2' },
  { key = 'posts', title = 'requests' },
  { key = 'bytes', title = 'request body, bytes' },
}
local cpu = { key = 'cpu', title = 'CPU per ghost, ms' }
local mean = { key = 'cpu', title = 'CPU per ghost, ms (mean)', target = '≤ floor + 10', mean = true }

---@return table<string, number>?
local function figures(c, key_at, request, redraw, cpu_before)
  if not request or not redraw then return nil end
  sleep(math.max(0, redraw.at + 300 - vim.uv.hrtime() / 1e6))
  local used = c:cpu() - cpu_before
  local posts = 0
  for _, one in ipairs(c:log()) do
    if one.seq == request.seq then request = one end -- by now it has ended
    if not one.warm then posts = posts + 1 end
  end
  return {
    dispatch = request.at - key_at, show = redraw.at - request.first, tail = redraw.at - request.last,
    total = redraw.at - key_at, posts = posts, bytes = request.bytes, cpu = used,
  }
end

---`count` keys `gap` ms apart, measured from the last.
local function keys(count, gap)
  return function(c, line, pause)
    local word = c:place(line, pause)
    local before, at = c:cpu(), 0
    for i = 1, count do
      at = c:key('x')
      if i < count then sleep(gap) end
    end
    local request, redraw = c:visible(word .. ('x'):rep(count))
    return figures(c, at, request, redraw, before)
  end
end

M.idle = { title = 'One key', figures = vim.list_extend(vim.list_slice(timing), { cpu, mean }), run = keys(1, 0) }

M.burst = { title = 'Six keys 60 ms apart, from the last', figures = vim.list_extend(vim.list_slice(timing), { cpu }),
  run = keys(6, 60) }

M.newline = {
  title = 'A new line', figures = timing,
  run = function(c, line, pause)
    local word = c:place(line, pause)
    c:key('x')
    sleep(pause)
    c:fresh()
    local before, at = c:cpu(), c:key('<CR>')
    -- The line above has been sent before; what tells this request is that it came after the key.
    local request, redraw = c:visible(word .. 'x')
    return figures(c, at, request, redraw, before)
  end,
}

M.jump = {
  title = 'A jump of half the file, and at once a key', figures = timing,
  run = function(c, line, pause)
    c:place(line, pause)
    local count = c.nvim:get('vim.api.nvim_buf_line_count(0)')
    c.nvim:call('nvim_input', ('<Esc>%dGo'):format((line + math.floor(count / 2)) % (count - 80) + 40))
    local word = ('jump%d = '):format(c.runs)
    for letter in word:gmatch('.') do
      c:key(letter)
      sleep(40)
    end
    local before, at = c:cpu(), c:key('x')
    local request, redraw = c:visible(word .. 'x')
    return figures(c, at, request, redraw, before)
  end,
}

M.divergence = {
  title = 'A key that differs while the answer streams',
  figures = {
    { key = 'close', title = 'key → the old connection is closed at the engine, ms', target = '≤ 1' },
    { key = 'dispatch', title = 'key → the new request at the engine, ms', target = '≤ floor + 1' },
    { key = 'hide', title = 'key → the old ghost is off the screen, ms' },
    { key = 'total', title = 'key → the new ghost is drawn, ms', target = '≤ floor + 2' },
  },
  run = function(c, line, pause)
    local word = c:place(line, pause)
    c:key('x')
    -- Until the first token can have come, then into the stream.
    local deadline = vim.uv.now() + 100
    repeat
      sleep(4)
      local seen = c:seen()
    until #seen > 0 and seen[#seen].seq or vim.uv.now() > deadline
    sleep(40)
    local at = c:key('y')
    local request, redraw = c:visible(word .. 'xy')
    if not request or not redraw then return nil end
    local out = { dispatch = request.at - at, total = redraw.at - at }
    for _, old in ipairs(c:log()) do
      if old.seq < request.seq and old.closed > at then out.close = old.closed - at end
    end
    for _, one in ipairs(c:seen()) do
      local old = one.seq and one.seq < request.seq
      if not out.hide and one.at > at and vim.endswith(one.line, 'xy') and not old then out.hide = one.at - at end
    end
    return out
  end,
}

M.follow = {
  title = 'Typing six characters of the suggested text',
  figures = {
    { key = 'echo', title = 'key → the character is drawn, ms' },
    { key = 'trim', title = 'key → drawn with the ghost trimmed, ms', target = '≤ 1 after the character' },
    { key = 'after', title = 'the ghost after the character, ms', target = '≤ 1' },
    { key = 'wrong', title = 'redraws with no ghost or one that does not fit', target = '0' },
    { key = 'posts', title = 'requests for these six keys', target = '0' },
  },
  run = function(c, line, pause)
    local word = c:place(line, pause)
    c:key('x')
    local request = c:visible(word .. 'x')
    if not request then return nil end
    sleep(400)
    c:fresh()
    local rest = ('return qz%d_'):format(request.seq)
    local out = { wrong = 0, posts = 0 }
    local echo, trim, after = {}, {}, {}
    for i = 1, 6 do
      local at = c:key(rest:sub(i, i))
      sleep(60)
      local typed, left = word .. 'x' .. rest:sub(1, i), rest:sub(i + 1)
      local drawn
      for _, one in ipairs(c:seen()) do
        if one.at > at and vim.endswith(one.line, typed) then
          drawn = drawn or one.at
          if vim.startswith(one.ghost, left) then
            trim[#trim + 1], after[#after + 1] = one.at - at, one.at - drawn
            break
          end
          out.wrong = out.wrong + 1
        end
      end
      if drawn then echo[#echo + 1] = drawn - at end
    end
    sleep(300)
    for _, post in ipairs(c:log()) do
      for i = 1, 6 do
        local typed = word .. 'x' .. rest:sub(1, i)
        if not post.warm and vim.endswith(post.before, typed) then out.posts = out.posts + 1 end
      end
    end
    local stats = require('ghost_stats')
    out.echo, out.trim, out.after = stats.mean(echo), stats.mean(trim), stats.mean(after)
    return out
  end,
}

M.order = { 'idle', 'burst', 'divergence', 'newline', 'follow', 'jump' }
return M
