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
--- TOML files are sent along, so that settings in `pyproject.toml` and `hexguard.toml` are checked while you type.
---
--- Settings of `hexguard.toml` may be given under `settings.hexguard` as well:
---
--- ```lua
--- vim.lsp.config("hexguard", { settings = { hexguard = { ignore = { "optional-union-syntax" } } } })
--- ```

---@type vim.lsp.Config
return {
  cmd = { "hexguard", "server" },
  filetypes = { "python", "toml" },
  root_markers = { "hexguard.toml", ".hexguard.toml", "pyproject.toml", ".git" },
  settings = { hexguard = {} },
}
