import type { TableName } from "../persistence/table.js";
import { afterStoreKey, storeKey } from "../rows/keys.js";
import type { Command } from "./command.js";
import type { Draft } from "./draft.js";

type Erase = Extract<Command, { kind: "erase" }>;

/** How many of the dropped stores, from the first, have no rows any more. */
export function applyErase(draft: Draft, command: Erase): number {
  let left = command.rows;
  for (const [done, incarnation] of command.incarnations.entries()) {
    const from = storeKey(incarnation);
    const to = afterStoreKey(incarnation);
    for (const table of tablesOfStores) {
      for (const { key } of draft.snapshot.range(table, from, to)) {
        if (left-- === 0) return done;
        draft.batch.delete(table, key);
      }
    }
    draft.batch.delete("erasing", from);
  }
  return command.incarnations.length;
}

/** Every table whose keys begin with an incarnation, but the tombstones themselves. */
const tablesOfStores: readonly TableName[] = [
  "entries",
  "vectors",
  "ids",
  "expiries",
  "changes",
  "postings",
  "counters",
];
