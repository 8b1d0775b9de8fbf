import type { Snapshot } from "../../lib/persistence/persistence.js";
import type { TableName } from "../../lib/persistence/table.js";

/** A module for a reading thread: the lengths of a table's values; it fails at the row that it is told. */
export function* read(
  snapshot: Snapshot,
  { table, failAt }: { table: TableName; failAt?: number },
): Generator<{ value: number; transfer: ArrayBuffer[] }> {
  let count = 0;
  for (const { value } of snapshot.range(table, new Uint8Array(1), new Uint8Array(9).fill(255))) {
    if (count++ === failAt) throw new Error("told to fail");
    yield { value: value.length, transfer: [] };
  }
}
