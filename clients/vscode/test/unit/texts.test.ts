/** What is worked out from texts: versions, links, edits, places in settings files, and words about the server. */

import { expect, test } from "vitest";

import { applied } from "../../src/core/edits";
import { commandLink, ruleOfUrl, RULES, withCommandLinks, withoutMessage } from "../../src/core/rules";
import { informationPage, keystrokeStatus, milliseconds, type ProjectAnswer, statusDetail } from "../../src/core/status";
import { placeOf } from "../../src/core/toml";
import { isAtLeast } from "../../src/core/versions";
import { filledIn } from "../../src/core/variables";

test.each([
  ["3.11", "3.11", true],
  ["3.11.7", "3.11", true],
  ["3.9.18", "3.11", false],
  ["3.10", "3.9", true],
  ["0.1.0", "0.1", true],
  ["0.1.0rc1", "0.1.0", true],
  ["1", "0.9.9", true],
  ["", "0.1", false],
  ["unknown", "0.1", false],
])("%s is at least %s: %s", (version, minimum, expected) => {
  expect(isAtLeast(version, minimum)).toBe(expected);
});

const VALUES = { workspaceFolder: undefined, userHome: "/people/$&", env: { A: "x" } };

test.each([
  ["/plain", "/plain"],
  ["~/tools", "/people/$&/tools"],
  ["a~/tools", "a~/tools"],
  ["${userHome}/${env:A}/${env:A}", "/people/$&/x/x"],
  ["${env:NONE}/b", undefined],
  ["${workspaceFolder}/b", undefined],
  ["${unknown}/b", "${unknown}/b"],
])("the variables in %s", (path, expected) => {
  expect(filledIn(path, VALUES)).toBe(expected);
});

const PAGE = "https://github.com/hexguard/hexguard/blob/main/docs/rules/async/blocking-sleep-in-async.md";

test.each([
  [PAGE, "blocking-sleep-in-async"],
  [`${PAGE}?x`, undefined],
  ["https://example.org/docs/rules/async/blocking-sleep-in-async.md", undefined],
])("the rule of %s", (url, expected) => {
  expect(ruleOfUrl(url)).toBe(expected);
});

test("links to rules stay in the editor, others do not", () => {
  const other = "[x](https://github.com/hexguard/hexguard/blob/main/README.md)";
  const expected = `[r](${commandLink("blocking-sleep-in-async")}) and ${other}`;
  expect(withCommandLinks(`[r](${PAGE}) and ${other}`)).toBe(expected);
  expect(commandLink("a")).toBe("command:hexguard.explainRule?%5B%22a%22%5D");
});

test("a hover does not say what VS Code says above it", () => {
  const page = "Calls of `time.sleep`.\n\n**What it does**\n\nReports it.";
  const message = "**blocking**: `time.sleep` stops the loop";
  expect(withoutMessage(`${message}\n\n${page}`)).toBe(page);
  expect(withoutMessage(`${message}\n\n${page}\n\n---\n\n${message}\n\n${page}`)).toBe(`${page}\n\n---\n\n${page}`);
  expect(withoutMessage(message)).toBe("");
});

test("the rules have names, and no name twice", () => {
  const names = RULES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain("unused-suppression");
});

/** An edit from line and character to line and character. */
function edit(place: readonly [number, number, number, number], newText: string): Parameters<typeof applied>[1][number] {
  const [line, character, endLine, endCharacter] = place;
  return { range: { start: { line, character }, end: { line: endLine, character: endCharacter } }, newText };
}

test.each([
  ["nothing", "a\nb\n", [], "a\nb\n"],
  ["one character", "a\nb\n", [edit([1, 0, 1, 1], "c")], "a\nc\n"],
  ["two edits, the later first", "ab\n", [edit([0, 1, 0, 2], "y"), edit([0, 0, 0, 1], "x")], "xy\n"],
  ["two insertions at a place", "a", [edit([0, 1, 0, 1], "b"), edit([0, 1, 0, 1], "c")], "abc"],
  ["across lines", "a\r\nb\rc\n", [edit([0, 1, 2, 0], "-")], "a-c\n"],
  ["behind what counts as two units", "\u{1F600}a", [edit([0, 2, 0, 3], "b")], "\u{1F600}b"],
  ["behind the end", "a", [edit([7, 0, 7, 0], "!")], "a!"],
])("edits: %s", (_, text, edits, expected) => {
  expect(applied(text, edits)).toBe(expected);
});

test.each([
  ["the rule is named", 'x = 1\nignore = ["bare-except"]', "bare-except"],
  ["only a longer name", "[tool.hexguard]\nnot-bare-except = 1", "[tool.hexguard]"],
  ["our table", "[project]\n[tool.hexguard] # here\n", "[tool.hexguard] # here"],
  ["nothing of ours", "[project]", ""],
])("the place of a rule when there is %s", (_, text, expected) => {
  expect(text.slice(...placeOf(text, "bare-except"))).toBe(expected);
});

const ANSWER: ProjectAnswer = {
  version: "0.1.0",
  python: { version: "3.11.7", path: "/python" },
  project: {
    path: "/shop",
    settings: ["pyproject.toml"],
    settingsFile: "pyproject.toml",
    baseline: "hexguard-baseline.txt",
    preset: "layered",
    rules: 66,
    problems: 0,
  },
};

test("the status says preset, number of rules and the last keystroke", () => {
  expect(statusDetail(ANSWER)).toBe("preset layered, 66 rules");
  expect(statusDetail({ ...ANSWER, project: null })).toBe("");
  expect(keystrokeStatus({ edits: 3, last: 1.234, median: 0.96 })).toEqual(["Last keystroke 1.2 ms", "median 1.0 ms"]);
  expect(keystrokeStatus({ edits: 0 })).toEqual(["No keystroke yet", ""]);
  expect(milliseconds(12.6)).toBe("13 ms");
});

const INFORMATION = {
  condition: "running",
  trouble: "",
  misses: [],
  command: "/python -P -m hexguard",
  origin: "PATH",
  extension: "0.1.0",
  logs: "/logs",
  isTrusted: true,
  answer: ANSWER,
  timings: { edits: 2, last: 1, median: 1, p95: 2, max: 3 },
};

test("the page about the server has what there is, and nothing that there is not", () => {
  const page = informationPage(INFORMATION);
  for (const part of ["0.1.0, running", "Python**: 3.11.7 at `/python`", "`/logs`", "layered", "Slowest**: 3.0 ms"]) {
    expect(page).toContain(part);
  }
  expect(page).not.toMatch(/undefined|Restricted|Where there is no server/);
  const missing = { ...INFORMATION, condition: "missing", answer: undefined, timings: undefined, misses: ["/a has none"] };
  expect(informationPage(missing)).toMatch(/Where there is no server\n\n- \/a has none\n$/);
});
