---The words of :CoderRefactor before the instruction, and their completion.
local M = {}

---Takes a file name off the front; a blank that belongs to it stands behind a backslash.
---@param text string
---@return string? name, string rest
local function file_name(text)
  local at, out = 1, {}
  while at <= #text do
    local char = text:sub(at, at)
    if char:find('%s') then break end
    if char == '\\' and text:find('^[%s\\]', at + 1) then
      at = at + 1
      char = text:sub(at, at)
    end
    out[#out + 1], at = char, at + 1
  end
  return out[1] and table.concat(out), text:sub(at)
end

---@param text string what stands behind :CoderRefactor
---@return coder.RefactorOpts? opts nil where a name is missing
function M.parse(text)
  local opts, rest = {}, text:gsub('^%s+', '')
  while true do
    local option, more = rest:match('^%-%-(%a+)%s+(.*)$')
    if not option then option, more = rest:match('^%-%-(%a+)$'), '' end
    if option == 'repo' then
      opts.repo, rest = true, more
    elseif option == 'file' then
      local name
      name, more = file_name(more)
      if not name then return end
      opts.files = opts.files or {}
      table.insert(opts.files, name)
      rest = more:gsub('^%s+', '')
    else
      break
    end
  end
  opts.instruction = rest:find('%S') and rest or nil
  return opts
end

---@param lead string
---@param line string the command line
---@param pos integer of the cursor in it
---@return string[]
function M.complete(lead, line, pos)
  local before = line:sub(1, pos - #lead)
  if before:find('%-%-file%s+$') then
    return vim.tbl_map(function(name) return (name:gsub('[ \\]', '\\%0')) end,
      vim.fn.getcompletion((lead:gsub('\\([ \\])', '%1')), 'file'))
  end
  if vim.startswith(lead, '#') then return require('coder.ask.mention').complete(lead) end
  local fits = vim.iter({ 'CoderRefactor!?%s+$', '%-%-repo%s+$', '%-%-file%s+%S+%s+$' }):any(function(pattern)
    return before:find(pattern) ~= nil
  end)
  if not fits then return {} end
  return vim.tbl_filter(function(word) return vim.startswith(word, lead) end, { '--file', '--repo' })
end

return M
