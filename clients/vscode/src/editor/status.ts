/** Keeps the status item of Python files true: which server runs, what holds for the file, how long a keystroke took. */

import { type Disposable, languages, LanguageStatusSeverity, window, workspace } from "vscode";

import { keystrokeStatus, type ProjectAnswer, statusDetail, type Timings } from "../core/status";
import type { Condition, Session } from "./session";

const AFTER_MS = 700;

export class Status implements Disposable {
  private readonly item = languages.createLanguageStatusItem("hexguard.status", { language: "python" });
  private readonly keystrokes = languages.createLanguageStatusItem("hexguard.keystrokes", { language: "python" });
  private readonly subscriptions: Disposable[];
  private waiting: NodeJS.Timeout | undefined;

  constructor(private readonly session: Session) {
    this.item.name = "Hexguard";
    this.keystrokes.name = "Hexguard: keystrokes";
    this.item.command = { command: "hexguard.showServerInformation", title: "Details" };
    this.subscriptions = [
      session.onDidChange((condition) => {
        this.show(condition);
      }),
      window.onDidChangeActiveTextEditor(() => {
        this.soon();
      }),
      // Diagnostics follow what was typed and what was set.
      languages.onDidChangeDiagnostics(() => {
        this.soon();
      }),
      workspace.onDidChangeTextDocument(({ document }) => {
        if (document.languageId === "python") {
          this.soon();
        }
      }),
    ];
    this.show(session.condition);
  }

  dispose(): void {
    clearTimeout(this.waiting);
    this.item.dispose();
    this.keystrokes.dispose();
    for (const subscription of this.subscriptions) {
      subscription.dispose();
    }
  }

  private show(condition: Condition): void {
    [this.keystrokes.text, this.keystrokes.detail] = keystrokeStatus({ edits: 0 });
    this.item.busy = condition.kind === "starting";
    this.item.severity = LanguageStatusSeverity.Information;
    switch (condition.kind) {
      case "running":
        this.item.text = `Hexguard ${condition.server.version}`;
        this.soon();
        return;
      case "missing":
        this.item.severity = LanguageStatusSeverity.Warning;
        this.item.text = "Hexguard is not installed";
        this.item.detail = "Details say where it was looked for";
        return;
      case "failed":
        this.item.severity = LanguageStatusSeverity.Error;
        this.item.text = "Hexguard does not run";
        this.item.detail = condition.told;
        return;
      case "starting":
        this.item.text = "Hexguard is starting";
        this.item.detail = "";
        return;
      case "off":
        this.item.text = "Hexguard is off";
        this.item.detail = "";
    }
  }

  /** Nobody reads while typing. */
  private soon(): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => void this.refresh(), AFTER_MS);
  }

  private async refresh(): Promise<void> {
    const document = window.activeTextEditor?.document;
    if (document?.languageId !== "python") {
      return;
    }
    const answer = await this.session.ask<ProjectAnswer>("hexguard/project", { uri: document.uri.toString() });
    const timings = await this.session.ask<Timings>("hexguard/timings", {});
    if (answer && this.session.condition.kind === "running") {
      this.item.text = `Hexguard ${answer.version}`;
      this.item.detail = statusDetail(answer);
      [this.keystrokes.text, this.keystrokes.detail] = keystrokeStatus(timings ?? { edits: 0 });
    }
  }
}
