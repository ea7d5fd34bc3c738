// A real VS Code in a real browser: starts code-server on loopback, installs the extension, and opens pages in Chromium.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

export const ROOT = resolve(import.meta.dirname, "..", "..", "..", "..");
const SHOP = join(ROOT, "tests", "projects", "shop");
const EDITORS = process.env.HEXGUARD_EDITORS_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "hexguard-editors");
const ENTRY = join(EDITORS, "code-server", "node_modules", "code-server", "out", "node", "entry.js");
export const SHOTS = process.env.HEXGUARD_SHOTS;
export const PATIENCE = 60_000;

const CHROMIUM = ["chromium", "chromium-browser", "google-chrome"];
// Without these, Chromium looks for its maker's hosts at every start.
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/** What makes pictures and tests alike: nothing moves, nothing is offered, nothing is saved by itself. */
const SETTINGS = {
  "workbench.startupEditor": "none",
  "workbench.colorTheme": "Default Light Modern",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.reduceMotion": "on",
  "editor.cursorBlinking": "solid",
  "editor.minimap.enabled": false,
  "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
  "editor.parameterHints.enabled": false,
  "editor.autoIndent": "none",
  "editor.autoClosingBrackets": "never",
  "editor.autoClosingQuotes": "never",
  "editor.occurrencesHighlight": "off",
  "files.autoSave": "off",
  "telemetry.telemetryLevel": "off",
  "chat.disableAIFeatures": true,
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  // A folder that is not trusted is in Restricted Mode without a question.
  "security.workspace.trust.startupPrompt": "never",
  "git.enabled": false,
  "git.openRepositoryInParentFolders": "never",
};

/** A code-server with the extension; `settings` are those of the user, `env` what its processes see. */
export class Editor {
  static async start({ settings = {}, env = {}, trust = true, browser = true, port = 0, vsix = process.env.HEXGUARD_VSIX } = {}) {
    const editor = new Editor();
    editor.folder = mkdtempSync(join(tmpdir(), "hexguard-vscode-"));
    editor.data = join(editor.folder, "data");
    // Settings that name programs belong to the machine, all others to the user.
    for (const [folder, values] of [["User", { ...SETTINGS, "security.workspace.trust.enabled": !trust }], ["Machine", settings]]) {
      mkdirSync(join(editor.data, folder), { recursive: true });
      writeFileSync(join(editor.data, folder, "settings.json"), JSON.stringify(values));
    }
    editor.port = port || (await freePort());
    editor.environment = { ...process.env, ...env };
    if (vsix) {
      editor.code("--install-extension", vsix);
    }
    await editor.serve(trust);
    editor.browser = browser && await chromium.launch({ executablePath: chromiumPath(), headless: true, args: FLAGS });
    return editor;
  }

  get address() {
    return `http://127.0.0.1:${this.port}/`;
  }

  get arguments() {
    return [ENTRY, "--user-data-dir", this.data, "--extensions-dir", join(this.folder, "extensions"), "--config", join(this.folder, "config.yaml"), "--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"];
  }

  code(...parameters) {
    writeFileSync(join(this.folder, "config.yaml"), "");
    const { status, stdout, stderr } = spawnSync(process.execPath, [...this.arguments, ...parameters], { env: this.environment, encoding: "utf8" });
    if (status !== 0) {
      throw new Error(`code-server ${parameters.join(" ")}: ${stdout}${stderr}`);
    }
    return stdout;
  }

