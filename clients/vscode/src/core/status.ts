/** Says in a few words what is running. */

/** What the server answers to `hexguard/project`. */
export interface ProjectAnswer {
  readonly version: string;
  readonly python: { readonly version: string; readonly path: string };
  readonly project: Project | null;
}

export interface Project {
  readonly path: string;
  readonly settings: readonly string[];
  readonly settingsFile: string;
  readonly baseline: string;
  readonly preset: string | null;
  readonly rules: number;
  readonly problems: number;
}

/** What the server answers to `hexguard/timings`, in milliseconds. */
export interface Timings {
  readonly edits: number;
  readonly last?: number;
  readonly median?: number;
  readonly p95?: number;
  readonly max?: number;
}

/** The line of the status item beside the version. */
export function statusDetail({ project }: ProjectAnswer): string {
  if (!project) {
    return "";
  }
  const preset = project.preset === null ? "no preset" : `preset ${project.preset}`;
  const problems = project.problems > 0 ? `, problems in settings: ${project.problems}` : "";
  return `${preset}, ${project.rules} rules${problems}`;
}

/** The words about keystrokes, and those beside them. */
export function keystrokeStatus({ last, median }: Timings): readonly [string, string] {
  const text = last === undefined ? "No keystroke yet" : `Last keystroke ${milliseconds(last)}`;
  return [text, median === undefined ? "" : `median ${milliseconds(median)}`];
}

export function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

/** All that there is to tell about the server and the file in front. */
export interface Information {
  readonly condition: string;
  readonly trouble: string;
  readonly misses: readonly string[];
  readonly command: string;
  readonly origin: string;
  readonly extension: string;
  readonly logs: string;
  readonly isTrusted: boolean;
  readonly answer: ProjectAnswer | undefined;
  readonly timings: Timings | undefined;
}

/** The same as a page of Markdown. */
export function informationPage(information: Information): string {
  const { answer, timings } = information;
  const sections = [
    "# Hexguard",
    list([
      ["Server", answer ? `${answer.version}, ${information.condition}` : information.condition],
      ["Found in", information.origin],
      ["Command", code(information.command)],
      ["Python", answer && `${answer.python.version} at ${code(answer.python.path)}`],
      ["Extension", information.extension],
      ["Logs", code(information.logs)],
      ["Trust", information.isTrusted ? undefined : "the workspace is in Restricted Mode, so none of its Pythons is started"],
    ]),
    information.trouble,
    information.misses.length > 0 ? `## Where there is no server\n\n${information.misses.map((miss) => `- ${miss}`).join("\n")}` : "",
    answer?.project ? `## Project\n\n${list(projectRows(answer.project))}` : "",
    timings && timings.edits > 0 ? `## Keystrokes\n\n${list(timingRows(timings))}` : "",
  ];
  return `${sections.filter(Boolean).join("\n\n")}\n`;
}

function projectRows(project: Project): Row[] {
  return [
    ["Folder", code(project.path)],
    ["Settings", project.settings.map(code).join(", ") || "no file, so the defaults"],
    ["Preset", project.preset ?? "none"],
    ["Rules that are on", String(project.rules)],
    ["Problems in settings", String(project.problems)],
    ["Baseline", code(project.baseline)],
  ];
}

function timingRows({ edits, last, median, p95, max }: Timings): Row[] {
  const named: readonly (readonly [string, number | undefined])[] = [
    ["Last", last],
    ["Median", median],
    ["95 of 100 within", p95],
    ["Slowest", max],
  ];
  return [
    ["Seen", String(edits)],
    ...named.map(([name, value]): Row => [name, value === undefined ? undefined : milliseconds(value)]),
  ];
}

type Row = readonly [string, string | undefined];

function list(rows: readonly Row[]): string {
  return rows
    .filter(([, value]) => value)
    .map(([name, value]) => `- **${name}**: ${value ?? ""}`)
    .join("\n");
}

function code(text: string): string {
  return text && `\`${text}\``;
}
