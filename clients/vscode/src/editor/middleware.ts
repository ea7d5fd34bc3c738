/** Changes what passes between VS Code and the server where VS Code has something better to offer. */

import { commands, type Diagnostic, type Hover, MarkdownString, Uri, workspace } from "vscode";
import {
  type ApplyWorkspaceEditParams,
  type ApplyWorkspaceEditResult,
  type CodeAction,
  CodeActionResolveRequest,
  type ConfigurationParams,
  type Middleware,
  type WorkspaceEdit,
} from "vscode-languageclient/node";

import { EXPLAIN, pageOf, ruleOfUrl, withCommandLinks, withoutMessage } from "../core/rules";
import { chosen } from "../core/settings";
import { needsConfirmation } from "./preview";

/** The command by which the server shows the page of a rule; here it goes to the preview. */
const SHOW_DOCUMENTATION = "hexguard.showDocumentation";

/** Our own command that shows an edit before it is made; it is in no menu. */
export const CONFIRM = "hexguard.confirmEdit";

/** Makes an edit once a person has seen it; whether it was made. */
export type Confirm = (edit: WorkspaceEdit) => Promise<boolean>;

export function middleware(keys: readonly string[], confirm: Confirm): Middleware {
  return {
    sendRequest: async (type, parameter, token, next) => {
      const result = await next(type, parameter, token);
      const isAction = typeof type !== "string" && type.method === CodeActionResolveRequest.method;
      return isAction ? withConfirmation(result) : result;
    },
    executeCommand: (command, parameters: unknown[], next): unknown =>
      command === SHOW_DOCUMENTATION ? commands.executeCommand(EXPLAIN, ...parameters) : next(command, parameters),
    handleDiagnostics: (uri, diagnostics, next) => {
      next(uri, diagnostics.map(withLocalPage));
    },
    provideDiagnostics: async (document, previous, token, next) => {
      const report = await next(document, previous, token);
      if (report && "items" in report) {
        report.items = report.items.map(withLocalPage);
      }
      return report;
    },
    provideHover: async (document, position, token, next) => {
      const hover = await next(document, position, token);
      return hover ? adapted(hover) : hover;
    },
    workspace: {
      handleApplyEdit: async (params: ApplyWorkspaceEditParams, next): Promise<ApplyWorkspaceEditResult> => {
        // The library gives its own handler no token, and needs none.
        const proceed = next as (params: ApplyWorkspaceEditParams) => Promise<ApplyWorkspaceEditResult>;
        return needsConfirmation(params.edit) ? { applied: await confirm(params.edit) } : proceed(params);
      },
      configuration: (params: ConfigurationParams) => params.items.map((item) => settingsFor(item.scopeUri, keys)),
    },
  };
}

function settingsFor(scope: string | undefined, keys: readonly string[]): Record<string, unknown> {
  const settings = workspace.getConfiguration(undefined, scope === undefined ? null : Uri.parse(scope));
  return chosen(keys, (key) => settings.inspect(key));
}

/** An action whose edit is shown first becomes one that runs our command with the edit. */
function withConfirmation<R>(result: R): R {
  const action = result as CodeAction | undefined;
  if (!action || !needsConfirmation(action.edit)) {
    return result;
  }
  const { edit, ...others } = action;
  return { ...others, command: { title: action.title, command: CONFIRM, arguments: [edit] } } as R;
}

/** The code of a diagnostic leads to the page in the editor instead of the one on the web; a command would not do here. */
function withLocalPage(diagnostic: Diagnostic): Diagnostic {
  const { code } = diagnostic;
  const rule = typeof code === "object" ? ruleOfUrl(code.target.toString(true)) : undefined;
  if (typeof code === "object" && rule !== undefined) {
    diagnostic.code = { value: code.value, target: Uri.from(pageOf(rule)) };
  }
  return diagnostic;
}

/** A hover that says nothing twice, and whose links stay in the editor. */
function adapted(hover: Hover): Hover {
  hover.contents = hover.contents.map((content) => {
    if (!(content instanceof MarkdownString)) {
      return content;
    }
    const changed = new MarkdownString(withCommandLinks(withoutMessage(content.value)));
    changed.isTrusted = { enabledCommands: [EXPLAIN] };
    return changed;
  });
  return hover;
}
