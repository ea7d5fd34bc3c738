/** The server is installed step by step, or not at all. */

import { expect, test } from "vitest";

import { findPython, install, InstallError, type Order } from "../../src/core/install";
import type { Ran } from "../../src/core/run";

const ORDER: Order = { storage: "/storage", wheel: "/ext/hexguard-0.1.0.whl", version: "0.1.0", python: "/usr/bin/python3", isWindows: false };
const PYTHON = "/storage/server-0.1.0/bin/python";

interface Seen {
  readonly commands: string[];
  readonly removed: string[];
  readonly steps: string[];
  readonly result: string | Error;
}

/** Installs, where the command of number `failing` fails, and says what was done. */
async function installed(failing?: number, there: readonly string[] = []): Promise<Seen> {
  const commands: string[] = [];
  const removed: string[] = [];
  const steps: string[] = [];
  const run = (command: readonly string[]): Promise<Ran> => {
    commands.push(command.join(" "));
    const fails = commands.length - 1 === failing;
    return Promise.resolve({ code: fails ? 1 : 0, stdout: "", stderr: fails ? "one\nno such package\n" : "" });
  };
  const disk = {
    remove: (path: string): Promise<void> => {
      removed.push(path);
      return Promise.resolve();
    },
    list: (): Promise<readonly string[]> => Promise.resolve(there),
    make: (): Promise<void> => Promise.resolve(),
  };
  const told = { step: (what: string) => steps.push(what), output: () => undefined };
  const result = await install(ORDER, run, disk, told).catch((error: unknown) => error as Error);
  return { commands, removed, steps, result };
}

test("an environment is made, filled and tried", async () => {
  const { commands, steps, result } = await installed();
  expect(commands).toEqual([
    "/usr/bin/python3 -m venv /storage/server-0.1.0",
    `${PYTHON} -m pip install --no-input --progress-bar off /ext/hexguard-0.1.0.whl`,
    `${PYTHON} -P -m hexguard --version`,
  ]);
  expect(steps).toHaveLength(3);
  expect(result).toBe(PYTHON);
});

test.each([0, 1, 2])("if step %i fails, nothing is left, and the last line of the program is told", async (failing) => {
  const { commands, removed, result } = await installed(failing);
  expect(commands).toHaveLength(failing + 1);
  expect(removed.at(-1)).toBe("/storage/server-0.1.0");
  expect(result).toBeInstanceOf(InstallError);
  expect((result as Error).message).toMatch(/failed: no such package$/);
});

test("environments of other versions go once the new one works, and nothing else does", async () => {
  const { removed } = await installed(undefined, ["server-0.0.9", "server-0.1.0", "notes"]);
  expect(removed).toEqual(["/storage/server-0.1.0", "/storage/server-0.0.9"]);
});

const VERSIONS: Record<string, string> = { "/old": "3.9.18", "/fits": "3.11.0", "/new": "3.13.1" };

test.each([
  [["/old", "/gone", "/fits", "/new"], "/fits", ["/old"]],
  [["/old"], undefined, ["/old"]],
  [[], undefined, []],
])("of %j it is %s", async (paths, expected, old) => {
  const found = await findPython(paths, (path) => Promise.resolve(VERSIONS[path]), "3.11");
  expect(found.python?.path).toBe(expected);
  expect(found.old.map(({ path }) => path)).toEqual(old);
});
