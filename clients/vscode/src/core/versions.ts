/** Compares versions as Python writes them, as far as deciding what fits needs it. */

const RELEASE = /^v?(\d+(?:\.\d+)*)/;

/** The numbers of a version; `undefined` if it begins with none. */
export function release(version: string): readonly number[] | undefined {
  return RELEASE.exec(version.trim())?.[1]?.split(".").map(Number);
}

/** Whether `version` is `minimum` or newer; what is no version is not. Pre-releases count as their release. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [found, wanted] = [release(version), release(minimum)];
  if (!found || !wanted) {
    return false;
  }
  for (let index = 0; index < Math.max(found.length, wanted.length); index += 1) {
    const difference = (found[index] ?? 0) - (wanted[index] ?? 0);
    if (difference !== 0) {
      return difference > 0;
    }
  }
  return true;
}
