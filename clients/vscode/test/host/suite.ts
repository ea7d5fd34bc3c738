/** Runs inside VS Code and asks its own API, as another extension would. */

import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type CodeAction,
  commands,
  type Diagnostic,
  extensions,
  type Hover,
  languages,
  type MarkdownString,
  Position,
  Range,
  type TextDocument,
  Uri,
  window,
  workspace,
  WorkspaceEdit,
} from "vscode";

const ID = "hexguard.hexguard";
const PATIENCE_MS = 30_000;
const SLEEP = "blocking-sleep-in-async";

const tests: Record<string, () => Promise<void>> = {
  "the extension is active once a Python file is open": async () => {
    await opened("app/services/stock.py");
    await until(() => extensions.getExtension(ID)?.isActive, "the extension");
  },

  "its commands are there": async () => {
    const known = await commands.getCommands(true);
    const manifest = extensions.getExtension(ID)?.packageJSON as { contributes: { commands: { command: string }[] } };
    const missing = manifest.contributes.commands.filter(({ command }) => !known.includes(command));
    assert.deepEqual(missing, []);
  },

  "findings have a rule, a severity and a page": async () => {
    const document = await opened("app/services/stock.py");
    const found = await diagnostics(document, SLEEP);
    assert.equal(found.source, "hexguard");
    assert.equal(document.getText(found.range), "sleep");
    assert.ok(typeof found.code === "object");
    assert.equal(found.code.target.toString(), `hexguard:/${SLEEP}.md`);
  },

  "a finding that comes from another file says the way there": async () => {
    const document = await opened("app/api/orders.py");
    const found = await diagnostics(document, "blocking-call-transitive");
    const files = (found.relatedInformation ?? []).map(({ location }) => location.uri.path.split("/").at(-1));
    assert.ok(files.includes("carriers.py"), files.join(", "));
  },

  "fixes and suppressions are offered": async () => {
    const document = await opened("app/services/stock.py");
    const { range } = await diagnostics(document, SLEEP);
    const offered = await actions(document, range);
    for (const part of ["Await `asyncio.sleep`", `Suppress \`${SLEEP}\` here`, "in the project", "Show the documentation"]) {
      assert.ok(offered.some(({ title }) => title.includes(part)), `${part} in ${offered.map(({ title }) => title).join(", ")}`);
    }
  },

  "what is typed is checked at once, and forgotten when it is gone": async () => {
    const document = await opened("app/services/labels.py");
    const end = document.lineAt(document.lineCount - 1).range.end;
    await edited(document, new Range(end, end), "\n\nasync def wait() -> None:\n    import time\n\n    time.sleep(1)\n");
    await diagnostics(document, SLEEP);
    await commands.executeCommand("undo");
    await until(() => rules(document).every((rule) => rule !== SLEEP), "no finding");
  },

  "everything safe is fixed by a kind, as on save": async () => {
    const document = await opened("app/api/schemas.py");
    await diagnostics(document, "optional-union-syntax");
    const whole = new Range(0, 0, document.lineCount, 0);
    const offered = await actions(document, whole, "source.fixAll.hexguard", 5);
    const [fix] = offered;
    assert.ok(fix?.edit, offered.map(({ title }) => title).join(", "));
    assert.ok(await workspace.applyEdit(fix.edit));
    assert.ok(document.getText().includes("phone: str | None"));
    await commands.executeCommand("undo");
  },

  "a hover explains, with links that stay here": async () => {
    const document = await opened("app/services/stock.py");
    const { range } = await diagnostics(document, SLEEP);
    const hovers = await commands.executeCommand<Hover[]>("vscode.executeHoverProvider", document.uri, range.start);
    const texts = hovers.flatMap(({ contents }) => contents.map((content) => (content as MarkdownString).value));
    assert.match(texts.join("\n"), /What it does[^]*command:hexguard\.explainRule/);
  },

  "settings of the editor count when they change, and not before they are set": async () => {
    const document = await opened("app/services/stock.py");
    await diagnostics(document, SLEEP);
    const settings = workspace.getConfiguration("hexguard");
    await settings.update("ignore", [SLEEP], false);
    await until(() => !rules(document).includes(SLEEP), "the setting");
    await settings.update("ignore", undefined, false);
    await diagnostics(document, SLEEP);
  },

  "to switch off takes all findings away, and on brings them back": async () => {
    const document = await opened("app/services/stock.py");
    await diagnostics(document, SLEEP);
    const settings = workspace.getConfiguration("hexguard");
    await settings.update("enable", false, false);
    await until(() => rules(document).length === 0, "no findings");
    await settings.update("enable", undefined, false);
    await diagnostics(document, SLEEP);
  },

  "settings files are checked and completed": async () => {
    const document = await opened("pyproject.toml");
    const table = document.getText().indexOf("[tool.hexguard]");
    const line = document.positionAt(table).line + 1;
    await edited(document, new Range(line, 0, line, 0), 'ignore = ["no-such-rule"]\n');
    await until(() => languages.getDiagnostics(document.uri).some(({ message }) => message.includes("no-such-rule")), "the mistake");
    const place = new Position(line, 'ignore = ["'.length);
    const list = await commands.executeCommand<{ items: { label: string | { label: string } }[] }>(
      "vscode.executeCompletionItemProvider",
      document.uri,
      place,
    );
    const labels = list.items.map(({ label }) => (typeof label === "string" ? label : label.label));
    assert.ok(labels.includes(SLEEP), labels.slice(0, 5).join(", "));
    await commands.executeCommand("undo");
  },

  "the page of a rule has its text from the server": async () => {
    const document = await workspace.openTextDocument(Uri.parse(`hexguard:/${SLEEP}.md`));
    assert.match(document.getText(), /^# blocking-sleep-in-async\n[^]*## Examples/);
  },

  "a restart gives the same findings": async () => {
    const document = await opened("app/services/stock.py");
    await diagnostics(document, SLEEP);
    await commands.executeCommand("hexguard.restart");
    await diagnostics(document, SLEEP);
  },
};

/** VS Code calls this; what is thrown fails the run. */
export async function run(): Promise<void> {
  let nFailed = 0;
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
      console.log(`ok ${name}`);
    } catch (error) {
      nFailed += 1;
      console.log(`not ok ${name}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  if (nFailed > 0) {
    throw new Error(`${nFailed} of ${Object.keys(tests).length} tests failed`);
  }
}

async function opened(path: string): Promise<TextDocument> {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const document = await workspace.openTextDocument(Uri.file(join(folder, path)));
  await window.showTextDocument(document);
  return document;
}

async function edited(document: TextDocument, range: Range, text: string): Promise<void> {
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, range, text);
  assert.ok(await workspace.applyEdit(edit));
}

function ruleOf({ code }: Diagnostic): unknown {
  return typeof code === "object" ? code.value : code;
}

function rules(document: TextDocument): unknown[] {
  return languages.getDiagnostics(document.uri).map(ruleOf);
}

/** The first finding of a rule, once there is one. */
async function diagnostics(document: TextDocument, rule: string): Promise<Diagnostic> {
  return until(() => languages.getDiagnostics(document.uri).find((found) => ruleOf(found) === rule), rule);
}

async function actions(document: TextDocument, range: Range, kind?: string, resolved?: number): Promise<CodeAction[]> {
  return commands.executeCommand<CodeAction[]>("vscode.executeCodeActionProvider", document.uri, range, kind, resolved);
}

async function until<T>(question: () => T | undefined | false, what: string): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = question();
    if (answer !== undefined && answer !== false) {
      return answer;
    }
    assert.ok(Date.now() < end, `${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
