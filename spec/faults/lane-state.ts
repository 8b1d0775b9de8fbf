import type { ErrorCode } from "../../lib/model/errors.js";
import { isBrief, ownStore, type Step, sharedStores } from "./workload.js";

/** What a lane has in all stores, as plain Maps. It takes one step at a time, or says why it is refused. */
export class LaneState {
  readonly #lane: number;
  readonly #stores: Map<string, Map<string, Kept>>;
  #text: string | undefined;

  constructor(lane: number, stores?: Iterable<readonly [string, Map<string, Kept>]>) {
    this.#lane = lane;
    this.#stores = new Map(stores ?? Object.keys(sharedStores).map((name) => [name, new Map()]));
  }

  /** The state after the step, or the code of its refusal. */
  after(step: Step): LaneState | ErrorCode {
    if (step.kind === "transaction") return this.#afterAll(step.writes);
    const { store } = step;
    const entries = this.#stores.get(store);
    if (step.kind === "createStore") {
      return entries === undefined ? this.#with(store, new Map()) : "STORE_EXISTS";
    }
    if (entries === undefined) return "STORE_NOT_FOUND";
    switch (step.kind) {
      case "dropStore":
        return this.#with(store, undefined);
      case "set":
        return this.#afterSet(step, entries);
      case "update":
        return this.#afterUpdate(step, entries);
      case "delete":
        return this.#afterDelete(step, entries);
    }
  }

  /** The same text for the same state. */
  get text(): string {
    this.#text ??= this.#write();
    return this.#text;
  }

  #write(): string {
    const stores = [...this.#stores].sort(byName).map(([name, entries]) => {
      return [name, [...entries].sort(byName).map(([id, kept]) => [id, kept])];
    });
    return JSON.stringify([this.#lane, stores]);
  }

  /** All of them or none. */
  #afterAll(writes: readonly Step[]): LaneState | ErrorCode {
    let state: LaneState = this;
    for (const write of writes) {
      const after = state.after(write);
      if (typeof after === "string") return after;
      state = after;
    }
    return state;
  }

  #afterSet({ store, entries: given, mode }: Of<"set">, before: Map<string, Kept>) {
    const entries = new Map(before);
    for (const { id = "", vector, metadata = {} } of given) {
      if (mode === "insert" && entries.has(id)) return "ENTRY_EXISTS";
      if (isBrief(id)) continue;
      entries.set(id, kept(vector, metadata));
    }
    return this.#with(store, entries);
  }

  #afterUpdate({ store, target, patch }: Of<"update">, before: Map<string, Kept>): LaneState {
    const entries = new Map(before);
    for (const id of target as readonly string[]) {
      const there = entries.get(id);
      if (there === undefined) continue;
      const metadata: { [field: string]: unknown } = { ...there.metadata, ...patch.metadata };
      for (const field of patch.remove ?? []) delete metadata[field];
      entries.set(id, kept(patch.vector ?? there.vector, metadata));
    }
    return this.#with(store, entries);
  }

  #afterDelete({ store, target }: Of<"delete">, before: Map<string, Kept>): LaneState {
    const entries = new Map(before);
    for (const [id, { metadata }] of before) {
      if (isMeant(target, id, metadata)) entries.delete(id);
    }
    return this.#with(store, entries);
  }

  #with(store: string, entries: Map<string, Kept> | undefined): LaneState {
    const stores = new Map(this.#stores);
    if (entries === undefined) stores.delete(store);
    else stores.set(store, entries);
    return new LaneState(this.#lane, stores);
  }
}

/** An entry as it is compared. */
export interface Kept {
  readonly vector: readonly number[];
  readonly metadata: { readonly [field: string]: unknown };
}

export function kept(vector: Iterable<number>, metadata: object): Kept {
  return {
    vector: [...vector],
    metadata: Object.fromEntries(Object.entries(metadata).sort(byName)),
  };
}

/** The stores of a lane, where `names` are those that there are; the shared ones are always made first. */
export function storesOf(lane: number, names: Iterable<string>): string[] {
  const own = [...names].filter((name) => name === ownStore(lane));
  return [...Object.keys(sharedStores), ...own];
}

type Of<K extends Step["kind"]> = Extract<Step, { kind: K }>;

/** The targets of the workload: ids, or a range of numbers in a lane, whose entries are all there are. */
function isMeant(target: Of<"delete">["target"], id: string, metadata: Kept["metadata"]): boolean {
  if (Array.isArray(target)) return target.includes(id);
  const { where } = target as { where: { number: { $lt?: number; $gte?: number } } };
  const { $lt = Number.POSITIVE_INFINITY, $gte = Number.NEGATIVE_INFINITY } = where.number;
  const number = metadata.number as number;
  return number < $lt && number >= $gte;
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}
