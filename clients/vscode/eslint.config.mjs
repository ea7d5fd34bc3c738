import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "node_modules", "scripts", "test/ui", "**/*.mjs", ".vscode-test"] },
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-function-return-type": ["error", { allowExpressions: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Our own keys of `process.env` are written in brackets, because tsc asks for it.
      "@typescript-eslint/dot-notation": "off",
      "@typescript-eslint/no-import-type-side-effects": "error",
      complexity: ["error", 12],
      "max-lines": ["error", 260],
      eqeqeq: "error",
    },
  },
);
