-- The floor of tests/bench/ghost.lua: the least that can be between a key and its ghost text. No backend, no checks,
-- no cache, no waiting: a socket inside Neovim that is already connected, the request written at the key, the first
-- token drawn as it comes. The engine's port is in BENCH_PORT.
local uv, api = vim.uv, vim.api
local port = tonumber(vim.env.BENCH_PORT)
local space = api.nvim_create_namespace('bench_floor')

local spare, busy
-- Leaving an answer means closing its connection, so there is always one more that is connected.
local function connect()
  local socket = uv.new_tcp()
  socket:nodelay(true)
  socket:connect('127.0.0.1', port, function(err)
    if not err then spare = socket end
  end)
end

---@param text string
local function draw(row, col, text)
  if api.nvim_get_mode().mode ~= 'i' then return end
  local lines = vim.split(text, '\n', { plain = true })
  local below = {}
  for i = 2, #lines do below[#below + 1] = { { lines[i], 'Comment' } } end
  pcall(api.nvim_buf_set_extmark, 0, space, row, col, {
    id = 1, virt_text = { { lines[1], 'Comment' } }, virt_text_pos = 'inline', virt_lines = #below > 0 and below or nil,
  })
end

local function ask()
  if busy then busy:close() end
  busy, spare = spare, nil
  connect()
  local mine = busy
  if not mine then return end
  local row, col = unpack(api.nvim_win_get_cursor(0))
  row = row - 1
  api.nvim_buf_clear_namespace(0, space, 0, -1)
  local line = api.nvim_get_current_line()
  local body = vim.json.encode({
    input_prefix = table.concat(api.nvim_buf_get_lines(0, math.max(0, row - 256), row, false), '\n') .. '\n',
    prompt = line:sub(1, col),
    input_suffix = table.concat(api.nvim_buf_get_lines(0, row + 1, row + 65, false), '\n'),
    stream = true,
    n_predict = 64,
  })
  mine:write(('POST /infill HTTP/1.1\r\nHost: floor\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s')
    :format(#body, body))
  local text, rest = '', ''
  mine:read_start(function(_, data)
    if mine ~= busy or not data then return end
    rest = rest .. data
    -- An event may come in two reads; what is left over is kept. Chunk sizes between events are skipped with the rest.
    rest = rest:gsub('data: (%b{})\n\n', function(event)
      text = text .. vim.json.decode(event).content
      return ''
    end)
    if text == '' then return end
    local all = text
    vim.schedule(function()
      if mine == busy then draw(row, col, all) end
    end)
  end)
end

local last
api.nvim_create_autocmd({ 'TextChangedI', 'CursorMovedI' }, {
  callback = function()
    local cursor = api.nvim_win_get_cursor(0)
    local state = ('%d,%d,%d'):format(cursor[1], cursor[2], vim.b.changedtick)
    if state == last then return end
    last = state
    ask()
  end,
})
connect()
_G.bench_ready = true
