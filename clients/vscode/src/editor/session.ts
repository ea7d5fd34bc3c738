/** Runs the server: starts the one that was found, another if another is found, and never two at a time. */

import { commands, type Disposable, EventEmitter, window, workspace } from "vscode";
import {
  CloseAction,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  State,
  type WorkspaceEdit,
} from "vscode-languageclient/node";

import { Crashes, WITHIN_MS } from "../core/crashes";
import { type Found, isSame, type Miss, ORIGINS, type Server } from "../core/find";
import type { Host } from "./host";
import { middleware } from "./middleware";
import { Preview } from "./preview";

export type Condition =
  | { readonly kind: "off" | "starting" }
  | { readonly kind: "running"; readonly server: Server }
  | { readonly kind: "missing"; readonly misses: readonly Miss[] }
  | { readonly kind: "failed"; readonly told: string };

const RESTART = "Restart";
const SHOW_LOGS = "Show Logs";

export class Session implements Disposable {
  private readonly changed = new EventEmitter<Condition>();
  readonly onDidChange = this.changed.event;
  condition: Condition = { kind: "off" };
  private client: LanguageClient | undefined;
  private server: Server | undefined;
  /** What is done when the connection to the server closes by itself. */
  private closed: (() => void) | undefined;
  private readonly crashes = new Crashes();
  private readonly preview = new Preview();
  private queue: Promise<void> = Promise.resolve();

  constructor(private readonly host: Host) {}

  /** Looks again which server there is, and starts it unless it runs already. One after the other. */
  update(): Promise<void> {
    return this.queued(() => this.change(false));
  }

  /** Stops and starts, whatever runs. */
  restart(): Promise<void> {
    this.crashes.forget();
    return this.queued(() => this.change(true));
  }

  stop(): Promise<void> {
    return this.queued(() => this.end());
  }

  dispose(): void {
    this.changed.dispose();
    this.preview.dispose();
  }

  get running(): Server | undefined {
    return this.condition.kind === "running" ? this.server : undefined;
  }

  /** Asks the server; `undefined` if none runs, or if it is too old to know the request. */
  async ask<T>(method: string, params: object): Promise<T | undefined> {
    await this.queue;
    if (this.client?.state !== State.Running) {
      return undefined;
    }
    try {
      return await this.client.sendRequest<T>(method, params);
    } catch (error) {
      this.host.log.warn(`${method}: ${String(error)}`);
      return undefined;
    }
  }

  /** Has the server run one of its commands. Rejects with what the server says. */
  async execute(command: string, ...parameters: unknown[]): Promise<void> {
    // Whoever asks while the server starts wants it to have started.
    await this.queue;
    const { client } = this;
    if (client?.state !== State.Running) {
      throw new Error("the server is not running");
    }
    await client.sendRequest(ExecuteCommandRequest.type, { command, arguments: parameters });
  }

  /** Makes an edit once a person has seen it; whether it was made. */
  async confirm(edit: WorkspaceEdit): Promise<boolean> {
    return this.client !== undefined && (await this.preview.confirm(edit, this.client));
  }

  private queued(job: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(job).catch((error: unknown) => {
      this.host.log.error(String(error));
      this.tell({ kind: "failed", told: String(error) });
    });
    return this.queue;
  }

  private async change(always: boolean): Promise<void> {
    if (!workspace.getConfiguration("hexguard").get<boolean>("enable", true)) {
      await this.end();
      return;
    }
    if (!this.client || always) {
      this.tell({ kind: "starting" });
    }
    const found = await this.host.find();
    if (!always && this.client?.state === State.Running && isSame(found.server, this.server)) {
      this.host.log.info("The server is still the same.");
      return;
    }
    await this.end();
    await this.begin(found);
  }

