/** The server is looked for in the right order, what does not fit is told, and nothing of a strange folder is started. */

import { expect, test } from "vitest";

import { type Answer, commandOf, findServer, isSame, type Place } from "../../src/core/find";
import { onSearchPath, placesIn, pythonIn, type Setting } from "../../src/core/places";

const NEEDS = { minimumVersion: "0.1.0", minimumPython: "3.11" };

const SETTING: Setting = {
  isTrusted: true,
  isWindows: false,
  folders: ["/code/shop"],
  paths: [],
  interpreters: [],
  selected: "/envs/shop/bin/python",
  own: "/storage/server-0.1.0/bin/python",
  searchPath: "/usr/bin:relative:/code/shop/bin:/code/shop",
  values: { userHome: "/people/ada", env: { TOOLS: "/tools" } },
};

const ALL = ["/envs/shop/bin/python", "/code/shop/.venv/bin/python", "/usr/bin/hexguard", "/storage/server-0.1.0/bin/python"];

interface Case {
  readonly setting?: Partial<Setting>;
  readonly there?: readonly string[];
  readonly expected: readonly string[];
}

const PLACES: Record<string, Case> = {
  "everything is there": { expected: ALL },
  "nothing is there": { there: [], expected: [] },
  "nothing is selected": { setting: { selected: undefined }, expected: ALL.slice(1) },
  "the workspace is not trusted": {
    setting: { isTrusted: false, paths: ["/code/shop/evil"], interpreters: ["/code/shop/python"] },
    there: [...ALL, "/code/shop/evil", "/code/shop/python"],
    expected: ALL.slice(2),
  },
  "a program of the workspace is on PATH": {
    there: ["/code/shop/bin/hexguard", "/code/shop/hexguard", "relative/hexguard"],
    expected: [],
  },
  "paths with variables": {
    setting: { paths: ["${env:TOOLS}/hexguard", "${workspaceFolder}/hexguard", "~/hexguard", "${env:NONE}/hexguard"] },
    there: ["/tools/hexguard", "/code/shop/hexguard", "/people/ada/hexguard"],
    expected: ["/tools/hexguard", "/code/shop/hexguard", "/people/ada/hexguard"],
  },
  "a path that does not exist is named": { setting: { paths: ["/gone"] }, there: [], expected: ["/gone"] },
  "a path that exists beside one that does not": {
    setting: { paths: ["/gone", "/here"] },
    there: ["/here"],
    expected: ["/here"],
  },
  "an interpreter": {
    setting: { interpreters: ["${userHome}/python", "/gone/python"] },
    there: ["/people/ada/python", ...ALL],
    expected: ["/people/ada/python", ...ALL.slice(1)],
  },
  "an interpreter that does not exist": {
    setting: { interpreters: ["/gone/python"] },
    expected: ["/gone/python", ...ALL],
  },
  "several folders": {
    setting: { folders: ["/code/shop", "/code/desk"], selected: undefined },
    there: ["/code/desk/.venv/bin/python", "/code/shop/.venv/bin/python"],
    expected: ["/code/shop/.venv/bin/python", "/code/desk/.venv/bin/python"],
  },
};

test.each(Object.entries(PLACES))("places when %s", (_, { setting, there = ALL, expected }) => {
  const found = placesIn({ ...SETTING, ...setting }, (path) => there.includes(path));
  expect(found.map(({ path }) => path)).toEqual(expected);
});

test("on Windows programs have another name, and paths another form", () => {
  const setting = { searchPath: "C:\\Tools;relative;C:\\code\\shop\\bin", isWindows: true, folders: ["C:\\code\\shop"] };
  expect(onSearchPath("hexguard", setting)).toHaveLength(1);
  expect(onSearchPath("hexguard", setting)[0]).toMatch(/^C:\\Tools.hexguard\.exe$/);
  expect(pythonIn("env", true)).toMatch(/Scripts.python\.exe$/);
});

const FITS: Answer = { version: "0.1.0", python: "3.12.1" };
const PLACE: Place = { origin: "environment", kind: "interpreter", path: "/a" };
const OWN: Place = { origin: "own", kind: "interpreter", path: "/own" };
const NAMED: Place = { origin: "path", kind: "executable", path: "/named" };

interface Search {
  readonly answers: readonly (readonly [Place, Answer])[];
  readonly server?: string;
  readonly reasons: readonly string[];
}

const SEARCHES: Record<string, Search> = {
  "there is no place": { answers: [], reasons: [] },
  "the first has it": { answers: [[PLACE, FITS], [OWN, FITS]], server: "/a", reasons: [] },
  "the second has it": { answers: [[PLACE, { python: "3.12.1" }], [OWN, FITS]], server: "/own", reasons: ["absent"] },
  "a Python is too old": { answers: [[PLACE, { python: "3.9.18" }], [OWN, FITS]], server: "/own", reasons: ["old-python"] },
  "a version is too old": { answers: [[PLACE, { ...FITS, version: "0.0.9" }]], reasons: ["old-version"] },
  "a place cannot be asked": { answers: [[PLACE, { trouble: "no permission" }]], reasons: ["unusable"] },
  "a named path does not work": { answers: [[NAMED, { trouble: "gone" }], [OWN, FITS]], reasons: ["unusable"] },
  "an executable tells no Python": { answers: [[NAMED, { version: "0.2.0" }]], server: "/named", reasons: [] },
};

test.each(Object.entries(SEARCHES))("the search when %s", async (_, { answers, server, reasons }) => {
  const known = new Map(answers.map(([place, answer]) => [place.path, answer]));
  const places = answers.map(([place]) => place);
  const found = await findServer(places, (place) => Promise.resolve(known.get(place.path) ?? {}), NEEDS);
  expect(found.server?.place.path).toBe(server);
  expect(found.misses.map(({ reason }) => reason)).toEqual(reasons);
});

test("what does not fit is told with both versions and the place", async () => {
  const told = async (answer: Answer): Promise<string | undefined> => {
    const { misses } = await findServer([PLACE], () => Promise.resolve(answer), NEEDS);
    return misses[0]?.told;
  };
  expect(await told({ python: "3.9.18" })).toBe(
    "/a (the selected Python environment) is Python 3.9.18, and Hexguard needs 3.11 or newer",
  );
  expect(await told({ ...FITS, version: "0.0.9" })).toBe(
    "/a (the selected Python environment) has Hexguard 0.0.9, and this extension needs 0.1.0 or newer",
  );
});

test("no place after the one that fits is asked", async () => {
  const asked: string[] = [];
  await findServer(
    [PLACE, OWN],
    ({ path }) => {
      asked.push(path);
      return Promise.resolve(FITS);
    },
    NEEDS,
  );
  expect(asked).toEqual(["/a"]);
});

test("a server is another one if its place or its version is", () => {
  const server = { place: PLACE, version: "0.1.0", python: undefined, command: commandOf(PLACE) };
  expect(isSame(server, { ...server, python: "3.11" })).toBe(true);
  expect(isSame(server, { ...server, version: "0.1.1" })).toBe(false);
  expect(isSame(server, { ...server, command: commandOf(OWN) })).toBe(false);
  expect(isSame(server, undefined)).toBe(false);
  expect(isSame(undefined, undefined)).toBe(true);
});

test("Python never takes modules from the folder that it is started in", () => {
  expect(commandOf(PLACE)).toEqual(["/a", "-P", "-m", "hexguard"]);
  expect(commandOf(NAMED)).toEqual(["/named"]);
});
