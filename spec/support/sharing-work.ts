import type { Store } from "../../lib/handles/store.js";
import { AhnlichError } from "../../lib/model/errors.js";

export interface WorkReport {
  /** Ids whose insert was acknowledged, and whose delete, if it was asked for, was not. */
  readonly there: readonly string[];
  /** Ids whose delete was acknowledged. */
  readonly gone: readonly string[];
  /** Answers that no order of events explains. */
  readonly wrong: readonly string[];
  /** How often a call failed, by what it failed with. */
  readonly failures: Readonly<Record<string, number>>;
}

/**
 * Writes and reads by one process of several, in lanes that go on until they are stopped. Each entry is inserted
 * once and some are deleted, so that a write carried out twice gives itself away; what was acknowledged
 * is searched for and got.
 */
export class SharingWork {
  readonly #store: Store;
  readonly #name: string;
  readonly #acknowledged: (id: string) => void;
  readonly #there = new Set<string>();
  readonly #gone: string[] = [];
  readonly #wrong: string[] = [];
  readonly #failures: Record<string, number> = {};
  readonly #lanes: Promise<void>[];
  #stopped = false;
  #next = 0;

  constructor(store: Store, name: string, acknowledged: (id: string) => void) {
    this.#store = store;
    this.#name = name;
    this.#acknowledged = acknowledged;
    this.#lanes = Array.from({ length: lanes }, () => this.#lane());
  }

  async stop(): Promise<WorkReport> {
    this.#stopped = true;
    await Promise.all(this.#lanes);
    return {
      there: [...this.#there],
      gone: this.#gone,
      wrong: this.#wrong,
      failures: this.#failures,
    };
  }

  async #lane(): Promise<void> {
    while (!this.#stopped) {
      const number = this.#next++;
      const id = `${this.#name}-${number}`;
      const vector = vectorOf(id);
      const set = await this.#try(() => this.#store.set({ id, vector }, { mode: "insert" }));
      if (set === undefined) continue;
      if (set.inserted !== 1) this.#wrong.push(`inserted ${set.inserted} of ${id}`);
      await this.#look(id);
      if (number % 3 === 0) await this.#delete(id);
      else this.#keep(id);
    }
  }

  #keep(id: string): void {
    this.#there.add(id);
    this.#acknowledged(id);
  }

  async #look(id: string): Promise<void> {
    const got = await this.#try(() => this.#store.get([id]));
    if (got !== undefined && got[0] === undefined) this.#wrong.push(`${id} is not got`);
    const options = { limit: 1, recall: 1 };
    const found = await this.#try(() => this.#store.search(vectorOf(id), options));
    if (found !== undefined && found[0]?.id !== id) this.#wrong.push(`${id} is not found`);
  }

  async #delete(id: string): Promise<void> {
    const deleted = await this.#try(() => this.#store.delete([id]));
    if (deleted === undefined) return;
    if (deleted !== 1) this.#wrong.push(`deleted ${deleted} of ${id}`);
    this.#gone.push(id);
  }

  async #try<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof AhnlichError)) throw error;
      this.#failures[error.code] = (this.#failures[error.code] ?? 0) + 1;
      if (!expected.has(error.code)) this.#wrong.push(`${error.code}: ${error.message}`);
      return undefined;
    }
  }
}

/** Another for every id. */
function vectorOf(id: string): number[] {
  const [process, number] = id.split("-").map(Number);
  return [process + 1, number + 1, (number % 97) + 1];
}

const lanes = 3;
/** What a caller in the process that lost the folder hears of a write that was not applied. */
const expected = new Set(["LOCKED"]);
