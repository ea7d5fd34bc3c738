// Runs the tests in `test/host` inside the extension host of a real VS Code.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { Editor, until } from "./harness.mjs";

const EXTENSION = resolve(import.meta.dirname, "..", "..");
const SUITE = resolve(EXTENSION, "dist", "test", "suite.js");

test("the extension, asked through the API of VS Code", { timeout: 240_000 }, async () => {
  const editor = await Editor.start({ settings: { "hexguard.interpreter": [process.env.HEXGUARD_PYTHON] }, vsix: "" });
  const told = [];
  let code;
  try {
    await editor.open(editor.project(), {
      prepare: async (page) => {
        await page.exposeFunction("codeAutomationLog", (_, values) => told.push(values.join(" ")));
        await page.exposeFunction("codeAutomationExit", (value) => {
          code = value;
        });
        await editor.develop(page, [EXTENSION], SUITE);
      },
    });
    await until(() => code !== undefined, "the end of the tests", 200_000);
  } finally {
    // VS Code itself has a lot to say as well.
    console.log(told.filter((line) => /^(not )?ok /.test(line)).join("\n"));
    if (code !== 0) {
      console.error(editor.logs());
    }
    await editor.stop();
  }
  assert.equal(code, 0);
});
