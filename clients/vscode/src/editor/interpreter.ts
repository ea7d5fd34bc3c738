/** Asks other extensions which Python is selected. None of them is needed. */

import { PythonExtension } from "@vscode/python-extension";
import { type Disposable, type Event, extensions, type LogOutputChannel, type Uri } from "vscode";

/** What we use of the API of the Python Environments extension. */
interface Environments {
  getEnvironment(scope: Uri | undefined): Promise<Environment | undefined>;
  readonly onDidChangeEnvironment: Event<unknown>;
}

interface Environment {
  readonly execInfo?: {
    readonly run?: { readonly executable?: string };
    readonly activatedRun?: { readonly executable?: string };
  };
}

const ENVIRONMENTS = "ms-python.vscode-python-envs";
const PYTHON = "ms-python.python";

/** The path of the interpreter that is selected for a folder; `undefined` if nobody selects one. */
export async function selectedInterpreter(folder: Uri | undefined, log: LogOutputChannel): Promise<string | undefined> {
  try {
    return (await fromEnvironments(folder)) ?? (await fromPython(folder));
  } catch (error) {
    log.warn(`The selected Python environment is not known: ${String(error)}`);
    return undefined;
  }
}

/** Calls `changed` whenever another interpreter may be selected. */
export async function watchInterpreter(changed: () => void, log: LogOutputChannel): Promise<Disposable[]> {
  const watched: Disposable[] = [];
  try {
    const environments = await environmentsApi();
    if (environments) {
      watched.push(environments.onDidChangeEnvironment(changed));
    }
    if (extensions.getExtension(PYTHON)) {
      const python = await PythonExtension.api();
      watched.push(python.environments.onDidChangeActiveEnvironmentPath(changed));
    }
  } catch (error) {
    log.warn(`Changes of the selected Python environment are not seen: ${String(error)}`);
  }
  return watched;
}

async function fromEnvironments(folder: Uri | undefined): Promise<string | undefined> {
  const environments = await environmentsApi();
  const found = await environments?.getEnvironment(folder);
  return found?.execInfo?.activatedRun?.executable ?? found?.execInfo?.run?.executable;
}

async function environmentsApi(): Promise<Environments | undefined> {
  return extensions.getExtension<Environments>(ENVIRONMENTS)?.activate();
}

async function fromPython(folder: Uri | undefined): Promise<string | undefined> {
  if (!extensions.getExtension(PYTHON)) {
    return undefined;
  }
  const python = await PythonExtension.api();
  const path = python.environments.getActiveEnvironmentPath(folder);
  const environment = await python.environments.resolveEnvironment(path);
  return environment?.executable.uri?.fsPath;
}
