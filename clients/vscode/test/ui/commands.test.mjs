// The commands of the palette and what the status bar says.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { Editor, until } from "./harness.mjs";

let editor;
let window;

before(async () => {
  editor = await Editor.start({ settings: { "hexguard.interpreter": [process.env.HEXGUARD_PYTHON] } });
});

after(() => editor?.stop());

beforeEach(async () => {
  window = await editor.open(editor.project());
});

afterEach(async (context) => {
  if (!context.passed) {
    await window.shot(`failed-${context.name.replace(/\W+/g, "-")}`);
    console.error(editor.logs());
  }
  await window.close();
});

test("the status says version, preset, number of rules and the last keystroke", async () => {
  await window.file("app/services/stock.py", 13);
  await window.squiggles().first().waitFor();
  await window.keyboard.press("End");
  await window.keyboard.type("1");
  await window.page.locator(".statusbar-item", { hasText: "{}" }).or(window.page.locator("[id='status.languageStatus']")).first().hover();
  for (const wanted of [/Hexguard \d+\.\d+\.\d+.*preset layered, \d+ rules/s, /Last keystroke [\d.]+ ms.*median [\d.]+ ms/s]) {
    await window.page.locator(".hover-language-status").filter({ hasText: wanted }).waitFor();
  }
  await window.shot("vscode-status", false);
});

test("a rule is found by a word and explained", async () => {
  await window.file("app/services/stock.py");
  await window.squiggles().first().waitFor();
  await window.command("Hexguard: Explain Rule");
  const input = window.page.locator(".quick-input-widget input.input");
  await window.page.locator(".quick-input-list .monaco-list-row").first().waitFor();
  await input.fill("pool-pre");
  await window.keyboard.press("Enter");
  await window.preview("pool-pre-ping-missing");
});

test("the settings of a rule are where the project has its own", async () => {
  await window.file("app/services/stock.py");
  await window.squiggles().first().waitFor();
  await window.command("Hexguard: Open Settings for Rule");
  await window.page.locator(".quick-input-list .monaco-list-row").first().waitFor();
  await window.page.locator(".quick-input-widget input.input").fill("bare-except");
  await window.keyboard.press("Enter");
  await window.page.locator(".quick-input-list .monaco-list-row", { hasText: "pyproject.toml" }).waitFor();
  await window.keyboard.press("Enter");
  await window.page.locator(".tab.active", { hasText: "pyproject.toml" }).waitFor();
  await window.page.locator(".editor-group-container.active .view-line", { hasText: "[tool.hexguard]" }).first().waitFor();
});

test("a baseline leaves old findings alone, after a question", async () => {
  await window.file("app/services/stock.py");
  await window.squiggles().first().waitFor();
  await window.command("Hexguard: Create Baseline");
  const question = window.page.locator(".monaco-dialog-box", { hasText: "Create a baseline?" });
  await question.waitFor();
  await question.getByRole("button", { name: "Create Baseline" }).click();
  await window.notification("hexguard-baseline.txt").waitFor();
  assert.match(window.onDisk("hexguard-baseline.txt"), /blocking-sleep-in-async/);
  await window.squiggles().first().waitFor({ state: "detached" });
});

test("the information about the server has a page", async () => {
  await window.file("app/services/stock.py");
  await window.squiggles().first().waitFor();
  await window.command("Hexguard: Show Server Information");
  await window.preview("Rules that are on");
});

test("the walkthrough begins with the server", async () => {
  await window.command("Hexguard: Get Started");
  await window.page.getByText("From the first finding to a project without old ones.").waitFor();
  await window.page.getByRole("button", { name: "Install Hexguard" }).waitFor();
});

test("the settings of the editor have the keys of the project", async () => {
  await window.command("Preferences: Open Settings (UI)");
  await window.page.locator(".settings-editor .suggest-input-container").click();
  await window.keyboard.type("@ext:hexguard.hexguard");
  await window.page.locator(".setting-item-contents", { hasText: "Which rules run." }).first().waitFor();
});
