-- :CoderCost and the cost in the statusline, with the real backend and a server that costs.
local t = require('harness')
local router = require('router_help')
local case, eq, has, ok = t.case, t.eq, t.has, t.ok

local price = 'price = { input = 1000.0, output = 10000.0 }'

local function nvim(config)
  local cloud = router.server({ content = 'an answer' })
  return t.nvim({ config = (config or '') .. cloud:block('relay', 'cloud', price) }), cloud
end

local function ask(nv, question)
  nv:cmd('CoderAsk ' .. question)
  nv:wait_for('vim.wo.winbar:find(" in, ") and true')
end

local function page(nv)
  nv:cmd('CoderCost')
  nv:wait_for('vim.fn.bufname() == "coder://cost"')
  return table.concat(nv:lines(), '\n')
end

case(':CoderCost: one page, also of the answer that came just now', function()
  local nv = nvim()
  has(page(nv), 'No request was made yet.')
  nv:cmd('close')
  ask(nv, 'why?')
  local text = page(nv)
  ok(text:find('today +%$0%.%d+ +1 request\n'), text)
  ok(text:find('this month +%$0%.%d+ +1 request'), text)
  ok(text:find('relay %(cloud%) +1 '), text)
  ok(text:find('\nask +1 '), text)
  ok(text:find('█'), 'a bar')
  for _, line in ipairs(nv:lines()) do ok(vim.fn.strdisplaywidth(line) <= 80, line) end
  nv:type('q')
  eq(nv:get('vim.fn.bufwinid("coder://cost")'), -1)
  nv:cmd('CoderCost 2999-01-01')
  nv:wait_for('vim.fn.search("^from 99-01-01 .*0 requests", "nw") > 0')
  nv:cmd('CoderCost tomorrow')
  nv:wait_message('a day is written as 2026-12-31')
end)

case('the statusline has what was spent today, by all Neovims', function()
  local nv = nvim()
  ask(nv, 'why?')
  nv:wait_for([[require('coder').statusline():find('%$0%.%d%d$') and true]])
  local spent = nv:get([[require('coder').statusline():match('%$0%.%d%d$')]])
  vim.uv.kill(nv:get('require("coder.backend").info.pid'), 'sigkill')
  nv:wait_for([[not require('coder').statusline():find('%$')]])
  nv:cmd('CoderStatus')
  nv:wait_for(([[require('coder').statusline():sub(-5) == %q]]):format(spent))
end)

case('a spent budget refuses, and the next request may go on', function()
  local nv, cloud = nvim('[budget]\ndaily_usd = 0.001\n')
  ask(nv, 'one')
  nv:wait_message('spent today; no cloud lane is asked any more')
  nv:cmd('close! | CoderAsk two')
  nv:wait_message('the budget is used up')
  has(page(nv), 'reached')
  nv:cmd('close')
  eq(#cloud:posts(), 1)
  nv:cmd('CoderCost continue')
  nv:wait_message('the next request may go over the budget')
  nv:cmd('messages clear | CoderAsk three')
  t.wait(function() return #cloud:posts() == 2 end, 'the third question')
end)

case('cost() and its key', function()
  local nv = nvim()
  nv:lua('require("coder").cost()')
  nv:wait_for('vim.fn.bufname() == "coder://cost"')
end)
