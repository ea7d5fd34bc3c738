/** The settings that VS Code declares are those of the server, and only what a person set is sent. */

import { expect, test } from "vitest";

import manifest from "../../package.json";
import { chosen, type Inspected, serverKeys } from "../../src/core/settings";
import { RULES } from "../../src/core/rules";

const [own, generated] = manifest.contributes.configuration;

interface Schema {
  readonly scope?: string;
  readonly default?: unknown;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly markdownDescription?: string;
}

const PROPERTIES = [own, generated].flatMap((part) => Object.entries<Schema>(part?.properties ?? {}));

test.each(PROPERTIES)("%s is described, has a scope, and its default is of its type", (_, schema) => {
  expect((schema.markdownDescription ?? schema.description ?? "").length).toBeGreaterThan(15);
  expect(["window", "resource", "machine-overridable"]).toContain(schema.scope);
  const value = schema.default;
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  expect([schema.type].flat()).toContain(type);
});

test("the server's settings are the generated ones", () => {
  expect(serverKeys(manifest)).toEqual(Object.keys(generated?.properties ?? {}));
  expect(serverKeys(manifest)).toContain("hexguard.perFileIgnores");
  expect(serverKeys(manifest)).not.toContain("hexguard.path");
  expect(serverKeys({})).toEqual([]);
});

test("every rule may be selected by name", () => {
  const names = generated?.properties["hexguard.select"]?.items.enum ?? [];
  const missing = RULES.filter(({ name, family }) => family !== "suppression" && !names.includes(name));
  expect(missing).toEqual([]);
});

const KEYS = ["hexguard.select", "hexguard.preset", "hexguard.perFileIgnores"];

const CHOSEN: Record<string, [Record<string, Inspected & { defaultValue?: unknown }>, Record<string, unknown>]> = {
  nothing: [{}, {}],
  "only defaults": [{ "hexguard.select": { defaultValue: ["all"] }, "hexguard.preset": {} }, {}],
  "for the user": [{ "hexguard.preset": { globalValue: "layered" } }, { preset: "layered" }],
  "for the workspace, over the user": [
    { "hexguard.select": { globalValue: ["async"], workspaceValue: ["pydantic"] } },
    { select: ["pydantic"] },
  ],
  "for the folder, over all": [
    { "hexguard.select": { globalValue: ["a"], workspaceValue: ["b"], workspaceFolderValue: [] } },
    { select: [] },
  ],
  "a null is as good as nothing": [{ "hexguard.preset": { globalValue: null } }, {}],
  "a setting that is not the server's": [{ "hexguard.path": { globalValue: ["/x"] } }, {}],
};

test.each(Object.entries(CHOSEN))("what is sent: %s", (_, [inspected, expected]) => {
  expect(chosen(KEYS, (key) => inspected[key])).toEqual(expected);
});

test("every command of the walkthrough and of the menus exists", () => {
  const { commands, menus, walkthroughs } = manifest.contributes;
  const known = new Set(commands.map(({ command }) => command));
  const linked = JSON.stringify(walkthroughs).matchAll(/command:(hexguard\.\w+)/g);
  const used = [...menus.commandPalette.map(({ command }) => command), ...Array.from(linked, ([, command]) => command)];
  expect(used.filter((command) => command && !known.has(command))).toEqual([]);
});

test("in a workspace that is not trusted, what names programs does not count", () => {
  const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
  expect(restricted.toSorted()).toEqual(["hexguard.interpreter", "hexguard.path"]);
});
