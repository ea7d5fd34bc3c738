/** The commands of the extension. */

import { join } from "node:path";
import { commands, type Disposable, ProgressLocation, type TextDocument, Uri, window, workspace } from "vscode";
import type { WorkspaceEdit } from "vscode-languageclient/node";

import { lastLine } from "../core/ask";
import { run } from "../core/run";
import type { ProjectAnswer } from "../core/status";
import { type Documentation, pickRule } from "./documentation";
import type { Host } from "./host";
import { installServer } from "./installing";
import { CONFIRM } from "./middleware";
import { showRuleSettings } from "./rule_settings";
import type { Session } from "./session";

const BASELINE_TIMEOUT_MS = 10 * 60 * 1000;
const CLEAN = 0;
const CREATE = "Create Baseline";
const OPEN = "Open File";
const SHOW_LOGS = "Show Logs";

export function register(host: Host, session: Session, documentation: Documentation): Disposable[] {
  const all: Record<string, (argument?: unknown) => unknown> = {
    "hexguard.restart": () => session.restart(),
    "hexguard.showLogs": () => {
      host.log.show();
    },
    "hexguard.showServerInformation": () => documentation.showInformation(),
    "hexguard.installServer": () => installServer(host, session),
    "hexguard.fixFile": () => fix(session, "many", false),
    "hexguard.fixFileUnsafe": () => fix(session, "many", true),
    "hexguard.fixWorkspace": () => fix(session, "everywhere", false),
    "hexguard.fixWorkspaceUnsafe": () => fix(session, "everywhere", true),
    "hexguard.explainRule": (name) => documentation.showRule(asName(name)),
    "hexguard.openRuleSettings": (name) => openRuleSettings(session, asName(name)),
    [CONFIRM]: (edit) => session.confirm(edit as WorkspaceEdit),
    "hexguard.createBaseline": () => createBaseline(host, session),
    "hexguard.openWalkthrough": () =>
      commands.executeCommand("workbench.action.openWalkthrough", `${host.context.extension.id}#start`, false),
  };
  return Object.entries(all).map(([name, action]) => commands.registerCommand(name, action));
}

/** The server makes the edit; what may change behavior and what goes through the project is shown first. */
async function fix(session: Session, type: "many" | "everywhere", unsafe: boolean): Promise<void> {
  const document = await pythonDocument();
  if (!document) {
    void window.showInformationMessage("Hexguard: there is no Python file here.");
    return;
  }
  try {
    await session.execute("hexguard.apply", { type, uri: document.uri.toString(), unsafe });
  } catch (error) {
    void window.showErrorMessage(`Hexguard: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function openRuleSettings(session: Session, name?: string): Promise<void> {
  const rule = name ?? (await pickRule("Open the settings of which rule?"));
  if (rule !== undefined) {
    await showRuleSettings(rule, await projectHere(session));
  }
}

async function createBaseline(host: Host, session: Session): Promise<void> {
  const project = (await projectHere(session))?.project;
  const server = session.running;
  if (!server || !project) {
    void window.showErrorMessage("Hexguard: a baseline needs a running server and a project with a Python file.");
    return;
  }
  const detail = `All that is found now goes into ${project.baseline} in ${project.path} and is left alone from then on. What is there already is replaced.`;
  if ((await window.showWarningMessage("Create a baseline?", { modal: true, detail }, CREATE)) !== CREATE) {
    return;
  }
  await workspace.saveAll();
  const ran = await window.withProgress(
    { location: ProgressLocation.Notification, title: "Hexguard: creating the baseline", cancellable: true },
    (_, token) => {
      const cancelled = new AbortController();
      token.onCancellationRequested(() => {
        cancelled.abort();
      });
      const command = [...server.command, "check", "--write-baseline", "--exit-zero", "--no-progress", "--format", "concise", project.path];
      const told = (text: string): void => {
        host.log.append(text);
      };
      return run(command, { cwd: host.context.extensionPath, timeoutMs: BASELINE_TIMEOUT_MS, signal: cancelled.signal, told });
    },
  );
  if (ran.code !== CLEAN) {
    const choice = await window.showErrorMessage(`Hexguard made no baseline: ${lastLine(ran.stderr)}`, SHOW_LOGS);
    if (choice === SHOW_LOGS) {
      host.log.show();
    }
    return;
  }
  const choice = await window.showInformationMessage(`Hexguard: ${lastLine(ran.stderr) || lastLine(ran.stdout)}`, OPEN);
  if (choice === OPEN) {
    await window.showTextDocument(Uri.file(join(project.path, project.baseline)));
  }
}

async function projectHere(session: Session): Promise<ProjectAnswer | undefined> {
  const document = await pythonDocument();
  return document && session.ask<ProjectAnswer>("hexguard/project", { uri: document.uri.toString() });
}

/** The Python file in front, else any that is open, else one of the workspace, which is opened unseen. */
async function pythonDocument(): Promise<TextDocument | undefined> {
  const open = [window.activeTextEditor?.document, ...workspace.textDocuments];
  const found = open.find((document) => document?.languageId === "python" && document.uri.scheme === "file");
  if (found) {
    return found;
  }
  const [uri] = await workspace.findFiles("**/*.py", "**/{node_modules,.venv,site-packages}/**", 1);
  return uri && workspace.openTextDocument(uri);
}

function asName(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
