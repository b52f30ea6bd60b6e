---AI pair programming in Neovim. Everything public is here.
local M = {}

---@param opts? table see |coder-options|
function M.setup(opts)
  local compat = require('coder.compat')
  if not compat.supported() then return require('coder.notify').error(compat.too_old()) end
  local config = require('coder.config')
  config.set(opts)
  require('coder.keymaps').set(config.current.keymaps)
  -- Ghost text starts with the first insert mode.
  if package.loaded['coder.ghost'] then require('coder.ghost').refresh() end
  if package.loaded['coder.statusline'] then require('coder.statusline').refresh() end
end

---@class (exact) coder.AskOpts
---@field question? string without one the chat window opens for writing
---@field first? integer first line to quote from the current buffer, 1-based
---@field last? integer last line to quote
---@field pick? boolean choose among the conversations first
---@field task? string explain, or one of the user's own: what is asked about those lines, or what the cursor is in
---@field language? string that people speak: of the answer
---@field words? string with a task: what to mind

---Asks, or opens the chat window.
---@param opts? coder.AskOpts|string a string is the question
function M.ask(opts)
  if type(opts) == 'string' then opts = { question = opts } end
  require('coder.ask').ask(opts or {})
end

---Has a model change code: its hunks are shown before anything is written.
---@param opts? coder.RefactorOpts|string a string is the instruction
function M.refactor(opts)
  if type(opts) == 'string' then opts = { instruction = opts } end
  require('coder.refactor').refactor(opts or {})
end

---Shows the edits of a reply that is there already, in the same way.
---@param opts? coder.ApplyOpts|string a string is the reply; without one it is the current buffer
function M.apply(opts)
  if type(opts) == 'string' then opts = { text = opts } end
  require('coder.refactor').apply(opts or {})
end

---Explains some lines of the current buffer, or what the cursor is in, in the chat window.
---@param opts? { first?: integer, last?: integer, language?: string } a language that people speak, as "Deutsch"
function M.explain(opts) M.ask(vim.tbl_extend('keep', { task = 'explain' }, opts or {})) end

---Has a model write docstrings or comments, as hunks: for some lines of the current buffer, or what the cursor is in.
---@param opts? { first?: integer, last?: integer, words?: string } words: what to mind besides
function M.doc(opts) require('coder.tasks').doc(opts or {}) end

---Has a model write tests, as hunks: for some lines of the current buffer, or what the cursor is in, or all of it; or
---runs those that are there.
---@param opts? coder.TestOpts
function M.test(opts) require('coder.tasks').test(opts or {}) end

---Has a model mend what the diagnostic under the cursor says, as hunks.
function M.fix_diagnostic() require('coder.tasks').fix_diagnostic() end

---Has a model look for bugs, slowness and security holes in the current buffer: diagnostics, and the quickfix list.
---@param opts? coder.ReviewOpts
function M.review(opts) require('coder.review').review(opts or {}) end

---Has a model do a task of the user's own, |coder-tasks|, with the current file or some lines of it.
---@param name? string without it the user chooses
---@param opts? coder.TaskOpts
function M.task(name, opts) require('coder.tasks').run(name, opts or {}) end

---Has a model write the text of a pull request, or of a commit, from the changes in git.
---@param opts? coder.DraftOpts
function M.pr(opts) require('coder.draft').write(opts or {}) end

---Stops the running answers, refactors, reviews, drafts and tests.
function M.stop()
  local stopped = false
  for _, name in ipairs({ 'coder.refactor', 'coder.review', 'coder.draft', 'coder.tests' }) do
    local module = package.loaded[name]
    stopped = module and module.stop_all() or stopped
  end
  require('coder.ask').stop_all(stopped)
end

---Shows what would go along with the question as it stands; or pins words of context, or forgets what was pinned and
---removed.
---@param opts? coder.ContextOpts|string a string is what to pin
function M.context(opts)
  if type(opts) == 'string' then opts = { pin = opts } end
  require('coder.context').open(opts or {})
end

---The local engine: started, stopped, looked at.
---@param action? 'start'|'stop'|'restart'|'status'|'doctor'|'log'|'pull' default: status
---@param argument? string of pull: a model's name or a file's address
function M.engine(action, argument) require('coder.engine').run(action, argument) end

---Shows what was spent.
---@param since? string "2026-12-31": from this day on; without it this month
function M.cost(since) require('coder.cost').open(since) end

---Shows the status page.
function M.status() require('coder.status').open() end

---Opens the backend's log.
function M.log() require('coder.log').open() end

---Says where requests go, and sets it for this session, from the next request on.
---@param mode? 'local'|'cloud'|'auto'
---@return string? mode as known last: one that was set just now is known a moment later; nil before the backend was
---started
function M.mode(mode)
  if mode ~= nil then require('coder.mode').set(mode) end
  local known = package.loaded['coder.mode'] and require('coder.mode').known()
  return known and known.mode
end

---Chooses one model for all requests of this session.
---@param name? string NAME of its block in the configuration; "auto": the mode decides again; without it the user
---chooses
function M.models(name)
  if name == nil then return require('coder.models').pick() end
  require('coder.models').set(name)
end

---Where requests go, and the model and state of ghost text, as "auto ⇄ local-qwen3 ●"; empty before the backend was
---started.
---@return string
function M.statusline() return require('coder.statusline').text() end

---Ghost text. Each function says whether it did something, so that a key can do something else instead.
M.ghost = {}

---Takes all of the visible ghost text.
---@return boolean
function M.ghost.accept() return require('coder.ghost').accept() end

---Takes the rest of its line, or its next line.
---@return boolean
function M.ghost.accept_line() return require('coder.ghost').accept_line() end

---Takes its next word.
---@return boolean
function M.ghost.accept_word() return require('coder.ghost').accept_word() end

---Shows the next suggestion.
---@return boolean
function M.ghost.next() return require('coder.ghost').next() end

---Shows the suggestion before.
---@return boolean
function M.ghost.previous() return require('coder.ghost').previous() end

---Takes the ghost text away until the text changes.
---@return boolean
function M.ghost.dismiss() return require('coder.ghost').dismiss() end

---Asks for ghost text now, also where it is switched off.
---@return boolean
function M.ghost.trigger() return require('coder.ghost').trigger() end

---@return boolean whether ghost text is on screen
function M.ghost.visible() return require('coder.ghost').visible() end

---Switches ghost text off or on.
---@return boolean whether it is on now
function M.ghost.toggle() return require('coder.ghost').toggle() end

return M
