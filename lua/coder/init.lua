---AI pair programming in Neovim. Everything public is here.
local M = {}

---@param opts? table see |coder-options|
function M.setup(opts)
  local compat = require('coder.compat')
  if not compat.supported() then return require('coder.notify').error(compat.too_old()) end
  local config = require('coder.config')
  config.set(opts)
  require('coder.keymaps').set(config.current.keymaps)
end

---@class (exact) coder.AskOpts
---@field question? string without one the chat window opens for writing
---@field first? integer first line to quote from the current buffer, 1-based
---@field last? integer last line to quote
---@field pick? boolean choose among the conversations first

---Asks, or opens the chat window.
---@param opts? coder.AskOpts|string a string is the question
function M.ask(opts)
  if type(opts) == 'string' then opts = { question = opts } end
  require('coder.ask').ask(opts or {})
end

---Stops the running answers.
function M.stop() require('coder.ask').stop_all() end

---Shows the status page.
function M.status() require('coder.status').open() end

---Opens the backend's log.
function M.log() require('coder.log').open() end

return M
