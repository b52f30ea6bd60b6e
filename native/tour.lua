-- The tour of native/try.sh: a real Neovim in a terminal, driven by keys and watched by its screen
-- alone. Run as: nvim --clean -l native/tour.lua NVIM FILE, with $CODER_TRY_ROOT the plugin's folder
-- and the settings already in place. Prints the transcript; exits 1 when something did not happen.

local nvim, file = arg[1], arg[2]
local columns = vim.o.columns

local function say(text)
  io.stdout:write(text, '\n')
  io.stdout:flush()
end

local plugin = 'lua vim.opt.rtp:prepend(vim.env.CODER_TRY_ROOT)'
local job = vim.fn.termopen(
  { nvim, '--clean', '--cmd', plugin, '-c', 'lua require("coder").setup({})', file },
  { env = { TERM = 'xterm-256color', COLORTERM = 'truecolor' } }
)
local terminal = vim.api.nvim_get_current_buf()

-- Lines of the screen now.
local function screen()
  return vim.api.nvim_buf_get_lines(terminal, 0, -1, false)
end

local function show(title, lines)
  local rule = ('─'):rep(columns - vim.api.nvim_strwidth(title) - 4)
  say(('── %s %s'):format(title, rule))
  say((table.concat(lines, '\n'):gsub('%s+$', '')))
  say('')
end

-- The letters alone: what spinners, clocks and cursors change does not count.
local function letters(lines)
  return (table.concat(lines):gsub('%A', ''))
end

-- The frames that keys lead to: every different screen with the milliseconds since, until nothing
-- changed for `quiet` ms (or 60 s passed).
local function watch(keys, quiet)
  local frames = {}
  local start = vim.uv.hrtime()
  local last = screen()
  local changed = start
  vim.fn.chansend(job, keys)
  while true do
    vim.wait(10)
    local now, lines = vim.uv.hrtime(), screen()
    if not vim.deep_equal(lines, last) then
      last, changed = lines, now
      table.insert(frames, { ms = math.floor((now - start) / 1e6), lines = lines })
    end
    local settled = #frames > 0 and now - changed > quiet * 1e6
    if settled or now - start > 60e9 then
      return frames
    end
  end
end

local function stop(problem)
  show('the screen at the end', screen())
  vim.fn.jobstop(job)
  vim.fn.jobwait({ job }, 3000)
  say('The tour stopped: ' .. problem)
  os.exit(1)
end

say('A tour of coder.nvim: a real Neovim, a real llama-server, and a tiny model with random weights.')
say('The words of its answer are noise; what to look at is how they arrive.')
say('')

local opening = watch('', 500)
if #letters(screen()) < 40 then
  stop('Neovim did not show ' .. file)
end
show('nvim ' .. vim.fn.fnamemodify(file, ':t'), opening[#opening].lines)

local question = ':CoderAsk what does this file do?'
say('Typed: ' .. question)
say('')
local frames = watch(question .. '\r', 2500)

-- Of all frames, those with other words than the one before; of these, five spread over the time.
local moments = {}
for _, frame in ipairs(frames) do
  if #moments == 0 or letters(frame.lines) ~= letters(moments[#moments].lines) then
    table.insert(moments, frame)
  end
end
if #moments < 4 then
  stop(('the answer did not grow on the screen (%d different screens)'):format(#frames))
end
for shown = 0, 4 do
  local frame = moments[1 + math.floor(shown * (#moments - 1) / 4)]
  show(('%d ms after <CR>'):format(frame.ms), frame.lines)
end
say(('%d different screens, the last after %d ms.'):format(#frames, frames[#frames].ms))
say('')

say('Typed: :CoderStatus')
say('')
local status = watch('\27:CoderStatus\r', 1000)
if #status == 0 then
  stop(':CoderStatus showed nothing')
end
show(':CoderStatus', status[#status].lines)

vim.fn.chansend(job, '\27\27:qa!\r')
if vim.fn.jobwait({ job }, 5000)[1] ~= 0 then
  stop('Neovim did not end on :qa!')
end
say('That was the tour. To try it yourself, run sh native/try.sh in a terminal.')
