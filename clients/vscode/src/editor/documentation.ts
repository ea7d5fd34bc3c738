/** Shows the page of a rule as a preview of Markdown, with the text that the server knows, so that no network is needed. */

import {
  commands,
  type Disposable,
  type Event,
  EventEmitter,
  languages,
  type TextDocumentContentProvider,
  Uri,
  window,
  workspace,
} from "vscode";

import { ORIGINS } from "../core/find";
import { pageOf, type Rule, RULES, SCHEME } from "../core/rules";
import { informationPage, type ProjectAnswer, type Timings } from "../core/status";
import type { Host } from "./host";
import type { Session } from "./session";

const INFORMATION = Uri.from({ scheme: SCHEME, path: "/Hexguard.md" });

export class Documentation implements TextDocumentContentProvider, Disposable {
  private readonly changed = new EventEmitter<Uri>();
  readonly onDidChange: Event<Uri> = this.changed.event;
  private readonly registered: Disposable;

  constructor(
    private readonly host: Host,
    private readonly session: Session,
  ) {
    this.registered = workspace.registerTextDocumentContentProvider(SCHEME, this);
    // Another server may have other texts.
    session.onDidChange(({ kind }) => {
      if (kind === "running") {
        for (const document of workspace.textDocuments.filter(({ uri }) => uri.scheme === SCHEME)) {
          this.changed.fire(document.uri);
        }
      }
    });
  }

  dispose(): void {
    this.registered.dispose();
    this.changed.dispose();
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    if (uri.path === INFORMATION.path) {
      return this.information();
    }
    const name = uri.path.replace(/^\/|\.md$/g, "");
    const told = await this.session.ask<{ readonly text: string } | null>("hexguard/explain", { name });
    return told?.text ?? withoutServer(name);
  }

  /** Shows the page of a rule beside the code; a person picks one if none is named. */
  async showRule(name?: string): Promise<void> {
    const rule = name ?? (await pickRule("Explain which rule?"));
    if (rule !== undefined) {
      await commands.executeCommand("markdown.showPreviewToSide", Uri.from(pageOf(rule)));
    }
  }

  /** Shows which server runs and what holds for the file in front. */
  async showInformation(): Promise<void> {
    // A page that was shown before is about then.
    this.changed.fire(INFORMATION);
    await commands.executeCommand("markdown.showPreviewToSide", INFORMATION);
  }

  private async information(): Promise<string> {
    const uri = window.activeTextEditor?.document.uri.toString() ?? "";
    const answer = await this.session.ask<ProjectAnswer>("hexguard/project", { uri });
    const timings = await this.session.ask<Timings>("hexguard/timings", {});
    const { condition } = this.session;
    const server = condition.kind === "running" ? condition.server : undefined;
    return informationPage({
      condition: condition.kind,
      trouble: condition.kind === "failed" ? condition.told : "",
      misses: condition.kind === "missing" ? condition.misses.map(({ told }) => told) : [],
      command: server?.command.join(" ") ?? "",
      origin: server ? ORIGINS[server.place.origin] : "",
      extension: this.host.manifest.version,
      logs: this.host.logFolder,
      isTrusted: workspace.isTrusted,
      answer,
      timings,
    });
  }
}

/** Lets a person pick a rule; those with a finding at the cursor come first. */
export async function pickRule(title: string): Promise<string | undefined> {
  const here = rulesAtCursor();
  const first = RULES.filter(({ name }) => here.has(name));
  const others = RULES.filter(({ name }) => !here.has(name));
  const picked = await window.showQuickPick([...first, ...others].map((rule) => entry(rule, here.has(rule.name))), {
    title: `Hexguard: ${title}`,
    placeHolder: "The name of a rule, a family, or a word of what it reports",
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.label;
}

function entry(rule: Rule, isHere: boolean): { label: string; description: string; detail: string } {
  const description = `${rule.family}, ${rule.severity}${isHere ? ", at the cursor" : ""}`;
  return { label: rule.name, description, detail: rule.summary.replaceAll("`", "") };
}

function rulesAtCursor(): ReadonlySet<string> {
  const editor = window.activeTextEditor;
  if (!editor) {
    return new Set();
  }
  const found = languages
    .getDiagnostics(editor.document.uri)
    .filter(({ source, range }) => source?.toLowerCase() === "hexguard" && range.contains(editor.selection.active))
    .map(({ code }) => (typeof code === "object" ? code.value : code));
  return new Set(found.map(String));
}

function withoutServer(name: string): string {
  const rule = RULES.find((each) => each.name === name);
  const summary = rule ? `${rule.summary}\n\nThe whole page is shown when the server runs.` : "There is no rule of this name.";
  return `# ${name}\n\n${summary}\n`;
}
