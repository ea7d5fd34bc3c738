/** Installs the server that comes with the extension into an environment of its own, step by step. */

import { join } from "node:path";

import { lastLine } from "./ask";
import { pythonIn } from "./places";
import type { Run } from "./run";
import { isAtLeast } from "./versions";

const TIMEOUT_MS = 10 * 60 * 1000;

export class InstallError extends Error {}

export interface Disk {
  readonly remove: (path: string) => Promise<void>;
  readonly list: (folder: string) => Promise<readonly string[]>;
  readonly make: (folder: string) => Promise<void>;
}

export interface Order {
  /** The folder that belongs to the extension. */
  readonly storage: string;
  readonly wheel: string;
  readonly version: string;
  /** The interpreter that the environment is made with. */
  readonly python: string;
  readonly isWindows: boolean;
}

export interface Told {
  readonly step: (what: string) => void;
  readonly output: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** The environment for a version of the server: an update gets another, so that a running one is never pulled away. */
export function environmentFor(storage: string, version: string): string {
  return join(storage, `server-${version}`);
}

/** Makes the environment and gives its interpreter. Raises `InstallError`, and then leaves nothing behind. */
export async function install(order: Order, run: Run, disk: Disk, told: Told): Promise<string> {
  const environment = environmentFor(order.storage, order.version);
  const step = async (what: string, command: readonly string[]): Promise<void> => {
    told.step(what);
    told.output(`$ ${command.join(" ")}\n`);
    const signal = told.signal ? { signal: told.signal } : {};
    const ran = await run(command, { cwd: order.storage, timeoutMs: TIMEOUT_MS, told: told.output, ...signal });
    if (ran.code !== 0) {
      await disk.remove(environment);
      throw new InstallError(`${what} failed: ${lastLine(ran.stderr) || lastLine(ran.stdout) || "no reason was given"}`);
    }
  };
  const python = pythonIn(environment, order.isWindows);
  await disk.make(order.storage);
  await disk.remove(environment);
  await step("Making an environment", [order.python, "-m", "venv", environment]);
  await step("Installing Hexguard and what it needs", [
    ...[python, "-m", "pip", "install", "--no-input", "--progress-bar", "off", order.wheel],
  ]);
  await step("Trying it", [python, "-P", "-m", "hexguard", "--version"]);
  await removeOthers(order, environment, disk);
  return python;
}

/** Programs that may be a Python that is new enough, the newest first. */
export function pythonNames(isWindows: boolean): readonly string[] {
  return isWindows ? ["python", "py"] : ["python3.13", "python3.12", "python3.11", "python3", "python", "python3.14"];
}

export interface Python {
  readonly path: string;
  readonly version: string;
}

/** The first Python that is new enough, and those that are not. */
export async function findPython(
  paths: readonly string[],
  versionOf: (path: string) => Promise<string | undefined>,
  minimum: string,
): Promise<{ readonly python: Python | undefined; readonly old: readonly Python[] }> {
  const old: Python[] = [];
  for (const path of paths) {
    const version = await versionOf(path);
    if (version === undefined) {
      continue;
    }
    if (isAtLeast(version, minimum)) {
      return { python: { path, version }, old };
    }
    old.push({ path, version });
  }
  return { python: undefined, old };
}

async function removeOthers(order: Order, kept: string, disk: Disk): Promise<void> {
  for (const name of await disk.list(order.storage)) {
    const path = join(order.storage, name);
    if (name.startsWith("server-") && path !== kept) {
      await disk.remove(path);
    }
  }
}
