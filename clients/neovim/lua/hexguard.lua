--- Starts Hexguard in Neovim 0.10, which has no `vim.lsp.enable`, and in every newer one alike.
---
--- ```lua
--- require("hexguard").setup()
--- ```
---
--- The configuration itself stands in `lsp/hexguard.lua`, beside this folder.

local M = {}

--- Start the server for each buffer of Python or TOML.
---@param overrides table? what to put over the configuration, such as `{ cmd = { "/opt/bin/hexguard", "server" } }`
function M.setup(overrides)
  if vim.lsp.enable then
    vim.lsp.config("hexguard", overrides or {})
    vim.lsp.enable("hexguard")
    return
  end
  local path = vim.api.nvim_get_runtime_file("lsp/hexguard.lua", false)[1]
  if not path then
    error("hexguard: lsp/hexguard.lua is not in 'runtimepath'")
  end
  local config = vim.tbl_deep_extend("force", dofile(path), overrides or {})
  config.name = "hexguard"
  vim.api.nvim_create_autocmd("FileType", {
    group = vim.api.nvim_create_augroup("hexguard", {}),
    pattern = config.filetypes,
    callback = function(event)
      local root_dir = vim.fs.root(event.buf, config.root_markers) or vim.fs.dirname(event.file)
      vim.lsp.start(vim.tbl_extend("force", config, { root_dir = root_dir }), { bufnr = event.buf })
    end,
  })
end

return M
