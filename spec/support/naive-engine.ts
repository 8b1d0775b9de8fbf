import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../../lib/engine/ports.js";
import type { Engine } from "../../lib/handles/engine.js";
import type { Changes } from "../../lib/model/answers.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { type Limits, makeLimits } from "../../lib/model/limits.js";
import type { CallOptions } from "../../lib/model/options.js";
import type { Query } from "../../lib/model/query.js";
import { isPlain } from "./naive-checks.js";
import { NaiveModel } from "./naive-model.js";
import { NaiveResults } from "./naive-results.js";
import { type Executor, plainEngine } from "./plain-engine.js";

/** An engine that is right because it is simple: the oracle of the property specs. */
export function naiveEngine(
  limits?: Partial<Limits>,
  clock: Clock = { now: () => Date.now() },
): Engine {
  return plainEngine(new NaiveExecutor(new NaiveModel(makeLimits(limits), clock)));
}

class NaiveExecutor implements Executor {
  readonly #results: NaiveResults;
  readonly #inFlight = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;
  #settleClosed: (reason: undefined) => void = () => undefined;
  readonly closed = new Promise<undefined>((settle) => {
    this.#settleClosed = settle;
  });

  constructor(model: NaiveModel) {
    this.#results = new NaiveResults((query) => model.ask(query));
  }

  async execute(query: Query, options: CallOptions = {}): Promise<unknown> {
    checkCall(options);
    if (this.#closing !== undefined) throw new AhnlichError("CLOSED", "the engine is closed");
    const answer = this.#answer(copyOfQuery(query), options);
    this.#inFlight.add(answer);
    return answer.finally(() => this.#inFlight.delete(answer));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #answer(query: Query, options: CallOptions): Promise<unknown> {
    const { signal, timeoutMs, idempotencyKey } = options;
    const deadline = performance.now() + (timeoutMs ?? Number.POSITIVE_INFINITY);
    if (signal?.aborted) throw new AhnlichError("ABORTED", "the call was aborted");
    await turn();
    if (signal?.aborted) throw new AhnlichError("ABORTED", "the call was aborted");
    if (performance.now() > deadline) throw new AhnlichError("TIMEOUT", "the time is over");
    const asked = performance.now();
    for (;;) {
      const answer = copyOf(this.#results.ask(query, idempotencyKey));
      if (query.kind !== "changes" || query.since === undefined) return answer;
      if (this.#closing !== undefined) return answer;
      if ((answer as Changes).changes.length > 0) return answer;
      if (performance.now() - asked >= (query.waitMs ?? 0)) return answer;
      await turn();
      if (signal?.aborted) throw new AhnlichError("ABORTED", "the call was aborted");
      if (performance.now() > deadline) throw new AhnlichError("TIMEOUT", "the time is over");
    }
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
    this.#settleClosed(undefined);
  }
}

function checkCall({ signal, timeoutMs, idempotencyKey }: CallOptions): void {
  const inRange = Number.isSafeInteger(timeoutMs) && Number(timeoutMs) >= 1;
  if (timeoutMs !== undefined && !(inRange && Number(timeoutMs) < 2 ** 31)) {
    throw new AhnlichError("INVALID_ARGUMENT", "timeoutMs is an integer from 1 to 2^31 - 1");
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new AhnlichError("INVALID_ARGUMENT", "signal is an AbortSignal");
  }
  if (idempotencyKey === undefined) return;
  const bytes = typeof idempotencyKey === "string" ? Buffer.byteLength(idempotencyKey) : 0;
  if (bytes < 1 || bytes > 256 || !idempotencyKey.isWellFormed()) {
    throw new AhnlichError("INVALID_ARGUMENT", "idempotencyKey is a text of 1 to 256 bytes");
  }
}

/** Each member of a pipeline is copied by itself; one like it within is refused whatever it holds. */
function copyOfQuery(query: Query): Query {
  if (query?.kind === "transaction" && Array.isArray(query.writes)) {
    const writes = query.writes.map((member: { kind: string }) => {
      return member?.kind === "transaction" ? { kind: member.kind } : copyOf(member);
    });
    return { ...query, writes } as unknown as Query;
  }
  if (query?.kind === "explain" && isPlain(query.query)) {
    const { kind } = query.query;
    const isExplained = ["search", "find", "count"].includes(kind);
    return { ...query, query: isExplained ? copyOf(query.query) : { kind } } as Query;
  }
  if (query?.kind !== "pipeline" || !Array.isArray(query.queries)) return copyOf(query);
  const queries = query.queries.map((member: Query) => {
    return member?.kind === "pipeline" ? { ...member, queries: [] } : copyOfQuery(member);
  });
  return { ...query, queries };
}

/** A deep copy of what has no more than 100 levels; what is no value of ours stays as it is, to be refused. */
function copyOf<T>(value: T, depth = 0): T {
  if (depth > 100) throw new AhnlichError("LIMIT_EXCEEDED", "nested too deeply");
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return new Date(value) as T;
  if (value instanceof Float32Array) return Float32Array.of(...numbersOf(value)) as T;
  if (value instanceof Uint8Array) return new Uint8Array(value) as T;
  if (Array.isArray(value)) return value.map((one) => copyOf(one, depth + 1)) as T;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const copies = Object.entries(value).map(([name, one]) => [name, copyOf(one, depth + 1)]);
  return Object.fromEntries(copies) as T;
}

/** None where the buffer was given away. */
function numbersOf(vector: Float32Array): Iterable<number> {
  return vector.length === 0 ? [] : vector;
}
