import { AhnlichError } from "../model/errors.js";
import type { Persistence } from "../persistence/persistence.js";
import { WriteBatch } from "../persistence/write-batch.js";
import {
  folderFormat,
  type Origin,
  putOrigin,
  putState,
  readOrigin,
  readState,
  type State,
} from "../rows/meta-rows.js";
import { readErasing, readStores } from "../rows/store-rows.js";
import { Catalog } from "./catalog.js";
import type { Clock, Random } from "./ports.js";
import { Slice } from "./slice.js";
import { inSlices, type Steps } from "./steps.js";

/** What is read when an engine opens; a folder without anything is begun, one of an older format raised to ours. */
export class Recovery {
  readonly origin: Origin;
  readonly state: State;
  readonly catalog: Catalog;
  /** Dropped stores whose rows are still being erased. */
  readonly erasing: readonly number[];

  constructor(origin: Origin, state: State, catalog: Catalog, erasing: readonly number[]) {
    this.origin = origin;
    this.state = state;
    this.catalog = catalog;
    this.erasing = erasing;
  }

  /** @throws FORMAT_TOO_NEW, CORRUPT, INVALID_ARGUMENT where there is nothing and nothing may be begun */
  static async of(
    persistence: Persistence,
    { clock, random, readOnly }: { clock: Clock; random: Random; readOnly: boolean },
  ): Promise<Recovery> {
    const there = await inSlices(Recovery.#read(persistence), new Slice());
    if (there && (readOnly || there.origin.format === folderFormat)) return there;
    if (readOnly) throw nothingToRead();
    const batch = new WriteBatch();
    if (there) putOrigin(batch, there.origin);
    else begin(batch, clock.now(), random.bytes(16));
    await persistence.commit(batch);
    return (await inSlices(Recovery.#read(persistence), new Slice())) as Recovery;
  }

  static *#read(persistence: Persistence): Steps<Recovery | undefined> {
    const snapshot = persistence.snapshot();
    try {
      const origin = readOrigin(snapshot);
      const state = readState(snapshot);
      if (origin === undefined || state === undefined) return undefined;
      const catalog = Catalog.of([]);
      for (const store of readStores(snapshot)) {
        catalog.put(store);
        yield;
      }
      const erasing: number[] = [];
      for (const incarnation of readErasing(snapshot)) {
        erasing.push(incarnation);
        yield;
      }
      return new Recovery(origin, state, catalog, erasing);
    } finally {
      snapshot.release();
    }
  }
}

function nothingToRead(): AhnlichError {
  const sentence = "readOnly: expected a folder that an engine has written, got one without stores";
  return new AhnlichError("INVALID_ARGUMENT", sentence);
}

function begin(batch: WriteBatch, now: number, history: Uint8Array): void {
  putOrigin(batch, { createdAt: now, history });
  putState(batch, { sequence: 0, time: now, nextIncarnation: 1 });
}
