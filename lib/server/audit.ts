import type { Outcome } from "../model/answers.js";
import { type AhnlichError, toAhnlichError } from "../model/errors.js";
import { isQueryKind, type Query, rights } from "../model/query.js";

/** Where a server tells what its operator should know; the loggers of pino are such. */
export interface AuditLog {
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
}

/** Who asks, as the log names them. */
export interface Asker {
  readonly user?: string | undefined;
  readonly address: string;
}

/**
 * Who was refused, and what was administered. No line holds what a stranger calls himself, since people
 * type passwords in the place of names; nor any value that is stored. Refusals beyond so many a second are
 * counted instead of told.
 */
export class Audit {
  readonly #log: AuditLog;
  readonly #now: () => number;
  #second = 0;
  #told = 0;
  #untold = 0;

  /** @param now milliseconds that never go back */
  constructor(log: AuditLog, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /** @param asker with the user only where there is such a user */
  turnedAway(asker: Asker, reason: string): void {
    this.#refuse({ ...asker, reason }, "turned away");
  }

  /** Passes the answer on, once it is noted what it means. */
  async watch(asker: () => Asker, query: Query, answering: Promise<unknown>): Promise<unknown> {
    try {
      const answer = await answering;
      this.#note(asker, query, { ok: true, response: answer });
      return answer;
    } catch (error) {
      this.#note(asker, query, { ok: false, error: toAhnlichError(error) });
      throw error;
    }
  }

  /** Something that concerns all: the users were read again, or could not be. */
  tell(sentence: string, error?: AhnlichError): void {
    if (error === undefined) this.#write("info", {}, sentence);
    else this.#write("warn", { code: error.code, reason: error.message }, sentence);
  }

  #note(asker: () => Asker, query: Query, outcome: Outcome<unknown>): void {
    if (query.kind === "pipeline" && outcome.ok && Array.isArray(query.queries)) {
      const members = outcome.response as Outcome<unknown>[];
      for (const [place, member] of query.queries.entries()) {
        this.#note(asker, Object(member), members[place]);
      }
      return;
    }
    const code = outcome.ok ? undefined : toAhnlichError(outcome.error).code;
    if (code === "FORBIDDEN" || code === "UNAUTHENTICATED") {
      this.#refuse({ ...asker(), ...namesIn(query), code }, "refused");
    } else if (administers(query)) {
      const fields = { ...asker(), ...namesIn(query), outcome: code ?? "done" };
      this.#write("info", fields, "administered");
    }
  }

  #refuse(fields: object, sentence: string): void {
    const second = Math.floor(this.#now() / 1_000);
    if (second !== this.#second) {
      if (this.#untold > 0) this.#write("warn", { count: this.#untold }, "more were refused");
      [this.#second, this.#told, this.#untold] = [second, 0, 0];
    }
    if (this.#told >= refusalsMax) {
      this.#untold += 1;
      return;
    }
    this.#told += 1;
    this.#write("warn", fields, sentence);
  }

  #write(level: "info" | "warn", fields: object, sentence: string): void {
    try {
      this.#log[level](fields, sentence);
    } catch {
      // A log that fails is no reason to fail those who are served.
    }
  }
}

/** Whether it is one for admins, or may hold such. */
export function mayAdminister(query: Query): boolean {
  return query.kind === "pipeline" || administers(query);
}

function administers({ kind }: Query): boolean {
  return isQueryKind(kind) && rights[kind] === "admin";
}

/** What the query is about, as far as it is no more than names. */
function namesIn(query: Query): object {
  const names = ["kind", "store", "to", "namespace", "name"] as const;
  const given = query as { readonly [name in (typeof names)[number]]?: unknown };
  const shown = names.flatMap((name) => {
    const value = given[name];
    return typeof value === "string" ? [[name, value.slice(0, nameMax)]] : [];
  });
  return Object.fromEntries(shown);
}

const refusalsMax = 20;
const nameMax = 257;
