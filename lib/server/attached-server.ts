import type { EmbeddedEngine } from "../handles/embedded-engine.js";
import type { ClientInfo } from "../model/answers.js";
import { AhnlichError } from "../model/errors.js";
import type { CallOptions } from "../model/options.js";
import type { Query } from "../model/query.js";
import type { ConnectMessage } from "../protocol/message.js";
import type { Listener, Transport } from "../transport/transport.js";
import { type Asker, Audit, type AuditLog, mayAdminister } from "./audit.js";
import { ClientList, type ConnectedClient } from "./client-list.js";
import type { CarryOut } from "./guard.js";
import { Guard } from "./guard.js";
import { type Identity, unauthenticated } from "./login.js";
import { LoginThrottle } from "./login-throttle.js";
import type { Server } from "./server.js";
import { Session, type SessionHost } from "./session.js";
import type { SessionSettings } from "./session-settings.js";
import { type Trouble, tell } from "./trouble.js";
import { Turns } from "./turns.js";
import type { RegistryOwner, UserRegistry } from "./user-registry.js";

export interface ServerSettings {
  /** What becomes of the backups that clients ask for. */
  readonly backup: (query: Query<"backup">, options: CallOptions) => Promise<unknown>;
  readonly maxClients: number;
  readonly session: SessionSettings;
  readonly onShutdown: ((reason: string, client: ClientInfo) => void) | undefined;
  readonly onTrouble?: ((trouble: Trouble) => void) | undefined;
  /** Who may connect, and do what; undefined: everybody, everything. */
  readonly users?: UserRegistry | undefined;
  /** Who is told of refusals and of what is administered. */
  readonly audit?: AuditLog | undefined;
  /** Whether the server keeps the process alive. */
  readonly lively: boolean;
}

/** What a server asks of the engine it stands before. */
export type ServedEngine = Pick<EmbeddedEngine, "attach" | "execute">;

/** Takes every transport that a listener gives into a session on the engine, until it is closed. */
export class AttachedServer implements Server, SessionHost, RegistryOwner {
  readonly url: string;
  readonly closed: Promise<Error | undefined>;
  readonly #engine: ServedEngine;
  readonly #listener: Listener;
  readonly #settings: ServerSettings;
  readonly #list: ClientList;
  readonly #turns: Turns;
  readonly #users: UserRegistry | undefined;
  readonly #guard: Guard | undefined;
  readonly #audit: Audit | undefined;
  readonly #sessions = new Set<Session>();
  /** Those that have not introduced themselves, in the order they came. */
  readonly #strangers = new Set<Session>();
  readonly #attachment: Disposable;
  readonly #ticking: NodeJS.Timeout;
  #settle: (reason: Error | undefined) => void = () => {};
  #closing: Promise<void> | undefined;
  #emptied: (() => void) | undefined;

  /** @throws CLOSED when the engine is */
  constructor(engine: ServedEngine, listener: Listener, settings: ServerSettings) {
    this.url = listener.url;
    this.#engine = engine;
    this.#listener = listener;
    this.#settings = settings;
    this.#list = new ClientList(settings.maxClients, settings.session.connectionsMax);
    this.#turns = new Turns(settings.session);
    const { users, audit: log } = settings;
    const audit = log && new Audit(log);
    this.#audit = audit;
    this.#users = users;
    this.#guard = users && new Guard({ users, throttle: new LoginThrottle(), audit });
    this.closed = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#attachment = engine.attach(this);
    this.#users?.follow(this);
    this.#ticking = setInterval(() => this.#tick(), tickMs(settings.session));
    if (!settings.lively) this.#ticking.unref();
    void this.#accept();
  }

  clients(): ClientInfo[] {
    return this.#list.report();
  }

  close(options: { timeoutMs?: number | undefined } = {}): Promise<void> {
    this.#closing ??= this.#close(options.timeoutMs ?? closeTimeoutMs, undefined);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  prove(message: ConnectMessage, transport: Transport): Promise<Identity> | undefined {
    return this.#guard?.prove(message.credentials, transport);
  }

