/** Fills in the variables that paths in settings may hold. */

export interface Values {
  readonly workspaceFolder: string | undefined;
  readonly userHome: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const VARIABLE = /\$\{(workspaceFolder|userHome|env:([^}]+))\}/g;

/** The path with all variables filled in; `undefined` if one of them has no value. `~/` is the home of the user. */
export function filledIn(path: string, values: Values): string | undefined {
  for (const [, name = "", variable] of path.matchAll(VARIABLE)) {
    if (valueOf(name, variable, values) === undefined) {
      return undefined;
    }
  }
  return path
    .replace(VARIABLE, (_, name: string, variable?: string) => valueOf(name, variable, values) ?? "")
    .replace(/^~(?=[/\\])/, () => values.userHome);
}

function valueOf(name: string, variable: string | undefined, values: Values): string | undefined {
  if (variable !== undefined) {
    return values.env[variable];
  }
  return name === "userHome" ? values.userHome : values.workspaceFolder;
}
