/** Names the places where a server may be, in the order in which they are asked. */

import { join } from "node:path";

import type { Place } from "./find";
import { filledIn, type Values } from "./variables";

export interface Setting {
  readonly isTrusted: boolean;
  readonly isWindows: boolean;
  readonly folders: readonly string[];
  readonly paths: readonly string[];
  readonly interpreters: readonly string[];
  /** The interpreter that is selected in the editor, if there is anything to select one with. */
  readonly selected: string | undefined;
  /** The interpreter of the environment that the extension made for itself. */
  readonly own: string;
  readonly searchPath: string;
  readonly values: Omit<Values, "workspaceFolder">;
}

/** All places that exist. In a workspace that is not trusted, nothing that belongs to it is ever started. */
export function placesIn(setting: Setting, exists: (path: string) => boolean): Place[] {
  const places: Place[] = [];
  const add = (origin: Place["origin"], kind: Place["kind"], paths: readonly string[]): void => {
    places.push(...paths.filter(exists).map((path) => ({ origin, kind, path })));
  };
  // If nothing that a person named exists, it stays, to be told: somebody expects it to.
  const addNamed = (origin: Place["origin"], kind: Place["kind"], paths: readonly string[]): void => {
    const there = paths.filter(exists);
    places.push(...(there.length > 0 ? there : paths).map((path) => ({ origin, kind, path })));
  };
  if (setting.isTrusted) {
    const interpreters = allFilledIn(setting.interpreters, setting);
    addNamed("path", "executable", allFilledIn(setting.paths, setting));
    addNamed("interpreter", "interpreter", interpreters);
    add("environment", "interpreter", setting.selected === undefined || interpreters.some(exists) ? [] : [setting.selected]);
    add("folder", "interpreter", setting.folders.map((folder) => pythonIn(join(folder, ".venv"), setting.isWindows)));
  }
  add("PATH", "executable", onSearchPath("hexguard", setting));
  add("own", "interpreter", [setting.own]);
  return places;
}

/** The interpreter of a virtual environment. */
export function pythonIn(environment: string, isWindows: boolean): string {
  return isWindows ? join(environment, "Scripts", "python.exe") : join(environment, "bin", "python");
}

/** Where a program may be on `PATH`; entries that are relative or belong to the workspace do not count. */
export function onSearchPath(program: string, setting: Pick<Setting, "searchPath" | "isWindows" | "folders">): string[] {
  const separator = setting.isWindows ? ";" : ":";
  const isAbsolute = setting.isWindows ? /^[A-Za-z]:[\\/]/ : /^\//;
  return setting.searchPath
    .split(separator)
    .filter((entry) => isAbsolute.test(entry))
    .filter((entry) => !setting.folders.some((folder) => isInside(entry, folder)))
    .map((entry) => join(entry, setting.isWindows ? `${program}.exe` : program));
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder.replace(/[\\/]$/, "")}/`) || path.startsWith(`${folder}\\`);
}

function allFilledIn(paths: readonly string[], setting: Setting): string[] {
  const folders = setting.folders.length > 0 ? setting.folders : [undefined];
  const found = paths.flatMap((path) =>
    folders.map((workspaceFolder) => filledIn(path, { ...setting.values, workspaceFolder })),
  );
  return [...new Set(found.filter((path) => path !== undefined))];
}
