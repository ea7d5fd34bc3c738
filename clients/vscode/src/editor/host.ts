/** What this window is and has: folders, settings, logs, and the folder that belongs to the extension. */

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type ExtensionContext, type LogOutputChannel, Uri, window, workspace } from "vscode";

import { asked } from "../core/ask";
import { findServer, type Found, type Needs } from "../core/find";
import { environmentFor } from "../core/install";
import { onSearchPath, placesIn, pythonIn } from "../core/places";
import { run } from "../core/run";
import { serverKeys } from "../core/settings";
import { selectedInterpreter } from "./interpreter";

interface Manifest {
  readonly version: string;
  readonly serverInfo: Needs & { readonly name: string; readonly module: string };
}

export const IS_WINDOWS = process.platform === "win32";

export class Host {
  readonly log: LogOutputChannel = window.createOutputChannel("Hexguard", { log: true });
  readonly serverLog: LogOutputChannel = window.createOutputChannel("Hexguard Server", { log: true });
  private traceChannel: LogOutputChannel | undefined;

  constructor(readonly context: ExtensionContext) {
    context.subscriptions.push(this.log, this.serverLog, { dispose: () => this.traceChannel?.dispose() });
  }

  get manifest(): Manifest {
    // VS Code gives the manifest as it is, without a type.
    return this.context.extension.packageJSON as Manifest;
  }

  get needs(): Needs {
    return this.manifest.serverInfo;
  }

  get serverKeys(): string[] {
    return serverKeys(this.context.extension.packageJSON);
  }

  /** The folder for what the extension itself installs; it holds no code of others. */
  get storage(): string {
    return this.context.globalStorageUri.fsPath;
  }

  get ownPython(): string {
    return pythonIn(environmentFor(this.storage, this.manifest.version), IS_WINDOWS);
  }

  get logFolder(): string {
    return this.context.logUri.fsPath;
  }

  /** The channel for the messages of the protocol, made when somebody first wants them. */
  get trace(): LogOutputChannel {
    this.traceChannel ??= window.createOutputChannel("Hexguard Trace", { log: true });
    return this.traceChannel;
  }

  asset(...parts: string[]): Uri {
    return Uri.joinPath(this.context.extensionUri, ...parts);
  }

  /** Looks for the server, and logs where there was none. */
  async find(): Promise<Found> {
    const setting = await this.setting();
    const places = placesIn(setting, existsSync);
    this.log.debug(`Places: ${places.map((place) => place.path).join(", ") || "none"}`);
    const found = await findServer(places, (place) => asked(place, run, this.context.extensionPath), this.needs);
    for (const miss of found.misses) {
      this.log.info(miss.told);
    }
    return found;
  }

  /** The interpreters that an environment of our own may be made with. */
  async pythons(names: readonly string[]): Promise<string[]> {
    const setting = await this.setting();
    const named = setting.isTrusted ? [...setting.interpreters, setting.selected] : [];
    const found = names.flatMap((name) => onSearchPath(name, setting));
    return [...named, ...found].filter((path) => path !== undefined).filter((path) => existsSync(path));
  }

  private async setting(): Promise<Parameters<typeof placesIn>[0]> {
    const settings = workspace.getConfiguration("hexguard");
    const folders = (workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === "file");
    const isTrusted = workspace.isTrusted;
    return {
      isTrusted,
      isWindows: IS_WINDOWS,
      folders: folders.map((folder) => folder.uri.fsPath),
      paths: settings.get<string[]>("path", []),
      interpreters: settings.get<string[]>("interpreter", []),
      selected: isTrusted ? await selectedInterpreter(folders[0]?.uri, this.log) : undefined,
      own: this.ownPython,
      searchPath: process.env["PATH"] ?? "",
      values: { userHome: homedir(), env: process.env },
    };
  }

  /** The wheel that comes with the extension. */
  get wheel(): string {
    return join(this.context.extensionPath, "bundled", `hexguard-${this.manifest.version}-py3-none-any.whl`);
  }
}
