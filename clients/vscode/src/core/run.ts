/** Runs a program to its end and gives what it printed, so that all else can be tested without processes. */

import { spawn } from "node:child_process";

export interface Ran {
  /** The exit code; `undefined` if it could not be started, was ended by a signal, or took too long. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly told?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export type Run = (command: readonly string[], options: RunOptions) => Promise<Ran>;

/** Never rejects: what goes wrong is told in `stderr`. */
export const run: Run = ([program = "", ...parameters], options) =>
  new Promise((resolve) => {
    let stdout = "";
    let stderr = "";
    const child = spawn(program, parameters, {
      cwd: options.cwd,
      signal: options.signal,
      timeout: options.timeoutMs,
      windowsHide: true,
      env: { ...process.env, PYTHONIOENCODING: "utf-8", PIP_DISABLE_PIP_VERSION_CHECK: "1" },
    });
    child.stdin.end();
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      options.told?.(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      options.told?.(text);
    });
    child.on("error", (error) => {
      resolve({ code: undefined, stdout, stderr: `${stderr}${error.message}` });
    });
    child.on("close", (code, signal) => {
      resolve({ code: code ?? undefined, stdout, stderr: signal ? `${stderr}ended by ${signal}` : stderr });
    });
  });
