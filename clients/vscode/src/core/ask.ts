/** Asks an interpreter or an executable which Hexguard it has. */

import type { Answer, Place } from "./find";
import type { Run } from "./run";

const TIMEOUT_MS = 20_000;
const VERSION = /^hexguard (\S+)\s*$/m;

/** Runs in any Python 3. The package itself is light; what it needs is not loaded. */
const QUESTION = `
import json, platform
answer = {"python": platform.python_version()}
try:
    import hexguard
    answer["version"] = hexguard.__version__
except ImportError:
    pass
print(json.dumps(answer))
`;

/** What a place answers; `folder` is where it runs, which must hold no Python files of others. */
export async function asked(place: Place, run: Run, folder: string): Promise<Answer> {
  return place.kind === "executable" ? askExecutable(place.path, run, folder) : askInterpreter(place.path, run, folder);
}

async function askExecutable(path: string, run: Run, folder: string): Promise<Answer> {
  const ran = await run([path, "--version"], { cwd: folder, timeoutMs: TIMEOUT_MS });
  const version = VERSION.exec(ran.stdout)?.[1];
  return ran.code === 0 && version !== undefined ? { version } : { trouble: lastLine(ran.stderr) || "it is no Hexguard" };
}

async function askInterpreter(path: string, run: Run, folder: string): Promise<Answer> {
  const ran = await run([path, "-c", QUESTION], { cwd: folder, timeoutMs: TIMEOUT_MS });
  if (ran.code !== 0) {
    return { trouble: lastLine(ran.stderr) || "it ended without a word" };
  }
  try {
    const answer: unknown = JSON.parse(lastLine(ran.stdout));
    return isAnswer(answer) ? answer : { trouble: "it gave an answer that makes no sense" };
  } catch {
    return { trouble: `it answered ${JSON.stringify(lastLine(ran.stdout))}` };
  }
}

function isAnswer(value: unknown): value is Answer {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  return Object.values(value).every((each) => typeof each === "string");
}

/** The last line with anything in it. */
export function lastLine(text: string): string {
  return text.trimEnd().split(/\r?\n/).at(-1)?.trim() ?? "";
}
