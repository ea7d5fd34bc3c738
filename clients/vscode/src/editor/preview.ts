/** Shows edits that a person should look at as differences, and makes them when the person says so.
 *
 * VS Code has a preview of its own, in which every change has to be ticked before it counts.
 */

import { basename } from "node:path";
import { commands, type Disposable, Uri, window, workspace } from "vscode";
import type { LanguageClient, TextDocumentEdit, WorkspaceEdit } from "vscode-languageclient/node";

import { applied, type TextEdit } from "../core/edits";

const SCHEME = "hexguard-preview";
const TITLE = "Hexguard Fixes";
const YES = "Make These Changes";
const NO = "Leave Everything as It Is";

interface Changed {
  readonly uri: Uri;
  readonly before: string;
  readonly after: string;
}

export class Preview implements Disposable {
  private readonly texts = new Map<string, string>();
  private readonly registered: Disposable;
  private shown = 0;

  constructor() {
    this.registered = workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: (uri) => this.texts.get(uri.toString()) ?? "",
    });
  }

  dispose(): void {
    this.registered.dispose();
  }

  /** Makes an edit once a person has seen it; whether it was made. */
  async confirm(edit: WorkspaceEdit, client: LanguageClient): Promise<boolean> {
    const changes = await changesOf(edit);
    if (changes.length === 0) {
      return false;
    }
    this.shown += 1;
    await this.show(changes);
    const isWanted = (await window.showInformationMessage(questionFor(edit, changes.length), YES, NO)) === YES;
    await this.close();
    return isWanted && this.make(edit, changes, client);
  }

  private async show(changes: readonly Changed[]): Promise<void> {
    const pairs = changes.map((change) => {
      const before = this.keep(change.uri, "before", change.before);
      return [change.uri, before, this.keep(change.uri, "after", change.after)] as const;
    });
    const [first] = pairs;
    if (first && pairs.length === 1) {
      await commands.executeCommand("vscode.diff", first[1], first[2], TITLE, { preview: true });
    } else {
      await commands.executeCommand("vscode.changes", TITLE, pairs);
    }
  }

  private keep(uri: Uri, side: string, text: string): Uri {
    const kept = Uri.from({ scheme: SCHEME, path: uri.path, query: `${side}-${this.shown}` });
    this.texts.set(kept.toString(), text);
    return kept;
  }

  private async close(): Promise<void> {
    // What a tab with several files shows is not told, so the title has to do; VS Code puts their number behind it.
    const tabs = window.tabGroups.all.flatMap((group) => group.tabs).filter(({ label }) => label.startsWith(TITLE));
    await window.tabGroups.close(tabs);
    this.texts.clear();
  }

  private async make(edit: WorkspaceEdit, changes: readonly Changed[], client: LanguageClient): Promise<boolean> {
    for (const { uri, before } of changes) {
      if ((await textOf(uri)) !== before) {
        void window.showWarningMessage(`Hexguard: ${basename(uri.path)} has changed meanwhile, so nothing was done.`);
        return false;
      }
    }
    const annotations = Object.entries(edit.changeAnnotations ?? {});
    const confirmed = {
      ...edit,
      changeAnnotations: Object.fromEntries(annotations.map(([id, each]) => [id, { ...each, needsConfirmation: false }])),
    };
    const converted = await client.protocol2CodeConverter.asWorkspaceEdit(confirmed);
    // What goes through many files is saved as a refactoring is, by the user's settings.
    return workspace.applyEdit(converted, { isRefactoring: changes.length > 1 });
  }
}

/** Whether a person should look at an edit first. An edit that makes files goes the way of VS Code. */
export function needsConfirmation(edit: WorkspaceEdit | undefined): edit is WorkspaceEdit {
  const annotations = Object.values(edit?.changeAnnotations ?? {});
  const isText = edit?.documentChanges?.every((change) => "edits" in change) ?? false;
  return isText && annotations.some((annotation) => annotation.needsConfirmation);
}

async function changesOf(edit: WorkspaceEdit): Promise<Changed[]> {
  const changes: Changed[] = [];
  for (const change of (edit.documentChanges ?? []) as TextDocumentEdit[]) {
    const uri = Uri.parse(change.textDocument.uri);
    const before = await textOf(uri);
    changes.push({ uri, before, after: applied(before, change.edits as TextEdit[]) });
  }
  return changes;
}

/** The text of a document, without opening it. */
async function textOf(uri: Uri): Promise<string> {
  const open = workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  return open?.getText() ?? new TextDecoder().decode(await workspace.fs.readFile(uri));
}

function questionFor(edit: WorkspaceEdit, files: number): string {
  const told = Object.values(edit.changeAnnotations ?? {}).map(({ description }) => description);
  const many = files > 1 ? ` They are in ${files} files.` : "";
  return `Hexguard: ${[...new Set(told)].join(" ")}${many}`;
}
