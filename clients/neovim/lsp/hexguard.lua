---@brief
---
--- Hexguard reviews Python backend code while you type.
---
--- Install it into the environment of your project or with `pipx install .` from a checkout, then:
---
--- ```lua
--- vim.lsp.enable("hexguard")
--- ```
---
--- Settings of `hexguard.toml` may be given under `settings.hexguard` as well:
---
--- ```lua
--- vim.lsp.config("hexguard", { settings = { hexguard = { ignore = { "optional-union-syntax" } } } })
--- ```

---@type vim.lsp.Config
return {
  cmd = { "hexguard", "server" },
  filetypes = { "python" },
  root_markers = { "hexguard.toml", ".hexguard.toml", "pyproject.toml", ".git" },
  settings = { hexguard = {} },
}
