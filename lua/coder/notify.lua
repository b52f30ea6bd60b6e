---The one way to tell the user something outside a window.
local M = {}

---@class coder.Error
---@field message string
---@field hint? string what to do
---@field kind? string
---@field told? boolean the user has been told already

---What happened, then what to do.
---@param err coder.Error
---@return string
function M.text(err)
  if (err.hint or '') == '' then return err.message end
  return (err.message:gsub('[.\n ]+$', '')) .. '. ' .. err.hint
end

---@param text string
---@param level integer
local function show(text, level)
  vim.schedule(function()
    vim.notify('coder: ' .. text, level, { title = 'coder.nvim' })
  end)
end

---What a request has cost, to stand behind a sentence about it.
---@param usd? number nil where the price is not known
---@return string
function M.cost(usd) return usd and usd > 0 and ('; $%.4f'):format(usd) or '' end

---@param text string
function M.info(text) show(text, vim.log.levels.INFO) end

---@param text string
function M.warn(text) show(text, vim.log.levels.WARN) end

---@param text string
---@return string as much of it as fits in one line: more would ask for <Enter>
local function in_one_line(text)
  local room = vim.v.echospace - #'coder: '
  if vim.fn.strdisplaywidth(text) <= room and not text:find('\n') then return text end
  return vim.fn.strcharpart(text:match('^[^\n]*'), 0, math.max(room - 1, 10)) .. '…'
end

---Something has changed by itself: one line, whatever the user is doing. The log has all of it.
---@param text string
---@param level integer
function M.notice(text, level)
  vim.schedule(function() show(in_one_line(text), level) end)
end

---@param err coder.Error|string
---@param short? boolean the whole text is on the screen already: one line, no hit-enter prompt
function M.error(err, short)
  if type(err) == 'string' then err = { message = err } end
  if err.told then return end
  err.told = true
  local text = M.text(err)
  if short then text = in_one_line(text) end
  show(text, vim.log.levels.ERROR)
end

return M
