import type { Change, Changes } from "../../lib/model/answers.js";
import type { Metadata } from "../../lib/model/metadata.js";
import { demand, refuse } from "./naive-checks.js";

interface Logged {
  readonly sequence: number;
  readonly kind: "set" | "delete" | "expire";
  readonly id: string;
}

/** What is asked of a log: entries as they are now, and whether the predicate holds. */
export interface Asked {
  readonly since: unknown;
  readonly limit: number;
  readonly reached: number;
  entry(id: string): { readonly version: number; readonly metadata: Metadata } | undefined;
  holds(metadata: Metadata): boolean;
}

/** Every change that a store ever saw. */
export class NaiveLog {
  readonly #engine: string;
  readonly #created: number;
  /** The sequence at which its store got its name. */
  named: number;
  readonly #changes: Logged[] = [];

  constructor(engine: string, created: number) {
    this.#engine = engine;
    this.#created = created;
    this.named = created;
  }

  add(sequence: number, kind: Logged["kind"], ids: Iterable<string>): void {
    for (const id of ids) this.#changes.push({ sequence, kind, id });
  }

  /** How many changes there are; the last can be taken back. */
  get size(): number {
    return this.#changes.length;
  }

  set size(size: number) {
    this.#changes.length = size;
  }

  /** Behind everything up to a sequence, and so many changes of it where it is given. */
  position(sequence: number, done?: number): string {
    return positionOf(this.#engine, this.#created, sequence, done);
  }

  read({ since, limit, reached, entry, holds }: Asked): Changes {
    const end = this.position(reached);
    if (since === undefined) return { changes: [], next: end };
    const [engine, created, sequence, done] = parse(since);
    if (engine !== this.#engine) refuse("HISTORY_LOST", "of another engine");
    demand(sequence <= reached, "a position in the future");
    if (created !== 0 && created !== this.#created) refuse("HISTORY_LOST", "of another store");
    if (created === 0 && sequence < this.named) refuse("HISTORY_LOST", "of another name");
    const changes: Change[] = [];
    let next = since as string;
    let place = 0;
    for (const [index, logged] of this.#changes.entries()) {
      place = this.#changes[index - 1]?.sequence === logged.sequence ? place + 1 : 1;
      const isBehind = logged.sequence > sequence || (logged.sequence === sequence && place > done);
      if (!isBehind) continue;
      if (changes.length === limit) return { changes, next };
      next = this.position(logged.sequence, place);
      const { kind, id } = logged;
      const there = entry(id);
      if (kind !== "set") changes.push({ position: next, kind, id, version: logged.sequence });
      else if (there !== undefined) {
        const told = holds(there.metadata) ? "set" : "leave";
        changes.push({ position: next, kind: told, id, version: there.version });
      }
    }
    return { changes, next: end };
  }
}

/** Of the whole engine where `created` is 0. */
export function positionOf(
  engine: string,
  created: number,
  sequence: number,
  done = Number.MAX_SAFE_INTEGER,
): string {
  return Buffer.from(JSON.stringify([engine, created, sequence, done])).toString("base64url");
}

function parse(position: unknown): [string, number, number, number] {
  demand(typeof position === "string", "a position is text");
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(position, "base64url").toString());
  } catch {
    refuse("INVALID_ARGUMENT", "no position");
  }
  demand(Array.isArray(parsed) && parsed.length === 4, "no position");
  return parsed as [string, number, number, number];
}
