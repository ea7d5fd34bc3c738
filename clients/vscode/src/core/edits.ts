/** Works out what a text is after edits as the protocol has them, to show it before anything is changed. */

export interface Position {
  readonly line: number;
  /** In units of UTF-16, as strings count here. */
  readonly character: number;
}

export interface TextEdit {
  readonly range: { readonly start: Position; readonly end: Position };
  readonly newText: string;
}

/** The text after edits that do not overlap. Edits at the same place keep their order. */
export function applied(text: string, edits: readonly TextEdit[]): string {
  const starts = lineStarts(text);
  const offset = ({ line, character }: Position): number => {
    const start = starts[line] ?? text.length;
    return Math.min(start + character, starts[line + 1] ?? text.length, text.length);
  };
  const placed = edits
    .map(({ range, newText }) => ({ start: offset(range.start), end: offset(range.end), newText }))
    .sort((first, second) => first.start - second.start || first.end - second.end);
  let result = "";
  let at = 0;
  for (const { start, end, newText } of placed) {
    result += text.slice(at, start) + newText;
    at = end;
  }
  return result + text.slice(at);
}

function lineStarts(text: string): number[] {
  return [0, ...Array.from(text.matchAll(/\r\n|\r|\n/g), (match) => match.index + match[0].length)];
}
