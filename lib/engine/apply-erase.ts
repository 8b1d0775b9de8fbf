import type { TableName } from "../persistence/table.js";
import { afterStoreKey, storeKey } from "../rows/keys.js";
import type { Command } from "./command.js";
import type { Draft } from "./draft.js";

type Erase = Extract<Command, { kind: "erase" }>;

/** Whether the dropped store's last rows are erased now. */
export async function applyErase(draft: Draft, command: Erase): Promise<boolean> {
  const { incarnation } = command;
  const from = storeKey(incarnation);
  const to = afterStoreKey(incarnation);
  let left = command.rows;
  for (const table of tablesOfStores) {
    for (const { key } of draft.snapshot.range(table, from, to)) {
      if (left-- === 0) return false;
      draft.batch.delete(table, key);
    }
  }
  draft.batch.delete("erasing", from);
  draft.erased.push(incarnation);
  return true;
}

/** Every table whose keys begin with an incarnation, but the tombstones themselves. */
const tablesOfStores: readonly TableName[] = ["entries", "vectors", "ids", "changes", "counters"];
