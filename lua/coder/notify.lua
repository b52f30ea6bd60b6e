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

---@param text string
function M.info(text) show(text, vim.log.levels.INFO) end

---@param text string
function M.warn(text) show(text, vim.log.levels.WARN) end

---@param err coder.Error|string
---@param short? boolean the whole text is on the screen already: one line, no hit-enter prompt
function M.error(err, short)
  if type(err) == 'string' then err = { message = err } end
  if err.told then return end
  err.told = true
  local text = M.text(err)
  local room = vim.v.echospace - #'coder: '
  if short and (vim.fn.strdisplaywidth(text) > room or text:find('\n')) then
    text = vim.fn.strcharpart(err.message:match('^[^\n]*'), 0, math.max(room - 1, 10)) .. '…'
  end
  show(text, vim.log.levels.ERROR)
end

return M