  private async begin({ server, misses }: Found): Promise<void> {
    if (!server) {
      this.tell({ kind: "missing", misses });
      return;
    }
    this.host.log.info(`Starting Hexguard ${server.version} from ${ORIGINS[server.place.origin]}: ${server.command.join(" ")}`);
    this.server = server;
    while (!(await this.started(server))) {
      if (!this.mayTryAgain()) {
        return;
      }
    }
    this.tell({ kind: "running", server });
  }

  /** Starts the server once; whether it runs. */
  private async started(server: Server): Promise<boolean> {
    this.tell({ kind: "starting" });
    const client = new QuietClient("hexguard", "Hexguard", this.serverOptions(server), this.clientOptions());
    this.client = client;
    // A start whose connection closes is over, whether the library says so or not.
    const closed = new Promise<never>((_, reject) => {
      this.closed = () => {
        reject(new Error("it ended by itself"));
      };
    });
    try {
      await Promise.race([client.start(), closed]);
    } catch (error) {
      this.host.log.error(`The server did not start: ${String(error)}`);
      await this.disposeOf(client);
      return false;
    }
    this.closed = () => {
      this.tell({ kind: "starting" });
      void this.queued(() => this.again(client, server));
    };
    return true;
  }

  /** The server ended by itself after it had started. */
  private async again(client: LanguageClient, server: Server): Promise<void> {
    if (client !== this.client) {
      return;
    }
    await this.disposeOf(client);
    if (this.mayTryAgain()) {
      await this.begin({ server, misses: [] });
    }
  }

  /** Counts a crash; whether to go on. If not, a person is told where to look. */
  private mayTryAgain(): boolean {
    if (this.crashes.add()) {
      this.host.log.warn(`The server ended by itself, for time ${this.crashes.count}; it is started again.`);
      return true;
    }
    const told = `The server ended by itself ${this.crashes.count} times within ${WITHIN_MS / 60_000} minutes, so it is not started again.`;
    this.host.log.error(`${told} Its log is in ${this.host.logFolder}.`);
    this.server = undefined;
    this.tell({ kind: "failed", told });
    void this.offerHelp(`Hexguard: ${told} Its log is in the output "Hexguard Server", and in ${this.host.logFolder}.`);
    return false;
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.server = undefined;
    if (client) {
      await this.disposeOf(client);
    }
    this.tell({ kind: "off" });
  }

  private async disposeOf(client: LanguageClient): Promise<void> {
    this.closed = undefined;
    this.client = undefined;
    try {
      await client.dispose();
    } catch (error) {
      this.host.log.debug(`The client did not end as it should: ${String(error)}`);
    }
  }

  private serverOptions(server: Server): ServerOptions {
    const [command = "", ...parameters] = server.command;
    return { command, args: [...parameters, "server"], options: { cwd: this.host.context.extensionPath } };
  }

  private clientOptions(): LanguageClientOptions {
    const traces = workspace.getConfiguration("hexguard").get("trace.server") !== "off";
    return {
      documentSelector: [
        { scheme: "file", language: "python" },
        { scheme: "untitled", language: "python" },
        { scheme: "file", pattern: "**/{pyproject,hexguard,.hexguard}.toml" },
      ],
      outputChannel: this.host.serverLog,
      ...(traces ? { traceOutputChannel: this.host.trace } : {}),
      middleware: middleware(this.host.serverKeys, (edit) => this.confirm(edit)),
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          this.closed?.();
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
      initializationFailedHandler: () => false,
    };
  }

  private async offerHelp(message: string): Promise<void> {
    const choice = await window.showErrorMessage(message, SHOW_LOGS, RESTART);
    if (choice === SHOW_LOGS) {
      this.host.serverLog.show();
    } else if (choice === RESTART) {
      await this.restart();
    }
  }

  private tell(condition: Condition): void {
    this.condition = condition;
    void commands.executeCommand("setContext", "hexguard.running", condition.kind === "running");
    this.changed.fire(condition);
  }
}

/** Says in a window only what a running server refuses: why none runs is told by us. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown, showNotification?: boolean | "force"): void {
    super.error(message, data, this.state === State.Running ? showNotification : false);
  }
}
