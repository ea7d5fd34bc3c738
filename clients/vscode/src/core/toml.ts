/** Finds the place of a rule in a settings file, to put the cursor there. */

const TABLE = /^\[tool\.hexguard\][^\n]*$/m;

/** The two ends of the first mention of a rule, else of our table, else the beginning. */
export function placeOf(text: string, rule: string): readonly [number, number] {
  const mention = new RegExp(`(?<![\\w-])${rule}(?![\\w-])`).exec(text) ?? TABLE.exec(text);
  return mention ? [mention.index, mention.index + mention[0].length] : [0, 0];
}
