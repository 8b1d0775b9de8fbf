import type { Snapshot } from "../persistence/persistence.js";
import type { TableName } from "../persistence/table.js";
import { firstKey, lastKey } from "../rows/keys.js";
import type { Problems } from "./problems.js";

/**
 * Visits every row of the table. What the visit throws is a problem of that row; a table that cannot be read to its
 * end is one problem more. The key is the visitor's; the value is valid until the snapshot's next call.
 */
export function* walkTable(
  snapshot: Snapshot,
  table: TableName,
  problems: Problems,
  visit: (key: Uint8Array, value: Uint8Array) => void,
  from: Uint8Array = firstKey,
  to: Uint8Array = lastKey,
): Generator<undefined, void, undefined> {
  let last = "";
  try {
    for (const row of snapshot.range(table, from, to)) {
      const key = Uint8Array.prototype.slice.call(row.key);
      try {
        visit(key, row.value);
      } catch (error) {
        problems.addThrown(error, placeOf(table, key));
      }
      yield;
      last = hex(key);
    }
  } catch (error) {
    const where = last === "" ? "cannot be read" : `cannot be read behind row ${last}`;
    problems.addThrown(error, `table ${table} ${where}`);
  }
}

/** A row, as sentences name it. */
export function placeOf(table: TableName, key: Uint8Array): string {
  return `table ${table}, row ${hex(key)}`;
}

function hex(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString("hex");
}
