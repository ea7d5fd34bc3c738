/** Offers to install the server, and does so where everybody can see it. */

import { mkdir, readdir, rm } from "node:fs/promises";
import { commands, ProgressLocation, window, workspace } from "vscode";

import { asked } from "../core/ask";
import type { Miss } from "../core/find";
import { findPython, install, InstallError, pythonNames } from "../core/install";
import { run } from "../core/run";
import { type Host, IS_WINDOWS } from "./host";
import type { Session } from "./session";

const INSTALL = "Install Hexguard";
const SHOW_LOGS = "Show Logs";
const SETTINGS = "Open Settings";
const NOT_AGAIN = "Don't Ask Again";
const DECLINED = "hexguard.declined";

/** Says that there is no server, and offers what helps. */
export async function offer(host: Host, session: Session, misses: readonly Miss[]): Promise<void> {
  const named = misses.find(({ place }) => place.origin === "path");
  if (named) {
    await tellAbout(host, `Hexguard: ${named.told}.`);
    return;
  }
  if (host.context.workspaceState.get(DECLINED)) {
    return;
  }
  const misfit = misses.find(({ reason }) => reason === "old-version") ?? misses.find(({ reason }) => reason === "old-python");
  const what = misfit ? `${misfit.told}.` : "Hexguard is neither in the Python environment of this folder nor on PATH.";
  const how = `It can be installed into an environment of its own, which changes nothing in your project.`;
  const choice = await window.showInformationMessage(`${what} ${how}`, INSTALL, SHOW_LOGS, NOT_AGAIN);
  if (choice === INSTALL) {
    await installServer(host, session);
  } else if (choice === SHOW_LOGS) {
    host.log.show();
  } else if (choice === NOT_AGAIN) {
    await host.context.workspaceState.update(DECLINED, true);
  }
}

/** Makes the environment, with visible progress, and starts the server from it if no other place has one. */
export async function installServer(host: Host, session: Session): Promise<void> {
  const { python, old } = await findPython(await host.pythons(pythonNames(IS_WINDOWS)), versionOf(host), host.needs.minimumPython);
  if (!python) {
    const found = old.map(({ path, version }) => `${version} at ${path}`).join(", ");
    const needs = `Hexguard needs Python ${host.needs.minimumPython} or newer`;
    await tellAbout(host, `${needs}, and ${found ? `there is only ${found}` : "there is no Python at all"}. Install one, or name it in hexguard.interpreter.`);
    return;
  }
  const isReplaced = session.running?.place.origin === "own";
  if (isReplaced) {
    await session.stop();
  }
  host.log.info(`Installing Hexguard ${host.manifest.version} with Python ${python.version} at ${python.path}`);
  const isDone = await window.withProgress(
    { location: ProgressLocation.Notification, title: "Hexguard", cancellable: true },
    async (progress, token) => {
      const cancelled = new AbortController();
      token.onCancellationRequested(() => {
        cancelled.abort();
      });
      const order = { storage: host.storage, wheel: host.wheel, version: host.manifest.version, python: python.path, isWindows: IS_WINDOWS };
      try {
        await install(order, run, DISK, {
          step: (message) => {
            progress.report({ message });
          },
          output: (text) => {
            host.log.append(text);
          },
          signal: cancelled.signal,
        });
        return true;
      } catch (error) {
        if (!(error instanceof InstallError)) {
          throw error;
        }
        if (!token.isCancellationRequested) {
          void tellAbout(host, `Hexguard: ${error.message}.`);
        }
        return false;
      }
    },
  );
  if (isReplaced && !isDone) {
    await session.update();
  }
  if (isDone) {
    await host.context.workspaceState.update(DECLINED, undefined);
    await session.restart();
    void window.showInformationMessage(`Hexguard ${host.manifest.version} is installed.`);
  }
}

const DISK = {
  remove: (path: string) => rm(path, { recursive: true, force: true }),
  list: (folder: string) => readdir(folder),
  make: async (folder: string) => {
    await mkdir(folder, { recursive: true });
  },
};

function versionOf(host: Host): (path: string) => Promise<string | undefined> {
  return async (path) => {
    const answer = await asked({ origin: "own", kind: "interpreter", path }, run, host.context.extensionPath);
    return answer.python;
  };
}

async function tellAbout(host: Host, message: string): Promise<void> {
  const choice = await window.showErrorMessage(message, SETTINGS, SHOW_LOGS);
  if (choice === SHOW_LOGS) {
    host.log.show();
  } else if (choice === SETTINGS) {
    const where = workspace.workspaceFolders ? "workbench.action.openWorkspaceSettings" : "workbench.action.openSettings";
    await commands.executeCommand(where, "@ext:hexguard.hexguard hexguard.path hexguard.interpreter");
  }
}
