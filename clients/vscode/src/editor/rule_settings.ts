/** Opens the place where a rule is set up: the project's file if it has one, else the settings of the editor. */

import { join } from "node:path";
import { commands, Selection, TextEditorRevealType, Uri, window, workspace } from "vscode";

import { placeOf } from "../core/toml";
import type { ProjectAnswer } from "../core/status";

const PROJECT = "For everybody, in the project";
const EDITOR = "For me, in the editor";

export async function showRuleSettings(rule: string, answer: ProjectAnswer | undefined): Promise<void> {
  const project = answer?.project;
  const file = project?.settings.includes(project.settingsFile) ? join(project.path, project.settingsFile) : undefined;
  if (file === undefined) {
    await openEditorSettings();
    return;
  }
  const entries = [
    { label: PROJECT, description: project?.settingsFile ?? "" },
    { label: EDITOR, description: "hexguard.severity, hexguard.ignore, hexguard.options" },
  ];
  const picked = await window.showQuickPick(entries, { title: `Hexguard: settings of ${rule}` });
  if (picked?.label === EDITOR) {
    await openEditorSettings();
  } else if (picked) {
    await openFile(file, rule);
  }
}

async function openFile(path: string, rule: string): Promise<void> {
  const document = await workspace.openTextDocument(Uri.file(path));
  const [start, end] = placeOf(document.getText(), rule);
  const selection = new Selection(document.positionAt(start), document.positionAt(end));
  const editor = await window.showTextDocument(document, { selection });
  editor.revealRange(selection, TextEditorRevealType.InCenterIfOutsideViewport);
}

async function openEditorSettings(): Promise<void> {
  await commands.executeCommand("workbench.action.openSettings", "@ext:hexguard.hexguard severity ignore options");
}
