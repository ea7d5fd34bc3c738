// Where the server comes from: it is installed by one click, it is never taken from where it must not be,
// and one that does not work is told instead of being started for ever.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, test } from "node:test";
import { Editor, until } from "./harness.mjs";

const ENVIRONMENTS = join(import.meta.dirname, "environments");
const STARTS = /Starting Hexguard \S+ from ([^:]+):/g;

let editor;
let window;

afterEach(async (context) => {
  if (!context.passed) {
    await window?.shot(`failed-${context.name.replace(/\W+/g, "-")}`);
    console.error(editor?.logs());
  }
  await editor?.stop();
  window = editor = undefined;
});

test("a project without the server gets one by a click, and its own Python is left as it is", async () => {
  editor = await Editor.start({ env: withoutHexguard() });
  const folder = editor.project();
  window = await editor.open(folder);
  await window.file("app/services/stock.py");
  const offer = window.notification("environment of its own");
  await offer.waitFor();
  await window.shot("vscode-install");
  await offer.getByRole("button", { name: "Install Hexguard" }).click();
  await window.notification("is installed").waitFor({ timeout: 240_000 });
  await window.squiggles().first().waitFor();
  assert.match(editor.logs(), /from the extension's own environment/);

  await window.command("Hexguard: Show Server Information");
  await window.preview("the extension's own environment");
  await window.command("Hexguard: Restart Server");
  await until(() => [...editor.logs().matchAll(STARTS)].length === 2, "the second start");
});

test("the selected environment counts, and another server is started only if it is another one", async () => {
  const selected = join(mkdtempSync(join(tmpdir(), "hexguard-selected-")), "python");
  writeFileSync(selected, process.env.HEXGUARD_PYTHON);
  editor = await Editor.start({ env: { ...withoutHexguard(), HEXGUARD_SELECTED: selected } });
  window = await editor.open(editor.project(), { prepare: (page) => editor.develop(page, [ENVIRONMENTS]) });
  await window.file("app/services/stock.py");
  await window.squiggles().first().waitFor();
  assert.match(editor.logs(), /from the selected Python environment/);

  await window.command("Environments: Changed");
  await until(() => editor.logs().includes("still the same"), "the search");
  assert.equal([...editor.logs().matchAll(STARTS)].length, 1);

  writeFileSync(selected, process.env.HEXGUARD_BASE_PYTHON);
  await window.command("Environments: Changed");
  await window.notification("environment of its own").waitFor();
  await window.squiggles().first().waitFor({ state: "detached" });
});

test("in Restricted Mode no program of the workspace is started", async () => {
  editor = await Editor.start({ env: withoutHexguard(), trust: false });
  const folder = editor.project();
  const trap = join(folder, "trapped");
  for (const path of [".venv/bin/python", "tools/hexguard"]) {
    program(join(folder, path), `touch '${trap}'\n`);
  }
  mkdirSync(join(folder, ".vscode"));
  const settings = { "hexguard.path": ["${workspaceFolder}/tools/hexguard"], "hexguard.interpreter": [join(folder, ".venv/bin/python")] };
  editor.write(folder, ".vscode/settings.json", JSON.stringify(settings));
  window = await editor.open(folder);
  await window.file("app/services/stock.py");
  await window.notification("environment of its own").waitFor();
  assert.throws(() => window.onDisk("trapped"), /ENOENT/);

  // Once the folder is trusted, what it names counts.
  await window.command("Workspaces: Manage Workspace Trust");
  await window.page.getByRole("button", { name: "Trust", exact: true }).click();
  await until(() => { try { return window.onDisk("trapped") === ""; } catch { return false; } }, "the program of the workspace");
});

const AT_ONCE = 'echo "no more memory" >&2\nexit 3\n';
// Answers one request, then ends when it is told that the client is ready.
const LATER = `exec "${process.execPath}" -e '
process.stdin.once("data", (data) => {
  const { id } = JSON.parse(String(data).split("\\r\\n\\r\\n")[1]);
  const answer = JSON.stringify({ jsonrpc: "2.0", id, result: { capabilities: {} } });
  process.stdout.write("Content-Length: " + answer.length + "\\r\\n\\r\\n" + answer);
  process.stdin.once("data", () => { console.error("no more memory"); process.exit(3); });
})'
`;

for (const [when, script] of [["at once", AT_ONCE], ["later", LATER]]) {
  test(`a server that ends ${when} again and again is given up, and the log is named`, async () => {
    editor = await Editor.start({ settings: { "hexguard.path": ["${workspaceFolder}/hexguard"] } });
    const folder = editor.project();
    program(join(folder, "hexguard"), `[ "$1" = --version ] && echo hexguard 0.1.0 && exit 0\necho start >>"$0.starts"\n${script}`);
    window = await editor.open(folder);
    await window.file("app/services/stock.py");
    const told = window.notification("ended by itself 4 times");
    await told.waitFor();
    assert.match(await told.innerText(), /exthost/);
    assert.equal(window.onDisk("hexguard.starts"), "start\n".repeat(4));
    assert.match(editor.logs(), /no more memory/);

    // A person may try again, with all tries.
    await told.getByRole("button", { name: "Restart" }).click();
    await until(() => window.onDisk("hexguard.starts") === "start\n".repeat(8), "four more starts");
  });
}

test("a path that leads nowhere is told, and nothing else is taken", async () => {
  editor = await Editor.start({ settings: { "hexguard.path": ["/no/such/hexguard"] } });
  window = await editor.open(editor.project());
  await window.file("app/services/stock.py");
  await window.notification("/no/such/hexguard").waitFor();
  assert.doesNotMatch(editor.logs(), STARTS);
});

/** An environment in which no Hexguard can be found, but a Python. */
function withoutHexguard() {
  const python = process.env.HEXGUARD_BASE_PYTHON ?? "/usr/bin/python3";
  return { PATH: `${dirname(python)}:${dirname(process.execPath)}:/usr/bin:/bin`, PYTHONPATH: "", VIRTUAL_ENV: "" };
}

function program(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${text}`);
  chmodSync(path, 0o755);
}
