import { isDeepStrictEqual } from "node:util";
import { AhnlichError, toAhnlichError } from "../../lib/model/errors.js";
import { type Query, rights } from "../../lib/model/query.js";

/** Remembers under its key what each write was asked and answered, and does not ask for it again. */
export class NaiveResults {
  readonly #ask: (query: Query) => unknown;
  readonly #results = new Map<string, { query: Query; answer: unknown }>();

  constructor(ask: (query: Query) => unknown) {
    this.#ask = ask;
  }

  ask(query: Query, key: string | undefined): unknown {
    if (key === undefined || !isObject(query)) return this.#ask(query);
    if (query.kind === "pipeline" && Array.isArray(query.queries)) {
      return query.queries.map((member: Query, place: number) => this.#member(member, key, place));
    }
    return rights[query.kind] === "read" ? this.#ask(query) : this.#write(query, `whole ${key}`);
  }

  #member(query: Query, key: string, place: number): unknown {
    try {
      const isWrite = isObject(query) && (rights[query.kind] ?? "read") !== "read";
      if (isWrite) return { ok: true, response: this.#write(query, `${place} of ${key}`) };
    } catch (error) {
      return { ok: false, error: toAhnlichError(error) };
    }
    const [outcome] = this.#ask({ kind: "pipeline", queries: [query] }) as [unknown];
    return outcome;
  }

  #write(query: Query, name: string): unknown {
    const there = this.#results.get(name);
    if (there === undefined) {
      const answer = this.#ask(query);
      this.#results.set(name, { query, answer: structuredClone(answer) });
      return answer;
    }
    if (isDeepStrictEqual(there.query, query)) return structuredClone(there.answer);
    throw new AhnlichError("INVALID_ARGUMENT", "the idempotencyKey was used for another write");
  }
}

function isObject(query: unknown): query is Query {
  return typeof query === "object" && query !== null;
}
