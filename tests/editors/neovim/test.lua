-- nvim --clean --headless -l test.lua CLIENT PROJECT: works on a copy of the sample as a person would, through Neovim's own client.

local client, project = arg[1], arg[2]
vim.opt.runtimepath:prepend(client)
vim.cmd("filetype on")
require("hexguard").setup()

local n_passed = 0

local function check(what, holds)
  if not vim.wait(20000, holds, 20) then
    print(vim.inspect(vim.diagnostic.get(0)))
    print(table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n"))
    error("not so: " .. what)
  end
  n_passed = n_passed + 1
end

local function diagnostic(code)
  for _, found in ipairs(vim.diagnostic.get(0)) do
    if found.code == code then
      return found
    end
  end
end

local function shows(code)
  return function()
    return diagnostic(code) ~= nil
  end
end

local function shows_no(code)
  return function()
    return diagnostic(code) == nil
  end
end

local function has_line(text)
  return function()
    return vim.list_contains(vim.api.nvim_buf_get_lines(0, 0, -1, false), text)
  end
end

local function act(title, only)
  vim.lsp.buf.code_action({
    apply = true,
    context = only and { only = { only }, diagnostics = {} } or nil,
    filter = function(action)
      return action.title:find(title, 1, true) ~= nil
    end,
  })
end

local function go_to(code)
  local found = diagnostic(code)
  vim.api.nvim_win_set_cursor(0, { found.lnum + 1, found.col })
  return found
end

vim.cmd.edit(project .. "/app/orders.py")
check("a finding is shown", shows("blocking-sleep-in-async"))
local sleep = go_to("blocking-sleep-in-async")
assert(sleep.source == "hexguard" and sleep.severity == vim.diagnostic.severity.ERROR, vim.inspect(sleep))

local function hovered()
  local params = vim.lsp.util.make_position_params(0, "utf-16")
  for _, answer in pairs(vim.lsp.buf_request_sync(0, "textDocument/hover", params, 10000) or {}) do
    return answer.result and answer.result.contents.value or ""
  end
end
check("hover explains it", function()
  return hovered():find("stops the whole event loop", 1, true) ~= nil
end)

act("asyncio.sleep")
check("its fix changes the text", has_line("    await asyncio.sleep(1)"))
check("and adds the import", has_line("import asyncio"))
check("then it is gone", shows_no("blocking-sleep-in-async"))

vim.cmd("silent undo")
check("it is back when the fix is undone", shows("blocking-sleep-in-async"))
go_to("blocking-sleep-in-async")
act("Suppress `blocking-sleep-in-async` here")
check("a suppression takes it back", shows_no("blocking-sleep-in-async"))

act("", "source.fixAll.hexguard")
check("all safe fixes at once", has_line("async def ship(number: int, note: str | None = None) -> str:"))

vim.api.nvim_buf_set_lines(0, -1, -1, false, { "", "", "async def wait() -> None:", "    time.sleep(2)" })
check("what is typed is checked", shows("blocking-sleep-in-async"))
vim.cmd("silent write")

vim.cmd.edit(project .. "/pyproject.toml")
vim.api.nvim_buf_set_lines(0, -1, -1, false, { 'ignore = ["blocking-sleep"]' })
check("settings are checked too", function()
  return #vim.diagnostic.get(0) > 0
end)

io.write(("neovim %s: %d passed, 0 failed\n"):format(tostring(vim.version()), n_passed))
vim.cmd("qall!")
