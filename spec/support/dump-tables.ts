import type { Persistence } from "../../lib/persistence/persistence.js";
import { tableNames } from "../../lib/persistence/table.js";

/** Every row of every table, in hexadecimal digits: its key and its value. */
export function dumpTables(persistence: Persistence): { [table: string]: string[] } {
  const snapshot = persistence.snapshot();
  try {
    return Object.fromEntries(
      tableNames.map((table) => {
        const rows = snapshot.range(table, new Uint8Array(1), new Uint8Array(64).fill(0xff));
        return [table, Array.from(rows, ({ key, value }) => `${hex(key)} ${hex(value)}`)];
      }),
    );
  } finally {
    snapshot.release();
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
