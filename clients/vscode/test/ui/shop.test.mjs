// What a person does with findings: sees them while typing, reads about them, and fixes them, in the file and on disk.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { Editor, until } from "./harness.mjs";

const PYTHON = process.env.HEXGUARD_PYTHON;
const WAITING = "async def wait(seconds: float) -> None:\n    time.sleep(seconds)\n";
const FILE = "app/services/waiting.py";

let editor;
let window;

before(async () => {
  assert.ok(PYTHON, "HEXGUARD_PYTHON names an interpreter with Hexguard");
  editor = await Editor.start({ settings: { "hexguard.interpreter": [PYTHON] } });
});

after(() => editor?.stop());

beforeEach(async () => {
  const folder = editor.project();
  editor.write(folder, FILE, '"""Waiting."""\n\nimport time\n\n\n');
  window = await editor.open(folder);
});

afterEach(async (context) => {
  if (!context.passed) {
    await window.shot(`failed-${context.name.replace(/\W+/g, "-")}`);
    console.error(editor.logs());
  }
  await window.close();
});

test("a blocking call is found while it is typed, and fixed", async () => {
  await window.file(FILE);
  await window.keyboard.press("Control+End");
  await window.keyboard.type(WAITING);
  await window.squiggles().first().waitFor();
  await window.command("Problems: Focus on Problems View");
  await window.problem("stops the whole event loop").waitFor();
  await window.shot("vscode-finding");

  await window.file(FILE, 7);
  await window.line(7, 8);
  const titles = await window.fixes("asyncio.sleep");
  assert.match(titles[0], /Await `asyncio\.sleep`/);
  for (const part of ["Suppress `blocking-sleep-in-async` here", "Show the documentation", "in the project"]) {
    assert.ok(titles.some((title) => title.includes(part)), `${part} in ${titles.join(", ")}`);
  }
  await window.shot("vscode-fixes");
  await window.keyboard.press("Escape");
  await window.fix("asyncio.sleep");
  await window.notification("This fix may change what the code does").waitFor();
  await window.shot("vscode-preview");
  await window.confirm();
  await window.text("await asyncio.sleep(seconds)").waitFor();
  await window.squiggles().first().waitFor({ state: "detached" });
  assert.equal(
    await window.saved(FILE),
    '"""Waiting."""\n\nimport asyncio\n\n\nasync def wait(seconds: float) -> None:\n    await asyncio.sleep(seconds)\n',
  );
});

test("the hover explains, and leads to the page of the rule without network", async () => {
  editor.write(window.folder, FILE, `import time\n\n\n${WAITING}`);
  await window.file(FILE, 5);
  await window.squiggles().first().waitFor();
  await window.line(5, 8);
  await window.command("Show or Focus Hover");
  const hover = window.page.locator(".monaco-hover:visible", { hasText: "What it does" });
  await hover.waitFor();
  await window.shot("vscode-hover", false);
  await hover.locator("a", { hasText: "blocking-sleep-in-async" }).last().click();
  await window.preview("Calls of time.sleep on the event loop");
  await window.shot("vscode-rule");
});

test("the code of a finding in its hover leads to the page of the rule", async () => {
  await window.file("app/services/stock.py", 27);
  await window.squiggles().first().waitFor();
  await window.line(27, 6);
  await window.command("Show or Focus Hover");
  await window.page.locator(".monaco-hover:visible a.code-link", { hasText: "unawaited" }).click();
  await window.preview("unawaited-session-coroutine");
});

test("the code of a problem leads to the page of the rule", async () => {
  await window.file("app/services/stock.py", 27);
  await window.squiggles().first().waitFor();
  await window.command("Problems: Focus on Problems View");
  await window.problem("never awaited").locator("a", { hasText: "unawaited" }).click();
  await window.preview("unawaited-session-coroutine");
});

test("a finding is suppressed where it is", async () => {
  await window.file("app/services/stock.py", 27);
  await window.squiggles().first().waitFor();
  await window.line(27, 6);
  await window.fix("Suppress `unawaited-session-coroutine` here");
  await window.text("# hexguard: ignore[unawaited-session-coroutine]").waitFor();
  assert.match(await window.saved("app/services/stock.py"), /session\.flush\(\) {2}# hexguard: ignore\[unawaited-session-coroutine\]/);
});

test("all that is safe in the file is fixed at once", async () => {
  await window.file("app/api/schemas.py");
  await window.squiggles("hint").or(window.squiggles("info")).or(window.squiggles("warning")).first().waitFor();
  await window.command("Hexguard: Fix All Safe Problems in File");
  await window.text("phone: str | None").waitFor();
  assert.match(await window.saved("app/api/schemas.py"), /phone: str \| None/);
});

test("what is fixed in the project is shown first", async () => {
  await window.file("app/api/schemas.py");
  await window.command("Hexguard: Fix All Safe Problems in Project");
  await window.notification("They are in").waitFor();
  await window.page.locator(".multiDiffEntry").nth(1).waitFor();
  await window.shot("vscode-project");
  assert.match(window.onDisk("app/db/models.py"), /phone: Mapped\[Optional\[str\]\]/);
  await window.confirm();
  await until(() => /phone: Mapped\[str \| None\]/.test(window.onDisk("app/db/models.py")), "the fix in another file");
});
