/** The rules that the extension knows before any server runs; written by `make docs`. */

import listed from "../generated/rules.json";

export interface Rule {
  readonly name: string;
  readonly family: string;
  readonly severity: string;
  readonly fix: string;
  readonly summary: string;
}

export const RULES: readonly Rule[] = listed;

const PAGE = /^https:\/\/github\.com\/hexguard\/hexguard\/blob\/[^/]+\/docs\/rules\/[^/]+\/([a-z0-9-]+)\.md$/;
const LINK = /\]\((https:\/\/github\.com\/hexguard\/hexguard\/blob\/[^)\s]+)\)/g;

/** The command that shows the page of a rule, as a link. */
export const EXPLAIN = "hexguard.explainRule";

export function ruleOfUrl(url: string): string | undefined {
  return PAGE.exec(url)?.[1];
}

/** The scheme of documents whose text the server knows; they are shown as previews, by default settings in the manifest. */
export const SCHEME = "hexguard";

/** Where the page of a rule is, as parts of a URI. */
export function pageOf(rule: string): { readonly scheme: string; readonly path: string } {
  return { scheme: SCHEME, path: `/${rule}.md` };
}

/** A link that shows the page of a rule in the editor, where no network is needed. */
export function commandLink(rule: string): string {
  return `command:${EXPLAIN}?${encodeURIComponent(JSON.stringify([rule]))}`;
}

/** Markdown whose links to pages of rules stay in the editor. */
export function withCommandLinks(markdown: string): string {
  return markdown.replace(LINK, (link, url: string) => {
    const rule = ruleOfUrl(url);
    return rule === undefined ? link : `](${commandLink(rule)})`;
  });
}

const MESSAGE = /^\*\*(?:blocking|important|nit|suggestion)\*\*: .*(?:\n+|$)/gm;

/** The hover of a finding without its message, which VS Code shows above it. */
export function withoutMessage(markdown: string): string {
  return markdown.replace(MESSAGE, "");
}
