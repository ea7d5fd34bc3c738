/** Whatever a program answers, it becomes an answer that makes sense. */

import { expect, test } from "vitest";

import { asked } from "../../src/core/ask";
import type { Answer } from "../../src/core/find";
import { type Ran, run } from "../../src/core/run";

interface Case {
  readonly kind: "executable" | "interpreter";
  readonly ran: Partial<Ran>;
  readonly expected: Answer;
}

const CASES: Record<string, Case> = {
  "an executable": { kind: "executable", ran: { stdout: "hexguard 0.1.0\n" }, expected: { version: "0.1.0" } },
  "another program": { kind: "executable", ran: { stdout: "1.2\n" }, expected: { trouble: "it is no Hexguard" } },
  "an executable that fails": {
    kind: "executable",
    ran: { code: 1, stdout: "hexguard 0.1.0\n", stderr: "first\nNo module named x\n" },
    expected: { trouble: "No module named x" },
  },
  "an interpreter": {
    kind: "interpreter",
    ran: { stdout: '{"python": "3.11.7", "version": "0.1.0"}\n' },
    expected: { python: "3.11.7", version: "0.1.0" },
  },
  "an interpreter without Hexguard": {
    kind: "interpreter",
    ran: { stdout: '{"python": "3.9.1"}\r\n' },
    expected: { python: "3.9.1" },
  },
  "an interpreter that greets": {
    kind: "interpreter",
    ran: { stdout: 'Welcome\n{"python": "3.12.0"}\n' },
    expected: { python: "3.12.0" },
  },
  "no interpreter": { kind: "interpreter", ran: { stdout: "hello\n" }, expected: { trouble: 'it answered "hello"' } },
  "an answer of another form": {
    kind: "interpreter",
    ran: { stdout: '{"python": 3}\n' },
    expected: { trouble: "it gave an answer that makes no sense" },
  },
  "a program that cannot be started": {
    kind: "interpreter",
    ran: { code: undefined, stderr: "spawn EACCES" },
    expected: { trouble: "spawn EACCES" },
  },
  "a program that says nothing": {
    kind: "interpreter",
    ran: { code: 3 },
    expected: { trouble: "it ended without a word" },
  },
};

test.each(Object.entries(CASES))("%s", async (_, { kind, ran, expected }) => {
  const told: Ran = { code: 0, stdout: "", stderr: "", ...ran };
  expect(await asked({ origin: "own", kind, path: "/x" }, () => Promise.resolve(told), "/")).toEqual(expected);
});

test("a real program is run, and its output and its end are told", async () => {
  const script = "process.stdout.write('out'); process.stderr.write('err'); process.exit(3)";
  const heard: string[] = [];
  const options = { cwd: ".", timeoutMs: 30_000, told: (text: string) => heard.push(text) };
  expect(await run([process.execPath, "-e", script], options)).toEqual({ code: 3, stdout: "out", stderr: "err" });
  expect(heard.sort()).toEqual(["err", "out"]);
});

test("a program that does not exist is told, not thrown", async () => {
  const ran = await run(["/no/such/program"], { cwd: ".", timeoutMs: 30_000 });
  expect(ran.code).toBeUndefined();
  expect(ran.stderr).toContain("ENOENT");
});

test("a program that is cancelled ends", async () => {
  const cancelled = new AbortController();
  const running = run([process.execPath, "-e", "console.log(1); setInterval(() => {}, 1000)"], {
    cwd: ".",
    timeoutMs: 30_000,
    told: () => {
      cancelled.abort();
    },
    signal: cancelled.signal,
  });
  expect((await running).code).toBeUndefined();
});