  enter(message: ConnectMessage, session: Session): ConnectedClient {
    if (this.#closing !== undefined) throw shuttingDown();
    const client = this.#list.enter(message, session, session.identity?.name);
    this.#strangers.delete(session);
    return client;
  }

  execute(query: Query, options: CallOptions, session: Session): Promise<unknown> {
    const answering = this.#permitted(query, options, session);
    // Where everybody may do everything only what admins do is worth a line.
    const isTold = this.#guard !== undefined || mayAdminister(query);
    if (this.#audit === undefined || !isTold) return answering;
    const asker = (): Asker => ({ user: session.identity?.name, address: session.peer });
    return this.#audit.watch(asker, query, answering);
  }

  #permitted(query: Query, options: CallOptions, session: Session): Promise<unknown> {
    const { identity } = session;
    if (this.#guard === undefined || identity === undefined) {
      return this.#carryOut(query, options, session);
    }
    const carryOut: CarryOut = (asked, given) => this.#carryOut(asked, given, session);
    return this.#guard.execute(identity, query, options, carryOut);
  }

  /** Sessions go whose users are no longer there, or have another password. */
  changed(): void {
    this.#audit?.tell("read the users again");
    for (const session of this.#sessions) {
      const { identity } = session;
      if (identity !== undefined && this.#guard?.isOver(identity)) session.leave(unauthenticated());
    }
  }

  failed(error: AhnlichError): void {
    this.#audit?.tell("the users stay as they were", error);
  }

  async reload(): Promise<void> {
    const reloads = [this.#users?.reload(), this.#listener.reload?.()];
    // Each as far as it can: what is wrong with the one does not hold up the other.
    for (const outcome of await Promise.allSettled(reloads)) {
      if (outcome.status === "rejected") throw outcome.reason;
    }
  }

  #carryOut(query: Query, options: CallOptions, session: Session): Promise<unknown> {
    if (query.kind === "shutdown") return this.#shutdown(query, session);
    if (query.kind === "backup") return this.#settings.backup(query, options);
    const owner = session.entered;
    if (owner === undefined) return this.#ask(query, options);
    return this.#turns.run(owner, query, options, (given) => this.#ask(query, given));
  }

  /** Where the engine ends, what has waited for its turn is refused as at the server's own end: another may take it. */
  async #ask(query: Query, options: CallOptions): Promise<unknown> {
    try {
      return await this.#engine.execute(query, options);
    } catch (error) {
      if (error instanceof AhnlichError && error.code === "CLOSED") throw shuttingDown();
      throw error;
    }
  }

  troubled(kind: Trouble["kind"], peer: string): void {
    tell(this.#settings.onTrouble, { kind, peer });
  }

  ended(session: Session): void {
    this.#sessions.delete(session);
    this.#strangers.delete(session);
    if (session.entered !== undefined) this.#list.leave(session.entered, session);
    if (this.#sessions.size === 0) this.#emptied?.();
  }

  async #accept(): Promise<void> {
    let reason: Error | undefined;
    try {
      for await (const transport of this.#listener) {
        const session = new Session(transport, this, this.#settings.session);
        this.#sessions.add(session);
        this.#strangers.add(session);
        this.#boundStrangers();
        void session.run();
        if (this.#closing !== undefined) session.leave(shuttingDown());
      }
    } catch (error) {
      reason = error instanceof Error ? error : new Error(String(error));
    }
    this.#closing ??= this.#close(closeTimeoutMs, reason);
  }

  /** Those who connect and say nothing cannot take the place of all others: the oldest makes room. */
  #boundStrangers(): void {
    if (this.#strangers.size <= this.#settings.session.strangersMax) return;
    const [oldest] = this.#strangers;
    this.#strangers.delete(oldest);
    this.troubled("strangers", oldest.peer);
    oldest.drop();
  }

  async #shutdown(query: Query<"shutdown">, session: Session): Promise<null> {
    const { reason = "" } = checkShutdown(query);
    const { onShutdown } = this.#settings;
    const client = session.client;
    if (onShutdown === undefined || client === undefined) {
      throw new AhnlichError("FORBIDDEN", "this server is not shut down by its clients");
    }
    // Behind the answer, which is sent when this turn is over.
    setImmediate(() => {
      try {
        onShutdown(reason, client);
      } catch (error) {
        // A client asked for it: what the program's callback throws must not end the program.
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    });
    return null;
  }

  async #close(timeoutMs: number, reason: Error | undefined): Promise<void> {
    try {
      await this.#listener.close();
    } catch {
      // Whatever became of it, its sessions are ended.
    }
    for (const session of this.#sessions) session.leave(shuttingDown());
    await this.#empty(timeoutMs);
    for (const session of this.#sessions) session.drop();
    clearInterval(this.#ticking);
    this.#users?.close();
    this.#attachment[Symbol.dispose]();
    this.#settle(reason);
  }

  /** Waits until no session is left, for at most so long. */
  #empty(timeoutMs: number): Promise<void> {
    if (this.#sessions.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#emptied = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #tick(): void {
    const now = performance.now();
    for (const session of this.#sessions) session.tick(now);
    this.#turns.tick(now);
  }
}

function checkShutdown(query: Query<"shutdown">): { reason?: string | undefined } {
  for (const name of Object.keys(query)) {
    if (name === "kind" || name === "reason") continue;
    throw new AhnlichError("INVALID_ARGUMENT", `shutdown has no field ${name.slice(0, 100)}`);
  }
  const { reason } = query;
  if (reason === undefined) return query;
  if (typeof reason === "string" && reason.length <= reasonMax) return query;
  const sentence = `reason: expected a text of at most ${reasonMax} characters`;
  throw new AhnlichError("INVALID_ARGUMENT", sentence);
}

function shuttingDown(): AhnlichError {
  return new AhnlichError("SHUTTING_DOWN", "the server is shutting down");
}

/** Often enough that the shortest bound is kept within a fifth of it. */
function tickMs(settings: SessionSettings): number {
  const { handshakeTimeoutMs, frameTimeoutMs, stallTimeoutMs, idleTimeoutMs, lingerMs } = settings;
  const often = [idleTimeoutMs, settings.keepAliveMs].filter((ms) => ms > 0);
  const shortest = Math.min(
    ...[handshakeTimeoutMs, frameTimeoutMs, stallTimeoutMs, lingerMs, ...often],
  );
  return Math.min(1_000, Math.max(5, shortest / 5));
}

const closeTimeoutMs = 10_000;
const reasonMax = 1_000;
