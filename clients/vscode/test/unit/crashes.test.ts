/** A server that ends by itself is started again a few times, and not for ever. */

import { expect, test } from "vitest";

import { Crashes, MAX_CRASHES, WITHIN_MS } from "../../src/core/crashes";

/** Whether there was another start after each crash; the crashes come so many milliseconds after each other. */
function starts(pauses: readonly number[]): boolean[] {
  let now = 0;
  const crashes = new Crashes(() => now);
  return pauses.map((pause) => {
    now += pause;
    return crashes.add();
  });
}

test.each([
  ["in a row", [0, 10, 10, 10, 10], [true, true, true, false, false]],
  ["now and then", Array<number>(6).fill(WITHIN_MS), Array<boolean>(6).fill(true)],
  ["in two bursts", [0, 10, 10, WITHIN_MS, 10, 10, 10], [true, true, true, true, true, true, false]],
])("crashes %s", (_, pauses, expected) => {
  expect(starts(pauses)).toEqual(expected);
});

test("a start by hand gives all tries back", () => {
  const crashes = new Crashes(() => 0);
  const burst = (): boolean[] => Array.from({ length: MAX_CRASHES }, () => crashes.add());
  expect(burst().at(-1)).toBe(false);
  crashes.forget();
  expect(crashes.count).toBe(0);
  expect(burst().filter(Boolean)).toHaveLength(MAX_CRASHES - 1);
});
