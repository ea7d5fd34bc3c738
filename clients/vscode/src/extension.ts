/** Starts Hexguard in VS Code, and starts it again when something that decides about the server changes. */

import { type ExtensionContext, workspace } from "vscode";

import { register } from "./editor/commands";
import { Documentation } from "./editor/documentation";
import { Host } from "./editor/host";
import { offer } from "./editor/installing";
import { watchInterpreter } from "./editor/interpreter";
import { Session } from "./editor/session";
import { Status } from "./editor/status";

/** Settings that decide which server runs and how; all others the server asks for itself. */
const DECISIVE = ["hexguard.enable", "hexguard.path", "hexguard.interpreter"];

let session: Session | undefined;

export function activate(context: ExtensionContext): void {
  const host = new Host(context);
  const current = new Session(host);
  session = current;
  const documentation = new Documentation(host, current);
  context.subscriptions.push(current, documentation, new Status(current), ...register(host, current, documentation));
  const update = (): void => void current.update();
  context.subscriptions.push(
    workspace.onDidChangeConfiguration((change) => {
      if (DECISIVE.some((setting) => change.affectsConfiguration(setting))) {
        update();
      } else if (change.affectsConfiguration("hexguard.trace.server")) {
        void current.restart();
      }
    }),
    workspace.onDidChangeWorkspaceFolders(update),
    workspace.onDidGrantWorkspaceTrust(update),
    current.onDidChange((condition) => {
      if (condition.kind === "missing") {
        void offer(host, current, condition.misses);
      }
    }),
  );
  // Others may be slow to start, and what they select later is taken in then.
  void current
    .update()
    .then(() => watchInterpreter(update, host.log))
    .then((watched) => context.subscriptions.push(...watched));
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}
