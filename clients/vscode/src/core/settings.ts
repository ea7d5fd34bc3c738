/** Gives the server what a person really set: a default that VS Code shows must not win over a file of the project. */

/** What `inspect` of a configuration says of one setting, from the weakest to the strongest. */
export interface Inspected {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

/** The settings of `keys` that were set anywhere, without their `hexguard.`. */
export function chosen(
  keys: readonly string[],
  inspect: (key: string) => Inspected | undefined,
): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const key of keys) {
    const found = inspect(key);
    const value = found?.workspaceFolderValue ?? found?.workspaceValue ?? found?.globalValue;
    if (value !== undefined && value !== null) {
      settings[key.replace(/^hexguard\./, "")] = value;
    }
  }
  return settings;
}

/** The settings in a manifest that are the server's: the second part of its configuration, which is generated. */
export function serverKeys(manifest: unknown): string[] {
  const parts = (manifest as Manifest).contributes?.configuration ?? [];
  return Object.keys(parts[1]?.properties ?? {});
}

interface Manifest {
  readonly contributes?: { readonly configuration?: readonly { readonly properties?: Readonly<Record<string, unknown>> }[] };
}
