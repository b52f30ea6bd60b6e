---From the output of a test run to places in files: 'errorformat' of the frameworks, and the quickfix list.
local M = {}

local lines = '%f:%l:%c: %m,%f:%l: %m'
local javascript = [[%*\s%m (file://%f:%l:%c),%*\sat %m (%f:%l:%c),%*\sat file://%f:%l:%c,%*\sat %f:%l:%c,]]
  .. [[%*\slocation: '%f:%l:%c',test at %f:%l:%c,%*\s❯ %f:%l:%c,%*\s❯ %m %f:%l:%c]]
local python = [[%*\sFile "%f"\, line %l\, in %m,%*\sFile "%f"\, line %l]]

---@type table<string, string>
local formats = {
  pytest = '%f:%l: %m,' .. python, unittest = python, django = python,
  vitest = javascript, jest = javascript, mocha = javascript, ava = javascript, node = javascript, jasmine = javascript,
  playwright = javascript, bun = javascript, deno = javascript,
  go = [[%*\s%f:%l: %m,]] .. lines, cargo = [[%.%#panicked at %f:%l:%c:,%*\s--> %f:%l:%c]],
  rspec = [[%*\s# %f:%l:%m,rspec %f:%l # %m]], minitest = [[%m [%f:%l]:,%*\s%f:%l:%m,]] .. lines,
  busted = lines, plenary = [[%*\s%f:%l: %m]], luaunit = lines, bats = [[%.%#in test file %f\, line %l)]],
  junit = [=[[ERROR] %f:[%l\,%c] %m,]=] .. lines, native = [[%f:%l:%c: %m,%f:%l: %m,%f(%l): %m]],
}
formats['test-unit'] = formats.minitest
formats.testify, formats.ginkgo = formats.go, formats.go
for _, id in ipairs({ 'junit4', 'junit5', 'testng' }) do formats[id] = formats.junit end
for _, id in ipairs({ 'gtest', 'boost', 'catch2', 'doctest', 'unity', 'cmocka', 'criterion', 'cpputest', 'qtest' }) do
  formats[id] = formats.native
end

---Go and Java name a file without its folder: that of the tests is known.
---@param run coder.TestRun
---@param line string
---@return string
local function with_folder(run, line)
  if not run.file then return line end
  local full, base = run.root .. '/' .. run.file, vim.fs.basename(run.file)
  local number = line:match('%(' .. vim.pesc(base) .. ':(%d+)%)')
  if number then return ('%s:%s: %s'):format(full, number, vim.trim(line)) end
  local rest = vim.endswith(base, '.go') and line:match('^%s+' .. vim.pesc(base) .. '(:%d+: .*)$')
  return rest and full .. rest or line
end

---Fills the quickfix list with the places that the output names.
---@param run coder.TestRun
---@return integer how many
function M.list(run)
  -- The names in it begin in the run's folder, not in Neovim's.
  local text = { "Entering directory '" .. run.folder .. "'" }
  for _, line in ipairs(run.lines) do text[#text + 1] = with_folder(run, line) end
  local format = run.framework and formats[run.framework] or vim.o.errorformat
  local parsed = vim.fn.getqflist({ lines = text, efm = [[%DEntering directory '%f',]] .. format }).items or {}
  local items = vim.tbl_filter(function(item)
    return item.valid == 1 and item.bufnr > 0 and item.lnum > 0
      and vim.fn.filereadable(vim.api.nvim_buf_get_name(item.bufnr)) == 1
  end, parsed)
  for _, item in ipairs(items) do
    if item.text == '' then item.text = 'here' end
  end
  if items[1] then vim.fn.setqflist({}, ' ', { title = 'coder: ' .. run.shown, items = items }) end
  return #items
end

return M