  async serve(trust) {
    if (!existsSync(ENTRY)) {
      throw new Error(`there is no code-server at ${ENTRY}; \`make test-editors\` installs it`);
    }
    writeFileSync(join(this.folder, "config.yaml"), "");
    const more = trust ? ["--disable-workspace-trust"] : [];
    this.process = spawn(process.execPath, [...this.arguments, "--bind-addr", `127.0.0.1:${this.port}`, "--auth", "none", ...more], { env: this.environment, stdio: ["ignore", "pipe", "pipe"] });
    // Whatever ends this process, the editor ends with it.
    process.once("exit", () => this.process.kill());
    for (const signal of ["SIGINT", "SIGTERM"]) {
      process.once(signal, () => process.exit(1));
    }
    this.log = "";
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (this.log += text));
    }
    await until(async () => (await fetch(`${this.address}healthz`).catch(() => undefined))?.ok, "code-server");
  }

  /** A copy of the sample project. */
  project(name = "shop") {
    // VS Code remembers what was not saved in a folder, so each is a new one.
    this.projects = (this.projects ?? 0) + 1;
    const folder = join(this.folder, String(this.projects), name);
    cpSync(SHOP, folder, { recursive: true, filter: (path) => !path.includes("__pycache__") });
    return folder;
  }

  /** Writes a file of a project behind the editor's back. */
  write(folder, path, text) {
    writeFileSync(join(folder, path), text);
  }

  /** A window on a folder, of 1280 by 800 pixels. */
  async open(folder, { prepare = async () => {} } = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 } });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    await prepare(page);
    await page.goto(`${this.address}?folder=${encodeURIComponent(folder)}`);
    await page.waitForSelector(".monaco-workbench", { timeout: PATIENCE });
    await page.waitForSelector(".explorer-folders-view .monaco-list-row", { timeout: PATIENCE });
    return new Window(page, folder);
  }

  /** Has a page that is not loaded yet run extensions from their folders, and the tests in `suite` if it is given. */
  async develop(page, extensions, suite) {
    await page.addInitScript(developing, [`127.0.0.1:${this.port}`, extensions, suite]);
  }

  /** What the extension and the server wrote into their logs. */
  logs() {
    const folder = join(this.data, "logs");
    const files = existsSync(folder) ? readdirSync(folder, { recursive: true }).filter((path) => /Hexguard[^/]*\.log$/.test(path)) : [];
    return files.map((path) => `--- ${path}\n${readFileSync(join(folder, path), "utf8").slice(-4000)}`).join("\n");
  }

  async stop() {
    await this.browser?.close();
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill();
    await ended;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** One window of the editor, and what a person does in it. */
export class Window {
  constructor(page, folder) {
    this.page = page;
    this.folder = folder;
    this.keyboard = page.keyboard;
  }

  /** Runs a command by the words of its entry in the command palette. */
  async command(words) {
    const input = this.page.locator(".quick-input-widget input.input");
    const row = this.page.locator(".quick-input-list .monaco-list-row.focused", { hasText: words });
    // The list knows the commands that there were when it opened.
    await until(async () => {
      await this.keyboard.press("F1");
      await input.waitFor();
      await input.fill(`>${words}`);
      if (await row.waitFor({ timeout: 3000 }).then(() => true, () => false)) {
        return true;
      }
      await this.keyboard.press("Escape");
      return false;
    }, `the command ${words}`);
    await this.keyboard.press("Enter");
  }

  /** Opens a file of the folder, at a line if one is given. */
  async file(path, line) {
    await this.keyboard.press("Control+P");
    const input = this.page.locator(".quick-input-widget input.input");
    await input.waitFor();
    await input.fill(path + (line ? `:${line}` : ""));
    const row = this.page.locator(".quick-input-list .monaco-list-row.focused", { hasText: path.split("/").at(-1) });
    await row.waitFor({ timeout: PATIENCE });
    await this.keyboard.press("Enter");
    await this.page.locator(".tab.active", { hasText: path.split("/").at(-1) }).waitFor({ timeout: PATIENCE });
    await this.page.locator(".editor-group-container.active .monaco-editor .view-line").first().waitFor();
  }

  async line(number, column = 1) {
    await this.keyboard.press("Control+G");
    const input = this.page.locator(".quick-input-widget input.input");
    await input.waitFor();
    await input.fill(`:${number}:${column}`);
    await this.keyboard.press("Enter");
    await input.waitFor({ state: "hidden" });
  }

  /** Writes the file in front to disk, and gives it as it is there. */
  async saved(path) {
    await this.keyboard.press("Control+S");
    await this.page.locator(".tab.active.dirty").waitFor({ state: "detached" });
    return this.onDisk(path);
  }

  onDisk(path) {
    return readFileSync(join(this.folder, path), "utf8");
  }

  squiggles(kind = "error") {
    return this.page.locator(`.editor-group-container .squiggly-${kind}`);
  }

  problem(text) {
    return this.page.locator(".markers-panel .monaco-list-row", { hasText: text });
  }

  /** Opens the menu of quick fixes at the cursor, and gives the titles. */
  async fixes(title) {
    const rows = this.page.locator(".action-widget .monaco-list-row.action");
    for (let tries = 0; tries < 20; tries += 1) {
      await this.keyboard.press("Control+.");
      const found = rows.filter({ hasText: title }).first();
      if (await found.waitFor({ timeout: 3000 }).then(() => true, () => false)) {
        return (await rows.allInnerTexts()).map((text) => text.trim());
      }
      await this.keyboard.press("Escape");
    }
    throw new Error(`no quick fix is called ${title}`);
  }

  /** Chooses a quick fix by its title. The pointer is blocked there, so the keyboard does it. */
  async fix(title) {
    const titles = await this.fixes(title);
    const at = titles.findIndex((each) => each.includes(title));
    for (let step = 0; step < at; step += 1) {
      await this.keyboard.press("ArrowDown");
    }
    await this.page.locator(".action-widget .monaco-list-row.action.focused", { hasText: title }).waitFor();
    await this.keyboard.press("Enter");
  }

  /** Makes the changes that are shown first. */
  async confirm() {
    const toast = this.notification("Hexguard:");
    await toast.getByRole("button", { name: "Make These Changes" }).click();
  }

  /** Waits for a preview of Markdown that says `text`. */
  async preview(text) {
    await until(async () => {
      for (const frame of this.page.frames()) {
        if ((await frame.locator(".markdown-body").innerText({ timeout: 200 }).catch(() => "")).includes(text)) {
          return true;
        }
      }
      return false;
    }, `a preview with ${text}`);
  }

  text(text) {
    return this.page.locator(".monaco-editor .view-line", { hasText: text });
  }

  notification(text) {
    return this.page.locator(".notification-toast", { hasText: text });
  }

  /** A picture for the documentation, if pictures are wanted. */
  async shot(name, aside = true) {
    if (SHOTS) {
      mkdirSync(SHOTS, { recursive: true });
      if (aside) {
        await this.page.mouse.move(640, 790);
      }
      await this.page.screenshot({ path: join(SHOTS, `${name}.png`) });
    }
  }

  async close() {
    await this.page.context().close();
  }
}

/** Has the page start with an extension under development, as VS Code does on the desktop when it tests one. */
function developing([authority, extensions, suite]) {
  const uri = (path) => ({ scheme: "vscode-remote", authority, path });
  const getAttribute = Element.prototype.getAttribute;
  Element.prototype.getAttribute = function (name) {
    const value = getAttribute.call(this, name);
    if (this.id !== "vscode-workbench-web-configuration" || name !== "data-settings") {
      return value;
    }
    const configuration = JSON.parse(value);
    configuration.developmentOptions = { extensions: extensions.map(uri), ...(suite ? { extensionTestsPath: uri(suite) } : {}) };
    return JSON.stringify(configuration);
  };
}

export async function until(question, what, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    const answer = await question();
    if (answer) {
      return answer;
    }
    if (Date.now() > end) {
      throw new Error(`${what} did not come within ${patience / 1000} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function chromiumPath() {
  const named = process.env.HEXGUARD_CHROMIUM;
  const folders = (process.env.PATH ?? "").split(":");
  const found = named ?? CHROMIUM.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
  if (!found) {
    throw new Error("there is no Chromium on PATH; HEXGUARD_CHROMIUM may name one");
  }
  return found;
}
