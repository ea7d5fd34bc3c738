/** Looks for a server in the order in which a person would expect it, and says of each place why it is none. */

import { isAtLeast } from "./versions";

export type Origin = "path" | "interpreter" | "environment" | "folder" | "PATH" | "own";

/** A place where the server may be: a `hexguard` executable, or an interpreter that may have the module. */
export interface Place {
  readonly origin: Origin;
  readonly kind: "executable" | "interpreter";
  readonly path: string;
}

/** What a place answered. Without `version` there is no Hexguard; without both it is nothing that can be asked. */
export interface Answer {
  readonly version?: string;
  readonly python?: string;
  readonly trouble?: string;
}

export interface Server {
  readonly place: Place;
  readonly version: string;
  readonly python: string | undefined;
  /** What is run; the arguments of Hexguard come behind. */
  readonly command: readonly string[];
}

export interface Miss {
  readonly place: Place;
  readonly reason: "absent" | "old-python" | "old-version" | "unusable";
  readonly told: string;
}

export interface Needs {
  readonly minimumVersion: string;
  readonly minimumPython: string;
}

export interface Found {
  readonly server: Server | undefined;
  readonly misses: readonly Miss[];
}

export const ORIGINS: Readonly<Record<Origin, string>> = {
  path: "the setting hexguard.path",
  interpreter: "the setting hexguard.interpreter",
  environment: "the selected Python environment",
  folder: "the .venv of the folder",
  PATH: "PATH",
  own: "the extension's own environment",
};

/**
 * The first place with a server that fits, and why those before it have none.
 *
 * Executables that a person named are the only places, if there are any: nothing else is taken silently.
 */
export async function findServer(
  places: readonly Place[],
  ask: (place: Place) => Promise<Answer>,
  needs: Needs,
): Promise<Found> {
  const misses: Miss[] = [];
  for (const [index, place] of places.entries()) {
    const answer = await ask(place);
    const miss = missOf(place, answer, needs);
    if (!miss && answer.version) {
      return { server: serverAt(place, answer.version, answer.python), misses };
    }
    misses.push(miss ?? { place, reason: "absent", told: `${place.path} has no Hexguard` });
    if (place.origin === "path" && places[index + 1]?.origin !== "path") {
      break;
    }
  }
  return { server: undefined, misses };
}

/** Whether two searches gave the same server, so that nothing has to be started again. */
export function isSame(first: Server | undefined, second: Server | undefined): boolean {
  return first?.version === second?.version && first?.command.join("\0") === second?.command.join("\0");
}

/** What is run for the server of a place. Python must not take modules from the folder that it is started in. */
export function commandOf(place: Place): readonly string[] {
  return place.kind === "executable" ? [place.path] : [place.path, "-P", "-m", "hexguard"];
}

function serverAt(place: Place, version: string, python: string | undefined): Server {
  return { place, version, python, command: commandOf(place) };
}

function missOf(place: Place, answer: Answer, needs: Needs): Miss | undefined {
  const where = `${place.path} (${ORIGINS[place.origin]})`;
  if (answer.trouble !== undefined) {
    return { place, reason: "unusable", told: `${where} cannot be asked: ${answer.trouble}` };
  }
  if (answer.python !== undefined && !isAtLeast(answer.python, needs.minimumPython)) {
    const told = `${where} is Python ${answer.python}, and Hexguard needs ${needs.minimumPython} or newer`;
    return { place, reason: "old-python", told };
  }
  if (answer.version === undefined) {
    return { place, reason: "absent", told: `${where} has no Hexguard` };
  }
  if (!isAtLeast(answer.version, needs.minimumVersion)) {
    const told = `${where} has Hexguard ${answer.version}, and this extension needs ${needs.minimumVersion} or newer`;
    return { place, reason: "old-version", told };
  }
  return undefined;
}
